import type { Check, Worlds } from "./world.ts";
import { eachWorld, inFolder, walkForwardOf } from "./world.ts";
import { NO_EDGE_OPTIONS, noEdgeChecks, noEdgeLine, noEdgeOf } from "./noEdge.ts";

/** 60 days each of a market in which nothing predicts a return (docs/simulator.md): whatever is found there is invented. */
export const nullWorlds = async (seeds: readonly number[], worlds: Worlds): Promise<Check[]> => {
  const found = await eachWorld(seeds, worlds, (seed) =>
    inFolder(`null-${seed}`, async (dir) => {
      const options = ["--simulate", `--seed=${seed}`, "--days=60", "--edge=none", ...NO_EDGE_OPTIONS];
      const result = noEdgeOf(seed, await walkForwardOf(dir, options, worlds));
      return { result, line: noEdgeLine(result) };
    }),
  );
  // A side's alarm has 5 % in each world, a verdict 5 %: of 40, more than 4 and 5 would be rare.
  return noEdgeChecks(
    found,
    found.length === 40
      ? { icMax: 4, claimsMax: 5, tradesMin: 200 }
      : { icMax: byChance(found.length), claimsMax: byChance(found.length), tradesMin: 200 },
  );
};

/** Alarms at 5 % a world that chance exceeds in few hundreds: 2 standard deviations above the mean; 1 of 6. */
const byChance = (worlds: number): number => Math.floor(0.05 * worlds + 2 * Math.sqrt(0.05 * 0.95 * worlds));
