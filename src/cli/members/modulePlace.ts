import { dirname, relative, sep } from "node:path";
import { isUsers } from "./guard/forbiddenCall.ts";
import { pathOf } from "./programFiles.ts";

/** Where in a user's module, or in a file that it loads, an error happened: ` (line 12)`, ` (rules/dip.ts line 3)`; "" elsewhere. */
export const placeIn = (path: string, error: unknown): string => {
  const frames = error instanceof Error ? (error.stack ?? "").split("\n") : [];
  for (const frame of frames) {
    const [, name, line] = /^\s*at (?:.* \()?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (name === undefined || line === undefined) continue;
    const file = pathOf(name);
    if (isUsers(file)) return file === path ? ` (line ${line})` : ` (${relative(dirname(path), file).replaceAll(sep, "/")} line ${line})`;
  }
  return "";
};
