import { join } from "node:path";
import { identity, pipe } from "rxjs";
import { configSha256 } from "../../config/sha256.ts";
import type { RiposteConfig } from "../../config/schema.ts";
import type { Event, InferenceFailure } from "../domain/event.ts";
import type { InferenceFailures } from "../domain/inferenceFailures.ts";
import { Kind } from "../domain/kind.ts";
import { judgeShadows } from "../lab/shadow/shadowJudge.ts";
import type { ShadowJudge } from "../lab/shadow/shadowJudge.ts";
import type { Journal } from "../domain/ports.ts";
import { formatUtc } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import { DecisionTrail } from "../engine/decisionTrail.ts";
import { isUnbegun, ownJournal, readJournal } from "../engine/journal.ts";
import { peakRssMb } from "../engine/peakMemory.ts";
import type { JournalReader } from "../engine/journal.ts";
import { logDecisions } from "../record/decisions/decisionLog.ts";
import { FillQuality, watchFills } from "../record/outcomes/fillQuality.ts";
import { DecisionTable, tableDecisions } from "../record/decisions/decisionTable.ts";
import type { Recorder } from "../record/recorder.ts";
import { openText } from "../store/output/fileWriter.ts";
import { OWN_RUN_FILES } from "../record/runs/ownFiles.ts";
import { summaryText } from "../report/text.ts";
import { summaryObject } from "../report/summaryJson.ts";
import { stageRun } from "../report/writeRun.ts";
import type { RunRecord } from "../record/runRecord.ts";
import type { KeptRun } from "../record/runs/keptRun.ts";
import { runRecord } from "../record/summarise.ts";
import { moduleMistake } from "./run/moduleMistake.ts";
import { beliefsOf } from "./run/beliefs.ts";
import type { Beliefs } from "./run/beliefs.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import type { ComposedRun } from "./run/composeRun.ts";
import { compareFills, requireAllFills } from "./run/compareFills.ts";
import { composeRun, memberNotes, memberWarnings, membersOf } from "./run/composeRun.ts";
import { layerNames } from "./members/layers.ts";
import { withPromoted } from "./members/promoted.ts";
import { memberHashes } from "./members/trained.ts";
import { withCapturedSymbol } from "./data/captureData.ts";
import type { DataChoice } from "./data/runData.ts";
import { captureOption, dataChoice } from "./data/history.ts";
import { configOf, configOptions, RUN_OPTIONS } from "./configOptions.ts";
import { codeVersion, commandLine, memberVersions, shownModules, speakersOf } from "./run/identity.ts";
import { actedOut, asItWent } from "./run/actedOut.ts";
import { judgeOf } from "./run/challengers.ts";
import { journalled } from "./run/journalled.ts";
import type { Journalled } from "./run/journalled.ts";
import { trainedFacts } from "./run/inSample.ts";
import { replayRun } from "./run/replayRun.ts";
import { verifyRun } from "./run/verify.ts";
import { abandonRun, beginRun, figuresOf, keptText, shownConfig } from "./runs/keeping.ts";

/** The folder of the newest run's files. */
const NEWEST_DIR = "out/backtest";

/** `riposte backtest`: replays history (or the market simulator) through the pipeline and writes the report. */
export const backtestCommand: Command = {
  name: "backtest",
  summary: "replay history, or the market simulator, through the pipeline and write a report",
  options: {
    ...configOptions(...RUN_OPTIONS, "swap", "shadow", "promote", "canary", "decisions"),
    out: { type: "string", value: "DIR", help: `folder of the report (default: ${NEWEST_DIR}, a copy of the newest run in out/runs)` },
    capture: captureOption,
    simulate: { type: "boolean", help: "use the market simulator even if there is history" },
    beliefs: { type: "string", value: "FILE", help: "store what the layers before L4 believe; read it where FILE exists" },
    journal: { type: "string", value: "FILE", help: "also write every event to this journal; with --resume go on from it" },
    "compare-fills": { type: "boolean", help: "also fill the run on bars, on trades and on the book, and put the table into the report" },
    verify: {
      type: "boolean",
      help: "also run a second pass in bursts of another size and restart in its middle, and compare what they decide",
    },
    resume: { type: "boolean", help: "go on from --journal: replay it, then continue with the data where it ends" },
  },
  run: async (values, context) => {
    const { profile, ...loaded } = withPromoted(await configOf(values, context), context);
    const { config, choice } = await withCapturedSymbol(loaded, dataChoice(values, context));
    const journalPath = textOf(values["journal"]);
    const owner = journalPath === null ? null : await ownJournal(journalPath);
    try {
      const run = await compose(config, profile, choice, values, context);
      const { record, kept } = await replay(run, context);
      context.print(`${summaryText(record, { reportPath: join(run.outDir, "report.html") })}${keptText(kept)}`);
      return summaryObject(record);
    } finally {
      await owner?.release();
    }
  },
};

