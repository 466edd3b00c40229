import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blockLength } from "./blockLength.ts";
import { DAYS_MIN, pairedBootstrap, resampledMeans } from "./pairedBootstrap.ts";

interface Case {
  readonly length: number;
  readonly phi: number;
  readonly mean: number;
  readonly blockDays: number;
  readonly low: number;
  readonly high: number;
  readonly deviation: number;
}
/** By arch 8.0.0, as scripts/bootstrap_fixture.py says. */
const { cases } = JSON.parse(readFileSync(new URL("fixtures/bootstrap.json", import.meta.url), "utf8")) as { cases: readonly Case[] };

/** The series that the fixture describes. */
const seriesOf = ({ length, phi }: Pick<Case, "length" | "phi">): Float64Array => {
  let [state, last] = [20230101, 0];
  return Float64Array.from({ length }, () => {
    state = (state * 16_807) % 2_147_483_647;
    last = phi * last + 0.02 * (state / 2_147_483_647 - 0.5);
    return last;
  });
};

describe.each(cases)("$length days with autocorrelation $phi", (of) => {
  const series = seriesOf(of);

  it("have the block length that arch chooses", () => {
    expect(blockLength(series)).toBeCloseTo(of.blockDays, 9);
  });

  it("have its mean, and its interval within the chance of 10,000 resamples", () => {
    const found = pairedBootstrap(series, 1);
    expect(found).toMatchObject({ days: of.length, seed: 1, resamples: 10_000 });
    expect(found?.mean).toBeCloseTo(of.mean, 12);
    // The standard error of a 2.5 % quantile of 10,000 normal draws is 0.027 deviations: four of them.
    for (const end of ["low", "high"] as const) expect(Math.abs((found?.[end] ?? NaN) - of[end])).toBeLessThan(0.11 * of.deviation);
  });

  it("spread as Politis and Romano's closed form says (1994, lemma 1)", () => {
    const [n, p] = [series.length, 1 / of.blockDays];
    const centred = series.map((value) => value - of.mean);
    const covariance = (lag: number): number => {
      let sum = 0;
      for (let t = 0; t + lag < n; t++) sum += (centred[t] as number) * (centred[t + lag] as number);
      return sum / n;
    };
    let variance = covariance(0);
    for (let lag = 1; lag < n; lag++) {
      const weight = (1 - lag / n) * (1 - p) ** lag + (lag / n) * (1 - p) ** (n - lag);
      variance += 2 * weight * covariance(lag);
    }
    const means = resampledMeans(series, of.blockDays, 7, 20_000);
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
    const spread = means.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / means.length;
    // The standard error of a variance of 20,000 normal draws is 1 %.
    expect(spread / (variance / n)).toBeGreaterThan(0.95);
    expect(spread / (variance / n)).toBeLessThan(1.05);
  });
});

describe("pairedBootstrap", () => {
  it("gives the same bits for the same seed, and others for another", () => {
    const series = seriesOf({ length: 100, phi: 0.3 });
    expect(pairedBootstrap(series, 5)).toEqual(pairedBootstrap(series, 5));
    expect(pairedBootstrap(series, 5)?.low).not.toBe(pairedBootstrap(series, 6)?.low);
  });

  it("of runs that did the same every day is exactly zero", () => {
    expect(pairedBootstrap(new Float64Array(40), 1)).toMatchObject({ mean: 0, low: 0, high: 0, blockDays: 1 });
  });

  it("says nothing of too few days", () => {
    expect(pairedBootstrap(new Float64Array(DAYS_MIN - 1), 1)).toBeUndefined();
    expect(pairedBootstrap(new Float64Array(0), 1)).toBeUndefined();
  });
});
