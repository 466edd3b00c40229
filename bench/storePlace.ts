import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parquetStore } from "../src/store/parquet/parquetStore.ts";
import { questDbStore } from "../src/store/questdb/questDbStore.ts";
import type { Store } from "../src/store/store.ts";

/** Where a place is a server on this machine, `PORT` or `PORT:PREFIX`: its settings, as `data.questdb` has them. */
export const serverAt = (place: string): { readonly host: string; readonly httpPort: number; readonly prefix: string } | undefined => {
  const [, port, prefix = "bench_"] = /^(\d+)(?::(\w+))?$/.exec(place) ?? [];
  return port === undefined ? undefined : { host: "127.0.0.1", httpPort: Number(port), prefix };
};

/** A store by its place: a folder, or a server. */
export const storeAt = (place: string): Store => {
  const server = serverAt(place);
  return server === undefined ? parquetStore({ root: place }) : questDbStore(server);
};

/**
 * Runs a script in a process of its own, loaded as `riposte` itself is: the JSON that it prints, and ms from its start to its end. Throws
 * what it said on stderr where it fails.
 */
export const measuredApart = <T>(script: string, args: readonly string[]): T & { readonly wholeMs: number } => {
  const loader = fileURLToPath(new URL("../bin/loader.mjs", import.meta.url));
  const startedMs = performance.now();
  const child = spawnSync(process.execPath, ["--import", loader, script, ...args], { encoding: "utf8" });
  const wholeMs = performance.now() - startedMs;
  if (child.status !== 0) throw new Error(child.stderr);
  return { ...(JSON.parse(child.stdout) as T), wholeMs };
};

/** Prints what a process of its own measured, its peak memory among it. */
export const tell = (found: object): void => {
  process.stdout.write(JSON.stringify({ ...found, peakRssMb: process.resourceUsage().maxRSS / 1024 }));
};
