import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestTick } from "./nearestTick.ts";
import type { Direction } from "./units.ts";

describe("the tick nearest to a price at a fraction of another", () => {
  it.each<readonly [string, number, number, number, number]>([
    ["a half whose double is less", 300, 0.005, 301, 302],
    ["a half whose double is more", 1050, 0.07, 1123, 1124],
    ["a half below", 1001, -0.5, 500, 501],
    ["no half", 1000, 0.0014, 1001, 1001],
    ["a hair below a half", 1_000_000, 0.0000014999999, 1_000_001, 1_000_001],
    ["a hair above a half", 1_000_000, 0.0000015000001, 1_000_002, 1_000_002],
    ["a fraction with an exponent", 500_000_000, 1e-9, 500_000_000, 500_000_001],
    ["a fraction of a tick", 0.5, 0.00001, 1, 1],
  ])("%s", (_, from, fraction, down, up) => {
    expect([nearestTick(from, fraction, -1), nearestTick(from, fraction, 1)]).toEqual([down, up]);
  });

  it("is that of whole numbers, for decimals of up to six places (property)", () => {
    const millionths = fc.integer({ min: -999_999, max: 3_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), millionths, fc.constantFrom<Direction>(1, -1), (from, millionth, halvesTo) => {
        const product = BigInt(from) * BigInt(1_000_000 + millionth);
        const rest = product % 1_000_000n;
        const up = rest > 500_000n || (rest === 500_000n && halvesTo > 0);
        expect(nearestTick(from, millionth / 1e6, halvesTo)).toBe(Number(product / 1_000_000n) + (up ? 1 : 0));
      }),
      { numRuns: 2000 },
    );
  });

  it("knows every half of a fraction of thousandths (all of them)", () => {
    for (let from = 500; from < 20_000; from += 1000)
      for (let thousandth = 1; thousandth < 100; thousandth += 2) {
        const floor = Math.floor((from * (1000 + thousandth)) / 1000);
        expect([nearestTick(from, thousandth / 1000, -1), nearestTick(from, thousandth / 1000, 1)]).toEqual([floor, floor + 1]);
      }
  });
});
