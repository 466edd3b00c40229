import { UserError } from "../../domain/units.ts";

/** What the operating system says, in words, and what the user can do about it. */
const REMEDIES: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  ENOSPC: ["no space left on the device", "free some space or choose a folder on another disk with --out"],
  EDQUOT: ["the disk quota is used up", "free some space or choose a folder on another disk with --out"],
  EFBIG: ["the file grew larger than the system allows", "raise the limit (ulimit -f) or choose another disk with --out"],
  EACCES: ["permission denied", "make the folder writable or choose another with --out"],
  EPERM: ["the operation is not permitted", "make the folder writable or choose another with --out"],
  EROFS: ["the file system is read-only", "choose a writable folder with --out"],
  ENOTDIR: ["a part of the path is a file, not a folder", "choose another folder with --out"],
  EEXIST: ["it is a file, not a folder", "move it away or choose another folder with --out"],
  EISDIR: ["a folder has the name of the file", "move it away or choose another folder with --out"],
  ENOENT: ["the folder does not exist or vanished meanwhile", "check the path given with --out"],
  ENAMETOOLONG: ["the name is too long", "choose a shorter one with --out"],
  EMFILE: ["too many files are open", "raise the limit (ulimit -n)"],
  EIO: ["the device reports an input/output error", "check the disk or choose another with --out"],
};

/**
 * A failed file operation as one line for the user: the path, what was wrong, the remedy. Whatever is no error of the
 * operating system (a broken invariant, a `UserError` already) is returned as it is.
 */
export const outputError = (error: unknown, path: string): unknown => {
  const problem = error instanceof UserError ? undefined : systemProblem(error);
  if (problem === undefined) return error;
  const remedy = REMEDIES[(error as NodeJS.ErrnoException).code ?? ""]?.[1] ?? "check the folder given with --out";
  return new UserError(`cannot write ${path}: ${problem}; ${remedy}. Nothing was changed there`);
};

/** What the operating system refused, in words; undefined for errors that are not its own. */
export const systemProblem = (error: unknown): string | undefined => {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  return REMEDIES[code]?.[0] ?? `the system refused it (${code})`;
};

/** Runs a file operation; what the operating system refuses is thrown as `outputError` says. */
export const writing = <T>(path: string, operation: () => T): T => {
  try {
    return operation();
  } catch (error) {
    throw outputError(error, path);
  }
};
