import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "../../test/cli/inProcess.ts";
import { expectRefusal, namesIn, scratchFolder } from "../../test/cli/riposte.ts";
import type { Ended } from "../../test/cli/riposte.ts";

/** One case of each area that the tests of the command (`*.command.test.ts`) walk through in processes of their own. */
const RULE = (at: string): string =>
  `export default () => ({ name: "mine", warmUpBars: 0, onGap: "keep", init: () => ({ n: 0 }), decide: (state, bar, out) => {
    state.n += 1; ${at}
    out.pLong = state.n % 400 < 200 ? 0.9 : 0; out.pShort = 0.9 - out.pLong; out.pNeutral = 1 - out.pLong - out.pShort; } });`;
const NAN_FAMILY =
  'export default { name: "f", columns: [{ name: "x", warmUpBars: 1, formula: "", unit: "1", source: "" }], init: () => 0, bar: (s, bar, out, at) => { out[at] = NaN; } };';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await scratchFolder("here");
  await writeFile(at("mine.ts"), RULE(""));
  await writeFile(at("throws.ts"), RULE('if (state.n === 100) throw new Error("two\\nlines");'));
  await writeFile(at("family.ts"), NAN_FAMILY);
  await writeFile(at("torn.json"), '{"risk":');
});
afterAll(() => rm(folder, { recursive: true }));

const backtest = (...more: readonly string[]): string[] => [
  ...["backtest", "--simulate", "--days", "3", "--set", "data.warmUp=false", "--regime", "none", "--pattern", "none", "--json"],
  ...["--signal", at("mine.ts"), "--out", at("out"), ...more],
];
const hashOf = ({ stdout, stderr }: Ended): string => {
  expect(stdout, stderr).not.toBe("");
  return (JSON.parse(stdout) as { decisionsSha256: string }).decisionsSha256;
};

describe("riposte, in one process", () => {
  it("decides the same with beliefs written, with beliefs read, and after its journal", async () => {
    const direct = hashOf(await runHere(backtest("--journal", at("j"))));
    expect(hashOf(await runHere(backtest("--beliefs", at("b"))))).toBe(direct);
    expect(hashOf(await runHere(backtest("--beliefs", at("b"), "--burst", "7")))).toBe(direct);
    const journal = await readFile(at("j"));
    await writeFile(at("cut"), journal.subarray(0, journal.length >> 1));
    expect(hashOf(await runHere(backtest("--journal", at("cut"), "--resume")))).toBe(direct);
    expect((await readFile(at("cut"))).equals(journal)).toBe(true);
  });

  it.each<[string, () => string[], 1 | 2, RegExp]>([
    ["an unknown key", () => backtest("--set", "risk.day.maxLoss=1"), 2, /no key risk\.day\.maxLoss/],
    ["a config file that is no JSON", () => backtest("--config", at("torn.json")), 1, /torn\.json is not JSON at line 1/],
    ["a store that is missing", () => ["backtest", "--data", at("nowhere")], 1, /no history in .*nowhere: fill it with riposte backfill/],
    ["an output folder that is a file", () => backtest("--out", at("mine.ts")), 1, /mine\.ts: it is a file, not a folder/],
    ["a journal that is missing", () => backtest("--resume", "--journal", at("none")), 1, /journal .*none does not exist/],
    ["a module that throws", () => backtest("--signal", at("throws.ts")), 1, /throws\.ts failed at .*2023-01-01T01:40:00Z: two lines/],
    [
      "a family that says NaN",
      () => [
        ...["features", "--simulate", "--days", "1", "--set", `features.modules=${at("family.ts")}`],
        ...["--set", "features.columns=x", "--out", at("f")],
      ],
      1,
      /feature x is NaN at the bar that closed at/,
    ],
    ["beliefs of another run", () => backtest("--beliefs", at("b"), "--days", "4"), 1, /beliefs .*b were made with simulate\.days = 3/],
    ["a capture that is none", () => ["backtest", "--capture", at("mine.ts"), "--out", at("o")], 1, /mine\.ts/],
    ["nothing to sweep", () => ["sweep", "--simulate", "--out", at("s")], 2, /there is nothing to sweep/],
    [
      "a grid that changes the beliefs",
      () => ["sweep", "--simulate", "--out", at("s"), "--set", "signal.options.fastBars=60,120"],
      2,
      /signal\.options\.fastBars changes the beliefs/,
    ],
    [
      "an archive that is missing",
      () => ["backfill", "--archive", at("none"), "--data", at("h")],
      1,
      /archive folder .*none does not exist/,
    ],
  ])("refuses %s", async (_, args, code, line) => {
    const before = await namesIn(folder);
    expectRefusal(await runHere(args()), code, line);
    expect(await namesIn(folder)).toEqual(before);
  });
});
