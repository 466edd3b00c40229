import { expect, it } from "vitest";
import type { ShadowDecision } from "../../record/shadowRecord.ts";
import { ChampionTest } from "./championTest.ts";

const OPTIONS = { alpha: 0.05, width: 0.02, lowest: -0.006 };
/** The same scores on every day, five tracks of 18 bars. */
const days = (test: ChampionTest, count: number, champion: number, challenger: number): ShadowDecision[] =>
  Array.from({ length: count }, () =>
    test.day(Array.from({ length: 5 }, () => Array.from({ length: 18 }, () => ({ champion, challenger })))),
  );

it("promotes who beats the champion and nothing, on the first day on which both e-values stand at 1 / α, and once", () => {
  const test = new ChampionTest(OPTIONS);
  const decisions = days(test, 60, -0.0005, 0.0003);
  const at = decisions.indexOf("promote");
  expect(at).toBeGreaterThan(2);
  expect(decisions.filter((each) => each !== "")).toEqual(["promote"]);
  const before = new ChampionTest(OPTIONS);
  days(before, at, -0.0005, 0.0003);
  expect(Math.min(before.eChampion, before.eNothing)).toBeLessThan(20);
  expect(Math.min(test.eChampion, test.eNothing)).toBeGreaterThanOrEqual(20);
});

it("promotes nobody who only abstains while the champion bleeds, nor who is better than nothing and worse than the champion", () => {
  const abstaining = new ChampionTest(OPTIONS);
  expect(new Set(days(abstaining, 200, -0.001, 0))).toEqual(new Set([""]));
  expect(abstaining.eChampion).toBeGreaterThan(1e6);
  expect(abstaining.eNothing).toBe(1);
  const worse = new ChampionTest(OPTIONS);
  expect(new Set(days(worse, 200, 0.001, 0.0005))).toEqual(new Set([""]));
  expect(worse.eNothing).toBeGreaterThan(1e6);
});

it("a regime need not beat nothing", () => {
  const test = new ChampionTest({ ...OPTIONS, width: 4.6, lowest: null });
  expect(days(test, 60, -1.2, -1.1)).toContain("promote");
  expect(test.eNothing).toBeNaN();
});

it("rolls back when the champion before turns out better since, never sooner, and promotes no more after that", () => {
  const test = new ChampionTest(OPTIONS);
  expect(test.eRollBack).toBeNaN();
  days(test, 60, -0.0005, 0.0003);
  expect(test.standing).toBe("promoted");
  expect(test.eRollBack).toBeLessThan(1);
  const since = new ChampionTest(OPTIONS);
  while (since.standing === "challenger") days(since, 1, -0.0005, 0.0003);
  const decisions = days(since, 100, 0.0008, -0.0004);
  expect(decisions.filter((each) => each !== "")).toEqual(["rollBack"]);
  expect(since.eRollBack).toBeGreaterThanOrEqual(20);
  expect(new Set(days(since, 100, -0.001, 0.001))).toEqual(new Set([""]));
  expect(since.standing).toBe("rolledBack");
});
