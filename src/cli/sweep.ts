import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { configSha256 } from "../../config/sha256.ts";
import type { RiposteConfig } from "../../config/schema.ts";
import { UserError } from "../domain/units.ts";
import { OWN_SWEEP_FILES } from "../record/runs/ownFiles.ts";
import type { KeptRun } from "../record/runs/keptRun.ts";
import type { SweepRecord, SweepRun, SweptKey } from "../sweep/sweepRecord.ts";
import { bySharpe, luckOf, SWEEP_FIGURES } from "../sweep/sweepRecord.ts";
import { sweepText } from "../sweep/sweepText.ts";
import { stageSweep, sweepObject } from "../sweep/writeSweep.ts";
import type { Trial } from "../sweep/trialLedger.ts";
import { allTrials } from "../sweep/trialLedger.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { configOptions, RUN_OPTIONS } from "./configOptions.ts";
import { shownPath } from "./data/shownPath.ts";
import type { CodeVersion } from "./run/identity.ts";
import { codeVersion, commandLine } from "./run/identity.ts";
import { composeSweep } from "./sweep/composeSweep.ts";
import type { PlannedSweep } from "./sweep/composeSweep.ts";
import type { OpenLedger } from "./sweep/ledger.ts";
import { openLedger } from "./sweep/ledger.ts";
import { gridOf, settingsOf } from "./sweep/grid.ts";
import type { TrialResult } from "./sweep/trial.ts";
import { runTrials } from "./sweep/trialPool.ts";
import { abandonRun, beginRun, figuresOf, keptText } from "./runs/keeping.ts";

/** The folder of the newest sweep's files. */
const NEWEST_DIR = "out/sweep";
/** Beliefs that a sweep made itself, in its folder. */
const BELIEFS_FILE = "sweep.beliefs";

/** `riposte sweep`: a grid of settings of L4, venue and risk on beliefs that are computed once. */
export const sweepCommand: Command = {
  name: "sweep",
  summary: "run a grid of settings on stored beliefs, and count every trial",
  options: {
    ...configOptions(...RUN_OPTIONS),
    set: { type: "string", multiple: true, value: "KEY=A,B,…", help: "any setting; a list of a position, venue or risk key is swept" },
    out: { type: "string", value: "DIR", help: `folder of the page (default: ${NEWEST_DIR}, a copy of the newest sweep in out/runs)` },
    simulate: { type: "boolean", help: "use the market simulator even if there is history" },
    beliefs: {
      type: "string",
      value: "FILE",
      help: `stored beliefs; made first where FILE does not exist (default: ${BELIEFS_FILE} in --out)`,
    },
    ledger: {
      type: "string",
      value: "FILE",
      help: "file of all trials, appended to (default: trials.jsonl in the store's folder; of a server or the simulator, in the user's)",
    },
    "max-runs": { type: "string", value: "N", help: "runs of the grid at most", default: "1000" },
    jobs: { type: "string", value: "N", help: "runs at a time (default: the processor's cores)" },
  },
  run: async (values, context) => {
    const settings = settingsOf(listOf(values["set"]));
    const grid = gridOf(settings.swept, whole("max-runs", values));
    const jobs = values["jobs"] === undefined ? availableParallelism() : whole("jobs", values);
    const plan = await composeSweep(values, settings, grid, context);
    const opened = openLedger(textOf(values["ledger"]), plan, context);
    const sweep: Sweep = {
      plan,
      grid,
      swept: settings.swept,
      ...opened,
      jobs,
      out: textOf(values["out"]),
      outDir: textOf(values["out"]) ?? NEWEST_DIR,
    };
    const { record, kept } = await runSweep(sweep, textOf(values["beliefs"]), context);
    context.print(`${sweepText(record, join(sweep.outDir, "sweep.html"))}${keptText(kept)}`);
    return sweepObject(record);
  },
};

interface Sweep extends OpenLedger {
  readonly plan: PlannedSweep;
  readonly swept: readonly SweptKey[];
  readonly grid: readonly (readonly string[])[];
  readonly jobs: number;
  /** `--out`, where it was given. */
  readonly out: string | null;
  /** Where the user finds the files. */
  readonly outDir: string;
}

