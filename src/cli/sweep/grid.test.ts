import { describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import { gridOf, settingsOf } from "./grid.ts";

const refusal = (...assignments: readonly string[]): UserError => {
  try {
    settingsOf(assignments);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    return error as UserError;
  }
  throw new Error("it was taken");
};

describe("settingsOf", () => {
  it("tells lists from values, and puts modules before their options", () => {
    const { fixed, swept } = settingsOf([
      "position.options.trail.atrMultiple=1, 2,3",
      "signal.options.fastBars=60",
      "position.module=bracket,./mine.ts",
      "risk.day.maxLossFraction=0.01,null",
      "line.timeframes=5m,1h",
      'position.options.steps=[1,2],[3],{"a":"x,y"}',
    ]);
    expect(fixed).toEqual(["signal.options.fastBars=60", "line.timeframes=5m,1h"]);
    expect(swept).toEqual([
      { key: "position.module", values: ["bracket", "./mine.ts"] },
      { key: "position.options.trail.atrMultiple", values: ["1", "2", "3"] },
      { key: "risk.day.maxLossFraction", values: ["0.01", "null"] },
      { key: "position.options.steps", values: ["[1,2]", "[3]", '{"a":"x,y"}'] },
    ]);
  });

  it.each<[RegExp, ...string[]]>([
    [/^there is nothing to sweep: give at least one --set a list/],
    [/^there is nothing to sweep/, "position.options.stopFraction=0.004"],
    [/there is no key positoin \(did you mean position\?\)/, "positoin.options.a=1,2"],
    [/there is no key risk\.day\.maxLoss .*maxLossFraction/, "risk.day.maxLoss=1,2"],
    [/signal\.options\.fastBars changes the beliefs, and all runs of a sweep share theirs/, "signal.options.fastBars=60,120"],
    [/simulate\.seed changes the beliefs/, "simulate.seed=1,2"],
    [/line\.burstEvents changes no decision: give it one value/, "line.burstEvents=1,2"],
    [/the list has an empty value/, "venue.latencyMs=1,,2"],
    [/the list has an empty value/, "venue.latencyMs=,"],
    [/the list has 1 twice/, "venue.latencyMs=1,2,1"],
    [/venue\.latencyMs has a list already/, "venue.latencyMs=1,2", "venue.latencyMs=3,4"],
    [/give key=value/, "=1,2"],
  ])("refuses: %s", (message, ...assignments) => {
    expect(refusal(...assignments).message).toMatch(message);
  });
});

describe("gridOf", () => {
  it("has every combination, the last key fastest", () => {
    const grid = gridOf(
      [
        { key: "a", values: ["1", "2"] },
        { key: "b", values: ["x", "y", "z"] },
      ],
      6,
    );
    expect(grid.map((run) => run.join(""))).toEqual(["1x", "1y", "1z", "2x", "2y", "2z"]);
  });

  it("is bounded", () => {
    const values = Array.from({ length: 100 }, (_, index) => String(index));
    expect(() =>
      gridOf(
        [
          { key: "a", values },
          { key: "b", values },
        ],
        1000,
      ),
    ).toThrow(/^the grid has 10000 runs \(100 × 100\), at most 1000: shorten the lists, or say --max-runs 10000$/);
    expect(
      gridOf(
        [
          { key: "a", values },
          { key: "b", values },
        ],
        10_000,
      ),
    ).toHaveLength(10_000);
  });
});
