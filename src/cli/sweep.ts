import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { configSha256 } from "../../config/sha256.ts";
import type { RiposteConfig } from "../../config/schema.ts";
import { UserError } from "../domain/units.ts";
import { OWN_SWEEP_FILES } from "../record/runs/ownFiles.ts";
import type { KeptRun } from "../record/runs/keptRun.ts";
import type { SweepRecord } from "../sweep/sweepRecord.ts";
import { sweepText } from "../sweep/sweepText.ts";
import { jsonObject } from "../report/jsonObject.ts";
import { stageSweep } from "../sweep/writeSweep.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { wholeOption } from "./frame/wholeOption.ts";
import { configOptions, RUN_OPTIONS } from "./configOptions.ts";
import { codeVersion } from "./run/identity.ts";
import { composeSweep, composeTest } from "./sweep/composeSweep.ts";
import type { PlannedSweep } from "./sweep/composeSweep.ts";
import type { OpenLedger } from "./data/trialLedgers.ts";
import { openLedger } from "./data/trialLedgers.ts";
import { gridOf, settingsOf } from "./sweep/grid.ts";
import type { Grid } from "./sweep/runGrid.ts";
import { runGrid } from "./sweep/runGrid.ts";
import { spansOf, withSpan } from "./sweep/spans.ts";
import type { Ranged } from "./sweep/sweepRecordOf.ts";
import { recordOf } from "./sweep/sweepRecordOf.ts";
import { abandonRun, beginRun, figuresOf, keptText } from "./runs/keeping.ts";

/** The folder of the newest sweep's files. */
const NEWEST_DIR = "out/sweep";
/** Beliefs that a sweep made itself, in its folder. */
const BELIEFS_FILE = "sweep.beliefs";
const TEST_BELIEFS_FILE = "sweep.test.beliefs";

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
    train: { type: "string", value: "FROM..TO", help: "range that the grid is run on and the winner chosen by; with --test" },
    test: { type: "string", value: "FROM..TO", help: "later range that the same grid is run on, beside the first" },
    "max-runs": { type: "string", value: "N", help: "runs of the grid at most", default: "1000" },
    jobs: { type: "string", value: "N", help: "runs at a time (default: the processor's cores)" },
  },
  run: async (values, context) => {
    const settings = settingsOf(listOf(values["set"]));
    const grid = gridOf(settings.swept, wholeOption("max-runs", values));
    const jobs = values["jobs"] === undefined ? availableParallelism() : wholeOption("jobs", values);
    const spans = spansOf(values);
    const plan = await composeSweep(spans === null ? values : withSpan(values, spans.train), settings, grid, context);
    const test = spans === null ? null : await composeTest(plan, withSpan(values, spans.test), settings, grid, context);
    const opened = openLedger(
      textOf(values["ledger"]),
      { ...(plan.configs[0] as RiposteConfig).data, generated: plan.data.generated },
      context,
    );
    const sweep: Sweep = {
      plan,
      test,
      grid,
      swept: settings.swept,
      ...opened,
      jobs,
      out: textOf(values["out"]),
      outDir: textOf(values["out"]) ?? NEWEST_DIR,
    };
    const { record, kept } = await runSweep(sweep, textOf(values["beliefs"]), context);
    context.print(`${sweepText(record, join(sweep.outDir, "sweep.html"))}${keptText(kept)}`);
    return jsonObject(record);
  },
};

interface Sweep extends Grid, OpenLedger {
  readonly plan: PlannedSweep;
  /** Of `--test`; null without one. */
  readonly test: PlannedSweep | null;
  /** `--out`, where it was given. */
  readonly out: string | null;
  /** Where the user finds the files. */
  readonly outDir: string;
}

const runSweep = async (
  sweep: Sweep,
  beliefs: string | null,
  context: CommandContext,
): Promise<{ readonly record: SweepRecord; readonly kept: KeptRun }> => {
  const startedAt = performance.now();
  const begun = (plan: PlannedSweep): Ranged => ({ plan, finished: { results: new Map(), added: 0, known: 0 } });
  const own = begun(sweep.plan);
  const test = sweep.test === null ? null : begun(sweep.test);
  const runs = (): number => own.finished.results.size + (test?.finished.results.size ?? 0);
  const planned = sweep.grid.length * (test === null ? 1 : 2);
  const version = codeVersion();
  let kept: KeptRun | undefined;
  try {
    kept = beginSweep(sweep, context);
    if (sweep.plan.data.simulated) context.log(`NOTE ${sweep.plan.data.source}`);
    await runGrid(sweep, { ...own, beliefsPath: beliefs ?? kept.besides(BELIEFS_FILE), name: "sweeping" }, context);
    if (runs() === 0) throw new UserError(`stopped before the first run was finished: ${sweep.outDir} is as it was`);
    if (test !== null) {
      const beliefsPath = beliefs === null ? kept.besides(TEST_BELIEFS_FILE) : `${beliefs}.test`;
      await runGrid(sweep, { ...test, beliefsPath, name: "testing" }, context);
    }
    const record = recordOf({ ...sweep, own, test }, await version, (performance.now() - startedAt) / 1000);
    stageSweep(kept.staging, record);
    const stopped = runs() < planned ? `stopped after ${runs()} of ${planned} runs` : null;
    await kept.finish(endOf(record, stopped));
    if (stopped !== null) context.log(`${stopped}: these are kept in ${sweep.outDir} and in ${sweep.ledger.path}`);
    return { record, kept };
  } catch (error) {
    await abandonRun(kept, error, context);
    if (runs() > 0)
      context.log(`NOTE ${runs()} of ${planned} runs were finished: they are in ${sweep.ledger.path}; ${sweep.outDir} is as it was`);
    throw error;
  }
};

/** A sweep is kept as one run, with the config that its grid begins with. */
const beginSweep = ({ plan, test, swept, out }: Sweep, context: CommandContext): KeptRun => {
  const [config] = plan.configs as [RiposteConfig];
  const sha256 = createHash("sha256")
    .update([...plan.configs, ...(test?.configs ?? [])].map(configSha256).join())
    .digest("hex");
  const captured = plan.choice.captures.length > 0;
  const about = { kind: "sweep", newest: NEWEST_DIR, own: OWN_SWEEP_FILES, grid: { swept, sha256 } } as const;
  const trained = { ...plan.trained, inSample: [...plan.trained.inSample, ...(test?.trained.inSample ?? [])] };
  return beginRun({ ...about, trained, config, data: plan.data, captured, out }, context);
};

/** The figures of a sweep are those of its best run, and how many there are. */
const endOf = ({ runs, planned, commit, dataSha256, from, to }: SweepRecord, stopped: string | null): Parameters<KeptRun["finish"]>[0] => ({
  status: stopped === null ? "done" : "cancelled",
  problem: stopped,
  code: commit,
  from,
  to,
  dataSha256,
  decisionsSha256: null,
  figures: { runs: runs.length, planned, ...figuresOf(runs[0]?.figures ?? {}) },
});

const textOf = (value: OptionValues[string]): string | null => (typeof value === "string" ? value : null);
const listOf = (value: OptionValues[string]): string[] => (Array.isArray(value) ? value : []);
