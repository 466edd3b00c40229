import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../../domain/units.ts";
import { atWork, whileAtWork } from "../../engine/pulse.ts";
import { watchModule } from "../watchdog/watchdog.ts";
import { forgetForbidden, throwForbidden } from "./guard/forbiddenCall.ts";
import { guardGlobals } from "./guard/guardGlobals.ts";
import { toldErrors } from "./laterMistake.ts";
import { rememberModule } from "./moduleFiles.ts";
import { ModuleRefusal, placeIn } from "./modulePlace.ts";
import { ownLoader } from "./ownLoader.ts";
import { takeForUsers } from "./usersFiles.ts";

/** What loads TypeScript here; named in messages, because its complaints are not Node's. */
const LOADER = "tsx";

/**
 * The default export of a user's TypeScript (or JavaScript) module; `file` is relative to the working directory, `layer` is what messages call it.
 *
 * `validate` returns the export when it has the shape that is wanted, or throws an Error whose message says what is
 * wrong with it. A missing file, code that does not parse, an import that fails, an error while the module runs, a missing
 * default export and a wrong shape each throw a one-line `UserError` that names the file. So does, from the first user's module on and
 * for the rest of the process, whatever would make the same input give another output (`guardGlobals`).
 */
export const loadUserModule = async <T>(file: string, validate: (exported: unknown) => T, layer = ""): Promise<T> => {
  const path = resolve(file);
  const found = await stat(path).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new UserError(`module ${file} cannot be read: ${messageOf(error)}`);
  });
  if (found === undefined) throw new UserError(`module ${file} does not exist (looked for ${path})`);
  if (!found.isFile()) throw new UserError(`module ${file} is no file; name the .ts file itself`);
  if (ownLoader) {
    forgetForbidden();
    guardGlobals();
    watchModule(path, layer);
  }
  takeForUsers(path);
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = await whileAtWork(() => import(pathToFileURL(path).href) as Promise<Readonly<Record<string, unknown>>>);
    throwForbidden();
  } catch (error) {
    if (error instanceof Error) toldErrors.add(error);
    throw new UserError(`module ${file} does not load (by ${LOADER}): ${messageOf(error)}${placeOf(path, error)}`);
  }
  if (!("default" in loaded)) {
    const others = Object.keys(loaded);
    const has = others.length === 0 ? "it exports nothing" : `it exports ${others.join(", ")}`;
    throw new UserError(`module ${file} has no default export; ${has}; add "export default …"`);
  }
  await rememberModule(path);
  try {
    const valid = atWork(() => validate(loaded["default"]));
    throwForbidden();
    return valid;
  } catch (error) {
    throw new UserError(`module ${file}: ${messageOf(error)}${placeOf(path, error)}`);
  }
};

const placeOf = (path: string, error: unknown): string => (error instanceof ModuleRefusal ? placeIn(path, error) : "");

/** First telling line of an error: esbuild puts `file:line:column: ERROR: …` on the second one. */
const messageOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").map((line) => line.trim());
  return lines.find((line) => /: ERROR: /.test(line)) ?? lines.find((line) => line !== "") ?? "an error without a message";
};
