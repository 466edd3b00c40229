import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonEnvironment, TRAINING } from "../../src/cli/training/pythonEnvironment.ts";
import { runProgram } from "../../src/cli/training/runProgram.ts";
import type { SeedResult } from "./part.ts";

/** Checks of training/reproduce.py. */
export const REPRODUCTIONS = 6;
/** Written as reproduce.py says (docs/tests.md). */
const DATASET = process.env["RIPOSTE_TRAINING_DATASET"] ?? "out/dataset";

/** Check `seed`; the first is 1. Null where there is no dataset: it would count as a failure of the code. Its folder is its own: months that other code finished would prove nothing. */
export const reproduced = async (seed: number, signal: AbortSignal): Promise<SeedResult | null> => {
  const around = { env: process.env, signal, log: (line: string) => void process.stderr.write(`${line}\n`) };
  if (!existsSync(join(DATASET, "dataset.json"))) {
    around.log(`${DATASET} is no dataset: docs/tests.md says how it is written`);
    return null;
  }
  const python = await pythonEnvironment("out/python", around);
  const work = await mkdtemp(join(tmpdir(), "riposte-night-"));
  try {
    return await scriptResult(python, [join(TRAINING, "reproduce.py"), DATASET, work, "--check", String(seed)], around);
  } finally {
    await rm(work, { recursive: true });
  }
};

type Around = Omit<Parameters<typeof runProgram>[2], "onLine">;

/** What a script of checks showed; null where the signal ended it. Its last lines say what failed. */
export const scriptResult = async (python: string, args: readonly string[], around: Around): Promise<SeedResult | null> => {
  const lines: string[] = [];
  const code = await runProgram(python, args, { ...around, onLine: (line) => void lines.push(line) });
  if (around.signal.aborted) return null;
  return { cases: 1, problems: code === 0 ? [] : [lines.slice(-4).join("\n")] };
};
