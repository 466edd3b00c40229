import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { returnMoments } from "../../risk/sharpeBound.ts";
import { normalProbability } from "./normalProbability.ts";
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
    readonly psr: readonly (readonly [number, number])[];
    readonly dsr: readonly (readonly [number, number, number])[];
    readonly minTrackRecord: readonly (readonly [number, number, number | null])[];
  }[];
}

/** By purgedcv 0.1.11 and scipy (`scripts/statistics_fixture.py`). */
const fixture = JSON.parse(readFileSync(new URL("fixtures/statistics.json", import.meta.url), "utf8")) as Fixture;

const series = (length: number, phi: number, drift: number, seed = 20_230_101): Float64Array => {
  let [state, last] = [seed, 0];
  return Float64Array.from({ length }, () => {
    state = (state * 16_807) % 2_147_483_647;
    last = phi * last + 0.02 * (state / 2_147_483_647 - 0.5);
    return last + drift;
  });
};

it("Φ is scipy's", () => {
  for (const [x, expected] of fixture.normal) expect(Math.abs(normalProbability(x) / expected - 1)).toBeLessThan(1e-13);
  expect(normalProbability(NaN)).toBeNaN();
  expect([normalProbability(-Infinity), normalProbability(Infinity)]).toEqual([0, 1]);
});

describe.each(fixture.cases)("a series of $length returns", ({ length, phi, drift, psr, dsr, ...expected }) => {
  const moments = returnMoments(series(length, phi, drift));

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
