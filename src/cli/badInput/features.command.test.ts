import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** Mistakes around the feature row and the layers that read it: one line each, nothing half-written. */
const family = (bar: string, more = "", columns = '[{ name: "mine_1", formula: "f", unit: "1", source: "s", warmUpBars: 1 }]'): string =>
  `export default { name: "mine", columns: ${columns}, init: () => ({ n: 0 }), bar: (state, bar, out, at) => { state.n += 1; ${bar} }, ${more} };`;
const column = (fields: string): string => family("", "", `[{ ${fields} }]`);
const belief = (fields: string): string =>
  `export default () => ({ name: "mine", onGap: "keep", features: [], init: () => 0, ${fields} });`;
const decide = (body: string): string => `decide: (state, bar, out, seen) => { ${body} }`;
/** The first bar that families see is the 241st: it closes at 04:01. */
const FIRST = "at the bar that closed at 2023-01-01T04:01:00Z";

/** By file: the module. */
const MODULES: Readonly<Record<string, string>> = {
  "function.ts": "export default () => ({});",
  "no-init.ts": 'export default { name: "mine", columns: [], bar: () => 0 };',
  "no-columns.ts": family("", "", "[]"),
  "capital.ts": column('name: "Mine", warmUpBars: 1'),
  "cold.ts": column('name: "mine_1", warmUpBars: 0'),
  "twice.ts": column('name: "rsi_14", warmUpBars: 1'),
  "nan.ts": family("out[at] = state.n < 100 ? 1 : NaN;"),
  "infinite.ts": family("out[at] = 1 / 0;"),
  "silent.ts": family(""),
  "throws.ts": family('throw new Error("two\\nlines");'),
  "init.ts": family("", 'init: () => { throw new Error("no luck"); }'),
  "stops.ts": family('out[at] = 1; if (state.n === 9000) process.kill(process.pid, "SIGINT");'),
  "five.ts": "export default 5;",
  "no-decide.ts": belief(""),
  "skips.ts": belief(`onGap: "skip", ${decide("return false")}`),
  "unlisted.ts": belief(`features: "rsi_14", ${decide("return false")}`),
  "unknown.ts": belief(`features: ["rsi_41"], ${decide("return false")}`),
  "half.ts": belief(decide("out.fill(0); out[0] = 0.5; return true")),
  "pattern.ts": belief(`embedding: ["depth"], ${decide("out.set([0.5, 0.5, NaN]); return true")}`),
  "plain.ts": belief(decide("return false")),
};

const features = (...args: string[]): string[] => ["features", "--simulate", "--days", "2", ...args];
const own = (file: string): string[] => features("--set", `features.modules=./${file}`, "--set", "features.columns=");
const backtest = (...args: string[]): string[] => ["backtest", "--simulate", "--days", "2", "--set", "data.warmUp=false", ...args];

