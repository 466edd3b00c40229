import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../domain/units.ts";
import { systemProblem } from "../../../store/output/outputError.ts";
import { readRunFile, RUN_FILE } from "../runFile.ts";
import type { ShelvedRun } from "../runShelf.ts";
import type { ConfigDifference } from "./configDifferences.ts";
import { configDifferences } from "./configDifferences.ts";
import type { DecisionDifference } from "./firstDecision.ts";
import { firstDecision } from "./firstDecision.ts";
import { pairedBootstrap } from "./pairedBootstrap.ts";
import type { PairedDifference } from "./pairedBootstrap.ts";
import { pairedDays } from "./pairedDays.ts";
import type { TradeDifferences } from "./tradeDifferences.ts";
import { tradeDifferences } from "./tradeDifferences.ts";

/** Runs side by side; lists by run are in the order in which the runs were named. */
export interface Comparison {
  readonly runs: readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: string;
    readonly from: string;
    readonly to: string;
  }[];
  /** By figure; null: no number, or none of that run. */
  readonly figures: Readonly<Record<string, readonly (number | null)[]>>;
  /** Settings that differ, then code, data and modules where they do. */
  readonly differences: readonly ConfigDifference[];
  /** Each run but the first, beside the first. Empty where one of them is a sweep. */
  readonly beside: readonly Beside[];
}

/** A run beside the first one. */
export interface Beside {
  readonly id: string;
  readonly trades: TradeDifferences;
  /** Both have the same decision hash. */
  readonly sameDecisions: boolean;
  /** Null where nothing that happened differs, which the decision hash may do all the same. */
  readonly firstDecision: DecisionDifference | null;
  /** Null with too few days in common. */
  readonly dailyReturns: PairedDifference | null;
  readonly daysInCommon: number;
}

/** Compares two runs or more with the first one. Throws a `UserError` that names a run which has nothing to compare. */
export const compareRuns = async (runs: readonly ShelvedRun[], seed: number): Promise<Comparison> => {
  for (const run of runs) requireFigures(run);
  const [first, ...others] = runs as [ShelvedRun, ...ShelvedRun[]];
  const isOfFiles = runs.every(({ run }) => run.kind === "backtest");
  if (isOfFiles) for (const run of runs) requireFiles(run);
  const names = new Set(runs.flatMap(({ run }) => Object.keys(run.figures)));
  const beside: Beside[] = [];
  if (isOfFiles) for (const other of others) beside.push(await besideFirst(first, other, seed));
  return {
    runs: runs.map(({ run: { id, name, kind, from, to } }) => ({ id, name, kind, from, to })),
    figures: Object.fromEntries([...names].map((name) => [name, runs.map(({ run }) => run.figures[name] ?? null)])),
    differences: configDifferences(runs.map(({ run }) => comparedOf(run))),
    beside,
  };
};

/** What runs can differ in: settings, and what they cannot say. */
const comparedOf = ({ config, code, hashes, swept }: ShelvedRun["run"]): unknown => ({
  ...(config as Readonly<Record<string, unknown>>),
  ...(swept === undefined ? {} : { swept: Object.fromEntries(swept.map(({ key, values }) => [key, values])) }),
  code,
  dataSha256: hashes.data,
  modules: { ...hashes.modules, ...hashes.models },
});

const besideFirst = async (first: ShelvedRun, other: ShelvedRun, seed: number): Promise<Beside> => {
  const textOf = (name: string): [string, string] => [fileText(first, name), fileText(other, name)];
  const sameDecisions = first.run.hashes.decisions !== null && first.run.hashes.decisions === other.run.hashes.decisions;
  const differences = pairedDays(...textOf("equity.csv"));
  const log = "decisions.jsonl";
  return {
    id: other.run.id,
    trades: tradeDifferences(...textOf("trades.csv")),
    sameDecisions,
    firstDecision: sameDecisions ? null : ((await firstDecision(join(first.filesDir, log), join(other.filesDir, log))) ?? null),
    dailyReturns: pairedBootstrap(differences, seed) ?? null,
    daysInCommon: differences.length,
  };
};

const requireFigures = ({ run, status, problem }: ShelvedRun): void => {
  if (Object.keys(run.figures).length > 0) return;
  const why = status === "running" ? "is running" : `${status === "done" ? "is done" : status}${problem === null ? "" : ` (${problem})`}`;
  throw new UserError(`run ${run.id} ${why}: it has no figures to compare; name a run that is done, riposte runs list shows them`);
};

/** The files of a run with `--out` may have gone, or made room for another run's. */
const requireFiles = ({ run, filesDir }: ShelvedRun): void => {
  const there = readRunFile(join(filesDir, RUN_FILE));
  if (there?.id === run.id) return;
  const what = there === undefined ? "are gone" : `were replaced by those of run ${there.id}`;
  throw new UserError(`the files of run ${run.id} in ${filesDir} ${what}: run its command again, ${run.command}`);
};

const fileText = ({ run, filesDir }: ShelvedRun, name: string): string => {
  try {
    return readFileSync(join(filesDir, name), "utf8");
  } catch (error) {
    const problem = systemProblem(error);
    if (problem === undefined) throw error;
    throw new UserError(`cannot read ${join(filesDir, name)} of run ${run.id}: ${problem}; run its command again, ${run.command}`);
  }
};
