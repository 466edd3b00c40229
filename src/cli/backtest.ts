import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { identity, pipe } from "rxjs";
import { configSha256 } from "../../config/sha256.ts";
import type { RiposteConfig } from "../../config/schema.ts";
import { StepError } from "../../operators/stepOperator.ts";
import type { Event } from "../domain/event.ts";
import { formatUtc, timeframeMs } from "../domain/time.ts";
import { DAY_MS, MINUTE_MS, UserError } from "../domain/units.ts";
import { DataHash } from "../engine/dataHash.ts";
import { DecisionHash, hashDecisions } from "../engine/decisionHash.ts";
import { drive } from "../engine/driver.ts";
import { readJournal } from "../engine/journal.ts";
import { peakRssMb } from "../engine/peakMemory.ts";
import type { JournalReader } from "../engine/journal.ts";
import { logDecisions } from "../lab/decisionLog.ts";
import { DecisionTable, tableDecisions } from "../lab/decisionTable.ts";
import { Recorder, record } from "../lab/recorder.ts";
import { openText } from "../lab/report/fileWriter.ts";
import { openStaging } from "../lab/report/staging.ts";
import type { Staging } from "../lab/report/staging.ts";
import { summaryText } from "../lab/report/text.ts";
import { summaryObject } from "../lab/report/summaryJson.ts";
import { writeRun } from "../lab/report/writeRun.ts";
import type { RunRecord } from "../lab/runRecord.ts";
import { runRecord } from "../lab/summarise.ts";
import { backtestLine } from "../pipeline.ts";
import type { RiskLimits } from "../risk/limits.ts";
import { NO_LIMITS } from "../risk/limits.ts";
import { simulatedVenue } from "../venues/simulated/simulatedVenue.ts";
import type { Command, CommandContext, OptionValues } from "./command.ts";
import { configOf, configOptions } from "./configOptions.ts";
import { codeVersion, commandLine } from "./identity.ts";
import { journalled } from "./journalled.ts";
import type { Journalled } from "./journalled.ts";
import type { RunData } from "./history.ts";
import { runData } from "./history.ts";
import type { LayerMembers } from "./layers.ts";
import { layerMembers, layerNames } from "./layers.ts";
import { isModulePath } from "./userModule.ts";

/** Days the volatility rules look back: the longest window of the risk tiers. */
const RISK_WINDOW_DAYS = 31;

/** `riposte backtest`: replays history (or the market simulator) through the pipeline and writes the report. */
export const backtestCommand: Command = {
  name: "backtest",
  summary: "replay history, or the market simulator, through the pipeline and write a report",
  options: {
    ...configOptions(
      "symbol",
      "from",
      "to",
      "data",
      "market",
      "regime",
      "pattern",
      "signal",
      "position",
      "seed",
      "days",
      "edge",
      "burst",
      "decisions",
    ),
    out: { type: "string", value: "DIR", help: "folder of the report", default: "out/backtest" },
    simulate: { type: "boolean", help: "use the market simulator even if there is history" },
    journal: { type: "string", value: "FILE", help: "also write every event to this journal; with --resume go on from it" },
    resume: { type: "boolean", help: "go on from --journal: replay it, then continue with the data where it ends" },
  },
  run: async (values, context) => {
    const { config, profile } = await configOf(values, context);
    const run = await compose(config, profile, values, context);
    const result = await replay(run, context);
    const { summary } = result;
    context.print(summaryText(result, { reportPath: join(run.outDir, "report.html") }));
    return summaryObject(summary);
  },
};

interface Run {
  readonly config: RiposteConfig;
  readonly profile: string;
  readonly limits: RiskLimits;
  readonly layers: LayerMembers;
  readonly data: RunData;
  readonly outDir: string;
  readonly journalPath: string | null;
  readonly resume: JournalReader | null;
}

const compose = async (config: RiposteConfig, profile: string, values: OptionValues, context: CommandContext): Promise<Run> => {
  const journalPath = typeof values["journal"] === "string" ? values["journal"] : null;
  if (values["resume"] === true && journalPath === null) throw new UserError("--resume needs the journal to go on from: --journal FILE", 2);
  const limits = limitsOf(config);
  const layers = await layerMembers(config);
  const windows = limits.shock.maxVolatilityRatio !== null || limits.system.maxVolatilityRatio !== null;
  const warmUpBars = Math.max(layers.warmUpBars, windows ? (RISK_WINDOW_DAYS * DAY_MS) / MINUTE_MS : 0);
  const dirGiven = values["data"] !== undefined || context.env["RIPOSTE_DATA_DIR"] !== undefined;
  const resume = values["resume"] === true && journalPath !== null ? await resumable(journalPath, config) : null;
  const data = await runData({ config, warmUpBars, simulate: values["simulate"] === true, dirGiven, env: context.env });
  return { config, profile, limits, layers, data, outDir: String(values["out"]), journalPath, resume };
};

/** The journal to go on from. It must be of the same run: another config would make other decisions of the same events. */
const resumable = async (path: string, config: RiposteConfig): Promise<JournalReader> => {
  const journal = await readJournal(path);
  if (journal.header.configSha256 === configSha256(config)) return journal;
  throw new UserError(
    `journal ${path} was written with another config: repeat its options to go on, or leave --resume out and name a new journal`,
  );
};

const limitsOf = ({ risk, protection }: RiposteConfig): RiskLimits => {
  const limits = risk ?? NO_LIMITS;
  return protection === "none" ? { ...limits, position: { ...limits.position, maxStopFraction: null } } : limits;
};

