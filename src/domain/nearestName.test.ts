import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, editDistance, nearestName } from "./nearestName.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["backtest", "bakctest", 1],
    ["from", "form", 1],
    ["ca", "abc", 3],
    ["seed", "sed", 1],
  ])("%s → %s is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it("is symmetric, 0 only for equals, and at most the longer length", () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe("nearestName", () => {
  const names = ["backtest", "backfill", "simulate", "live"];
  it.each([
    ["bcktest", "backtest"],
    ["BACKFILL", "backfill"],
    ["simualte", "simulate"],
    ["liv", "live"],
    ["train", undefined],
    ["x", undefined],
    ["", undefined],
  ])("%s → %s", (name, nearest) => {
    expect(nearestName(name, names)).toBe(nearest);
  });

  it("takes the first of equally near ones", () => {
    expect(nearestName("mat", ["cat", "bat"])).toBe("cat");
  });

  it("is worded for a message, or not at all", () => {
    expect(didYouMean("bactest", names)).toBe(" (did you mean backtest?)");
    expect(didYouMean("zzz", names)).toBe("");
  });
});
