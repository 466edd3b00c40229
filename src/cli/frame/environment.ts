import { readFileSync } from "node:fs";
import { dotEnv } from "./dotEnv.ts";

/**
 * The process's environment over the `.env` of the working directory, where there is one. Only `RIPOSTE_…` names are taken
 * from the file: it may be another tool's. `note` gets a line for each value that docker compose would read differently.
 */
export const environment = (
  own: Readonly<Record<string, string | undefined>>,
  file = ".env",
  note: (line: string) => void = () => undefined,
): Record<string, string | undefined> => {
  const ours = dotEnv(textOf(file)).filter(({ name }) => name.startsWith("RIPOSTE_"));
  for (const { name, value, line, literal } of ours)
    if (!literal && value.includes("$"))
      note(
        `NOTE ${file} line ${line}: the $ in ${name} is taken as it stands; docker compose would replace it: put the value into single quotes`,
      );
  return { ...Object.fromEntries(ours.map(({ name, value }) => [name, value])), ...own };
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
};