/** Runs of a sweep that are finished, by place in the grid, and what the ledger said to them. */
interface Finished {
  readonly results: Map<number, TrialResult>;
  added: number;
  known: number;
}

const runSweep = async (
  sweep: Sweep,
  beliefs: string | null,
  context: CommandContext,
): Promise<{ readonly record: SweepRecord; readonly kept: KeptRun }> => {
  const startedAt = performance.now();
  const finished: Finished = { results: new Map(), added: 0, known: 0 };
  const version = codeVersion();
  let kept: KeptRun | undefined;
  try {
    kept = beginSweep(sweep, context);
    if (sweep.plan.data.simulated) context.log(`NOTE ${sweep.plan.data.source}`);
    await runGrid(sweep, beliefs ?? kept.besides(BELIEFS_FILE), finished, context);
    if (finished.results.size === 0) throw new UserError(`stopped before the first run was finished: ${sweep.outDir} is as it was`);
    const record = recordOf(sweep, finished, await version, (performance.now() - startedAt) / 1000);
    stageSweep(kept.staging, record);
    await kept.finish(endOf(record));
    if (finished.results.size < sweep.grid.length)
      context.log(
        `stopped after ${finished.results.size} of ${sweep.grid.length} runs: these are kept in ${sweep.outDir} and in ${sweep.ledger.path}`,
      );
    return { record, kept };
  } catch (error) {
    await abandonRun(kept, error, context);
    if (finished.results.size > 0)
      context.log(
        `NOTE ${finished.results.size} of ${sweep.grid.length} runs were finished: they are in ${sweep.ledger.path}; ${sweep.outDir} is as it was`,
      );
    throw error;
  }
};

/** A sweep is kept as one run, with the config that its grid begins with. */
const beginSweep = ({ plan, swept, out }: Sweep, context: CommandContext): KeptRun => {
  const [config] = plan.configs as [RiposteConfig];
  const sha256 = createHash("sha256").update(plan.configs.map(configSha256).join()).digest("hex");
  const captured = plan.choice.captures.length > 0;
  const about = { kind: "sweep", newest: NEWEST_DIR, own: OWN_SWEEP_FILES, grid: { swept, sha256 } } as const;
  return beginRun({ ...about, trained: plan.trained, config, data: plan.data, captured, out }, context);
};

/** The figures of a sweep are those of its best run, and how many there are. */
const endOf = ({ runs, planned, commit, dataSha256, from, to }: SweepRecord): Parameters<KeptRun["finish"]>[0] => {
  const missing = planned - runs.length;
  return {
    status: missing > 0 ? "cancelled" : "done",
    problem: missing > 0 ? `stopped after ${runs.length} of ${planned} runs` : null,
    code: commit,
    from,
    to,
    dataSha256,
    decisionsSha256: null,
    figures: { runs: runs.length, planned, ...figuresOf(runs[0]?.figures ?? {}) },
  };
};

/** The first run alone where it has to make the beliefs; then all others on as many processes as there are. */
const runGrid = async (
  { plan, swept, grid, ledger, jobs }: Sweep,
  beliefsPath: string,
  finished: Finished,
  context: CommandContext,
): Promise<void> => {
  const makes = !existsSync(beliefsPath);
  const tasks = plan.configs.map((config) => ({ config, profile: plan.profile, choice: plan.choice, beliefsPath }));
  const { expectedBars } = plan.data;
  const nameOf = (index: number): string => swept.map(({ key }, at) => `${key}=${grid[index]?.[at] ?? ""}`).join(" ");
  const part = async (from: number, to: number, label: string): Promise<void> => {
    await runTrials(tasks.slice(from, to), {
      processes: jobs,
      signal: context.signal,
      nameOf: (index) => nameOf(from + index),
      done: (index, result) => {
        // A run is finished when the ledger has it.
        const added = ledger.append(trialOf(result, swept, grid[from + index] ?? []));
        finished.results.set(from + index, result);
        if (added) finished.added += 1;
        else finished.known += 1;
      },
      progress: (bars) => {
        context.progress(label, bars, expectedBars * (to - from));
      },
    });
  };
  if (makes) await part(0, 1, "believing");
  await part(makes ? 1 : 0, grid.length, `sweeping ${grid.length} runs`);
};

