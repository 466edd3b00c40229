import { describe, expect, it } from "vitest";
import { BTC, ETH } from "../../test/items.ts";
import type { ApprovedPlan, FeatureRow, Gap, Pattern, Regime, Signal } from "../domain/derived.ts";
import { Kind } from "../domain/kind.ts";
import { instrumentIndex, InvariantError, MINUTE_MS } from "../domain/units.ts";
import { BeliefRecorder, strongestPattern } from "./beliefRecorder.ts";
import type { LayerNames } from "./runRecord.ts";

const NAMES: LayerNames = {
  regimeStates: ["strong up", "weak up", "ranging", "weak down", "strong down", "low volatility", "high volatility"],
  embedding: ["breakout", "channel"],
  features: ["return_1", "range"],
  featureUnits: ["σ", ""],
};
const recorder = (fromMs = 0): BeliefRecorder => new BeliefRecorder({ instruments: [BTC, ETH], fromMs, names: NAMES });
const at = (minute: number, instrument = 0) => ({
  seq: minute,
  instrument: instrumentIndex(instrument),
  knownAtMs: minute * MINUTE_MS,
  ...{ ready: true, reason: "", member: "test", fallback: "" },
});

/** Seven probabilities with `most` at a state, in row 1 of a block. */
const regimeAt = (minute: number, state: number, instrument = 0): Regime => ({
  kind: Kind.regime,
  ...at(minute, instrument),
  values: Float64Array.from({ length: 14 }, (_, index) => (index === 7 + state ? 0.4 : 0.1)),
  row: 1,
});
const patternAt = (minute: number, embedding: readonly [number, number], instrument = 0): Pattern => ({
  kind: Kind.pattern,
  ...at(minute, instrument),
  values: Float64Array.of(9, 9, 9, 9, 0.6, 0.3, ...embedding),
  row: 1,
  width: 4,
});
const signalAt = (minute: number, more: Partial<Signal> = {}): Signal => ({
  kind: Kind.signal,
  confidence: NaN,
  ...at(minute),
  pLong: 0.5,
  pShort: 0.2,
  pNeutral: 0.3,
  netLong: 0.002,
  netShort: NaN,
  ...more,
});
const featuresAt = (minute: number, values: readonly [number, number]): FeatureRow => ({
  kind: Kind.featureRow,
  seq: minute,
  instrument: BTC.index,
  knownAtMs: minute * MINUTE_MS,
  barTimeMs: (minute - 1) * MINUTE_MS,
  values: Float64Array.of(7, 7, ...values),
  row: 1,
  features: 2,
});
const plan = (planId: string, { action = "enter", direction = 1, instrument = 0 } = {}): ApprovedPlan =>
  ({ kind: Kind.approvedPlan, instrument, intent: { planId, action, direction, instrument } }) as unknown as ApprovedPlan;
const gap = (fromMinute: number, minute: number): Gap => ({
  kind: Kind.gap,
  seq: minute,
  instrument: BTC.index,
  knownAtMs: minute * MINUTE_MS,
  fromMs: fromMinute * MINUTE_MS,
  toMs: minute * MINUTE_MS,
  missingBars: minute - fromMinute,
});

