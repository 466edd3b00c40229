import { configSha256 } from "../../../config/sha256.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import { formatUtc } from "../../domain/time.ts";
import type { RunSummary } from "../../record/runRecord.ts";
import type { OwnFiles } from "../../record/runs/ownFiles.ts";
import { RUN_FILES } from "../../record/runs/staging.ts";
import type { RunStart } from "../../record/runs/keptRun.ts";
import { KeptRun } from "../../record/runs/keptRun.ts";
import type { RunFile } from "../../record/runs/runFile.ts";
import { RunShelf } from "../../record/runs/runShelf.ts";
import type { RunData } from "../data/runData.ts";
import { shownPath } from "../data/shownPath.ts";
import type { CommandContext } from "../frame/command.ts";
import type { TrainedFacts } from "../run/inSample.ts";
import { commandLine, shownModules } from "../run/identity.ts";

/** Facts of a run that a command is about to begin. */
interface Beginning {
  readonly kind: RunFile["kind"];
  readonly config: RiposteConfig;
  readonly data: Pick<RunData, "instruments" | "fromMs" | "toMs" | "source" | "simulated">;
  readonly captured: boolean;
  /** `--out`, where it was given. */
  readonly out: string | null;
  /** The folder that holds the newest run of this kind. */
  readonly newest: string;
  readonly own: OwnFiles;
  readonly trained: TrainedFacts;
  /** Of a sweep: its keys, and the hash over the configs of its grid. */
  readonly grid?: { readonly swept: NonNullable<RunFile["swept"]>; readonly sha256: string };
}

/** Gives a run its place among the kept ones. Throws a `UserError` where its files could not be written. */
export const beginRun = ({ config, data, grid, ...about }: Beginning, context: Pick<CommandContext, "log">): KeptRun => {
  const start: RunStart = {
    name: config.name,
    kind: about.kind,
    command: commandLine(),
    symbols: data.instruments.map(({ symbol }) => symbol),
    from: formatUtc(data.fromMs),
    to: formatUtc(data.toMs),
    data: { kind: data.simulated ? "simulated" : about.captured ? "captured" : "stored", source: data.source },
    configSha256: grid?.sha256 ?? configSha256(config),
    modules: shownModules(config),
    models: about.trained.models,
    inSample: about.trained.inSample.length > 0,
    config: shownConfig(config),
    ...(grid === undefined ? {} : { swept: grid.swept }),
  };
  const { keep, trash } = config.runs;
  return new KeptRun(start, {
    shelf: new RunShelf(config.runs.dir),
    keep: { keep, trash },
    newest: about.newest,
    out: about.out,
    own: about.own,
    earlier: about.kind === "backtest" ? RUN_FILES : [],
    nowMs: () => Date.now(),
    log: (line) => {
      context.log(line);
    },
  });
};

/** Ends a run that did not come to its end: stopped by the user, or failed. */
export const abandonRun = (kept: KeptRun | undefined, error: unknown, { signal }: Pick<CommandContext, "signal">): Promise<void> => {
  const cancelled = signal.aborted && !(signal.reason instanceof Error);
  const message = error instanceof Error ? error.message : String(error);
  return kept?.abandon(cancelled ? "cancelled" : "failed", message.replaceAll(/\s*\n\s*/g, " ")) ?? Promise.resolve();
};

/** The line under a summary that names the run. */
export const keptText = ({ id, registered }: KeptRun): string => (registered ? `Kept as     ${id}\n` : "");

/** A config as reports and `run.json` show it, which are passed on to others. */
export const shownConfig = (config: RiposteConfig): RiposteConfig => ({
  ...config,
  data: { ...config.data, dir: shownPath(config.data.dir) },
  models: { ...config.models, dir: config.models.dir === null ? null : shownPath(config.models.dir) },
  runs: { ...config.runs, dir: shownPath(config.runs.dir) },
});

/** Figures of the machine, not of the run. */
const OF_MACHINE: readonly string[] = ["replaySeconds", "barsPerSecond", "peakRssMb"] satisfies (keyof RunSummary)[];

/** The numbers of a summary that `run.json` keeps; what is none, or infinite, is null. */
export const figuresOf = (summary: Readonly<Partial<RunSummary>>): Readonly<Record<string, number | null>> =>
  Object.fromEntries(
    Object.entries(summary)
      .filter(([name, value]) => !OF_MACHINE.includes(name) && (typeof value === "number" || value === null) && name !== "noTradeReason")
      .map(([name, value]) => [name, typeof value === "number" && Number.isFinite(value) ? value : null]),
  );
