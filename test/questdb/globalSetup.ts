import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { QuestDbServer } from "../../scripts/questdb/server.ts";
import { serverJar } from "../../scripts/questdb/serverJar.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server that the tests share, and the jar for those that start their own. */
    questdb: { readonly httpPort: number; readonly jar: string };
  }
}

/** Starts one server for all files of the project `questdb`, on a free port over a folder that goes with it. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const jar = await serverJar();
  const dataDir = await mkdtemp(join(tmpdir(), "riposte-questdb-server-"));
  const server = await QuestDbServer.start({ jar, dataDir });
  project.provide("questdb", { httpPort: server.httpPort, jar });
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
};
