import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** Mistakes in a user's module: the line names the file, the bar and what was wrong with what it said. */
const signalSaying = (decide: string, rest = ""): string =>
  `export default () => ({ name: "mine", warmUpBars: 0, onGap: "keep", init: () => ({ n: 0 }), ${rest}\n  decide: (state, bar, out) => { ${decide} } });`;
const positionDoing = (call: string): string => `
  const ask = (view, other) => ({ direction: 1, qtyLots: 10, bracket: { stopFraction: 0.004, targetFraction: 0.01 },
    worstTicks: Math.ceil((view.bar.close / view.instrument.tickSize) * 1.002), leverage: 2, ...other });
  export default () => ({ name: "mine", init: () => ({ n: 0 }), decide: (state, view, propose) => {
    const flat = view.position.positionLots === 0;
    if (flat && view.entryPending) return;
    ${call} } });`;
/** Enters properly; then, with a position, makes `call`. */
const whenHeld = (call: string): string => positionDoing(`if (flat) propose.enter(ask(view, {})); else ${call}`);
const entering = (other: string): string => positionDoing(`propose.enter(ask(view, ${other}))`);

type Case = readonly [name: string, layer: "signal" | "position", source: string, line: RegExp];
const CASES: readonly Case[] = [
  ["does not parse", "signal", "export default () => {{;", /module \.\/m0\.ts does not load \(by tsx\): .*m0\.ts:\d+:\d+: ERROR: /],
  [
    "has no default export",
    "signal",
    "export const rule = 1;",
    /module \.\/m1\.ts has no default export; it exports rule; add "export default …"$/,
  ],
  [
    "exports no function",
    "signal",
    "export default 5;",
    /module \.\/m2\.ts: the default export must be a function of its options, like signalModule\(…\)$/,
  ],
  [
    "returns no module",
    "signal",
    "export default () => 5;",
    /module \.\/m3\.ts: the default export must return a signal module with a name$/,
  ],
  ["lacks a function", "signal", 'export default () => ({ name: "x" });', /module \.\/m4\.ts: it has no function init$/],
  ["warms up for a negative time", "signal", signalSaying("", "warmUpBars: -1,"), /module \.\/m5\.ts: warmUpBars must be an integer ≥ 0$/],
  ["knows no answer to gaps", "signal", signalSaying("", 'onGap: "skip",'), /module \.\/m6\.ts: onGap must be "reset" or "keep"$/],
  ["refuses its options", "signal", 'export default () => { throw new Error("n is missing"); };', /module \.\/m7\.ts: n is missing$/],
  [
    "throws at the start",
    "signal",
    signalSaying("", 'init: () => { throw new Error("no luck"); },'),
    /signal module \.\/m8\.ts failed in init: no luck \(line 1\)$/,
  ],
  [
    "throws at the hundredth bar",
    "signal",
    signalSaying('if (++state.n === 100) throw new Error("two\\nlines");'),
    /signal module \.\/m9\.ts failed at the bar that closed at 2023-01-01T01:40:00Z: two lines \(line 2\)$/,
  ],
  [
    "throws what is no Error",
    "signal",
    signalSaying('throw "text"'),
    /signal module \.\/m10\.ts failed at the bar that closed at 2023-01-01T00:01:00Z: text$/,
  ],
  [
    "says NaN",
    "signal",
    signalSaying("out.pLong = NaN"),
    /m11\.ts failed at .*returned pLong=NaN pShort=0 pNeutral=1: each must be ≥ 0 and they must sum to 1$/,
  ],
  ["says more than 1", "signal", signalSaying("out.pLong = 0.9; out.pShort = 0.9"), /pLong=0\.9 pShort=0\.9 pNeutral=1: .* must sum to 1$/],
  [
    "says less than nothing",
    "signal",
    signalSaying("out.pLong = 1.5; out.pNeutral = -0.5"),
    /pLong=1\.5 .*pNeutral=-0\.5: each must be ≥ 0/,
  ],
  ["says true", "signal", signalSaying("out.pLong = true; out.pNeutral = 0"), /pLong=true .*must sum to 1$/],
  [
    "states a return that is a text",
    "signal",
    signalSaying('out.netLong = "2 %"'),
    /netLong=2 % netShort=NaN: each must be a finite number, or NaN for none$/,
  ],
  [
    "exports no function",
    "position",
    "export default 5;",
    /module \.\/m16\.ts: the default export must be a function of its options, like positionModule\(…\)$/,
  ],
  [
    "throws",
    "position",
    positionDoing('throw new TypeError("oh")'),
    /position module \.\/m17\.ts failed at the bar that closed at 2023-01-01T00:01:00Z: oh \(line 7\)$/,
  ],
  [
    "enters a negative quantity",
    "position",
    entering("{ qtyLots: -5 }"),
    /m18\.ts failed at .*: enter: qtyLots is -5, it must be a whole number of lots, 1 or more/,
  ],
  ["enters a part of a lot", "position", entering("{ qtyLots: 5.5 }"), /enter: qtyLots is 5\.5, it must be a whole number of lots/],
  ["enters NaN", "position", entering("{ qtyLots: NaN }"), /enter: qtyLots is NaN/],
  [
    "brings a NaN stop",
    "position",
    entering("{ bracket: { stopFraction: NaN, targetFraction: 0 } }"),
    /enter: bracket\.stopFraction is NaN, it must be a fraction/,
  ],
  [
    "brings a negative target",
    "position",
    entering("{ bracket: { stopFraction: 0.004, targetFraction: -1 } }"),
    /enter: bracket\.targetFraction is -1/,
  ],
  [
    "brings no bracket",
    "position",
    entering("{ bracket: undefined }"),
    /enter: bracket is undefined, it must be \{ stopFraction, targetFraction \}/,
  ],
  ["knows a third direction", "position", entering("{ direction: 3 }"), /enter: direction is 3, it must be 1 \(long\) or -1 \(short\)/],
  ["knows no worst price", "position", entering("{ worstTicks: NaN }"), /enter: worstTicks is NaN, it must be a whole number of ticks/],
  [
    "buys at a worst price that the market has passed",
    "position",
    entering("{ worstTicks: 100 }"),
    /failed at the bar that closed at 20.*: enter: worstTicks is 100, it must be the close \(\d{6,}\) or more: margin is reserved at it/,
  ],
  ["takes infinite leverage", "position", entering("{ leverage: Infinity }"), /enter: leverage is Infinity, it must be a number above 0/],
  ["names half a tick", "position", entering("{ limitTicks: 1.5 }"), /enter: limitTicks is 1\.5, it must be a whole number of ticks/],
  [
    "lets an order expire at no time",
    "position",
    entering("{ limitTicks: 100000, expiresAtMs: NaN }"),
    /enter: expiresAtMs is NaN, it must be a time in ms/,
  ],
  [
    "takes off less than nothing",
    "position",
    whenHeld('propose.reduce(-2, "less")'),
    /reduce: qtyLots is -2, it must be a whole number of lots/,
  ],
  [
    "moves the stop nowhere",
    "position",
    whenHeld('propose.moveStop(NaN, "trail")'),
    /moveStop: stopTicks is NaN, it must be a whole number of ticks/,
  ],
  ["gives no reason", "position", whenHeld("propose.exit()"), /exit: reason is undefined, it must be 1 to 64 printable ASCII characters/],
];

