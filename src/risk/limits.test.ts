import { expect, it } from "vitest";
import { DEFAULT_LIMITS, NO_LIMITS } from "./limits.ts";

it("the shipped limits are those of docs/risk.md, and one against a runaway", () => {
  expect(DEFAULT_LIMITS).toEqual({
    position: { maxMarginFraction: 0.08, maxAccountMarginFraction: 0.24, maxLeverage: 5, maxStopFraction: 0.005 },
    day: { maxLossFraction: 0.02, maxEntries: 15, maxConsecutiveLosses: 8, maxVenueRefusals: 3 },
    data: { healthyMs: 60 * 1000, maxInferenceFailuresPerMinute: 3 },
    shock: { maxVolatilityRatio: 3, clearVolatilityRatio: 2, clearMs: 60 * 60 * 1000 },
    system: {
      maxDrawdownFraction: 0.05,
      maxVolatilityRatio: 3,
      minSharpeUpperBound: 0.5,
      sharpeMinDays: 90,
      maxIntentsPerSecond: 100,
      resume: "person",
    },
  });
});

it("no limits means that every one is switched off", () => {
  const { position, day, data, shock, system } = NO_LIMITS;
  const on = (tier: object, ...settings: string[]): string[] =>
    Object.entries(tier).flatMap(([name, limit]) => (limit === null || settings.includes(name) ? [] : [name]));
  expect(
    [on(position), on(day), on(data), on(shock, "clearVolatilityRatio", "clearMs"), on(system, "sharpeMinDays", "resume")].flat(),
  ).toEqual([]);
});
