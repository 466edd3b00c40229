import fc from "fast-check";
import { expect, it } from "vitest";
import { RegimeWeights } from "./regimeWeights.ts";

const RANGING = Float64Array.of(0.02, 0.1, 0.6, 0.1, 0.02, 0.08, 0.08);

/** Weights after many bars of one word and then one of another. */
const after = (usual: Float64Array, now: Float64Array, bars = 1000): number[] => {
  const weights = new RegimeWeights(bars);
  for (let i = 0; i < 40 * bars; i += 1) weights.take(usual);
  weights.take(now);
  return [...weights.weights];
};

it("is p over its mean, as far as that is known", () => {
  const weights = new RegimeWeights(1000);
  weights.take(Float64Array.of(0.4, 0.6, 0, 0, 0, 0, 0));
  // Means after one bar against the 240 of the start.
  const lift = (p: number): number => p / (1 / 7 + (p - 1 / 7) / 241 + 0.01);
  expect(weights.weights[0]).toBeCloseTo(lift(0.4) / (lift(0.4) + lift(0.6)), 12);
  expect(weights.weights[2]).toBe(0);
});

it("hears a rare state when it is likelier than usual, and hears all alike when all is as usual", () => {
  const now = Float64Array.of(0.1, 0.1, 0.52, 0.1, 0.02, 0.08, 0.08);
  const [strongUp = 0, , ranging = 0] = after(RANGING, now);
  expect(strongUp).toBeGreaterThan(2 * ranging);
  const usual = after(RANGING, RANGING);
  // Not quite alike: 0.01 is added to each mean.
  for (const weight of usual) expect(Math.abs(weight - 1 / 7)).toBeLessThan(0.05);
});

it("gives no endless weight to a state that was never named", () => {
  const certain = Float64Array.of(0, 0, 1, 0, 0, 0, 0);
  const [strongUp = 0] = after(certain, Float64Array.of(0.01, 0, 0.99, 0, 0, 0, 0));
  expect(strongUp).toBeLessThan(0.55);
});

it("sums to 1 whatever was said", () => {
  const word = fc
    .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 })
    .filter((p) => p.some((each) => each > 1e-6))
    .map((p) => {
      const sum = p.reduce((total, each) => total + each, 0);
      return Float64Array.from(p, (each) => each / sum);
    });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 50 }), (words) => {
      const weights = new RegimeWeights(300);
      for (const p of words) weights.take(p);
      expect(weights.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...weights.weights)).toBeGreaterThanOrEqual(0);
    }),
  );
});