const CASES: readonly (readonly [name: string, args: string[], line: RegExp, code?: number])[] = [
  [
    "an unknown feature",
    features("--set", "features.columns=rsi_14,rsi_41"),
    /features\.columns: there is no feature rsi_41 \(did you mean rsi_14\?\)$/,
  ],
  [
    "one in a backtest",
    backtest("--set", "features.columns=rsi_41"),
    /features\.columns: there is no feature rsi_41 \(did you mean rsi_14\?\)$/,
  ],
  ["a feature module that is not there", own("nowhere.ts"), /module \.\/nowhere\.ts does not exist/],
  ["one that exports a function", own("function.ts"), /module \.\/function\.ts: the default export must be a feature family with a name/],
  ["one without init", own("no-init.ts"), /module \.\/no-init\.ts: it has no function init$/],
  ["one without columns", own("no-columns.ts"), /module \.\/no-columns\.ts: columns must be a list of at least one column$/],
  [
    "a column in capitals",
    own("capital.ts"),
    /module \.\/capital\.ts: a column is called "Mine": use small letters, digits and underscores$/,
  ],
  ["a column that is known before its first bar", own("cold.ts"), /module \.\/cold\.ts: column mine_1: warmUpBars must be an integer ≥ 1$/],
  ["a column whose name is taken", own("twice.ts"), /two features are called rsi_14: give one another name$/],
  [
    "NaN from a family",
    own("nan.ts"),
    /^riposte: feature mine_1 is NaN at the bar that closed at 2023-01-01T05:40:00Z: it must be finite once it is warm$/,
  ],
  ["infinity from a family", own("infinite.ts"), new RegExp(`feature mine_1 is Infinity ${FIRST}`)],
  ["a column that the family forgot", own("silent.ts"), new RegExp(`feature mine_1 is NaN ${FIRST}`)],
  ["a family that throws", own("throws.ts"), new RegExp(`^riposte: feature family mine failed ${FIRST}: two lines$`)],
  ["one that throws in init", own("init.ts"), /^riposte: feature family mine failed in init: no luck$/],
  [
    "one that throws in a backtest",
    backtest("--set", "features.modules=./throws.ts", "--set", "features.columns=rsi_14"),
    new RegExp(`feature family mine failed ${FIRST}`),
  ],
  [
    "a regime module that is not shipped",
    backtest("--regime", "rulez"),
    /there is no regime module rulez .*; a file of your own starts with \.\/$/,
  ],
  [
    "a pattern module that is not shipped",
    backtest("--pattern", "chartz"),
    /there is no pattern module chartz .*; a file of your own starts with \.\/$/,
  ],
  [
    "a regime module that is no function",
    backtest("--regime", "./five.ts"),
    /five\.ts: the default export must be a function of its options, like regimeModule\(…\)$/,
  ],
  ["one without decide", backtest("--regime", "./no-decide.ts"), /no-decide\.ts: it has no function decide$/],
  ["one that knows no answer to gaps", backtest("--regime", "./skips.ts"), /skips\.ts: onGap must be "reset" or "keep"$/],
  ["one whose features are no list", backtest("--regime", "./unlisted.ts"), /unlisted\.ts: features must be a list of names$/],
  [
    "one that reads an unknown feature",
    backtest("--regime", "./unknown.ts"),
    /regime module mine: there is no feature rsi_41 \(did you mean rsi_14\?\)$/,
  ],
  [
    "one that says half a probability",
    backtest("--regime", "./half.ts"),
    /regime module \.\/half\.ts failed at the bar that closed at 2023-01-01T00:01:00Z: .*returned \[0\.5, 0, .*seven probabilities/,
  ],
  ["a pattern module without an embedding", backtest("--pattern", "./plain.ts"), /plain\.ts: embedding must be a list of names$/],
  [
    "one whose embedding is NaN",
    backtest("--pattern", "./pattern.ts"),
    /pattern module \.\/pattern\.ts failed at the bar that closed at 2023-01-01T00:01:00Z: .*depth=NaN: it must be finite/,
  ],
  ["--out that is a folder", features("--out", "sub"), /cannot write sub: it is a folder; name a file with --out$/],
  ["--out below a file", features("--out", "afile/x.parquet"), /cannot write .*a part of the path is a file/],
  ["a range before the market", features("--to", "2022-12-01"), /no bars to 2022-12-01/],
  ["a range without bars", features("--from", "2023-01-02", "--to", "2023-01-02"), /range from .* is empty/, 2],
];

let folder: string;
let ended: Ended[];
let stopped: Ended;
beforeAll(async () => {
  folder = await scratchFolder("bad-features");
  await Promise.all(Object.entries(MODULES).map(([name, source]) => writeFile(join(folder, name), source)));
  await Promise.all([
    mkdir(join(folder, "sub")),
    writeFile(join(folder, "afile"), ""),
    writeFile(join(folder, "old.parquet"), "as it was"),
  ]);
  const cut = ["features", "--simulate", "--days", "20", "--set", "features.modules=./stops.ts", "--out", "old.parquet"];
  [ended, stopped] = await Promise.all([
    riposteEach(
      CASES.map(([, args]) => (args.includes("--out") ? args : [...args, "--out", "o"])),
      folder,
    ),
    riposte(cut, { cwd: folder }),
  ]);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe("around features and layers, riposte refuses", () => {
  it.each(CASES.map(([name, , line, code = 1], index) => [name, index, line, code] as const))("%s", (_, index, line, code) => {
    expectRefusal(ended[index] as Ended, code, line);
  });

  it("and leaves nothing behind, not when it is stopped by Ctrl-C either", async () => {
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/^riposte: stopped: old\.parquet is as it was$/m);
    expect(stopped.stdout).toBe("");
    expect(await namesIn(folder)).toEqual(["afile", "old.parquet", "sub", ...Object.keys(MODULES)].sort());
    expect(await namesIn(join(folder, "sub"))).toEqual([]);
  });
});
