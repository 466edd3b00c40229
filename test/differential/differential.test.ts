import { describe, expect, it } from "vitest";
import { checkSeed } from "./check.ts";

/** CI's share; `npm run night -- differential` goes on from there. */
const SEEDS = 60;

/** All that the venue says, as the page has it, and how often the scenarios must at least show it. */
const SHOWN: Readonly<Record<string, number>> = {
  accepted: 5000,
  canceled: 500,
  "expired IOC": 300,
  "expired good-till-date": 300,
  "expired liquidation": 300,
  "expired position closed": 2000,
  "fill as maker": 500,
  "fill as taker": 3000,
  funding: 200,
  liquidation: 200,
  "rejected -2011": 500,
  "rejected -2019": 500,
  "rejected -2021": 300,
  "rejected -2022": 300,
  "rejected -2027": 300,
  "rejected -4002": 1,
  "rejected -4003": 20,
  "rejected -4004": 20,
  "rejected -4005": 50,
  "rejected -4013": 1,
  "rejected -4014": 20,
  "rejected -4015": 10,
  "rejected -4016": 3,
  "rejected -4023": 20,
  "rejected -4024": 3,
  "rejected -4028": 20,
  "rejected -4116": 5,
  "rejected -4137": 20,
  "rejected -4138": 5,
  "rejected -4164": 1,
  "rejected -5021": 300,
  "rejected -5022": 50,
};

describe("the simulated venue against docs/venue.md in exact arithmetic", () => {
  it(`says the same to the bit of every answer and to 1e-6 USDT: scenarios 1 to ${SEEDS}`, () => {
    const all = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { problem, seen } = checkSeed(seed);
      expect(problem, problem ?? "").toBeNull();
      for (const [kind, count] of seen) all.set(kind, (all.get(kind) ?? 0) + count);
    }
    const scarce = Object.entries(SHOWN).flatMap(([kind, least]) =>
      (all.get(kind) ?? 0) < least ? [`${kind}: ${all.get(kind) ?? 0} of ${least}`] : [],
    );
    expect(scarce, "what the scenarios show too seldom").toEqual([]);
  });
});
