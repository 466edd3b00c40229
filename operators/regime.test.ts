import { describe, expect, it } from "vitest";
import { regimeModule } from "../models/regime/regimeModule.ts";
import type { RegimeModule } from "../models/regime/regimeModule.ts";
import type { Seen } from "../models/seen.ts";
import type { Regime } from "../src/domain/derived.ts";
import { Kind } from "../src/domain/kind.ts";
import type { BarView } from "../src/domain/kline.ts";
import { bar, BTC, ETH, featureRowOf, funding, gapOf } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { featureSet } from "./features/featureSet.ts";
import type { Layers } from "./layers.ts";
import { regime } from "./regime.ts";
import { stepOperator } from "./stepOperator.ts";

const column = (name: string) => ({ name, formula: "f", unit: "1", source: "s", warmUpBars: 1 });
const SET = featureSet({
  families: [{ name: "two", columns: [column("first"), column("second")], init: () => null, bar: () => undefined }],
  events: [],
  timeframesMs: [],
});
const layers = (instruments: readonly Instrument[]): Layers => ({ instruments, set: SET, regime: false, embedding: null });
/** Ready from its second bar on: state `bars` − 1 is certain. */
const counter = (onGap: "reset" | "keep" = "reset"): RegimeModule =>
  regimeModule<{ bars: number }>(() => ({
    name: "counter",
    features: ["second"],
    onGap,
    init: () => ({ bars: 0 }),
    decide: (state, { close }, out) => {
      if (close === 666) throw new Error("no such price");
      state.bars += 1;
      out.fill(0);
      out[state.bars - 1] = 1;
      return state.bars > 1;
    },
  }))({});
const shown = (at: number, instrument = 0): string => `bar${instrument} #${at} 1m base m${at} 100/100/100/100 v1 n1`;
const row = (at: number, instrument = 0) => featureRowOf({ at, instrument }, [at, -at]);
const NAN = Array.from({ length: 7 }, () => "NaN").join(" ");

describe("regime", () => {
  operatorCases({
    operator: () => regime(layers([BTC, ETH]), counter()),
    rows: [
      [bar({ at: 1 }), [shown(1)]],
      [row(1), ["row0 #1 m1", `regime0 #1 m2 not ready ${NAN}`]],
      [bar({ at: 1, instrument: 1 }), [shown(1, 1)]],
      [row(1, 1), ["row1 #1 m1", `regime1 #1 m2 not ready ${NAN}`]],
      [funding({ at: 2 }), ["funding0 #2 rate=0.0001 intervalHours=8 markPrice=NaN"]],
      [bar({ at: 2 }), [shown(2)]],
      [row(2), ["row0 #2 m2", "regime0 #2 m3 0 1 0 0 0 0 0"]],
      [gapOf({ at: 4 }), ["gap0 #4 m3..m4 1"]],
      [bar({ at: 4 }), [shown(4)]],
      [row(4), ["row0 #4 m4", `regime0 #4 m5 not ready ${NAN}`]],
      [row(2, 1), ["row1 #2 m2", "regime1 #2 m3 0 1 0 0 0 0 0"]],
    ],
    throws: {
      operator: () => regime(layers([BTC]), counter()),
      items: [bar({ at: 1, close: 666 }), row(1)],
      name: "regime",
      message: "no such price",
    },
  });

  it("keeps the module's state over a gap where it says so", () => {
    const lines = through(regime(layers([BTC]), counter("keep")), [bar({ at: 1 }), row(1), gapOf({ at: 4 }), bar({ at: 4 }), row(4)]);
    expect(lines.at(-1)).toBe("regime0 #4 m5 0 1 0 0 0 0 0");
  });

  it("shows the module its features and the decision bar, known or not", () => {
    const seen: unknown[] = [];
    const spy: RegimeModule = {
      ...counter(),
      decide: (_, { close, seq, base }: BarView, __, { x, known }: Seen) => {
        seen.push([[...x], known, close, seq, base]);
        return false;
      },
    };
    const unknown = featureRowOf({ at: 3 }, [1, NaN]);
    through(regime(layers([BTC]), spy), [bar({ at: 2, close: 7 }), row(2), bar({ at: 3, close: 8 }), unknown]);
    expect(seen).toEqual([
      [[-2], true, 7, 2, true],
      [[NaN], false, 8, 3, true],
    ]);
  });

  it("refuses at the start a feature that is not there", () => {
    expect(() => regime(layers([BTC]), { ...counter(), features: ["secund"] })).toThrow(
      /^regime module counter: there is no feature secund \(did you mean second\?\)$/,
    );
  });

  const saying = (...numbers: readonly number[]): RegimeModule => ({
    ...counter(),
    decide: (_, __, out) => {
      out.set(numbers);
      return true;
    },
  });
  it.each([
    ["that sum to more than 1", [0.6, 0.6, 0, 0, 0, 0, 0]],
    ["that sum to less", [0.5, 0, 0, 0, 0, 0, 0]],
    ["below 0", [1.5, -0.5, 0, 0, 0, 0, 0]],
    ["that are NaN", [NaN, 1, 0, 0, 0, 0, 0]],
    ["that are infinite", [Infinity, 0, 0, 0, 0, 0, 0]],
  ])("refuses probabilities %s, by the module's name", (_, numbers) => {
    const message = `regime at seq 3: regime module "counter" returned [${numbers.join(", ")}]: seven probabilities ≥ 0 that sum to 1`;
    expect(() => through(regime(layers([BTC]), saying(...numbers)), [bar({ at: 3 }), row(3)])).toThrow(message);
  });

  it("never writes over what it said before", () => {
    const kept: Regime[] = [];
    const spy = stepOperator("spy", () => null, { [Kind.regime]: (_, said) => void kept.push(said) });
    const minutes = Array.from({ length: 600 }, (_, at) => at);
    const module: RegimeModule = {
      ...counter(),
      decide: (_, { seq }, out) => {
        out.fill(0);
        out[seq % 7] = 1;
        return true;
      },
    };
    through(
      (source) => source.pipe(regime(layers([BTC]), module), spy),
      minutes.flatMap((at) => [bar({ at }), row(at)]),
    );
    expect(kept.map(({ values, row: at }) => values.slice(at * 7, at * 7 + 7).indexOf(1))).toEqual(minutes.map((at) => at % 7));
  });
});
