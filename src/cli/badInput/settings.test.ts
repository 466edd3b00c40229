import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** Reads `low` and `high` when it is made, `late` at its first bar. */
const OWN = `export default (options) => { const [low, high] = [options.low ?? 30, options.high ?? 70]; return { name: "own", init: () => null,
  decide: (_, view, propose) => { const late = options.late; if (view.position.positionLots === 0 && !view.entryPending && low < high) propose.enter({
    direction: 1, qtyLots: 10, bracket: { stopFraction: 0.004, targetFraction: 0.01 }, leverage: 2,
    worstTicks: Math.ceil((view.bar.close / view.instrument.tickSize) * 1.002) }); } }; };`;

const MEAN = ["--set", "position.module=bracket"];

/** Mistakes in settings that another layer than the schema finds: exit 2 where they were typed, 1 where a file or the environment said them. */
const REFUSED: readonly [string, string[], number, RegExp][] = [
  [
    "an option that a shipped module does not know, with the nearest that it does",
    ["--set", "position.options.stopFracton=0.01"],
    2,
    /^riposte: position\.options\.stopFracton is not an option of this module \(did you mean stopFraction\?\): it knows riskFraction,/,
  ],
  [
    "one within a group",
    ["--set", "position.options.trail.multiple=3"],
    2,
    /trail\.multiple is not an option of this module \(did you mean atrMultiple\?\)/,
  ],
  [
    "one of a module that follows",
    ["--position", "follow", "--set", "position.options.qyt=1"],
    2,
    /position\.options\.qyt is not an option of this module \(did you mean qty\?\)/,
  ],
  [
    "an option out of its range",
    ["--set", "position.options.stopFraction=0"],
    2,
    /position\.options\.stopFraction is 0: it must be a number > 0 and ≤ 0\.5$/,
  ],
  [
    "one beyond all bounds",
    ["--position", "bracket", "--set", "position.options.timeLimitMinutes=1e300"],
    2,
    /it must be a number > 0 and ≤ 525600$/,
  ],
  [
    "options as a whole",
    [...MEAN, "--set", 'position.options={"leverage":500}'],
    2,
    /position\.options\.leverage is 500: it must be a number ≥ 1 and ≤ 125$/,
  ],
  [
    "bands that do not rise",
    ["--set", "regime.options.trendBands=[2,1]"],
    2,
    /regime\.options\.trendBands is \[2,1\]: it must be a list of 1 to 15 rising numbers/,
  ],
  ["an option of a config file", ["--config", "options.json"], 1, /position\.options\.leverage is 500: it must be a number ≥ 1 and ≤ 125$/],
  [
    "an option of a file that the command line mends, and breaks again",
    ["--config", "options.json", "--set", "position.options.leverage=126"],
    2,
    /leverage is 126/,
  ],
  [
    "a module that is not shipped",
    ["--signal", "trendd"],
    2,
    /there is no signal module trendd \(did you mean trend\?\); a file of your own starts with \.\/$/,
  ],
  ["one of a config file", ["--config", "module.json"], 1, /there is no signal module trendd/],
  [
    "settings that contradict one another",
    ["--set", "venue.triggerBy=mark"],
    2,
    /config: venue\.triggerBy mark needs venue\.fillOn trades or book/,
  ],
  [
    "a pair of which one was typed",
    ["--config", "shock.json", "--set", "risk.shock.maxVolatilityRatio=4"],
    2,
    /clearVolatilityRatio 5 must not be above maxVolatilityRatio 4/,
  ],
  [
    "a pair of a config file, beside what was typed",
    ["--config", "pair.json", "--set", "venue.funding=false"],
    1,
    /clearVolatilityRatio 5 must not be above maxVolatilityRatio 3/,
  ],
  [
    "a feature column that is none",
    ["--set", "features.columns=return_6"],
    2,
    /features\.columns: there is no feature return_6 \(did you mean /,
  ],
  ["more money than can be counted", ["--set", "venue.startUsdt=1e300"], 2, /venue\.startUsdt must be at most 1000000000, got 1e\+300$/],
  ["slippage that leaves nothing", ["--set", "venue.slippageFraction=0.99"], 2, /venue\.slippageFraction must be at most 0\.1, got 0\.99$/],
  ["a latency of 30 years", ["--set", "venue.latencyMs=946080000000"], 2, /venue\.latencyMs must be at most 3600000, got 946080000000$/],
  ["a fee that no exchange has", ["--set", "venue.takerFeeRate=-1"], 2, /venue\.takerFeeRate must be above -0\.01, got -1$/],
];

let folder: string;
let refused: Ended[];
let ran: Ended[];
beforeAll(async () => {
  folder = await scratchFolder("settings");
  const write = (name: string, content: object): Promise<void> => writeFile(join(folder, name), JSON.stringify(content));
  await writeFile(join(folder, "own.ts"), OWN);
  await write("options.json", { position: { options: { leverage: 500 } } });
  await write("module.json", { signal: { module: "trendd" } });
  await write("shock.json", { risk: { shock: { maxVolatilityRatio: 6, clearVolatilityRatio: 5 } } });
  await write("pair.json", { risk: { shock: { clearVolatilityRatio: 5 } } });
  const simulated = ["backtest", "--simulate", "--days", "1", "--regime", "none", "--pattern", "none", "--signal", "trend"];
  const own = [...simulated, "--position", "./own.ts", "--out", "o"];
  const all = await riposteEach(
    [
      ...REFUSED.map(([, options]) => ["backtest", "--simulate", "--days", "1", ...options]),
      [...own, "--set", 'position.options={"lowww":20,"late":1,"quiet":1,"deep":{"er":2}}'],
      [...own, "--set", 'position.options={"low":20,"high":80,"late":1}'],
    ],
    folder,
  );
  refused = all.slice(0, REFUSED.length);
  ran = all.slice(REFUSED.length);
}, 90_000);
afterAll(() => rm(folder, { recursive: true }));

describe("riposte backtest refuses, typed or written", () => {
  it.each(REFUSED.map(([name, , code, line], index) => [name, index, code, line] as const))("%s", (_, index, code, line) => {
    expectRefusal(refused[index] as Ended, code, line);
  });
});

describe("options of a module of one's own that it never read", () => {
  it("are named before the run where they are near to one that it read", () => {
    const notes = (ran as [Ended, Ended]).map(({ stderr }) => stderr.split("\n").filter((line) => line.includes("so far")));
    expect(notes).toEqual([["NOTE position.options.lowww is not read by ./own.ts so far (did you mean low?)"], []]);
  });

  it("are named at the end of the run, those that are read late are not", async () => {
    const [unread, read] = ran as [Ended, Ended];
    expect([unread.code, read.code]).toEqual([0, 0]);
    const warnings = (text: string): string[] => text.split("\n").filter((line) => line.includes("did nothing"));
    expect(warnings(unread.stdout)).toEqual([
      "!  position.options.lowww did nothing: ./own.ts never read it; it reads high, late, low.",
      "!  position.options.quiet did nothing: ./own.ts never read it; it reads high, late, low.",
      "!  position.options.deep.er did nothing: ./own.ts never read it; it reads high, late, low.",
    ]);
    expect(warnings(read.stdout)).toEqual([]);
    expect(await namesIn(folder)).toContain("o");
  });
});
