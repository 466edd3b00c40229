import { UserError } from "./units.ts";

/** The error of a process that may not open one more file. */
export const tooManyFiles = (): UserError =>
  new UserError(
    "more files are open at once than the system allows this process: raise the limit (ulimit -n 4096) and run the command again",
  );
