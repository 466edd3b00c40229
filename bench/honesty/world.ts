import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { inParallel } from "../../src/cli/frame/inParallel.ts";
import { ownCommand } from "../../src/cli/walkForward/ownCommand.ts";
import type { WalkForwardRecord } from "../../src/walkForward/walkForwardRecord.ts";

/** Where worlds are made and judged; each is removed when it was. */
const FOLDER = resolve("out", "bench-honesty");

/** How worlds are run: through the program's own commands, so many at a time. */
export interface Worlds {
  readonly jobs: number;
  /** Where the trainer's Python environment lies, or is made. */
  readonly python: string;
  readonly signal: AbortSignal;
  /** Said after each world. */
  readonly tell: (line: string) => void;
}

export interface Check {
  readonly holds: boolean;
  readonly text: string;
}

/** A folder of its own for one world, removed behind it. */
export const inFolder = async <T>(name: string, work: (dir: string) => Promise<T>): Promise<T> => {
  const dir = join(FOLDER, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** `riposte walk-forward` with these options in this folder; what is no number in its JSON is NaN here. */
export const walkForwardOf = async (dir: string, options: readonly string[], { signal, python }: Worlds): Promise<WalkForwardRecord> => {
  // The ledger of the bench is none of the user's.
  const env = { ...process.env, XDG_STATE_HOME: join(dir, "state") };
  return (await ownCommand(["walk-forward", "--jobs=1", `--python=${python}`, `--out=${dir}`, ...options], {
    env,
    signal,
  })) as WalkForwardRecord;
};

/** Runs worlds, `jobs` at a time, and says each when it is done; their results in the order of `seeds`. */
export const eachWorld = async <T>(
  seeds: readonly number[],
  { jobs, tell }: Worlds,
  work: (seed: number) => Promise<{ readonly result: T; readonly line: string }>,
): Promise<T[]> =>
  inParallel(
    jobs,
    seeds.map((seed) => async () => {
      const { result, line } = await work(seed);
      tell(line);
      return result;
    }),
  );

export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard error of the mean. */
export const errorOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) * (value - mean))) / (values.length - 1));
};
