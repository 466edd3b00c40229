import { describe, expect, it } from "vitest";
import { patternModule } from "../models/pattern/patternModule.ts";
import type { PatternModule } from "../models/pattern/patternModule.ts";
import type { Seen } from "../models/seen.ts";
import { bar, BTC, ETH, featureRowOf, funding, gapOf, regimeOf } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { featureSet } from "./features/featureSet.ts";
import type { Layers } from "./layers.ts";
import { pattern } from "./pattern.ts";

const column = (name: string) => ({ name, formula: "f", unit: "1", source: "s", warmUpBars: 1 });
const SET = featureSet({
  families: [{ name: "two", columns: [column("first"), column("second")], init: () => null, bar: () => undefined }],
  events: [],
  timeframesMs: [],
});
const layers = (regime: boolean): Layers => ({ instruments: [BTC, ETH], set: SET, regime, embedding: 2 });
/** Ready from its second bar on: P(up) = 1 / bars, the embedding is the bar's number and the close. */
const counter = (onGap: "reset" | "keep" = "reset"): PatternModule =>
  patternModule<{ bars: number }>(() => ({
    name: "counter",
    features: ["first"],
    embedding: ["bars", "price"],
    onGap,
    init: () => ({ bars: 0 }),
    decide: (state, { close }, out) => {
      if (close === 666) throw new Error("no such price");
      state.bars += 1;
      out.set([1 / state.bars, 0, state.bars, close]);
      return state.bars > 1;
    },
  }))({});
const shown = (at: number, instrument = 0): string => `bar${instrument} #${at} 1m base m${at} 100/100/100/100 v1 n1`;
const row = (at: number, instrument = 0) => featureRowOf({ at, instrument }, [at, -at]);
const WEAK_UP = [0, 1, 0, 0, 0, 0, 0];
const UNKNOWN = "not ready NaN NaN NaN NaN";

describe("pattern", () => {
  operatorCases({
    operator: () => pattern(layers(false), counter()),
    rows: [
      [bar({ at: 1 }), [shown(1)]],
      [row(1), ["row0 #1 m1", `pattern0 #1 m2 ${UNKNOWN}`]],
      [bar({ at: 1, instrument: 1 }), [shown(1, 1)]],
      [row(1, 1), ["row1 #1 m1", `pattern1 #1 m2 ${UNKNOWN}`]],
      [funding({ at: 2 }), ["funding0 #2 rate=0.0001 intervalHours=8 markPrice=NaN"]],
      [bar({ at: 2 }), [shown(2)]],
      [row(2), ["row0 #2 m2", "pattern0 #2 m3 0.5 0 2 100"]],
      [gapOf({ at: 4 }), ["gap0 #4 m3..m4 1"]],
      [bar({ at: 4 }), [shown(4)]],
      [row(4), ["row0 #4 m4", `pattern0 #4 m5 ${UNKNOWN}`]],
    ],
    throws: {
      operator: () => pattern(layers(false), counter()),
      items: [bar({ at: 1, close: 666 }), row(1)],
      name: "pattern",
      message: "no such price",
    },
  });

  describe("behind L1", () => {
    operatorCases({
      operator: () => pattern(layers(true), counter()),
      rows: [
        [bar({ at: 1 }), [shown(1)]],
        [row(1), ["row0 #1 m1"]],
        [regimeOf({ at: 1 }, WEAK_UP), ["regime0 #1 m2 0 1 0 0 0 0 0", `pattern0 #1 m2 ${UNKNOWN}`]],
        [bar({ at: 2 }), [shown(2)]],
        [row(2), ["row0 #2 m2"]],
        [regimeOf({ at: 2 }, WEAK_UP), ["regime0 #2 m3 0 1 0 0 0 0 0", "pattern0 #2 m3 0.5 0 2 100"]],
      ],
      throws: {
        operator: () => pattern(layers(true), counter()),
        items: [bar({ at: 1, close: 666 }), row(1), regimeOf({ at: 1 }, WEAK_UP)],
        name: "pattern",
        message: "no such price",
      },
    });

    it("shows the module what L1 said of the same bar", () => {
      const seen: unknown[] = [];
      const spy: PatternModule = {
        ...counter(),
        decide: (_, { seq }, __, { x, regime }: Seen) => {
          seen.push([seq, [...x], regime.ready, [...regime.probabilities]]);
          return false;
        },
      };
      through(pattern(layers(true), spy), [bar({ at: 2 }), row(2), regimeOf({ at: 2 }, WEAK_UP)]);
      expect(seen).toEqual([[2, [2], true, WEAK_UP]]);
    });
  });

  it("keeps the module's state over a gap where it says so", () => {
    const items = [bar({ at: 1 }), row(1), gapOf({ at: 4 }), bar({ at: 4 }), row(4)];
    expect(through(pattern(layers(false), counter("keep")), items).at(-1)).toBe("pattern0 #4 m5 0.5 0 2 100");
  });

  const saying = (...numbers: readonly number[]): PatternModule => ({
    ...counter(),
    decide: (_, __, out) => {
      out.set(numbers);
      return true;
    },
  });
  it.each([
    ["a probability below 0", [-0.1, 0, 1, 1], "P(up)=-0.1 P(down)=0: each must be ≥ 0 and their sum at most 1"],
    ["two that sum to more than 1", [0.6, 0.6, 1, 1], "P(up)=0.6 P(down)=0.6: each must be ≥ 0 and their sum at most 1"],
    ["one that is NaN", [0.6, NaN, 1, 1], "P(up)=0.6 P(down)=NaN: each must be ≥ 0 and their sum at most 1"],
    ["an embedding that is NaN", [0.6, 0.1, NaN, 1], "bars=NaN: it must be finite"],
    ["an embedding that is infinite", [0.6, 0.1, 1, -Infinity], "price=-Infinity: it must be finite"],
  ])("refuses %s, by the module's name", (_, numbers, what) => {
    expect(() => through(pattern(layers(false), saying(...numbers)), [bar({ at: 3 }), row(3)])).toThrow(
      `pattern at seq 3: pattern module "counter" returned ${what}`,
    );
  });

  it("refuses at the start a feature that is not there", () => {
    expect(() => pattern(layers(false), { ...counter(), features: ["furst"] })).toThrow(
      /^pattern module counter: there is no feature furst \(did you mean first\?\)$/,
    );
  });
});
