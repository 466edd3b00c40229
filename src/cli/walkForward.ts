import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { RiposteConfig } from "../../config/schema.ts";
import { formatUtc } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import { sha256 } from "../store/hashing/sha256.ts";
import { jsonObject } from "../report/jsonObject.ts";
import { counted } from "../report/page/format.js";
import { labelRows, readLabelTrades } from "../walkForward/labelTrades.ts";
import type { Walk } from "../walkForward/walkFile.ts";
import { readWalk } from "../walkForward/walkFile.ts";
import { walkForwardText } from "../walkForward/walkForwardText.ts";
import type { StitchedRun, WalkForwardRecord } from "../walkForward/walkForwardRecord.ts";
import { stageWalkForward } from "../walkForward/writeWalkForward.ts";
import { openStaging } from "../record/runs/staging.ts";
import { configOf, configOptions, RUN_OPTIONS } from "./configOptions.ts";
import { dataChoice, isSimulated } from "./data/history.ts";
import { shownPath } from "./data/shownPath.ts";
import type { OpenLedger } from "./data/trialLedgers.ts";
import { openLedger } from "./data/trialLedgers.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { inParallel } from "./frame/inParallel.ts";
import { wholeOption } from "./frame/wholeOption.ts";
import { codeVersion, commandLine } from "./run/identity.ts";
import { pythonOption, runTrainer, TrainerFailed } from "./training/trainer.ts";
import type { Stitching } from "./walkForward/backtests.ts";
import { labelManagement, servedSets, stitched } from "./walkForward/backtests.ts";
import { judgedByLedger } from "./walkForward/counted.ts";
import type { DatasetFacts } from "./walkForward/dataset.ts";
import { datasetOf, simulatedStore } from "./walkForward/dataset.ts";
import { passedOn } from "./walkForward/ownCommand.ts";
import type { WalkPlan } from "./walkForward/plan.ts";
import { WALK_OPTIONS, walkPlan } from "./walkForward/plan.ts";
import { Stages } from "./walkForward/stages.ts";

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
    ledger: { type: "string", value: "FILE", help: "file of all trials, appended to (default: that of sweep)" },
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
    return jsonObject(record);
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
  if (values["calibration"] === "none" && backtests !== "none")
    throw new UserError("--calibration none makes no members that could serve: add --backtest none", 2);
  const manage = String(values["manage"]);
  if (manage !== "labels" && manage !== "config") throw new UserError(`--manage ${manage}: give labels or config`, 2);
  if (manage === "labels" && backtests !== "none" && config.position.module !== "managed")
    throw new UserError(
      `--manage labels sets options of the position manager "managed": with ${config.position.module} add --manage config`,
      2,
    );
  const jobs = values["jobs"] === undefined ? availableParallelism() : wholeOption("jobs", values);
  const out = resolve(String(values["out"]));
  mkdirSync(out, { recursive: true });
  return { plan, values, config, simulated: isSimulated({ ...dataChoice(values, context), config }), out, backtests, manage, jobs };
};

const walkForward = async (walk: Prepared, context: CommandContext): Promise<WalkForwardRecord> => {
  const { plan, out, config, jobs } = walk;
  const version = codeVersion();
  const quiet: CommandContext = { ...context, print: () => undefined };
  const stages = new Stages((line) => {
    context.log(line);
  });
  const ledger = ledgerOf(walk, context);
  const { values, simulated } = walk;
  const data = simulated ? await stages.run("simulated market", () => simulatedStore(walk, quiet)) : passedOn(values, DATA_OPTIONS);
  const dataset = await stages.run("dataset", () => datasetOf({ ...walk, every: plan.every }, data, quiet));
  const args = [`--symbols=${config.symbols.join(",")}`, ...(simulated ? [] : passedOn(values, ["from", "to"])), ...plan.args];
  const dir = join(out, "work", workKey(args, dataset));
  const found = await stages.run("training", () => trained(values, args, { dataset: dataset.dir, dir }, context));
  const stitching: Stitching = {
    walk: found,
    options: [...passedOn(values, LINE_OPTIONS), ...data, ...(walk.manage === "labels" ? labelManagement(config) : [])],
    warmUp: dataset.warmUp,
    membersDir: join(dir, "members"),
    dir: join(dir, "backtests"),
  };
  const sets = walk.backtests === "none" ? [] : servedSets(found.serve, walk.backtests === "all");
  const runs = sets.length === 0 ? [] : await stages.run("backtests", () => allStitched(stitching, sets, jobs, context));
  const { commit, warnings } = await version;
  const span = { from: formatUtc(found.folds[0]?.testFromMs ?? 0), to: formatUtc(found.folds.at(-1)?.testToMs ?? 0) };
  return {
    ...{ name: config.name, symbols: found.symbols, ...span, dataSource: dataset.source, simulated },
    warnings: [...new Set([...warnings, ...ledger.warnings, ...dataset.warnings, ...(runs[0]?.warnings ?? [])])],
    ...{ command: commandLine(), commit, walk: found, labels: labelsOf(found, plan, join(dir, "trades.csv")), backtests: runs },
    ...judgedByLedger({ walk: found, run: runs[0], ...span, market: simulated ? JSON.stringify(config.simulate) : "real" }, ledger),
    ledgerPath: shownPath(ledger.ledger.path),
    membersDir: shownPath(join(dir, "members")),
    seconds: stages.seconds,
  };
};

const ledgerOf = ({ values, config, simulated }: Prepared, context: CommandContext): OpenLedger => {
  const named = values["ledger"];
  return openLedger(typeof named === "string" ? named : null, { ...config.data, generated: simulated }, context);
};

/** Name of the folder in which the same walk-forward goes on: of what is asked for, wherever it lies and whoever does it. */
const workKey = (args: readonly string[], { datasetSha256 }: DatasetFacts): string =>
  sha256(JSON.stringify([datasetSha256, ...args.filter((word) => !/^--(?:jobs|ray)=/.test(word))])).slice(0, 12);

/** Where the trainer reads and writes. */
interface Places {
  readonly dataset: string;
  readonly dir: string;
}

/** The trainer's own walk; folds that are finished stay. */
const trained = async (
  values: OptionValues,
  asked: readonly string[],
  { dataset, dir }: Places,
  context: CommandContext,
): Promise<Walk> => {
  mkdirSync(dir, { recursive: true });
  const args = ["walk", `--dataset=${dataset}`, `--work=${dir}`, ...asked];
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
  let done = 0;
  const one = (layers: (typeof sets)[number]) => async () => {
    const run = await stitched(stitching, layers, context);
    done += 1;
    context.progress(`backtests (${counted(sets.length, "run")})`, done, sets.length);
    return run;
  };
  const runs = await inParallel(jobs, sets.map(one));
  if (context.signal.aborted) throw new UserError(`stopped: folds and members are kept in ${shownPath(stitching.membersDir)}`);
  return runs;
};
