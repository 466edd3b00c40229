import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { RiposteConfig } from "../../config/schema.ts";
import { formatUtc, parseTime } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import { sha256 } from "../store/hashing/sha256.ts";
import { counted } from "../report/page/format.js";
import { labelRows, readLabelTrades } from "../walkForward/labelTrades.ts";
import type { Walk } from "../walkForward/walkFile.ts";
import { readWalk } from "../walkForward/walkFile.ts";
import { walkForwardText } from "../walkForward/walkForwardText.ts";
import type { StitchedRun, WalkForwardRecord } from "../walkForward/walkForwardRecord.ts";
import { stageWalkForward, walkForwardObject } from "../walkForward/writeWalkForward.ts";
import { openStaging } from "../record/runs/staging.ts";
import { configOf, configOptions, RUN_OPTIONS } from "./configOptions.ts";
import { dataChoice, isSimulated } from "./data/history.ts";
import { shownPath } from "./data/shownPath.ts";
import { datasetCommand } from "./dataset.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { simulateCommand } from "./simulate.ts";
import { codeVersion, commandLine } from "./run/identity.ts";
import { pythonOption, runTrainer, TrainerFailed } from "./training/trainer.ts";
import type { Stitching } from "./walkForward/backtests.ts";
import { labelManagement, servedSets, stitched } from "./walkForward/backtests.ts";
import { passedOn } from "./walkForward/ownCommand.ts";
import type { WalkPlan } from "./walkForward/plan.ts";
import { WALK_OPTIONS, walkPlan } from "./walkForward/plan.ts";

/** Before a dataset's first row the line reads what its rules and risk windows want, and the backtest reads as far back. */
const WARM_UP_DAYS = 32;
/** Options that say what is traded, and how. */
const LINE_OPTIONS = ["config", "profile", "set", "name", "symbol", "regime", "pattern", "signal", "position", "burst"] as const;
/** Options that say where the data lie. */
const DATA_OPTIONS = ["data", "store", "market"] as const;

/** `riposte walk-forward`: train on some months, judge on the next, move on; then one backtest with everybody in their own month. */
export const walkForwardCommand: Command = {
  name: "walk-forward",
  summary: "train and judge members month by month, and backtest the line with each in its own month",
  options: {
    ...configOptions(...RUN_OPTIONS),
    ...WALK_OPTIONS,
    dataset: { type: "string", value: "DIR", help: "a dataset that is there already, written with --beliefs (default: it is made)" },
    backtest: { type: "string", value: "all|one|none", help: "all: also without members, and with each layer's alone", default: "all" },
    manage: {
      type: "string",
      value: "labels|config",
      help: "L4 of the backtest; labels: enters where L3 expects a gain and holds as its labels do; config: position.options as they are",
      default: "labels",
    },
    simulate: { type: "boolean", help: "use the market simulator even if there is history" },
    out: { type: "string", value: "DIR", help: "folder of everything; a second start goes on there", default: "out/walk-forward" },
    python: pythonOption,
  },
  run: async (values, context) => {
    const walk = await prepared(values, context);
    const record = await walkForward(walk, context);
    const staging = openStaging(walk.out, []);
    stageWalkForward(staging, record);
    staging.commit();
    context.print(walkForwardText(record, join(walk.out, "walk-forward.html")));
    return walkForwardObject(record);
  },
};

/** A walk-forward before it begins. */
interface Prepared {
  readonly plan: WalkPlan;
  readonly values: OptionValues;
  readonly config: RiposteConfig;
  readonly simulated: boolean;
  readonly out: string;
  readonly backtests: "all" | "one" | "none";
  readonly manage: "labels" | "config";
  readonly jobs: number;
}

const prepared = async (values: OptionValues, context: CommandContext): Promise<Prepared> => {
  const plan = walkPlan(values);
  const { config } = await configOf(values, context);
  if (config.models.swaps.length > 0 || Object.values(config.models.serve).some((who) => who !== null))
    throw new UserError("models.serve and models.swaps are what a walk-forward sets itself: leave them out");
  const backtests = String(values["backtest"]);
  if (backtests !== "all" && backtests !== "one" && backtests !== "none")
    throw new UserError(`--backtest ${backtests}: give all, one or none`, 2);
  const manage = String(values["manage"]);
  if (manage !== "labels" && manage !== "config") throw new UserError(`--manage ${manage}: give labels or config`, 2);
  const jobs = values["jobs"] === undefined ? availableParallelism() : Number(values["jobs"]);
  if (!Number.isSafeInteger(jobs) || jobs < 1) throw new UserError(`--jobs ${String(values["jobs"])}: give a whole number, 1 or more`, 2);
  const out = resolve(String(values["out"]));
  mkdirSync(out, { recursive: true });
  return { plan, values, config, simulated: isSimulated({ ...dataChoice(values, context), config }), out, backtests, manage, jobs };
};

