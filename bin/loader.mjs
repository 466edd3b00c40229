// Loads TypeScript on Node 20, which cannot, and on 24 in the same way: tsx for the syntax, and one hook so that a user's
// module is ESM wherever it lies. Without the hook a .ts file outside an ESM package would be loaded as CommonJS, with a
// second copy of every module of ours that it imports. Workers: { execArgv: ["--import", <this file>] }.
import { register as registerHooks } from "node:module";
import { setFlagsFromString } from "node:v8";
import { register as registerTsx } from "tsx/esm/api";

// The line is many small functions that call each other for every event: V8 stops inlining them after 920 bytes of bytecode
// in all. With more the replay is a sixth faster (bench/README.md).
setFlagsFromString("--max-inlined-bytecode-size-cumulative=4000");

registerTsx();
registerHooks("./typescriptIsEsm.mjs", import.meta.url);
