import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../streams/simulatedMarket/random.ts";
import { sharpe } from "../metrics/sharpe.ts";
import { bootstrapInterval, circularBlocks, keyedBlocks, resampled } from "./blockBootstrap.ts";
import { parkMiller } from "./testing/parkMiller.ts";

interface Bootstrap {
  /** Blocks that arch drew, by their first value or their number, and the statistic of what it drew. */
  readonly draws: readonly (readonly [number[], number])[];
  /** Interval of 100,000 resamples, and their standard deviation. */
  readonly low: number;
  readonly high: number;
  readonly deviation: number;
}
interface Case {
  readonly length: number;
  readonly phi: number;
  readonly drift: number;
  readonly circular: Bootstrap;
  readonly keyed: Bootstrap;
}
/** By arch 8.0.0 (`scripts/statistics_fixture.py`). */
const { bootstraps } = JSON.parse(readFileSync(new URL("fixtures/statistics.json", import.meta.url), "utf8")) as {
  readonly bootstraps: readonly Case[];
};
const BLOCK = 5;
const keyOf = (index: number): number => Math.floor(index / BLOCK);
const mean = (values: Float64Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
};

describe.each(bootstraps)("$length days with autocorrelation $phi", ({ length, phi, drift, circular, keyed }) => {
  const series = parkMiller(length, phi, drift);

  it("have arch's statistic for the blocks that arch drew", () => {
    for (const [blocks, statistic, { draws }] of [
      [circularBlocks(series, BLOCK), sharpe, circular],
      [keyedBlocks(series, keyOf), mean, keyed],
    ] as const)
      for (const [picks, expected] of draws) {
        expect(picks).toHaveLength(blocks.drawn);
        expect(statistic(resampled(blocks, picks, new Float64Array(blocks.lengthMax)))).toBeCloseTo(expected, 10);
      }
  });

  it("have arch's interval within the chance of 10,000 resamples", () => {
    for (const [found, expected] of [
      [bootstrapInterval(series, BLOCK, sharpe, { draws: 10_000 }), circular],
      [bootstrapInterval(series, keyOf, mean, { draws: 10_000 }), keyed],
    ] as const) {
      // The standard error of a 2.5 % quantile of 10,000 normal draws is 0.027 deviations: four of them.
      expect(Math.abs(found[0] - expected.low)).toBeLessThan(0.11 * expected.deviation);
      expect(Math.abs(found[1] - expected.high)).toBeLessThan(0.11 * expected.deviation);
    }
  });
});

/** Share of 400 series of a known mean whose interval holds it. */
const coverage = (phi: number, blockOf: number | ((index: number) => number)): number => {
  let held = 0;
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = new Random(seed, 7, 0);
    let last = 0;
    const series = Float64Array.from({ length: 365 }, () => (last = phi * last + random.normal()) + 0.5);
    const [low, high] = bootstrapInterval(series, blockOf, mean, { draws: 500, seed });
    if (low <= 0.5 && 0.5 <= high) held += 1;
  }
  return held / 400;
};

describe("bootstrapInterval", () => {
  it.each([
    ["circular blocks", 0, BLOCK],
    ["circular blocks", 0.3, BLOCK],
    ["blocks by key", 0, keyOf],
    ["blocks by key", 0.3, keyOf],
  ])("by %s holds the true mean of a series with autocorrelation %d in 90 to 99 of 100 worlds", (_, phi, blockOf) => {
    const share = coverage(phi, blockOf);
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.99);
  });

  it("is too short where neighbours that resemble each other are drawn alone", () => {
    expect(coverage(0.6, 1)).toBeLessThan(0.75);
  });

  it("gives the same bits for the same seed, others for another, and a narrower one for a lower level", () => {
    const series = parkMiller(100, 0, 0);
    const [low, high] = bootstrapInterval(series, BLOCK, mean, { seed: 5 });
    expect(bootstrapInterval(series, BLOCK, mean, { seed: 5 })).toEqual([low, high]);
    expect(bootstrapInterval(series, BLOCK, mean, { seed: 6 })[0]).not.toBe(low);
    const [narrowLow, narrowHigh] = bootstrapInterval(series, BLOCK, mean, { seed: 5, level: 0.5 });
    expect(low < narrowLow && narrowHigh < high).toBe(true);
  });

  it("holds every value once where each block is drawn once", () => {
    const series = Float64Array.of(1, 2, 3, 4, 5, 6, 7);
    const blocks = keyedBlocks(series, (index) => [0, 0, 1, 2, 2, 2, 3][index] as number);
    expect([...resampled(blocks, [3, 0, 1, 2], new Float64Array(blocks.lengthMax))]).toEqual([7, 1, 2, 3, 4, 5, 6]);
    const circle = circularBlocks(series, 3);
    expect([...resampled(circle, [6, 2, 0], new Float64Array(circle.lengthMax))]).toEqual([7, 1, 2, 3, 4, 5, 1]);
  });

  it("is undefined below six blocks, and where the statistic is of the series or of a resample", () => {
    const none = [NaN, NaN];
    expect(bootstrapInterval(parkMiller(25, 0, 0), BLOCK, mean)).toEqual(none);
    expect(bootstrapInterval(parkMiller(26, 0, 0), BLOCK, mean)).not.toEqual(none);
    expect(bootstrapInterval(new Float64Array(0), BLOCK, mean)).toEqual(none);
    expect(bootstrapInterval(new Float64Array(0), keyOf, mean)).toEqual(none);
    expect(
      bootstrapInterval(
        Float64Array.from({ length: 60 }, () => NaN),
        BLOCK,
        mean,
      ),
    ).toEqual(none);
    // One day with a return: resamples without it have no spread.
    expect(bootstrapInterval(new Float64Array(60).fill(0.01, 30, 31), BLOCK, sharpe)).toEqual(none);
  });
});
