import { homedir } from "node:os";
import { basename, isAbsolute, relative } from "node:path";

/** A path as a report may show it, which is passed on to others: below the working folder or the home folder, else its last part. */
export const shownPath = (path: string): string => {
  if (!isAbsolute(path)) return path;
  return below(process.cwd(), path, "") ?? below(homedir(), path, "~/") ?? `…/${basename(path)}`;
};

/** An argument of a command line in the same way where it is a path; one that lies elsewhere stays, since the command must work. */
export const shownArgument = (word: string): string => (isAbsolute(word) && !shownPath(word).startsWith("…") ? shownPath(word) : word);

const below = (folder: string, path: string, prefix: string): string | undefined => {
  const rest = relative(folder, path);
  return rest === "" || rest.startsWith("..") || isAbsolute(rest) ? undefined : `${prefix}${rest}`;
};
