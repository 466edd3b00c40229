import fc from "fast-check";
import { expect, it } from "vitest";
import { riskStorm } from "../../test/riskStorm.ts";
import type { StormFacts } from "../../test/riskStorm.ts";

it("10⁴ random strategies, markets and venues find no way around the gate", () => {
  const total: StormFacts = {
    entries: 0,
    refusals: 0,
    fills: 0,
    halts: 0,
    emergencies: 0,
    reductions: 0,
    venueRefusals: 0,
    shutOut: 0,
  };
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, minutes) => {
      const facts = riskStorm(seed, minutes);
      for (const name of Object.keys(total) as (keyof StormFacts)[]) total[name] += facts[name];
    }),
    { numRuns: 10_000 },
  );
  // The storm blew: all that is examined happened, often.
  for (const [name, count] of Object.entries(total)) expect(count, name).toBeGreaterThan(300);
}, 120_000);
