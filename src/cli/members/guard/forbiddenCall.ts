import { packageFolder, pathOf, programPath } from "../programFiles.ts";

/** A call that a module may not make. */
export class ForbiddenCall extends Error {
  override readonly name = "ForbiddenCall";
}

/** Files of users' modules that lie among the program's. */
const modules = new Set<string>();
let first: ForbiddenCall | undefined;

/** Takes a file for a user's, wherever it lies. */
export const guardFile = (path: string): void => {
  modules.add(path);
};

export const isUsers = (path: string): boolean =>
  modules.has(path) || (path !== "" && packageFolder(path) === undefined && programPath(path) === undefined);

/** Throws a `ForbiddenCall` when a user's module calls what is guarded, itself or by a package; what Node does inside is its own. */
export const refuseFromModule = (what: string): void => {
  if (callers(4)[0]?.startsWith("node:") === true || !callers(Infinity).some((file) => isUsers(pathOf(file)))) return;
  const error = new ForbiddenCall(what);
  first ??= error;
  throw error;
};

/** Throws the first call that was refused: the module may have caught it. */
export const throwForbidden = (): void => {
  const error = first;
  first = undefined;
  if (error !== undefined) throw error;
};

/** Files on the stack, innermost first, the guard's left out; as V8 names them. Its text would cost more: source maps. */
const callers = (frames: number): string[] => {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  Error.prepareStackTrace = (_, sites) => sites;
  Error.stackTraceLimit = frames;
  try {
    Error.captureStackTrace(holder, callers);
    const sites = holder.stack as readonly NodeJS.CallSite[];
    return sites.map((site) => site.getFileName() ?? "").filter((file) => !file.includes("/cli/members/guard/"));
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
};
