import { expect, it } from "vitest";
import { rankCorrelation } from "./rankCorrelation.ts";

/** By scipy 1.17.1, `stats.spearmanr`. */
it.each([
  [[1, 2, 3, 4, 5], [5, 6, 7, 8, 7], 0.8207826816681233],
  [[0.3, -1.2, 0.3, 2.5, 0, 0], [1.1, 0.2, -0.4, -0.4, 3, 0.7], -0.43288403966923583],
  [[1, 2, 3], [3, 2, 1], -1],
])("of %j and %j is scipy's", (a, b, expected) => {
  expect(rankCorrelation(a, b)).toBeCloseTo(expected, 12);
});

it("is undefined where nothing is ranked", () => {
  expect([rankCorrelation([], []), rankCorrelation([1], [2]), rankCorrelation([1, 1], [1, 2])]).toEqual([NaN, NaN, NaN]);
});
