import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** Names that a module is not shown, in code that no compiler looks at: whichever layer, and also where it is reached late. */
const own = (rest: string): string => `export default () => ({ name: "mine", ${rest} });`;
const SIGNAL = 'warmUpBars: 0, onGap: "keep", init: () => ({ n: 0 }),';
const signal = (body: string): string => own(`${SIGNAL} decide: (state, bar, out, seen) => { ${body} }`);
const position = (body: string): string =>
  own(`init: (instrument) => ({ n: 0, instrument }), decide: (state, view, propose) => { ${body} }`);
const family = (body: string): string =>
  `export default { name: "mine", columns: [{ name: "x_1", formula: "", unit: "1", source: "", warmUpBars: 1 }], init: () => 0, bar: (state, bar, out, at) => { ${body} } };`;

type Case = readonly [layer: "regime" | "pattern" | "signal" | "position" | "family", source: string, line: RegExp];
const CASES: readonly Case[] = [
  [
    "signal",
    signal("bar.clsoe;"),
    /failed at the bar that closed at 2023-01-01T00:01:00Z: bar has no clsoe \(did you mean close\?\) \(line 1\)$/,
  ],
  ["signal", signal("const { open, volum } = bar;"), /bar has no volum \(did you mean volume\?\)/],
  ["signal", signal("out.pLnog = 1;"), /out has no pLnog \(did you mean pLong\?\)/],
  ["signal", signal("seen.regime.redy;"), /regime has no redy \(did you mean ready\?\)/],
  ["signal", signal("seen.patern;"), /seen has no patern \(did you mean pattern\?\)/],
  [
    "signal",
    signal("if (++state.n > 300) bar.hgih;"),
    /at the bar that closed at 2023-01-01T05:01:00Z: bar has no hgih \(did you mean high\?\)/,
  ],
  ["signal", signal("bar.block.close[bar.row + 1];"), /bar has no block \(it has openTimeMs, open, /],
  ["signal", own(`${SIGNAL} longerBar: (state, bar) => { bar.opne; }, decide: () => undefined`), /bar has no opne \(did you mean open\?\)/],
  ["position", position("view.equity;"), /position module .*: view has no equity \(it has /],
  ["position", position("view.bar.clsoe;"), /bar has no clsoe/],
  ["position", position("view.signal.pLnog;"), /signal has no pLnog \(did you mean pLong\?\)/],
  ["position", position("view.position.positonLots;"), /position has no positonLots \(did you mean positionLots\?\)/],
  ["position", position("view.instrument.tikSize;"), /instrument has no tikSize \(did you mean tickSize\?\)/],
  ["position", position("state.instrument.lotsize;"), /instrument has no lotsize \(did you mean lotSize\?\)/],
  ["position", position('propose.exti("x");'), /propose has no exti \(did you mean exit\?\)/],
  [
    "regime",
    own('onGap: "keep", features: [], init: () => 0, decide: (state, bar) => { bar.clsoe; return false; }'),
    /regime module .*: bar has no clsoe/,
  ],
  [
    "pattern",
    own('onGap: "keep", features: [], embedding: [], init: () => 0, decide: (state, bar) => { bar.clsoe; return false; }'),
    /pattern module .*: bar has no clsoe/,
  ],
  [
    "pattern",
    own('onGap: "keep", features: [], embedding: [], init: () => 0, decide: async () => false'),
    /pattern module .*: decide returned a promise/,
  ],
  [
    "family",
    family("out[at] = bar.clsoe;"),
    /feature family mine failed at .*: bar has no clsoe \(did you mean close\?\) \(\.\/m18\.ts line 1\)$/,
  ],
];
/** Shown as they are: nothing of it throws, and the run is the same as with plain objects. */
const ALLOWED = signal(
  'void [JSON.stringify(bar), String(bar), `${bar}`, "close" in bar, Object.assign(out, { pLong: 0.5, pShort: 0.25, pNeutral: 0.25 })]',
);

let folder: string;
let ended: Ended[];
beforeAll(async () => {
  folder = await scratchFolder("strict");
  await Promise.all(CASES.map(([, source], index) => writeFile(join(folder, `m${index}.ts`), source)));
  await writeFile(join(folder, "allowed.ts"), ALLOWED);
  const run = (...more: readonly string[]): string[] => ["backtest", "--simulate", "--days", "0.5", "--out", "o", ...more];
  ended = await riposteEach(
    [
      ...CASES.map(([layer], index) =>
        layer === "family"
          ? ["features", "--simulate", "--days", "0.5", "--set", `features.modules=./m${index}.ts`, "--out", "f"]
          : run(`--${layer}`, `./m${index}.ts`),
      ),
      run("--signal", "./allowed.ts", "--json"),
    ],
    folder,
  );
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe("a name that is not shown ends the run", () => {
  it.each(CASES.map(([layer, source, line], index) => [`${layer}: ${source.slice(-60)}`, index, line] as const))("%s", (_, index, line) => {
    expectRefusal(ended[index] as Ended, 1, line);
  });
});

it("what every object has may be asked for", () => {
  const { code, stderr } = ended.at(-1) as Ended;
  expect(code, stderr).toBe(0);
});
