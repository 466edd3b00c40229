import { expect, it } from "vitest";
import { checkInvariance } from "./invariance.ts";
import { normalisedOverTheBurst, perceiveWith } from "./plantedLeaks.ts";

const SMALL = 6;

it("bursts and restarts of a random market change no decision", async () => {
  expect(await checkInvariance(SMALL)).toEqual({ cases: 4, problems: [] });
});

it("finds a feature that depends on its burst", async () => {
  const { problems } = await checkInvariance(SMALL, { perceive: perceiveWith(normalisedOverTheBurst) });
  expect(problems.length).toBeGreaterThan(2);
});