interface Run extends ComposedRun {
  /** `--out`, where it was given. */
  readonly out: string | null;
  /** Where the user finds the files. */
  readonly outDir: string;
  readonly captured: boolean;
  readonly beliefsPath: string | null;
  readonly journalPath: string | null;
  readonly resume: JournalReader | null;
  /** The journal's file holds no event: `--resume` begins it anew. */
  readonly anew: boolean;
  /** The run is to be filled on bars, trades and book. */
  readonly compared: boolean;
  /** A second pass must decide the same. */
  readonly verified: boolean;
  readonly choice: DataChoice;
}

const compose = async (
  config: RiposteConfig,
  profile: string,
  choice: DataChoice,
  values: OptionValues,
  context: CommandContext,
): Promise<Run> => {
  const journalPath = textOf(values["journal"]);
  if (values["resume"] === true && journalPath === null) throw new UserError("--resume needs the journal to go on from: --journal FILE", 2);
  const goneOn = values["resume"] === true ? journalPath : null;
  const anew = goneOn !== null && isUnbegun(goneOn);
  if (anew) context.log(`NOTE journal ${goneOn} holds no event: its run ended before the first line was whole; it begins anew`);
  const resume = goneOn === null || anew ? null : await resumable(goneOn, config);
  const compared = values["compare-fills"] === true;
  const composed = await composeRun(config, profile, choice, context.env, compared);
  try {
    if (compared) requireAllFills(composed);
  } catch (error) {
    await composed.data.close();
    throw error;
  }
  if (resume !== null) await requireSameModels(resume, composed, goneOn ?? "");
  for (const note of memberNotes(composed.layers)) context.log(`NOTE ${note}`);
  return {
    ...composed,
    out: textOf(values["out"]),
    outDir: textOf(values["out"]) ?? NEWEST_DIR,
    captured: choice.captures.length > 0,
    beliefsPath: textOf(values["beliefs"]),
    journalPath,
    resume,
    anew,
    compared,
    verified: values["verify"] === true,
    choice,
  };
};

const textOf = (value: OptionValues[string]): string | null => (typeof value === "string" ? value : null);

/** The journal to go on from. It must be of the same run: another config would make other decisions of the same events. */
const resumable = async (path: string, config: RiposteConfig): Promise<JournalReader> => {
  const journal = await readJournal(path);
  if (journal.header.configSha256 === configSha256(config)) return journal;
  throw new UserError(
    `journal ${path} was written with another config: repeat its options to go on, or leave --resume out and name a new journal`,
  );
};

/** A member's name may stand for other files by now. */
const requireSameModels = async ({ header: { models } }: JournalReader, { layers, data }: ComposedRun, path: string): Promise<void> => {
  const now = memberHashes(layers.trained);
  const changed = [...new Set([...Object.keys(models), ...Object.keys(now)])].find((name) => models[name] !== now[name]);
  if (changed === undefined) return;
  await data.close();
  throw new UserError(`journal ${path} was written with another ${changed}: bring that one back to go on, or name a new journal`);
};

/** What is open while a run goes on. */
interface Open {
  kept?: KeptRun;
  beliefs?: Beliefs;
  journal?: Journalled;
  table: DecisionTable | null;
  /** Null: no shadow is compared. */
  readonly judge: ShadowJudge | null;
  /** The burst on the line: an error knows the number of its event only. */
  burst: readonly Event[];
}

const replay = async (run: Run, context: CommandContext): Promise<{ readonly record: RunRecord; readonly kept: KeptRun }> => {
  const { data } = run;
  const open: Open = { table: null, judge: judgeOf(run), burst: [] };
  try {
    const beliefs = (open.beliefs = await beliefsOf(run.beliefsPath, run));
    const kept = (open.kept = beginRun(
      { ...run, trained: trainedFacts(run.layers, data), kind: "backtest", newest: NEWEST_DIR, own: OWN_RUN_FILES },
      context,
    ));
    const failures = await run.resume?.failures();
    const journal = (open.journal = journalled({
      ...run,
      data: eventsOf(run, open.judge),
      ...(failures === undefined ? {} : { failures }),
    }));
    open.table = run.config.report.decisions === "all" ? decisionTable(run, kept, beliefs) : null;
    if (data.simulated) context.log(`NOTE ${data.source}`);
    const record = await through(run, { ...open, kept, beliefs, journal, failures }, (burst) => (open.burst = burst), context);
    stageRun(kept.staging, record);
    await kept.finish(endOf(record));
    return { record, kept };
  } catch (error) {
    const told = moduleMistake(error, run.config, open.burst);
    await open.table?.abandon();
    await abandonRun(open.kept, told, context);
    throw told;
  } finally {
    await open.beliefs?.close();
    await open.journal?.close();
    await data.close();
  }
};

