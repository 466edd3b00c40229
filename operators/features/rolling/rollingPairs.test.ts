import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RollingAutocorrelation } from "./rollingAutocorrelation.ts";
import { RollingCovariance } from "./rollingCovariance.ts";

/**
 * Constants: numpy 2 and scipy 1 of the last six values; x = VALUES[-6:], y = OTHERS[-6:], d = x - x.mean();
 * np.cov(x, y, bias=True)[0, 1], scipy.stats.pearsonr(x, y), linregress(x, y).slope, (d[k:] * d[:-k]).sum() / (d * d).sum().
 */
const VALUES = [9, 1.5, -2.25, 0.75, 3, -1, 2];
const OTHERS = [-7, 0.5, 1, -1.5, 2.5, 0, 1.25];

const small = fc.array(fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: -50, max: 50, noNaN: true })), {
  minLength: 1,
  maxLength: 80,
});

describe("RollingCovariance", () => {
  it("has numpy's covariance, correlation and slope of the last values", () => {
    const pairs = new RollingCovariance(6);
    VALUES.forEach((x, i) => {
      pairs.add(x, OTHERS[i] as number);
    });
    expect(pairs.covariance).toBeCloseTo(0.8125, 14);
    expect(pairs.correlation).toBeCloseTo(0.3714187456657976, 14);
    expect(pairs.slope).toBeCloseTo(0.2537960954446855, 14);
  });

  it("is 0 where one of them does not vary, and ±1 on a line", () => {
    const [flat, line] = [new RollingCovariance(6), new RollingCovariance(6)];
    VALUES.forEach((x) => {
      flat.add(0.1, x);
      line.add(x, 3 - 2 * x);
    });
    expect([flat.correlation, flat.slope]).toEqual([0, 0]);
    expect([line.correlation, line.slope]).toEqual([expect.closeTo(-1, 14), expect.closeTo(-2, 14)]);
  });

  it("stays between −1 and 1", () => {
    fc.assert(
      fc.property(small, (values) => {
        const pairs = new RollingCovariance(5);
        for (const [x, y] of values) {
          pairs.add(x, y);
          expect(Math.abs(pairs.correlation)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe("RollingAutocorrelation", () => {
  it("has numpy's autocorrelations of the last values", () => {
    const series = new RollingAutocorrelation(6, [1, 3]);
    for (const x of VALUES) series.add(x);
    expect(series.at(0)).toBeCloseTo(-0.44721619667389734, 14);
    expect(series.at(1)).toBeCloseTo(0.3600867678958785, 14);
  });

  it("is 0 where nothing varies", () => {
    const series = new RollingAutocorrelation(6, [1]);
    for (let i = 0; i < 10; i += 1) series.add(0.1);
    expect(series.at(0)).toBe(0);
  });
});
