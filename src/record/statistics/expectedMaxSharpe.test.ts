import { describe, expect, it } from "vitest";
import { expectedMaxSharpe } from "./expectedMaxSharpe.ts";

describe("expectedMaxSharpe", () => {
  /** sqrt(V)·((1 − γ)·norm.ppf(1 − 1/N) + γ·norm.ppf(1 − 1/(N·e))) with scipy 1.x's `stats.norm`. */
  it.each([
    [2, 1, 0.5197553442805939],
    [10, 0.25, 0.787299150672875],
    [100, 1, 2.5306028932016846],
    [1000, 0.0025, 0.16275607568263617],
  ])("of %i trials with variance %d is scipy's", (trials, variance, expected) => {
    expect(expectedMaxSharpe(trials, variance)).toBeCloseTo(expected, 12);
  });

  it("is 0 for one trial and unknown without a variance", () => {
    expect([expectedMaxSharpe(1, 1), expectedMaxSharpe(0, 1), expectedMaxSharpe(5, NaN), expectedMaxSharpe(5, 0)]).toEqual([0, 0, NaN, 0]);
  });
});