/** Seconds of each stage, in their order; every stage is said when it ends. */
class Stages {
  readonly seconds: Record<string, number> = {};
  readonly #log: (line: string) => void;
  constructor(log: (line: string) => void) {
    this.#log = log;
  }
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work();
    const seconds = (performance.now() - startedAt) / 1000;
    this.seconds[name] = seconds;
    this.#log(`${name}: ${seconds.toFixed(1)} s`);
    return result;
  }
}

const walkForward = async (walk: Prepared, context: CommandContext): Promise<WalkForwardRecord> => {
  const { plan, out, config, jobs } = walk;
  const version = codeVersion();
  const quiet: CommandContext = { ...context, print: () => undefined };
  const stages = new Stages((line) => {
    context.log(line);
  });
  const data = walk.simulated
    ? await stages.run("simulated market", () => simulatedStore(walk, quiet))
    : passedOn(walk.values, DATA_OPTIONS);
  const dataset = await stages.run("dataset", () => datasetOf(walk, data, quiet));
  const dir = join(out, "work", workKey(plan, dataset));
  const found = await stages.run("training", () => trained(walk, dataset, dir, context));
  const labels = labelsOf(found, plan, join(dir, "trades.csv"));
  const stitching: Stitching = {
    walk: found,
    options: [...passedOn(walk.values, LINE_OPTIONS), ...data, ...(walk.manage === "labels" ? labelManagement(config) : [])],
    warmUp: dataset.warmUp,
    membersDir: join(dir, "members"),
    dir: join(dir, "backtests"),
  };
  const sets = walk.backtests === "none" ? [] : servedSets(found.serve, walk.backtests === "all");
  const runs = sets.length === 0 ? [] : await stages.run("backtests", () => allStitched(stitching, sets, jobs, context));
  const { commit, warnings } = await version;
  const [first, last] = [found.folds[0], found.folds.at(-1)];
  return {
    name: config.name,
    symbols: found.symbols,
    from: formatUtc(first?.testFromMs ?? 0),
    to: formatUtc(last?.testToMs ?? 0),
    dataSource: dataset.source,
    simulated: walk.simulated,
    warnings: [...new Set([...warnings, ...dataset.warnings, ...(runs[0]?.warnings ?? [])])],
    command: commandLine(),
    commit,
    walk: found,
    labels,
    backtests: runs,
    verdict: runs[0]?.verdict ?? null,
    tries: 1,
    ledgerPath: "",
    membersDir: shownPath(join(dir, "members")),
    seconds: stages.seconds,
  };
};

/** The simulated market as a store, so that a part of it is the same market: what a run of the simulator begins with is its start. */
const simulatedStore = async ({ values, out }: Prepared, context: CommandContext): Promise<string[]> => {
  const dir = join(out, "simulated");
  rmSync(dir, { recursive: true, force: true });
  await simulateCommand.run({ ...values, data: dir, store: undefined }, context);
  return [`--data=${dir}`, "--market=simulated"];
};

/** What a dataset says of itself. */
interface DatasetFacts {
  readonly dir: string;
  readonly datasetSha256: string;
  /** Where its line began to learn: so many days before `fromMs`, or with the first bar that there is (null). */
  readonly warmUp: Stitching["warmUp"];
  readonly source: string;
  readonly warnings: readonly string[];
}

