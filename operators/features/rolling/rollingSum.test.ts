import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomOf } from "../../../test/randomMarket.ts";
import { RollingSum } from "./rollingSum.ts";

/** Two years of minutes. */
const BARS = 1_051_200;
const WINDOW = 1440;

/** Sum with Neumaier's compensation: an algorithm of its own, good to a rounding for a window. */
const freshSum = (values: Float64Array): number => {
  let sum = 0;
  let lost = 0;
  for (const x of values) {
    const next = sum + x;
    lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  return sum + lost;
};

/** Greatest relative difference from a fresh sum, over the places looked at. */
const drift = (next: (i: number) => number): number => {
  const rolling = new RollingSum(WINDOW);
  const recent = new Float64Array(WINDOW);
  let worst = 0;
  for (let i = 0; i < BARS; i += 1) {
    const x = next(i);
    rolling.add(x);
    recent[i % WINDOW] = x;
    if (i >= WINDOW && i % 7_919 === 0) {
      const fresh = freshSum(recent);
      worst = Math.max(worst, Math.abs(rolling.sum - fresh) / Math.abs(fresh));
    }
  }
  return worst;
};

describe("RollingSum", () => {
  it("sums the last values, and fewer at the start", () => {
    const sum = new RollingSum(3);
    expect([sum.sum, sum.mean, sum.full]).toEqual([0, 0, false]);
    const sums = [1, 2, 3, 4, 5].map((x) => {
      sum.add(x);
      return [sum.sum, sum.mean, sum.count];
    });
    expect(sums).toEqual([
      [1, 1, 1],
      [3, 1.5, 2],
      [6, 2, 3],
      [9, 3, 3],
      [12, 4, 3],
    ]);
    expect(sum.oldest).toBe(3);
    sum.clear();
    sum.add(7);
    expect(sum.sum).toBe(7);
  });

  it("forgets a spike entirely", () => {
    const sum = new RollingSum(4);
    for (const x of [0.1, 1e17, 0.2, 0.3, 0.4, 0.5]) sum.add(x);
    expect(sum.sum).toBeCloseTo(1.4, 14);
  });

  it("does not drift in two years of squared returns", () => {
    const random = randomOf(1);
    const square = (): number => {
      const r = (random() + random() + random() - 1.5) * 0.001;
      return r * r;
    };
    expect(drift(square)).toBeLessThan(1e-13);
  });

  it("does not drift in two years of volumes with spikes", () => {
    const random = randomOf(2);
    const calm = (): number => random() * 1e-3;
    expect(drift((i) => (i % 50_000 === 17 ? 1e13 * (1 + random()) : calm()))).toBeLessThan(1e-9);
  });

  it("equals a sum of the window for any values", () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (values, window) => {
        const rolling = new RollingSum(window);
        for (const x of values) rolling.add(x);
        const fresh = freshSum(Float64Array.from(values.slice(-window)));
        expect(Math.abs(rolling.sum - fresh)).toBeLessThanOrEqual(1e-9);
      }),
    );
  });
});