describe("BeliefRecorder", () => {
  it("hands a trade what every layer said when its entry was approved, not what came later", () => {
    const beliefs = recorder();
    beliefs.features(featuresAt(1, [1.5, NaN]));
    beliefs.regime(regimeAt(1, 3));
    beliefs.pattern(patternAt(1, [0.2, -0.9]));
    const pooled = { ...signalAt(1, { confidence: 0.61 }) };
    beliefs.signal(pooled);
    beliefs.approved(plan("P-1"));
    Object.assign(pooled, { pLong: 0, confidence: 0.1 });
    beliefs.features(featuresAt(2, [0, 0]));
    beliefs.regime(regimeAt(2, 0));
    beliefs.pattern(patternAt(2, [5, 0]));
    beliefs.signal(pooled);
    beliefs.approved(plan("P-2"));
    expect(beliefs.thoughtsOf({ planId: "P-1" })).toEqual({
      regime: "weak down",
      pattern: "channel",
      confidence: 0.61,
      beliefs: {
        regime: [0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1],
        pUp: 0.6,
        pDown: 0.3,
        embedding: [0.2, -0.9],
        signal: { pLong: 0.5, pShort: 0.2, pNeutral: 0.3, netLong: 0.002, netShort: NaN, confidence: 0.61 },
        features: Float32Array.of(1.5, NaN),
      },
    });
    expect(beliefs.thoughtsOf({ planId: "P-2" })).toMatchObject({ regime: "strong up", pattern: "breakout", confidence: 0.1 });
    expect(beliefs.thoughtsOf({ planId: "never approved" })).toEqual({});
  });

  it("takes the probability of the side entered where the signal states no confidence", () => {
    const beliefs = recorder();
    beliefs.signal(signalAt(1));
    beliefs.approved(plan("long"));
    beliefs.approved(plan("short", { direction: -1 }));
    expect(beliefs.thoughtsOf({ planId: "long" }).confidence).toBe(0.5);
    expect(beliefs.thoughtsOf({ planId: "short" }).confidence).toBe(0.2);
  });

  it("keeps instruments apart and records entries alone", () => {
    const beliefs = recorder();
    beliefs.regime(regimeAt(1, 3, 0));
    beliefs.regime(regimeAt(1, 5, 1));
    beliefs.approved(plan("eth", { instrument: 1 }));
    for (const action of ["exit", "reduce", "moveStop", "scaleIn", "cancelEntries"]) beliefs.approved(plan(action, { action }));
    expect(beliefs.thoughtsOf({ planId: "eth" }).regime).toBe("low volatility");
    expect(beliefs.thoughtsOf({ planId: "exit" })).toEqual({});
    expect(beliefs.thoughtsOf({ planId: "scaleIn" })).toEqual({});
  });

  it("knows layers that are absent from layers that are not warm", () => {
    const absent = recorder();
    absent.approved(plan("P"));
    expect(absent.thoughtsOf({ planId: "P" })).toMatchObject({ beliefs: { regime: [], embedding: [], pUp: NaN } });
    expect(Object.keys(absent.thoughtsOf({ planId: "P" }))).toEqual(["beliefs"]);
    const cold = recorder();
    cold.regime({ ...regimeAt(1, 3), ready: false });
    cold.pattern({ ...patternAt(1, [1, 1]), ready: false });
    cold.signal(signalAt(1, { ready: false }));
    cold.approved(plan("P"));
    expect(cold.thoughtsOf({ planId: "P" })).toMatchObject({ regime: "unknown", pattern: "none", beliefs: { regime: [], embedding: [] } });
    expect(cold.thoughtsOf({ planId: "P" }).confidence).toBeUndefined();
  });

  it("makes runs of the most probable regime, unknown while it is not ready and in gaps, without the warm-up", () => {
    const beliefs = recorder(2 * MINUTE_MS);
    for (const minute of [1, 2]) beliefs.regime(regimeAt(minute, 0));
    beliefs.regime({ ...regimeAt(3, 0), ready: false });
    for (const [minute, state] of [
      [4, 2],
      [5, 2],
      [6, 6],
    ] as const)
      beliefs.regime(regimeAt(minute, state));
    beliefs.gap(gap(7, 20));
    beliefs.regime(regimeAt(20, 6));
    const [series, ...others] = beliefs.regimes(() => 25 * MINUTE_MS);
    expect(series).toMatchObject({ symbol: BTC.symbol, state: [-1, 2, 6, -1, 6] });
    expect(series?.fromMs.map((timeMs) => timeMs / MINUTE_MS)).toEqual([3, 4, 6, 7, 20]);
    expect(series?.toMs.map((timeMs) => timeMs / MINUTE_MS)).toEqual([4, 6, 7, 20, 25]);
    expect(others).toEqual([]);
  });

  it("forgets the oldest entry when 4,096 newer ones came", () => {
    const beliefs = recorder();
    beliefs.regime(regimeAt(1, 3));
    for (let entry = 0; entry <= 4096; entry += 1) beliefs.approved(plan(`P-${entry}`));
    expect(beliefs.thoughtsOf({ planId: "P-0" })).toEqual({});
    expect(beliefs.thoughtsOf({ planId: "P-1" }).regime).toBe("weak down");
  });

  it("refuses names that do not fit", () => {
    expect(() => new BeliefRecorder({ instruments: [BTC], fromMs: 0, names: { ...NAMES, featureUnits: [] } })).toThrow(InvariantError);
  });
});

describe("strongestPattern", () => {
  it("is the greatest absolute value above the bound, the first of equals, or none", () => {
    expect(strongestPattern(["a", "b", "c"], [0.1, -0.7, 0.7])).toBe("b");
    expect(strongestPattern(["a", "b"], [0.1, -0.7], 0.7)).toBe("none");
    expect(strongestPattern(["a", "b"], [0, NaN])).toBe("none");
    expect(strongestPattern(["a"], [])).toBe("none");
  });
});
