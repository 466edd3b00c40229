import { UserError } from "../../../domain/units.ts";
import { ModuleRefusal, shownPath, usersFrames } from "../modulePlace.ts";
import { isUsers, pathOf } from "../usersFiles.ts";

let first: ModuleRefusal | undefined;

/** Throws a `ModuleRefusal` when a user's module calls what is guarded, itself or by a package; what Node does inside is its own. */
export const refuseFromModule = (what: string): void => {
  if (callers(4)[0]?.startsWith("node:") === true || !callers(Infinity).some((file) => isUsers(pathOf(file)))) return;
  const error = new ModuleRefusal(what);
  first ??= error;
  throw error;
};

/** Throws the first call that was refused and has not ended the run: the module has caught it. A `UserError`. */
export const throwForbidden = (): void => {
  const error = first;
  first = undefined;
  if (error === undefined) return;
  const [frame] = usersFrames(error);
  throw new UserError(`module ${shownPath(frame?.path ?? "")} line ${frame?.line ?? "?"}: ${error.message}`);
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
