// Loads TypeScript on Node 20, which cannot, and on 24 in the same way: tsx for the syntax, and hooks so that a user's
// module is ESM wherever it lies. Without them a .ts file outside an ESM package would be loaded as CommonJS, with a
// second copy of every module of ours that it imports. Workers: { execArgv: ["--import", <this file>] }.
import { register as registerHooks } from "node:module";
import { register as registerTsx } from "tsx/esm/api";

registerTsx();
registerHooks("./moduleHooks.mjs", import.meta.url);
globalThis[Symbol.for("riposte.loader")] = true;
