import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { returnMoments } from "../../risk/sharpeBound.ts";
import { normalProbability } from "./normalProbability.ts";
import { pbo } from "./pbo.ts";
import { parkMiller } from "./testing/parkMiller.ts";
import { deflatedSharpe, minTrackRecord, probabilisticSharpe } from "./sharpeProbability.ts";

interface Fixture {
  readonly normal: readonly (readonly [number, number])[];
  readonly cases: readonly {
    readonly length: number;
    readonly phi: number;
    readonly drift: number;
    /** Skew and raw kurtosis of scipy. */
    readonly moments: readonly [number, number];
    /** Sharpe ratio, skew and raw kurtosis as purgedcv estimates them, over n and n − 1. */
    readonly purgedcvMoments: readonly [number, number, number];
    /** Skew and raw kurtosis as quantstats estimates them, and its probabilistic Sharpe ratio against 0. */
    readonly quantstatsMoments: readonly [number, number];
    readonly quantstatsPsr: number;
    readonly psr: readonly (readonly [number, number])[];
    readonly dsr: readonly (readonly [number, number, number])[];
    readonly minTrackRecord: readonly (readonly [number, number, number | null])[];
  }[];
  readonly matrices: readonly { readonly trials: number; readonly periods: number; readonly blocks: number; readonly logits: number[] }[];
}

/** By purgedcv 0.1.11, quantstats 0.0.86 and scipy (`scripts/statistics_fixture.py`). */
const fixture = JSON.parse(readFileSync(new URL("fixtures/statistics.json", import.meta.url), "utf8")) as Fixture;

it("Φ is scipy's", () => {
  for (const [x, expected] of fixture.normal) expect(Math.abs(normalProbability(x) / expected - 1)).toBeLessThan(1e-13);
  expect(normalProbability(NaN)).toBeNaN();
  expect([normalProbability(-Infinity), normalProbability(Infinity)]).toEqual([0, 1]);
});

describe.each(fixture.cases)("a series of $length returns", ({ length, phi, drift, psr, dsr, ...expected }) => {
  const moments = returnMoments(parkMiller(length, phi, drift));

  it("has scipy's moments", () => {
    expect(moments.skew).toBeCloseTo(expected.moments[0], 11);
    expect(moments.kurtosis).toBeCloseTo(expected.moments[1], 11);
  });

  it("has purgedcv's probabilistic and deflated Sharpe ratio, with its moments", () => {
    const [mean, skew, kurtosis] = expected.purgedcvMoments;
    const own = { count: length, mean, standardDeviation: 1, skew, kurtosis };
    for (const [benchmark, probability] of psr) expect(probabilisticSharpe(own, benchmark)).toBeCloseTo(probability, 11);
    for (const [trials, variance, probability] of dsr) expect(deflatedSharpe(own, trials, variance)).toBeCloseTo(probability, 11);
  });

  it("has quantstats' probabilistic Sharpe ratio, with its moments", () => {
    const [skew, kurtosis] = expected.quantstatsMoments;
    expect(probabilisticSharpe({ ...moments, skew, kurtosis })).toBeCloseTo(expected.quantstatsPsr, 11);
  });

  it("has purgedcv's minimum track record", () => {
    for (const [benchmark, confidence, periods] of expected.minTrackRecord)
      expect(minTrackRecord(moments, benchmark, confidence)).toBe(periods ?? Infinity);
  });
});

describe("what is undefined", () => {
  it("is NaN, and no verdict: no spread, one return", () => {
    for (const returns of [[0.01, 0.01, 0.01], [0.01], []]) {
      const moments = returnMoments(returns);
      expect(probabilisticSharpe(moments)).toBeNaN();
      expect(minTrackRecord(moments, 0, 0.95)).toBeNaN();
    }
  });
});

describe.each(fixture.matrices)("$trials trials over $periods periods in $blocks blocks", ({ trials, periods, blocks, logits }) => {
  it("have purgedcv's logits", () => {
    const returns = Array.from({ length: trials }, (_, trial) => parkMiller(periods, 0.1, 0.0001 * trial, 20_230_101 + trial));
    const found = pbo(returns, blocks);
    expect(found.splits).toBe(logits.length);
    const sorted = [...found.logits].sort((a, b) => a - b);
    for (const [i, expected] of logits.entries()) expect(sorted[i]).toBeCloseTo(expected, 12);
    expect(found.probability).toBe(logits.filter((logit) => logit <= 0).length / logits.length);
  });
});

describe("pbo", () => {
  it("refuses what it cannot split", () => {
    const ten = new Float64Array(10);
    expect(() => pbo([ten])).toThrow("1 trials");
    expect(() => pbo([ten, ten], 5)).toThrow("even");
    expect(() => pbo([ten, ten], 12)).toThrow("10 periods");
    expect(() => pbo([ten, new Float64Array(9)], 4)).toThrow("different lengths");
  });

  it("is certain for trials that never differ: ties share the middle rank", () => {
    expect(pbo([new Float64Array(32), new Float64Array(32)], 4).probability).toBe(1);
  });
});
