import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/**
 * The process's environment over the `.env` of the working directory, where there is one. Only `RIPOSTE_…` names are taken
 * from the file: it may be another tool's.
 */
export const environment = (own: Readonly<Record<string, string | undefined>>, file = ".env"): Record<string, string | undefined> => {
  const ours = Object.entries(parseEnv(textOf(file))).filter(([name]) => name.startsWith("RIPOSTE_"));
  return { ...Object.fromEntries(ours), ...own };
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
};
