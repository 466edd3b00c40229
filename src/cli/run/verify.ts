import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configSha256 } from "../../../config/sha256.ts";
import type { InferenceFailure } from "../../domain/event.ts";
import { formatUtc } from "../../domain/time.ts";
import { InvariantError, UserError } from "../../domain/units.ts";
import { writeCheckpoint } from "../../engine/checkpoint.ts";
import type { CheckpointIdentity } from "../../engine/checkpoint.ts";
import type { DecisionTrail } from "../../engine/decisionTrail.ts";
import { firstDifference } from "../../engine/decisionTrail.ts";
import type { DataChoice } from "../data/runData.ts";
import type { CommandContext } from "../frame/command.ts";
import { isModulePath, moduleNames } from "../members/moduleFiles.ts";
import { memberHashes } from "../members/trained.ts";
import { programVersion } from "../programVersion.ts";
import type { ComposedRun } from "./composeRun.ts";
import { inFreshProcess } from "./freshProcess.ts";
import { shownModules } from "./identity.ts";
import type { SecondPass } from "./secondPass.ts";
import { secondPass } from "./secondPass.ts";

interface VerifyOptions {
  readonly choice: DataChoice;
  readonly context: CommandContext;
  /** Inferences that failed in the first pass. */
  readonly failed: readonly InferenceFailure[];
  /** Close of the last bar. */
  readonly lastCloseMs: number;
}

/**
 * Runs a second pass over the events of a run, in bursts of another size, with the same modules, and compares what both decided. Throws
 * a `UserError` that names the first bar that differs. Then a fresh process goes on from the state of the line at the middle of the run; returned are
 * warnings where it decides otherwise. Null: it was stopped.
 */
export const verifyRun = async (run: ComposedRun, first: DecisionTrail, options: VerifyOptions): Promise<readonly string[] | null> => {
  const { context, failed, lastCloseMs } = options;
  const progress = (bars: number): void => {
    context.progress("verifying", bars, run.data.expectedBars);
  };
  const second = await secondPass(run, (run.data.fromMs + lastCloseMs) / 2, { failed, signal: context.signal, progress });
  if (second === null) return null;
  const difference = firstDifference(first.bars(), second.bars);
  if (difference !== undefined) throw unrepeatable(run, barText(run, difference));
  return restarted(run, second, options, progress);
};

const barText = ({ data }: ComposedRun, { instrument, knownAtMs }: { readonly instrument: number; readonly knownAtMs: number }): string =>
  `the bar of ${data.instruments[instrument]?.symbol ?? ""} that closed at ${formatUtc(knownAtMs)}`;

const unrepeatable = ({ config }: ComposedRun, bar: string): Error => {
  const modules = moduleNames(config).filter(isModulePath);
  if (modules.length === 0) return new InvariantError(`two passes over the same events decide otherwise at ${bar}`);
  return new UserError(
    `two passes over the same events do not decide the same, first at ${bar}: ${modules.join(" or ")} keeps something outside of its state; what lasts from bar to bar belongs into what init returns`,
  );
};

/** What a restart in the middle of the run would do. */
const restarted = async (
  run: ComposedRun,
  { bars, cut }: SecondPass,
  { choice, failed, context: { signal } }: VerifyOptions,
  progress: (bars: number) => void,
): Promise<readonly string[] | null> => {
  if (cut === null) return [];
  const { config, profile } = run;
  if (cut instanceof UserError) return [`${ownerOf(config, cut)}${cut.message}; else the run cannot be restarted (docs/modules.md#state).`];
  const folder = mkdtempSync(join(tmpdir(), "riposte-verify-"));
  try {
    const path = join(folder, "checkpoint");
    const identity: CheckpointIdentity = {
      code: programVersion(),
      configSha256: configSha256(config),
      models: { ...shownModules(config), ...memberHashes(run.layers.trained) },
    };
    writeCheckpoint(path, cut, identity);
    const { simulate, dirGiven, captures } = choice;
    const task = { config, profile, choice: { simulate, dirGiven, captures }, path, identity, failed, last: cut.last };
    const restored = await inFreshProcess(task, { signal, progress });
    if (restored === null) return null;
    if (restored instanceof Error) return [`A restart in the middle of the run fails: ${restored.message} (docs/modules.md#state).`];
    const difference = firstDifference(bars, restored, cut.bar);
    if (difference === undefined) return [];
    const { part } = difference;
    return [
      `A restart in the middle of the run decides otherwise, first ${part} module ${suspects(run, part)} at ${barText(run, difference)}: it keeps something outside of its state; what lasts from bar to bar belongs into what init returns, as plain data (docs/modules.md#state).`,
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The module whose state cannot be written; nothing where the message names a step without one. */
const ownerOf = (config: ComposedRun["config"], { message }: UserError): string => {
  const [, layer] = /^the state of (regime|pattern|signal|position) /.exec(message) ?? [];
  return layer === undefined ? "" : `${layer} module ${config[layer as "regime" | "pattern" | "signal" | "position"].module}: `;
};

/** The module of a layer, and the families of features that it reads, where they are the user's. */
const suspects = ({ config }: ComposedRun, part: "regime" | "pattern" | "signal" | "position"): string =>
  [config[part].module, ...config.features.modules].join(" or ");
