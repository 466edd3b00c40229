/**
 * A QuestDB server for development, without Docker: `npm run questdb -- [--data DIR] [--port N]`. Runs until Ctrl-C; data stay
 * in the folder (default `out/questdb`). Needs Java 17 and, the first time, Maven.
 */
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { QuestDbServer } from "./questdb/server.ts";
import { QUESTDB_VERSION, serverJar } from "./questdb/serverJar.ts";

const { values } = parseArgs({
  options: { data: { type: "string", default: "out/questdb" }, port: { type: "string", default: "9000" } },
});
const dataDir = resolve(values.data);
await mkdir(dataDir, { recursive: true });
const server = await QuestDbServer.start({ jar: await serverJar(), dataDir, httpPort: Number(values.port) });
console.log(`QuestDB ${QUESTDB_VERSION} on http://127.0.0.1:${server.httpPort}, data in ${values.data}; Ctrl-C ends it`);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    void server.stop().then(() => process.exit(0));
  });