let folder: string;
let ended: Ended[];
let spawned: Ended[];
beforeAll(async () => {
  folder = await scratchFolder("bad-modules");
  await Promise.all(CASES.map(([, , source], index) => writeFile(join(folder, `m${index}.ts`), source)));
  await mkdir(join(folder, "a.ts"));
  const run = (layer: string, module: string): string[] => [
    "backtest",
    "--simulate",
    "--days",
    "2",
    "--out",
    "o",
    "--set",
    "data.warmUp=false",
    `--${layer}`,
    module,
  ];
  [ended, spawned] = await Promise.all([
    riposteEach(
      CASES.map(([, layer], index) => run(layer, `./m${index}.ts`)),
      folder,
    ),
    Promise.all([
      riposte(run("signal", "./nowhere.ts"), { cwd: folder }),
      riposte(run("signal", "./a.ts"), { cwd: folder }),
      riposte(run("signal", "./m9.ts"), { cwd: folder }),
      riposte(run("position", "./m18.ts"), { cwd: folder }),
    ]),
  ]);
}, 90_000);
afterAll(() => rm(folder, { recursive: true }));

describe("riposte backtest refuses a module that", () => {
  it.each(CASES.map(([name, layer, , line], index) => [`${name} (${layer})`, index, line] as const))("%s", (_, index, line) => {
    expectRefusal(ended[index] as Ended, 1, line);
  });

  it.each<[string, number, RegExp]>([
    ["is not there", 0, /^riposte: module \.\/nowhere\.ts does not exist \(looked for .*nowhere\.ts\)$/],
    ["is a folder", 1, /^riposte: module \.\/a\.ts is no file; name the \.ts file itself$/],
    ["throws", 2, /^riposte: signal module \.\/m9\.ts failed at the bar that closed at 2023-01-01T01:40:00Z: two lines \(line 2\)$/],
    ["asks for nonsense", 3, /^riposte: position module \.\/m18\.ts failed at .*: enter: qtyLots is -5, .* \(line \d+\)$/],
  ])("%s, in a process of its own", (_, index, line) => {
    expectRefusal(spawned[index] as Ended, 1, line);
  });

  it("and leaves nothing behind", async () => {
    expect(await namesIn(folder)).toEqual(["a.ts", "out", ...CASES.map((_, index) => `m${index}.ts`)].sort());
  });
});
