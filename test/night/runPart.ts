import type { ProofPart, SeedResult } from "./part.ts";

interface PartLimits {
  readonly fromSeed: number;
  /** Cases after which the run ends; Infinity: only the time ends it. */
  readonly cases: number;
  readonly untilMs: number;
}
interface PartSurroundings {
  readonly nowMs: () => number;
  /** Aborts when the user wants to stop: the seed that runs is finished or given up, the others stay. */
  readonly signal: AbortSignal;
  readonly failed: (seed: number, problems: readonly string[]) => void;
  readonly progress: (cases: number) => void;
}

/** Seeds `fromSeed` to `toSeed` (none where it is smaller), and what they showed. */
interface PartRun {
  readonly fromSeed: number;
  readonly toSeed: number;
  readonly cases: number;
  readonly failures: number;
  readonly failedSeeds: readonly number[];
}

/** One seed; what it throws is a failure too. */
export const runSeed = async (part: ProofPart, seed: number, signal: AbortSignal): Promise<SeedResult | null> => {
  try {
    return await part.run(seed, signal);
  } catch (error) {
    return { cases: 1, problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
};

/** Seed after seed until the cases are enough, the time is over, there is no further seed, or the user stops. */
export const runPart = async (part: ProofPart, limits: PartLimits, around: PartSurroundings): Promise<PartRun> => {
  let seed = limits.fromSeed;
  let [cases, failures] = [0, 0];
  const failedSeeds: number[] = [];
  const more = (): boolean =>
    !around.signal.aborted && cases < limits.cases && around.nowMs() < limits.untilMs && seed <= (part.lastSeed ?? Infinity);
  while (more()) {
    const result = await runSeed(part, seed, around.signal);
    if (result === null) break;
    cases += result.cases;
    failures += result.problems.length;
    if (result.problems.length > 0) {
      failedSeeds.push(seed);
      around.failed(seed, result.problems);
    }
    around.progress(cases);
    // Signals arrive between two turns of the event loop; most parts are synchronous.
    await new Promise(setImmediate);
    seed += 1;
  }
  return { fromSeed: limits.fromSeed, toSeed: seed - 1, cases, failures, failedSeeds };
};
