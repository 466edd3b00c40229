/**
 * Module hooks (node:module `register`), in front of tsx. They do three things:
 * - A `.ts` file is an ES module, whatever the package.json near it says; so is a user's `.js` file that is written as one.
 * - They remember who imported what. Importing `riposte:imports?N` gives it: a list of [importer, imported] URLs.
 * - A user's module, and the files that it loads, may import of Node only what is pure.
 */
import { readFileSync } from "node:fs";
import { isPure } from "./pureModules.mjs";

/** Loads users' modules: what it imports from elsewhere is one. */
const LOADER = new URL("../src/cli/members/userModule.ts", import.meta.url).href;
const PROGRAM = new URL("../src/", import.meta.url).href;
const TOLD = "riposte:imports";

const LATE = "a module imports what it needs at its top";
const WHY = "a module may not reach for files, the network or the system; what it needs comes as options, or as JSON that it imports";

/** Importer → what it imported. */
const imports = new Map();
/** Users' modules and the files that they load; of these, the ones that are loaded. */
const own = new Set();
const closed = new Set();

export const resolve = async (specifier, context, nextResolve) => {
  if (specifier.startsWith(TOLD)) return { url: specifier, format: "module", shortCircuit: true };
  const resolved = await nextResolve(specifier, context);
  const [importer, imported] = [withoutQuery(context.parentURL ?? ""), withoutQuery(resolved.url)];
  if (importer === LOADER ? imported.startsWith("file:") && !imported.startsWith(PROGRAM) : own.has(importer)) take(importer, imported);
  const known = imports.get(importer) ?? new Set();
  if (closed.has(importer) && !known.has(imported))
    throw new Error(`${nameOf(importer)} imports ${specifier} after it was loaded: ${LATE}`);
  imports.set(importer, known.add(imported));
  return isEsm(imported) ? { ...resolved, url: withoutTsx(resolved.url), format: "module" } : resolved;
};

export const load = async (url, context, nextLoad) => {
  if (!url.startsWith(TOLD)) return nextLoad(url, context);
  for (const url of own) closed.add(url);
  const edges = [...imports].flatMap(([importer, all]) => [...all].map((imported) => [importer, imported]));
  return { format: "module", source: `export default ${JSON.stringify(edges)};`, shortCircuit: true };
};

const isEsm = (url) =>
  url.endsWith(".ts") || (own.has(url) && url.endsWith(".js") && /^\s*(?:import|export)\b[^(]/m.test(readFileSync(new URL(url), "utf8")));

const take = (importer, imported) => {
  if (imported.startsWith("file:") && !imported.includes("/node_modules/")) own.add(imported);
  if (imported.startsWith("node:") && !isPure(imported)) throw new Error(`it imports ${imported} (${placeOf(importer, imported)}): ${WHY}`);
};

/** `helper.ts line 3`, from the text of the importer. */
const placeOf = (importer, imported) => {
  const lines = readFileSync(new URL(importer), "utf8").split("\n");
  const quoted = new RegExp(`["'\`](?:node:)?${imported.slice("node:".length)}["'\`]`);
  return `${nameOf(importer)} line ${lines.findIndex((line) => quoted.test(line)) + 1}`;
};

const nameOf = (url) => decodeURIComponent(url.split("/").at(-1));

const withoutQuery = (url) => (url.startsWith("file:") ? withoutTsx(url).replace(/[?#].*$/, "") : url);

/** tsx hides a query of its own in the path of what it takes for CommonJS. */
const withoutTsx = (url) => url.replace(/%3Ftsx-.*$/, "");