/** A run as the ledger keeps it. */
const trialOf = ({ summary, identity, moments }: TrialResult, swept: readonly SweptKey[], values: readonly string[]): Trial => {
  const { mean, standardDeviation } = moments;
  return {
    configSha256: identity.configSha256,
    dataSha256: identity.dataSha256,
    decisionsSha256: identity.decisionsSha256,
    modules: identity.modules,
    models: identity.models ?? {},
    symbols: summary.symbol.split(","),
    from: summary.from,
    to: summary.to,
    values: Object.fromEntries(swept.map(({ key }, index) => [key, values[index]])),
    sharpePerDay: finiteOrNull(mean / standardDeviation),
    days: moments.count,
    skew: finiteOrNull(moments.skew),
    kurtosis: finiteOrNull(moments.kurtosis),
    totalReturn: finiteOrNull(summary.totalReturn),
    maxDrawdown: finiteOrNull(summary.maxDrawdown),
    trades: summary.trades,
  };
};

const recordOf = (
  { plan, swept, grid, ledger, earlier, warnings }: Sweep,
  { results, added, known }: Finished,
  version: CodeVersion,
  seconds: number,
): SweepRecord => {
  ledger.refresh();
  const runs = [...results]
    .sort(([a], [b]) => a - b)
    .map(([index, { summary, identity }]): SweepRun => {
      const figures = Object.fromEntries(SWEEP_FIGURES.map((figure) => [figure, summary[figure]])) as SweepRun["figures"];
      return { values: grid[index] ?? [], figures, configSha256: identity.configSha256, decisionsSha256: identity.decisionsSha256 };
    });
  const { summary, identity } = [...results.values()][0] as TrialResult;
  return {
    name: identity.name,
    symbols: summary.symbol.split(","),
    from: summary.from,
    to: summary.to,
    dataSource: identity.dataSource,
    simulated: identity.simulated,
    warnings: [...warningsOf([...results.values()]), ...version.warnings, ...warnings],
    profile: plan.profile,
    dataSha256: identity.dataSha256,
    commit: version.commit,
    modules: identity.modules,
    ...plan.trained,
    command: commandLine(),
    keys: swept,
    planned: grid.length,
    runs: bySharpe(runs),
    luck: luckOf(allTrials(ledger.trials, earlier), identity.dataSha256),
    ledger: {
      path: shownPath(ledger.path),
      added,
      known,
      trials: ledger.trials.length,
      unreadable: ledger.unreadable,
      changed: ledger.changed,
    },
    seconds,
  };
};

/** Warnings that are printed; the rest are counted. */
const WARNINGS_MAX = 12;

/** Warnings of the runs, each once, with the number of runs if it does not apply to all. */
const warningsOf = (results: readonly TrialResult[]): string[] => {
  const counts = new Map<string, number>();
  for (const { identity } of results) for (const warning of identity.warnings) counts.set(warning, (counts.get(warning) ?? 0) + 1);
  const told = [...counts].map(([warning, runs]) => (runs === results.length ? warning : `${runs} of ${results.length} runs: ${warning}`));
  return told.length <= WARNINGS_MAX ? told : [...told.slice(0, WARNINGS_MAX), `… and ${told.length - WARNINGS_MAX} more like this.`];
};

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
const textOf = (value: OptionValues[string]): string | null => (typeof value === "string" ? value : null);
const listOf = (value: OptionValues[string]): string[] => (Array.isArray(value) ? value : []);

const whole = (name: string, values: OptionValues): number => {
  const text = String(values[name]);
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new UserError(`--${name} ${text}: give a whole number, 1 or more`, 2);
  return value;
};
