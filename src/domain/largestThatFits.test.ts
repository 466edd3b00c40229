import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestThatFits } from "./largestThatFits.ts";

const MAX = Number.MAX_SAFE_INTEGER;

describe("largestThatFits", () => {
  it("finds the largest from any estimate", () => {
    const whole = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.maxSafeNat());
    const estimate = fc.oneof(whole, fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -1, 0.5));
    fc.assert(
      fc.property(whole, estimate, (largest, start) => {
        expect(largestThatFits(start, (value) => value <= largest)).toBe(largest);
      }),
    );
  });
  it("is 0 where nothing fits, and the largest whole number where everything does", () => {
    for (const start of [0, 1, 7, MAX, Infinity, NaN]) expect(largestThatFits(start, () => false)).toBe(0);
    expect(largestThatFits(Infinity, () => true)).toBe(MAX);
    expect(largestThatFits(3, () => true)).toBe(MAX);
  });
  it("asks few times where the estimate is near", () => {
    for (const off of [-2, -1, 0, 1, 2]) {
      let asked = 0;
      largestThatFits(1_000_000 + off, (value) => {
        asked += 1;
        return value <= 1_000_000;
      });
      expect(asked).toBeLessThanOrEqual(4);
    }
  });
});
