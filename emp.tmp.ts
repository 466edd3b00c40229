import { QuestDbServer } from "./scripts/questdb/server.ts";
import { mkdtempSync, rmSync } from "node:fs";
const d = mkdtempSync("/tmp/q/e-");
const s = await QuestDbServer.start({jar:"/tmp/q/home/questdb-9.3.4.jar", dataDir:d, env:{QDB_HTTP_USER:"",QDB_HTTP_PASSWORD:""}});
console.log("empty login:", (await fetch(`http://127.0.0.1:${s.httpPort}/exec?query=select%201`)).status);
console.log((await import("node:child_process")).execSync("ss -ltnp 2>/dev/null | grep java || true").toString());
await s.stop(); rmSync(d,{recursive:true});
