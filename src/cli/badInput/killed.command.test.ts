import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** `kill -9` while a journal is written, and going on from what is there. */

/** Kills its own process at `KILL_AT`: `open`, or `N:SHARE`, when that share of the N-th write to the journal is on disk. */
const KILLER = `import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const { openSync, writeSync } = fs;
const [number, share] = process.env.KILL_AT.split(":");
const die = () => { process.kill(process.pid, "SIGKILL"); for (;;); };
let journal;
let writes = 0;
fs.openSync = (path, flags, ...rest) => {
  const file = openSync(path, flags, ...rest);
  if (path === "j" && flags !== "r") { journal = file; if (number === "open") die(); }
  return file;
};
fs.writeSync = (file, bytes, ...rest) => {
  if (file !== journal || (writes += 1) !== Number(number)) return writeSync(file, bytes, ...rest);
  writeSync(file, bytes.subarray(0, Math.floor(bytes.length * Number(share))));
  return die();
};
syncBuiltinESMExports();
`;
const RUN = ["backtest", "--simulate", "--days", "1", "--set", "data.warmUp=false", "--json"];

const hashOf = ({ stdout, stderr }: Ended): string => {
  expect(stdout, stderr).not.toBe("");
  return (JSON.parse(stdout) as { decisionsSha256: string }).decisionsSha256;
};

let folder: string;
let whole: Ended;
let journal: Buffer;
beforeAll(async () => {
  folder = await scratchFolder("killed");
  await writeFile(join(folder, "killer.mjs"), KILLER);
  whole = await riposte([...RUN, "--out", "whole", "--journal", "w"], { cwd: folder, env: { npm_package_version: "" } });
  journal = await readFile(join(folder, "w"));
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const killedAt = (moment: string, ...more: readonly string[]): Promise<Ended> =>
  riposte([...RUN, "--out", "cut", "--journal", "j", ...more], {
    cwd: folder,
    env: { KILL_AT: moment, NODE_OPTIONS: `--import ${pathToFileURL(join(folder, "killer.mjs")).href}` },
  });
const again = (...more: readonly string[]): Promise<Ended> => riposte([...RUN, "--out", "o", "--journal", "j", ...more], { cwd: folder });
const held = async (): Promise<Buffer> => readFile(join(folder, "j"));
const isPart = (bytes: Buffer): boolean => journal.subarray(0, bytes.length).equals(bytes);
const ANEW = /^NOTE journal j holds no event: its run ended before the first line was whole; it begins anew$/m;

describe("a journal whose process was killed", { timeout: 120_000 }, () => {
  it.each([
    ["when the file was there and nothing in it", "open", (size: number) => size === 0, true],
    ["in the middle of its header", "1:0.5", (size: number) => size > 0 && size < 400, true],
    ["when its header was whole", "1:1", (size: number) => size > 100 && size < 800, false],
    ["in the middle of its events", "2:0.5", (size: number) => size > 10_000, false],
  ])("%s is gone on with, and equals that of an uncut run", async (_, moment, sized, anew) => {
    await rm(join(folder, "j"), { force: true });
    expect((await killedAt(moment)).code).toBeNull();
    const cut = await held();
    expect(cut.length).toSatisfy(sized);
    expect(isPart(cut)).toBe(true);
    expectRefusal(
      await again(),
      1,
      anew
        ? /journal j is there already and holds no event: begin it anew with --resume, move it or give another name$/
        : /journal j is there already: journals are never overwritten; move it/,
    );
    expect((await held()).equals(cut)).toBe(true);

    const resumed = await again("--resume");
    expect(hashOf(resumed)).toBe(hashOf(whole));
    expect(ANEW.test(resumed.stderr)).toBe(anew);
    expect((await held()).equals(journal)).toBe(true);
    expect((await namesIn(folder)).filter((name) => name.startsWith("j"))).toEqual(["j"]);
  });

  it("is gone on with when going on was killed too", async () => {
    await rm(join(folder, "j"), { force: true });
    for (const moment of ["open", "open", "1:0.5", "1:1", "2:0.5", "1:0.9"]) {
      const there = (await namesIn(folder)).includes("j");
      expect((await killedAt(moment, ...(there ? ["--resume"] : []))).code).toBeNull();
      expect(isPart(await held())).toBe(true);
    }
    expect(hashOf(await again("--resume"))).toBe(hashOf(whole));
    expect((await held()).equals(journal)).toBe(true);
  });

  it("says which version wrote it, however it was started", () => {
    const header = journal.toString("utf8").split("\n")[0] as string;
    expect(JSON.parse(header.slice(9))).toMatchObject({ format: 1, code: expect.stringMatching(/^\d+\.\d+\.\d+/) as string });
  });
});
