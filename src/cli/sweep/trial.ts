import { configSha256 } from "../../../config/sha256.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import type { Event } from "../../domain/event.ts";
import { peakRssMb } from "../../engine/peakMemory.ts";
import type { RunIdentity, RunSummary } from "../../record/runRecord.ts";
import { runResult } from "../../record/summarise.ts";
import { shownModules } from "../run/identity.ts";
import { moduleMistake } from "../run/moduleMistake.ts";
import { beliefsOf } from "../run/beliefs.ts";
import { composeRun, memberWarnings, membersOf } from "../run/composeRun.ts";
import { environment } from "../frame/environment.ts";
import type { DataChoice } from "../data/runData.ts";
import { trainedFacts } from "../run/inSample.ts";
import { replayRun } from "../run/replayRun.ts";

/** A run of the grid, as it is handed to a process. */
export interface TrialTask {
  readonly config: RiposteConfig;
  readonly profile: string;
  readonly choice: DataChoice;
  /** Read where it exists, written where it does not. */
  readonly beliefsPath: string;
}

/** Its result. */
export interface TrialResult {
  readonly summary: RunSummary;
  readonly identity: Omit<RunIdentity, "config">;
  readonly dailyReturns: Float64Array;
}

/** One backtest on stored beliefs, without files; null when it was stopped. Throws one-line `UserError`s like `backtest`. */
export const runTrial = async (task: TrialTask, signal: AbortSignal, progress: (bars: number) => void): Promise<TrialResult | null> => {
  const { config, profile } = task;
  const run = await composeRun(config, profile, task.choice, environment(process.env));
  let burst: readonly Event[] = [];
  try {
    const beliefs = await beliefsOf(task.beliefsPath, run);
    try {
      const startedAt = performance.now();
      const { recorder, aborted, ...hashes } = await replayRun(run, {
        events: run.data.events(),
        beliefs,
        before: (next) => (burst = next),
        signal,
        progress,
      });
      if (aborted) return null;
      const replaySeconds = (performance.now() - startedAt) / 1000;
      const about = {
        config,
        profile,
        data: run.data,
        warnings: memberWarnings(run, beliefs.perceived),
        members: membersOf(run.layers),
        ...trainedFacts(run.layers, run.data),
        configSha256: configSha256(config),
        ...hashes,
      };
      const { summary, identity, dailyReturns } = runResult(recorder, {
        ...about,
        commit: "",
        modules: shownModules(config),
        command: "",
        replaySeconds,
        peakRssMb: peakRssMb(),
      });
      const { config: _, ...rest } = identity;
      return { summary, identity: rest, dailyReturns };
    } finally {
      await beliefs.close();
    }
  } catch (error) {
    throw moduleMistake(error, config, burst);
  } finally {
    await run.data.close();
  }
};
