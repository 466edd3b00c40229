import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomOf } from "../../../test/randomMarket.ts";
import { Ema } from "./ema.ts";
import { Ring } from "./ring.ts";
import { RollingExtreme } from "./rollingExtreme.ts";
import { RollingMoments } from "./rollingMoments.ts";
import { RollingRegression } from "./rollingRegression.ts";
import { RollingVariance } from "./rollingVariance.ts";
import { wilder } from "./ema.ts";

/** Constants below: numpy 2 and scipy 1 (`scipy.stats.skew`, `kurtosis`, `linregress`) of the last five of these values. */
const VALUES = [9, 1.5, -2.25, 0.75, 3, -1];
const MEAN = 0.4;
const MEAN_SQUARE = 3.575;
const VARIANCE = 3.415;
const SKEWNESS = -0.0761786427803961;
const KURTOSIS = -1.2793367046168294;
const SLOPE = 0.025;
const R_SQUARED = 0.00036603221083455345;

const small = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 80 });
const windows = fc.integer({ min: 1, max: 20 });

describe("Ring", () => {
  it("gives back the last values, newest first", () => {
    const ring = new Ring(3);
    for (const x of [1, 2, 3, 4]) ring.add(x);
    expect([ring.at(0), ring.at(1), ring.at(2), ring.count]).toEqual([4, 3, 2, 3]);
    ring.clear();
    ring.add(9);
    expect([ring.at(0), ring.at(1), ring.count]).toEqual([9, 0, 1]);
  });
});

describe("RollingMoments", () => {
  it("has scipy's mean, variance, skewness and kurtosis", () => {
    const moments = new RollingMoments(5, 4);
    for (const x of VALUES) moments.add(x);
    expect(moments.mean).toBeCloseTo(MEAN, 14);
    expect(moments.meanSquare).toBeCloseTo(MEAN_SQUARE, 13);
    expect(moments.variance).toBeCloseTo(VARIANCE, 13);
    expect(moments.sampleVariance).toBeCloseTo(VARIANCE * 1.25, 13);
    expect(moments.skewness).toBeCloseTo(SKEWNESS, 13);
    expect(moments.excessKurtosis).toBeCloseTo(KURTOSIS, 12);
  });

  it("has no spread where all values are the same", () => {
    const moments = new RollingMoments(7, 4);
    for (let i = 0; i < 30; i += 1) moments.add(i === 3 ? 1e9 : 0.1);
    expect([moments.variance, moments.skewness, moments.excessKurtosis]).toEqual([0, 0, 0]);
  });
});

describe("RollingVariance", () => {
  it("has numpy's mean and variance", () => {
    const closes = new RollingVariance(5);
    for (const x of VALUES) closes.add(x);
    expect(closes.mean).toBeCloseTo(MEAN, 14);
    expect(closes.variance).toBeCloseTo(VARIANCE, 13);
    expect(closes.distance(-1)).toBeCloseTo(-1 - MEAN, 14);
  });

  it("keeps its digits on levels far above their spread", () => {
    const random = randomOf(3);
    const closes = new RollingVariance(20);
    const offsets: number[] = [];
    for (let i = 0; i < 5_003; i += 1) {
      const offset = Math.round(random() * 64) / 64; // exact beside 2²⁰
      offsets.push(offset);
      closes.add(1_048_576 + offset);
    }
    expect(closes.variance / variance(offsets.slice(-20))).toBeCloseTo(1, 11);
  });

  it("keeps its digits behind a jump", () => {
    const random = randomOf(5);
    for (const jump of [1e6, -1e6]) {
      const closes = new RollingVariance(20);
      for (let i = 0; i < 20; i += 1) closes.add(1_048_576 + 2 * jump + random());
      const offsets: number[] = [];
      for (let i = 0; i < 33; i += 1) {
        const offset = Math.round(random() * 64) / 1024;
        offsets.push(offset);
        closes.add(1_048_576 + jump + offset);
        if (i >= 19) expect(closes.variance / variance(offsets.slice(-20))).toBeCloseTo(1, 11);
      }
    }
  });

  it("is 0 where the price stands", () => {
    const closes = new RollingVariance(20);
    for (let i = 0; i < 65; i += 1) closes.add(i < 30 ? i : 0.1);
    expect([closes.variance, closes.distance(0.1)]).toEqual([0, 0]);
  });
});

describe("RollingRegression", () => {
  it("has scipy's slope and r²", () => {
    const line = new RollingRegression(5);
    for (const x of VALUES) line.add(x);
    expect(line.slope).toBeCloseTo(SLOPE, 14);
    expect(line.rSquared).toBeCloseTo(R_SQUARED, 14);
  });

  it("equals a fit of the window wherever the window stands", () => {
    const random = randomOf(4);
    const line = new RollingRegression(9);
    const values: number[] = [];
    for (let i = 0; i < 200; i += 1) {
      values.push(50 + random() * 3);
      line.add(values.at(-1) as number);
      if (i >= 8) expect(line.slope).toBeCloseTo(slope(values.slice(-9)), 12);
    }
  });
});

describe("RollingExtreme", () => {
  it("is the extreme of the window and its newest place", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 80 }), windows, (values, window) => {
        const [highest, lowest] = [new RollingExtreme(window, 1), new RollingExtreme(window, -1)];
        values.forEach((x, i) => {
          highest.add(x);
          lowest.add(x);
          const recent = values.slice(Math.max(0, i + 1 - window), i + 1).reverse();
          expect([highest.value, highest.age]).toEqual([Math.max(...recent), recent.indexOf(Math.max(...recent))]);
          expect([lowest.value, lowest.age]).toEqual([Math.min(...recent), recent.indexOf(Math.min(...recent))]);
        });
      }),
    );
  });
});

describe("Ema and Wilder", () => {
  it("average evenly to the n-th value and decay from there", () => {
    const [ema, smoothing] = [new Ema(3), wilder(4)];
    expect([2, 4, 9, 1, 1].map((x) => ema.add(x))).toEqual([2, 3, 5, 3, 2]);
    expect([4, 8, 0, 4, 8, 1].map((x) => smoothing.add(x))).toEqual([4, 6, 4, 4, 5, 4]);
    ema.clear();
    expect([ema.full, ema.add(7)]).toEqual([false, 7]);
  });

  it("stay within their values", () => {
    fc.assert(
      fc.property(small, windows, (values, periods) => {
        const averages = [new Ema(periods), wilder(periods)];
        for (const x of values) {
          for (const average of averages) average.add(x);
        }
        for (const { value } of averages) {
          expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        }
      }),
    );
  });
});

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const variance = (values: readonly number[]): number => mean(values.map((x) => (x - mean(values)) * (x - mean(values))));
const slope = (values: readonly number[]): number => {
  const middle = (values.length - 1) / 2;
  const spread = values.reduce((sum, _, i) => sum + (i - middle) * (i - middle), 0);
  return values.reduce((sum, x, i) => sum + (i - middle) * (x - mean(values)), 0) / spread;
};
