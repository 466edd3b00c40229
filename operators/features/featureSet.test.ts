import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS, UserError } from "../../src/domain/units.ts";
import { FRAMES_MS, WHOLE_SET } from "../../test/features/observedRows.ts";
import type { EventFeatureFamily, FeatureFamily } from "./feature.ts";
import { columnsNamed, familiesNamed, featureSet, warmUpBarsOf } from "./featureSet.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "./table.ts";

const family = (name: string, core: boolean, ...columns: readonly (readonly [name: string, warmUpBars: number])[]): FeatureFamily => ({
  name,
  core,
  columns: columns.map(([column, warmUpBars]) => ({ name: column, formula: "f", unit: "1", source: "s", warmUpBars })),
  init: () => null,
  bar: () => undefined,
});
const settled: EventFeatureFamily = { ...family("settled", false, ["rate", 1]), input: "funding", known: () => true };

const OPTIONS = {
  families: [family("a", true, ["a_1", 1], ["a_2", 20]), family("b", false, ["b_1", 5])],
  events: [settled],
  own: [family("mine", true, ["mine_1", 2])],
  timeframesMs: [HOUR_MS, 5 * MINUTE_MS],
};
const namesOf = (set: ReturnType<typeof featureSet>): string[] => set.columns.map(({ name }) => name);

describe("featureSet", () => {
  const set = featureSet(OPTIONS);

  it("stands families, own ones, core ones of each longer frame in rising order, events, masks", () => {
    const frames = ["a_1_5m", "a_2_5m", "a_1_1h", "a_2_1h"];
    expect(namesOf(set)).toEqual(["a_1", "a_2", "b_1", "mine_1", ...frames, "rate", "mask_funding"]);
    expect(set.base.map(({ at }) => at)).toEqual([0, 2, 3]);
    expect(set.frames.map(({ timeframeMs, at, width }) => [timeframeMs, at, width])).toEqual([
      [5 * MINUTE_MS, 4, 2],
      [HOUR_MS, 6, 2],
    ]);
    expect([set.events[0]?.at, set.masks.get("funding"), set.ownFrom]).toEqual([8, 9, 2]);
  });

  it("says behind how many decision bars a column is known at the latest", () => {
    // 240 bars of scales, then its own; a longer frame's first bar begins behind them at the earliest.
    const known = new Map(set.columns.map(({ name, warmUpBaseBars }) => [name, warmUpBaseBars]));
    expect(["a_1", "a_2", "b_1", "a_2_5m", "a_2_1h", "rate", "mask_funding"].map((name) => known.get(name))).toEqual([
      ...[241, 260, 245, 241 + 100, 241 + 1200, 0, 0],
    ]);
    expect([warmUpBarsOf(set), warmUpBarsOf(set, columnsNamed(set, ["b_1", "rate"], "x")), warmUpBarsOf(set, new Int32Array(0))]).toEqual([
      1441, 245, 0,
    ]);
  });

  it("refuses two columns of one name, those of longer frames too", () => {
    expect(() => featureSet({ ...OPTIONS, own: [family("mine", false, ["b_1", 1])] })).toThrow(
      new UserError("two features are called b_1: give one another name"),
    );
    expect(() => featureSet({ ...OPTIONS, own: [family("mine", false, ["a_1_5m", 1])] })).toThrow(/two features are called a_1_5m/);
  });
});

describe("columnsNamed", () => {
  it("gives the places of names, in their order", () => {
    expect([...columnsNamed(WHOLE_SET, ["rsi_14", "return_1", "rsi_14"], "x")]).toEqual(
      ["rsi_14", "return_1", "rsi_14"].map((name) => namesOf(WHOLE_SET).indexOf(name)),
    );
  });
  it("names who asks for what is not there, and what was meant", () => {
    expect(() => columnsNamed(WHOLE_SET, ["rsi_41"], "signal module mine")).toThrow(
      /^signal module mine: there is no feature rsi_41 \(did you mean rsi_14\?\)$/,
    );
    expect(() => columnsNamed(WHOLE_SET, ["frobnication"], "x")).toThrow(
      /^x: there is no feature frobnication; docs\/features\.md lists them$/,
    );
  });
});

describe("familiesNamed", () => {
  const smallest = (...names: string[]): string[] => namesOf(featureSet(familiesNamed(OPTIONS, names, "x")));

  it("keeps the families and frames of the named columns, and users' own", () => {
    expect(smallest("b_1")).toEqual(["b_1", "mine_1"]);
    expect(smallest("a_2_1h")).toEqual(["a_1", "a_2", "mine_1", "a_1_1h", "a_2_1h"]);
    expect(smallest("rate")).toEqual(["mine_1", "rate", "mask_funding"]);
    expect(smallest("mask_funding")).toEqual(["mine_1", "rate", "mask_funding"]);
    expect(smallest()).toEqual(["mine_1"]);
  });

  it("holds every column of the whole set that is asked for, whichever it is", () => {
    const options = { families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: FRAMES_MS };
    for (const name of namesOf(WHOLE_SET)) expect(namesOf(featureSet(familiesNamed(options, [name], "x")))).toContain(name);
  });

  it("refuses an unknown name", () => {
    expect(() => familiesNamed(OPTIONS, ["a_3"], "features.columns")).toThrow(/^features\.columns: there is no feature a_3/);
  });
});
