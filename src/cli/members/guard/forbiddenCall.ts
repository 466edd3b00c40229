import { UserError } from "../../../domain/units.ts";
import { ModuleRefusal, shownFile, usersFrames } from "../modulePlace.ts";
import { isUsers, pathOf } from "../usersFiles.ts";

let first: ModuleRefusal | undefined;

/** Node itself, and the loader, which on some versions works in the midst of the module that imports. */
const OTHERS = /^node:|[\\/]node_modules[\\/](?:tsx|esbuild)[\\/]/;

/** Throws a `ModuleRefusal` when a user's module calls what is guarded, itself or by a package; what Node does inside is its own. */
export const refuseFromModule = (what: string): void => {
  if (OTHERS.test(callers(4)[0] ?? "") || !callers(Infinity).some((file) => isUsers(pathOf(file)))) return;
  const error = new ModuleRefusal(what);
  first ??= error;
  throw error;
};

/** A new run: what ended the one before is not its business. */
export const forgetForbidden = (): void => {
  first = undefined;
};

/** Throws the first call that was refused and has not ended the run: the module has caught it. A `UserError`. */
export const throwForbidden = (): void => {
  const error = first;
  first = undefined;
  if (error === undefined) return;
  const [frame] = usersFrames(error);
  throw new UserError(`module ${shownFile(frame?.path ?? "")} line ${frame?.line ?? "?"}: ${error.message}`);
};

/** Files on the stack, innermost first, the guard's left out; as V8 names them. Its text would cost more: source maps. */
const callers = (frames: number): string[] => {
  const holder: { stack?: unknown } = {};
  const { stackTraceLimit } = Error;
  const format = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Error.prepareStackTrace = (_, sites) => sites;
  Error.stackTraceLimit = frames;
  try {
    Error.captureStackTrace(holder, callers);
    const sites = holder.stack as readonly NodeJS.CallSite[];
    return sites.map((site) => site.getFileName() ?? "").filter((file) => !file.includes("/cli/members/guard/"));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (format === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Object.defineProperty(Error, "prepareStackTrace", format);
  }
};
