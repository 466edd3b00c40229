/**
 * A walk-forward beside freqtrade's FreqAI on the same rows, model (LightGBM, both sides) and windows, one process each, interleaved:
 * `npx tsx bench/freqai.ts DATASET --peer PYTHON [--from 2022-07-05] [--to 2023-01-01] [--rounds 3]`. DATASET was written with
 * `labels.everyBars=15`; PYTHON is an environment with freqtrade 2026.9, lightgbm, scikit-learn, datasieve and xgboost. Beside wall time stands
 * pure model time, inside fit and predict. Riposte's walk does more than FreqAI there: ridge beside, and four cross-fitted blocks that it calibrates on.
 */
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runProgram } from "../src/cli/training/runProgram.ts";
import { pythonEnvironment, TRAINING } from "../src/cli/training/pythonEnvironment.ts";
import { readWalk } from "../src/walkForward/walkFile.ts";
import { median } from "./peers/resultLine.ts";

const [TRAIN_DAYS, TEST_DAYS] = [180, 30];
const DAY_MS = 86_400_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peer: { type: "string" },
    from: { type: "string", default: "2022-07-05" },
    to: { type: "string", default: "2023-01-01" },
    rounds: { type: "string", default: "3" },
    python: { type: "string", default: "out/python" },
  },
});
const [dataset] = positionals;
if (dataset === undefined || values.peer === undefined) {
  console.error("give a dataset and --peer PYTHON, see the head of this file");
  process.exit(2);
}
const work = resolve("out/bench-freqai");
const day = (text: string): string => text.replaceAll("-", "");
const signal = new AbortController().signal;

interface Measured {
  /** Seconds: whole command, the learning within it, and inside fit and predict. */
  readonly command: number;
  readonly learning: number;
  readonly model: number;
}

const freqai = async (): Promise<Measured> => {
  const script = fileURLToPath(new URL("freqai/freqai.py", import.meta.url));
  const args = [script, dataset, String(TRAIN_DAYS), String(TEST_DAYS), day(values.from), day(values.to)];
  let result: (Measured & { exit: unknown }) | null = null;
  await runProgram(values.peer ?? "", args, {
    ...{ env: process.env, signal },
    onLine: (line) => {
      if (line.startsWith("RESULT ")) result = JSON.parse(line.slice("RESULT ".length)) as Measured & { exit: unknown };
    },
  });
  const found = result as (Measured & { exit: unknown }) | null;
  if (found === null || found.model === 0) throw new Error("FreqAI trained nothing: run the script alone to see why");
  return found;
};

const riposte = async (): Promise<Measured> => {
  rmSync(work, { recursive: true, force: true });
  const python = await pythonEnvironment(resolve(values.python), { env: process.env, signal, log: console.error });
  const from = new Date(Date.parse(values.from) - TRAIN_DAYS * DAY_MS).toISOString().slice(0, 10);
  const spans = [`--train=${TRAIN_DAYS}d`, `--test=${TEST_DAYS}d`, `--step=${TEST_DAYS}d`, `--from=${from}`, `--to=${values.to}`];
  const what = ["--signal=lightgbm", "--regime=", "--columns=all", "--jobs=1", "--no-members"];
  const startedAt = performance.now();
  const args = ["-m", "riposte_training", "walk", `--dataset=${resolve(dataset)}`, `--work=${work}`, ...spans, ...what];
  const code = await runProgram(python, args, { env: { ...process.env, PYTHONPATH: TRAINING }, signal, onLine: () => undefined });
  if (code !== 0) throw new Error(`the walk ended with ${String(code)}`);
  const { seconds } = readWalk(join(work, "walk.json"));
  return { command: (performance.now() - startedAt) / 1000, learning: seconds.wall, model: seconds.model };
};

const measured: Record<"Riposte" | "FreqAI", Measured[]> = { Riposte: [], FreqAI: [] };
for (let round = 0; round < Number(values.rounds); round += 1) {
  measured.Riposte.push(await riposte());
  measured.FreqAI.push(await freqai());
}
rmSync(work, { recursive: true, force: true });
console.log("system    command s   learning s   model s   learning / model   command / model");
for (const [name, runs] of Object.entries(measured)) {
  const of = (get: (run: Measured) => number): number => median(runs.map(get));
  const ratio = (get: (run: Measured) => number): string =>
    `${of((run) => get(run) / run.model).toFixed(2)} (${runs.map((run) => (get(run) / run.model).toFixed(2)).join(", ")})`;
  const seconds = [of((run) => run.command), of((run) => run.learning), of((run) => run.model)].map((value) =>
    value.toFixed(1).padStart(9),
  );
  console.log(`${name.padEnd(8)} ${seconds.join("   ")}   ${ratio((run) => run.learning)}   ${ratio((run) => run.command)}`);
}
