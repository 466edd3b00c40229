import Module, { isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";
import { isPure } from "../../../../bin/pureModules.mjs";
import { ModuleRefusal } from "../modulePlace.ts";
import { isUsers } from "../usersFiles.ts";
import { guardCall } from "./guardCall.ts";

/** Files that were loaded by `require`, which the hooks of ES modules do not see everywhere: [importer, imported] URLs. */
export const required: (readonly [importer: string, imported: string])[] = [];

interface Requiring {
  readonly filename?: string | null;
  require(id: string): unknown;
}
const { _resolveFilename: fileOf, prototype } = Module as unknown as {
  readonly _resolveFilename: (id: string, parent: Requiring) => string;
  readonly prototype: Requiring;
};

/** `require` by the rules of `import`: what it loads is remembered, and Node's own modules are not for users' modules unless they are pure. */
export const guardRequire = (): void => {
  const original: unknown = Reflect.get(prototype, "require");
  prototype.require = function (this: Requiring, id) {
    const { filename } = this;
    if (typeof filename === "string") {
      // The stack does not show the caller: `require` itself is Node's.
      const what = isBuiltin(id) && isUsers(filename) ? refusalOf(id) : undefined;
      if (what !== undefined) throw new ModuleRefusal(what);
      if (!isBuiltin(id)) required.push([pathToFileURL(filename).href, pathToFileURL(fileOf(id, this)).href]);
    }
    return Reflect.apply(original as (id: string) => unknown, this, [id]);
  };
  guardCall(process, "getBuiltinModule", ([id]) => refusalOf(String(id)));
  guardCall(process, "binding", ([id]) => refusalOf(String(id)));
};

const refusalOf = (id: string): string | undefined =>
  isPure(id) ? undefined : `${id} is not for modules: they may not reach for files, the network or the system`;
