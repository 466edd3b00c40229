import { dirname, relative, sep } from "node:path";
import { isUsers, pathOf } from "./usersFiles.ts";

/** A refused call or an unknown name in a module: the report adds its line. An error that the module throws is shown as it is. */
export class ModuleRefusal extends Error {
  override readonly name = "ModuleRefusal";
}

/** A place in a user's module, or in a file that it loads. */
interface Frame {
  readonly path: string;
  readonly line: string;
}

/** As messages name a file: from the working folder where it lies below it. */
export const shownFile = (path: string): string => {
  const near = relative("", path).replaceAll(sep, "/");
  return near.startsWith("..") ? path : `./${near}`;
};

/** Users' files on the stack of an error, innermost first. */
export const usersFrames = (error: Error): Frame[] =>
  (error.stack ?? "").split("\n").flatMap((text) => {
    const [, name, line] = /^\s*at (?:.* \()?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(text) ?? [];
    if (name === undefined || line === undefined) return [];
    const path = pathOf(name);
    return isUsers(path) ? [{ path, line }] : [];
  });

/** Where in a user's module an error happened: ` (line 12)`, ` (rules/dip.ts line 3)` for a file that it loads; "" elsewhere. */
export const placeIn = (module: string, error: unknown): string => {
  const frame = error instanceof Error ? usersFrames(error)[0] : undefined;
  if (frame === undefined) return "";
  const { path, line } = frame;
  return path === module ? ` (line ${line})` : ` (${relative(dirname(module), path).replaceAll(sep, "/")} line ${line})`;
};