const datasetOf = async (
  { values, plan, out, simulated }: Prepared,
  data: readonly string[],
  context: CommandContext,
): Promise<DatasetFacts> => {
  const given = values["dataset"];
  const dir = typeof given === "string" ? resolve(given) : join(out, "dataset");
  let [source, warnings]: [string, readonly string[]] = [`the dataset ${shownPath(dir)}`, []];
  if (typeof given !== "string") {
    const stored = Object.fromEntries(data.map((word) => word.slice(2).split("=") as [string, string]));
    const own = [`labels.everyBars=${plan.every}`, `data.warmUpDaysMin=${WARM_UP_DAYS}`];
    const set = [...(Array.isArray(values["set"]) ? values["set"] : []), ...own];
    const of = simulated ? { ...values, ...stored, simulate: undefined, from: undefined, to: undefined } : values;
    const made = await datasetCommand.run({ ...of, set, beliefs: true, format: "arrow", out: dir }, context);
    ({ source, warnings } = made as DatasetFacts);
  }
  const { datasetSha256, config } = readAbout(join(dir, "dataset.json"));
  const warmUp = { fromMs: typeof config?.from === "string" ? parseTime(config.from) : null, days: config?.data?.warmUpDaysMin ?? 0 };
  return { dir, datasetSha256, warmUp, source, warnings };
};

/** What a dataset's own file says of it; `config`: of those who wrote it. */
interface About {
  readonly datasetSha256: string;
  readonly config?: { readonly from?: string | null; readonly data?: { readonly warmUpDaysMin?: number } };
}

const readAbout = (path: string): About => {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as About;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot read ${path}: ${why}; --dataset names a folder that riposte dataset wrote`);
  }
};

/** Name of the folder in which the same walk-forward goes on. */
const workKey = ({ args }: WalkPlan, { datasetSha256 }: DatasetFacts): string =>
  sha256(Buffer.from(JSON.stringify([datasetSha256, ...args.filter((word) => !/^--(?:jobs|ray)=/.test(word))]))).slice(0, 12);

/** The trainer's own walk; folds that are finished stay. */
const trained = async (walk: Prepared, dataset: DatasetFacts, dir: string, context: CommandContext): Promise<Walk> => {
  const { plan, values, config } = walk;
  mkdirSync(dir, { recursive: true });
  const span = walk.simulated ? [] : passedOn(values, ["from", "to"]);
  const args = ["walk", `--dataset=${dataset.dir}`, `--work=${dir}`, `--symbols=${config.symbols.join(",")}`, ...span, ...plan.args];
  try {
    await runTrainer(args, values, context, (line, from) => {
      const [, done, total] = /^@ (\d+)\/(\d+)/.exec(line) ?? [];
      if (done !== undefined) context.progress("training", Number(done), Number(total));
      else if (from === "err") context.log(line);
    });
  } catch (error) {
    if (!(error instanceof TrainerFailed) || error.code !== 3) throw error;
    throw new UserError(`${error.message}; the other folds are kept in ${shownPath(dir)}: the same command goes on with those that failed`);
  }
  return readWalk(join(dir, "walk.json"));
};

const labelsOf = (walk: Walk, { costs }: WalkPlan, path: string): WalkForwardRecord["labels"] => {
  const [first, last] = [walk.folds[0], walk.folds.at(-1)];
  if (first === undefined || last === undefined || walk.models.signal.length === 0) return [];
  const wanted = walk.models.signal.flatMap((model) =>
    walk.symbols.flatMap((symbol) => [false, true].flatMap((calibrated) => costs.map((cost) => ({ model, calibrated, cost, symbol })))),
  );
  const judged = { fromMs: first.testFromMs, toMs: last.testToMs, blockDays: walk.blockDays ?? 5 };
  return labelRows(readLabelTrades(path), wanted, judged);
};

/** All backtests, as many at a time as there are processes. */
const allStitched = async (
  stitching: Stitching,
  sets: ReturnType<typeof servedSets>,
  jobs: number,
  context: CommandContext,
): Promise<(StitchedRun & { readonly warnings: readonly string[] })[]> => {
  const runs: (StitchedRun & { readonly warnings: readonly string[] })[] = [];
  let [next, done] = [0, 0];
  const seat = async (): Promise<void> => {
    for (let at = next++; at < sets.length; at = next++) {
      runs[at] = await stitched(stitching, sets[at] ?? [], context);
      done += 1;
      context.progress(`backtests (${counted(sets.length, "run")})`, done, sets.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, sets.length) }, seat));
  if (context.signal.aborted) throw new UserError(`stopped: folds and members are kept in ${shownPath(stitching.membersDir)}`);
  return runs;
};
