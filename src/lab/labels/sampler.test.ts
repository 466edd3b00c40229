import { describe, expect, test } from "vitest";
import { bracketOf } from "./bracketOf.ts";
import { CusumFilter } from "./cusumFilter.ts";
import { sampler } from "./sampler.ts";

describe("CUSUM filter", () => {
  const events = (returns: readonly number[], threshold: number): number[] => {
    const filter = new CusumFilter();
    return returns.flatMap((logReturn, row) => (filter.bar(logReturn, threshold) ? [row] : []));
  };
  test("adds up each side from zero and starts that side anew at an event", () => {
    // Up: 1, 2, 3 → event (> 2.5), 1, 2, 1.5, 2.5, 3.5 → event.
    expect(events([1, 1, 1, 1, 1, -0.5, 1, 1], 2.5)).toEqual([2, 7]);
    // Down: −1, −2, then a rise of 3 ends it at 0 and is an event of its own side; −1, −2, −3 → event.
    expect(events([-1, -1, 3, -1, -1, -1], 2.5)).toEqual([2, 5]);
  });
  test("reaching the threshold is not passing it", () => {
    expect(events([1, 1], 2)).toEqual([]);
    expect(events([-1, -1, -0.001], 2)).toEqual([2]);
  });
  test("an unknown threshold starts both sides anew", () => {
    const filter = new CusumFilter();
    expect([filter.bar(2, 3), filter.bar(2, NaN), filter.bar(2, 3), filter.bar(2, 0), filter.bar(4, 3)]).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

describe("sampler", () => {
  test("every k bars counts from the epoch, wherever the data begin", () => {
    const chosen = (from: number): number[] => {
      const choose = sampler({ kind: "every", bars: 5 }, 60_000);
      return Array.from({ length: 20 }, (_, i) => from + i).filter((minute) => choose(minute * 60_000, 0, 1));
    };
    expect(chosen(3)).toEqual([5, 10, 15, 20]);
    expect(chosen(7)).toEqual([10, 15, 20, 25]);
  });
  test("the CUSUM threshold is in volatility units of the bar it is asked at", () => {
    const choose = sampler({ kind: "cusum", threshold: 2 }, 60_000);
    expect([choose(0, 0.03, 0.01), choose(0, 0.03, 0.02), choose(0, 0.02, 0.02)]).toEqual([true, false, true]);
  });
});

test("a bracket in volatility units: k·σ·√bars; in fractions the barriers themselves", () => {
  expect(bracketOf({ unit: "volatility", stop: 1, target: 3 }, 0.0005, 64)).toEqual({ stopFraction: 0.004, targetFraction: 0.012 });
  expect(bracketOf({ unit: "volatility", stop: 0, target: 1 }, 0.001, 4)).toEqual({ stopFraction: 0, targetFraction: 0.002 });
  expect(bracketOf({ unit: "fraction", stop: 0.005, target: 0.015 }, NaN, 60)).toEqual({ stopFraction: 0.005, targetFraction: 0.015 });
});
