import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/sourceTree.ts";
import { brokenVenue } from "./brokenVenue.ts";
import { checkSeed } from "./check.ts";
import { differenceOf } from "./compare.ts";
import type { MakeVenue } from "./desk.ts";
import type { VenueMutant } from "./mutants.ts";
import { VENUE_MUTANTS } from "./mutants.ts";
import { oracleOf } from "./oracle/oracle.ts";
import { recorded } from "./record.ts";

/** CI's scenarios: each rule, broken, must show itself in one of them. */
const SEEDS = 60;

const broken = (mutant: VenueMutant): Promise<MakeVenue> =>
  brokenVenue(mutant, join(ROOT, `.cache/differential/${VENUE_MUTANTS.indexOf(mutant)}`));
const showsIn = (makeVenue: MakeVenue): number | undefined =>
  Array.from({ length: SEEDS }, (_, i) => i + 1).find((seed) => {
    const { scenario, lived } = recorded(seed, makeVenue);
    return differenceOf(lived, oracleOf(scenario)) !== null;
  });

describe("a rule of the venue broken on purpose", () => {
  it.each(VENUE_MUTANTS.map((mutant) => ({ rule: mutant.rule, mutant })))("is seen: $rule", async ({ mutant }) => {
    expect(showsIn(await broken(mutant)), `no seed from 1 to ${SEEDS} shows ${mutant.from} → ${mutant.to}`).toBeDefined();
  });

  it("is shown by a few bars and requests, and by the command that repeats it", async () => {
    const mutant = VENUE_MUTANTS.find(({ rule }) => rule === "a profit inside must be proven") as VenueMutant;
    const makeVenue = await broken(mutant);
    const seed = showsIn(makeVenue) as number;
    const problem = checkSeed(seed, makeVenue).problem as string;
    expect(problem).toContain(`npm run night -- differential --seed ${seed}`);
    expect(problem).toContain("the desk says\n");
    expect(problem.split("\n").filter((line) => /^bar |^ {2}send /.test(line)).length).toBeLessThan(15);
  });
});
