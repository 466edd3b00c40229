import fc from "fast-check";
import { it } from "vitest";
import { riskStorm } from "../../test/riskStorm.ts";

it("K2: 10⁵ random strategies, markets and venues find no way around the gate", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, minutes) => {
      riskStorm(seed, minutes);
    }),
    { numRuns: 100_000 },
  );
}, 1_800_000);
