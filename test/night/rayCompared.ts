import { join } from "node:path";
import { pythonEnvironment, TRAINING } from "../../src/cli/training/pythonEnvironment.ts";
import { runProgram } from "../../src/cli/training/runProgram.ts";
import type { SeedResult } from "./part.ts";
import { scriptResult } from "./reproduced.ts";

/** training/compare_ray.py, in the trainer's environment. Null where Ray is not installed there: it would count as a failure of the code. */
export const rayCompared = async (_seed: number, signal: AbortSignal): Promise<SeedResult | null> => {
  const around = { env: process.env, signal, log: (line: string) => void process.stderr.write(`${line}\n`) };
  const python = await pythonEnvironment("out/python", around);
  const there = await runProgram(python, ["-c", "import ray"], { ...around, onLine: () => undefined });
  if (there === 0) return scriptResult(python, [join(TRAINING, "compare_ray.py")], around);
  around.log(`Ray is not installed: ${python} -m pip install --require-hashes --no-deps -r training/requirements-ray.txt`);
  return null;
};
