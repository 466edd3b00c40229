import { readFile } from "node:fs/promises";
import { UserError } from "../../../domain/units.ts";

/** Most files open at once in the process: a store may have hundreds of symbols, and some systems allow a process 256 files. */
const OPEN_MAX = 32;
const waiting: (() => void)[] = [];
let open = 0;

/** The error for an existing file that the system refuses to read. A limit on open files is reported elsewhere. */
export const unreadable = (path: string, error: unknown): unknown => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || code === "EMFILE" || code === "ENFILE") return error;
  return new UserError(`cannot read ${path}: the system refused it (${code}); mend its permissions or its disk`);
};

/** Text of a file (UTF-8); undefined when there is none. What the system refuses is a `UserError`. */
export const readText = async (path: string): Promise<string | undefined> => {
  if (open === OPEN_MAX) await new Promise<void>((go) => waiting.push(go));
  else open += 1;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw unreadable(path, error);
  } finally {
    // The longest waiting caller gets the place.
    const next = waiting.shift();
    if (next === undefined) open -= 1;
    else next();
  }
};