/** The data of a run, with the swaps that its shadows win where they are acted out. */
const eventsOf = ({ config, data }: Run, judge: ShadowJudge | null): Run["data"] =>
  judge === null || !config.models.test.promote ? data : { ...data, events: () => actedOut(data.events(), judge) };

const endOf = ({ identity, summary }: RunRecord): Parameters<KeptRun["finish"]>[0] => ({
  status: "done",
  problem: null,
  code: identity.commit,
  from: summary.from,
  to: summary.to,
  dataSha256: identity.dataSha256,
  decisionsSha256: identity.decisionsSha256,
  figures: figuresOf(summary),
});

/** The run itself, and its record. */
const through = async (
  run: Run,
  { kept: { staging }, beliefs, journal, table, judge, failures }: Required<Open> & { readonly failures: InferenceFailures | undefined },
  before: (burst: readonly Event[]) => void,
  context: CommandContext,
): Promise<RunRecord> => {
  const { config, data } = run;
  const decisions = openText(staging.file("decisions.jsonl"), join(run.outDir, "decisions.jsonl"));
  const logged = logDecisions(data.instruments, data.fromMs, (text) => {
    decisions.write(`${text}\n`);
  });
  // Asked while the run goes on: git takes its time in a large tree.
  const version = codeVersion();
  const startedAt = performance.now();
  const quality = run.compared ? new FillQuality(data.instruments) : null;
  const failed: InferenceFailure[] = [];
  const trail = run.verified ? new DecisionTrail() : undefined;
  const { recorder, aborted, ...hashes } = await replayRun(run, {
    events: journal.events,
    beliefs,
    journal: listening(journal.writer, failed),
    ...(failures === undefined ? {} : { failures }),
    ...(trail === undefined ? {} : { hash: trail }),
    log: pipe(
      logged,
      table === null ? identity : tableDecisions(table),
      quality === null ? identity : watchFills(quality),
      judge === null ? identity : judgeShadows(judge),
    ),
    before,
    between: async () => table?.drain(),
    signal: context.signal,
    progress: (bars) => {
      context.progress("replaying", bars, data.expectedBars);
    },
  });
  await journal.close();
  if (aborted) throw stopped(run, recorder);
  decisions.close();
  await table?.close();
  judge?.finish();
  const replaySeconds = (performance.now() - startedAt) / 1000;
  const found =
    trail === undefined
      ? []
      : await verifyRun(asItWent(run, judge), trail, { choice: run.choice, context, failed, lastCloseMs: recorder.lastCloseMs });
  if (found === null) throw stopped(run, recorder);
  const { commit, warnings } = await version;
  const record = runRecord(recorder, {
    config: shownConfig(config),
    profile: run.profile,
    data,
    warnings: [...warnings, ...memberWarnings(run, beliefs.perceived), ...found],
    members: membersOf(run.layers),
    modules: shownModules(config),
    ...trainedFacts(run.layers, data),
    configSha256: configSha256(config),
    ...hashes,
    verified: run.verified,
    ...(judge === null ? {} : { shadows: judge.record }),
    commit,
    command: commandLine(),
    replaySeconds,
    peakRssMb: peakRssMb(),
  });
  if (quality === null) return record;
  const fillModes = await compareFills(asItWent(run, judge), { quality, replayed: { recorder, ...hashes } }, context);
  if (context.signal.aborted) throw stopped(run, recorder);
  return { ...record, fillModes };
};

/** A journal whose failed inferences are listed too, for `--verify`. */
const listening = (journal: Journal, failed: InferenceFailure[]): Journal => ({
  append: (event) => {
    if (event.kind === Kind.inferenceFailure) failed.push(event);
    journal.append(event);
  },
  flush: () => journal.flush(),
  close: () => journal.close(),
});

/** For `--decisions all`: beside the lines of what happened, every decision bar. */
const decisionTable = (run: Run, { staging }: KeptRun, { features }: Beliefs): DecisionTable => {
  const { data, outDir, config, layers } = run;
  const { instruments, fromMs } = data;
  return new DecisionTable({
    instruments,
    fromMs,
    file: staging.file("decisions.parquet"),
    shownAs: join(outDir, "decisions.parquet"),
    partsDir: join(staging.dir, ".decisions"),
    layers: layerNames({ ...layers, features }),
    members: memberVersions(config),
    speakers: speakersOf(config, layers),
  });
};

const stopped = ({ journalPath, outDir }: Run, recorder: Recorder): UserError => {
  const at = Number.isNaN(recorder.lastCloseMs) ? "before the first bar" : `at ${formatUtc(recorder.lastCloseMs)}`;
  const kept = journalPath === null ? "" : `; the journal ${journalPath} is kept: go on with --resume`;
  return new UserError(`stopped ${at}: ${outDir} is as it was${kept}`);
};
