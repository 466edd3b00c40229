import type { Stats } from "node:fs";
import { lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../domain/units.ts";

const LINKS_MAX = 40;

/**
 * Where a file that is to be written lies: at the end of the links that its name may be. What is there and no plain file (a device, a
 * pipe, a socket, a folder) is never written over: a `UserError` with `remedy`. The system's own refusals are thrown as they are.
 */
export const plainFile = (path: string, remedy: string): string => {
  const target = linkEnd(resolve(path), path);
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return target;
  throw notPlain(path, found, remedy);
};

/** As `plainFile`, for files whose folder the program keeps: a link among them is refused too, because a rename would replace it. */
export const requirePlain = (path: string, remedy: string): void => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw notPlain(path, found, remedy);
};

const notPlain = (path: string, found: Stats, remedy: string): UserError =>
  new UserError(`cannot write ${path}: it is ${kindOf(found)}; ${remedy}`);

const kindOf = (found: Stats): string => {
  if (found.isDirectory()) return "a folder";
  if (found.isSymbolicLink()) return "a link";
  if (found.isFIFO()) return "a pipe";
  return found.isSocket() ? "a socket" : "a device";
};

/** A link need not lead to a file that exists. */
const linkEnd = (path: string, shown: string): string => {
  let at = path;
  for (let links = 0; links < LINKS_MAX; links += 1) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return at;
    at = resolve(realpathSync(dirname(at)), readlinkSync(at));
  }
  throw new UserError(`cannot write ${shown}: its links lead in a circle; name a file`);
};
