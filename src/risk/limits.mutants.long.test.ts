import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { MUTANTS } from "./fixtures/limitMutants.ts";
import type { Mutant } from "./fixtures/limitMutants.ts";

const ROOT = join(import.meta.dirname, "../..");
const MINUTES = 60_000;
let survivors: (Mutant & { readonly killed: boolean })[];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "riposte-mutants-"));
  const json = join(folder, "verdicts.json");
  // A vitest of its own, not a worker of this one.
  const isOurs = (name: string): boolean => name.startsWith("VITEST") || name === "NODE_ENV" || name === "TEST";
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name)));
  const script = ["--import", "./bin/loader.mjs", "scripts/mutateLimits.ts", "--json", json];
  const failed = await promisify(execFile)(process.execPath, script, { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 }).then(
    () => "",
    (error: unknown) => String((error as { stderr?: unknown }).stderr ?? error),
  );
  const text = await readFile(json, "utf8").catch(() => {
    throw new Error(`the mutants did not run: ${failed}`);
  });
  await rm(folder, { recursive: true });
  survivors = (JSON.parse(text) as typeof survivors).filter(({ killed }) => !killed);
}, 40 * MINUTES);

describe("every mutant of a limit is killed by a test", () => {
  it.each([...new Set(MUTANTS.map(({ limit }) => limit))])("%s", (limit) => {
    expect(survivors.filter((mutant) => mutant.limit === limit)).toEqual([]);
  });
});