const replay = async (run: Run, context: CommandContext): Promise<RunRecord> => {
  const { data } = run;
  /** The burst on the line: an error knows the number of its event only. */
  const onLine: OnLine = { burst: [] };
  let staging: Staging | undefined;
  let journal: Journalled | undefined;
  let table: DecisionTable | null = null;
  try {
    staging = openStaging(run.outDir);
    journal = journalled(run);
    table = run.config.report.decisions === "all" ? decisionTable(run, staging) : null;
    if (data.simulated) context.log(`NOTE ${data.source}`);
    const finished = await through(run, staging, journal, table, onLine, context);
    writeRun(staging, finished);
    return finished;
  } catch (error) {
    await table?.abandon();
    staging?.discard();
    throw userMistake(error, run, onLine);
  } finally {
    await journal?.close();
    await data.close();
  }
};

/** The run itself: every event through the line, into journal, hashes, recorder and decision log. */
const through = async (
  run: Run,
  staging: Staging,
  journal: Journalled,
  table: DecisionTable | null,
  onLine: OnLine,
  context: CommandContext,
): Promise<RunRecord> => {
  const { config, data, limits } = run;
  const { instruments, fromMs } = data;
  const [hash, dataHash] = [new DecisionHash(), new DataHash()];
  const recorder = new Recorder({ instruments, startUsdt: config.venue.startUsdt, fromMs, layers: layerNames(run.layers) });
  const { venue, fills } = simulatedVenue(instruments, config.venue);
  const decisions = openText(staging.file("decisions.jsonl"), join(run.outDir, "decisions.jsonl"));
  const system = {
    instruments,
    timeframesMs: config.line.timeframes.map(timeframeMs),
    ...run.layers,
    limits,
    venue,
    startUsdt: config.venue.startUsdt,
    tradeFromMs: fromMs,
  };
  const line = pipe(
    backtestLine(system, fills),
    hashDecisions(hash, fromMs),
    logDecisions(instruments, fromMs, (text) => {
      decisions.write(`${text}\n`);
    }),
    table === null ? identity : tableDecisions(table),
    record(recorder),
  );
  const startedAt = performance.now();
  const result = await drive(hashed(journal.events, dataHash, onLine, table), line, () => undefined, {
    signal: context.signal,
    journal: journal.writer,
    onBurst: () => {
      context.progress("replaying", recorder.bars, data.expectedBars);
    },
  });
  await journal.close();
  if (result.aborted) throw stopped(run, recorder);
  if (recorder.bars === 0)
    throw new UserError(`no bar came out of ${data.source} between ${formatUtc(fromMs)} and ${formatUtc(data.toMs)}: choose another range`);
  recorder.finish();
  decisions.close();
  await table?.close();
  const replaySeconds = (performance.now() - startedAt) / 1000;
  return runRecord(recorder, {
    config,
    profile: run.profile,
    data,
    configSha256: configSha256(config),
    dataSha256: dataHash.digest(),
    decisionsSha256: hash.digest(),
    decisions: hash.decisions,
    commit: await codeVersion(),
    command: commandLine(),
    replaySeconds,
    peakRssMb: peakRssMb(),
  });
};

interface OnLine {
  burst: readonly Event[];
}

/** The run's events, passed through the data hash; between two bursts the decision table may write. */
async function* hashed(
  events: AsyncIterable<readonly Event[]>,
  hash: DataHash,
  onLine: OnLine,
  table: DecisionTable | null,
): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of events) {
    hash.add(burst);
    onLine.burst = burst;
    yield burst;
    await table?.drain();
  }
}

/** For `--decisions all`: beside the lines of what happened, every decision bar. */
const decisionTable = ({ data: { instruments, fromMs }, outDir }: Run, staging: Staging): DecisionTable =>
  new DecisionTable({
    instruments,
    fromMs,
    file: staging.file("decisions.parquet"),
    shownAs: join(outDir, "decisions.parquet"),
    partsDir: join(staging.dir, ".decisions"),
  });

const stopped = ({ journalPath, outDir }: Run, recorder: Recorder): UserError => {
  const at = Number.isNaN(recorder.lastCloseMs) ? "before the first bar" : `at ${formatUtc(recorder.lastCloseMs)}`;
  const kept = journalPath === null ? "" : `; the journal ${journalPath} is kept: go on with --resume`;
  return new UserError(`stopped ${at}: ${outDir} is as it was${kept}`);
};

/** What a module threw, or the system refused to a writer on the line, as one line; invariants stay what they are. */
const userMistake = (error: unknown, { config }: Run, { burst }: OnLine): unknown => {
  if (!(error instanceof StepError)) return error;
  const { cause, operator, seq } = error;
  if (cause instanceof UserError) return cause;
  if (operator === "features" && config.features.modules.length > 0) return new UserError(reasonOf(cause));
  if (operator !== "regime" && operator !== "pattern" && operator !== "signal" && operator !== "position") return error;
  const { module } = config[operator];
  const timeMs = burst.find((event) => event.seq === seq)?.knownAtMs;
  const when = timeMs === undefined ? "in init" : `at the bar that closed at ${formatUtc(timeMs)}`;
  return new UserError(`${operator} module ${module} failed ${when}: ${reasonOf(cause)}${lineIn(module, cause)}`);
};

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Where in the user's file it happened, if it happened there: ` (line 12)`. */
const lineIn = (module: string, cause: unknown): string => {
  const frames = cause instanceof Error ? (cause.stack ?? "").split("\n") : [];
  const frame = isModulePath(module) ? frames.find((text) => text.includes(pathToFileURL(resolve(module)).pathname)) : undefined;
  const line = /:(\d+):\d+\)?$/.exec(frame ?? "")?.[1];
  return line === undefined ? "" : ` (line ${line})`;
};
