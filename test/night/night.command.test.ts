import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../../scripts/sourceTree.ts";
import { scratchFolder } from "../cli/riposte.ts";
import type { ProofRecord } from "./proofLedger.ts";

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder("night");
});
afterAll(() => rm(folder, { recursive: true }));

/** `npm run night -- …`, with its records in the folder; `stopAt` on stderr presses Ctrl-C. */
const night = (args: readonly string[], stopAt?: RegExp): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "./bin/loader.mjs", "test/night/main.ts", "--folder", folder, ...args], {
      cwd: ROOT,
    });
    const out = { stdout: "", stderr: "" };
    let stopped = false;
    child.stdout.on("data", (chunk: Buffer) => (out.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => {
      out.stderr += chunk.toString();
      if (stopAt?.test(out.stderr) === true && !stopped) stopped = child.kill("SIGINT");
    });
    child.on("close", (code) => {
      resolve({ code, ...out });
    });
  });
const records = async (): Promise<ProofRecord[]> =>
  (await readFile(join(folder, "proofs.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ProofRecord);

it("keeps what was done at Ctrl-C, and goes on behind it", async () => {
  const first = await night(["storm"], /begins at seed 1/);
  expect(first.code, first.stderr).toBe(130);
  expect(first.stdout).toMatch(/^storm: seeds 1 to \d+, \d+000 cases, 0 failures/);
  const [record] = await records();
  expect(record).toMatchObject({ part: "storm", fromSeed: 1, failures: 0, failedSeeds: [] });
  expect(record?.cases).toBe(1000 * (record?.toSeed ?? 0));

  const second = await night(["storm"], /begins at seed/);
  expect(second.stderr).toContain(`begins at seed ${(record?.toSeed ?? 0) + 1}\n`);
  expect(await records()).toHaveLength(2);
  expect(await readFile(join(folder, "proofs.md"), "utf8")).toMatch(/\| `storm` \|.*\| \d+,000 in \d+ min \| 0 \|/);
});

it("repeats one seed without a record, and says what is wrong with exit 2", async () => {
  const before = await records();
  expect(await night(["fuzz", "--seed", "3"])).toEqual({ code: 0, stdout: "fuzz, seed 3: 6000 cases, 0 failures\n", stderr: "" });
  expect(await records()).toEqual(before);
  expect(await night(["fuz"])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^night: there is no part fuz \(did you mean fuzz\?\)/) as string,
  });
  expect(await night(["fuzz", "--minutes", "0"])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^night: --minutes 0: give a whole/) as string,
  });
});
