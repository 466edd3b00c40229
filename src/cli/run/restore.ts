import type { RiposteConfig } from "../../../config/schema.ts";
import type { Event, InferenceFailure } from "../../domain/event.ts";
import type { CheckpointIdentity } from "../../engine/checkpoint.ts";
import { goingOn, readCheckpoint } from "../../engine/checkpoint.ts";
import type { TrailBars } from "../../engine/decisionTrail.ts";
import type { DataChoice } from "../data/runData.ts";
import { environment } from "../frame/environment.ts";
import { composeRun } from "./composeRun.ts";
import { moduleMistake } from "./moduleMistake.ts";
import { restoredPass } from "./secondPass.ts";

/** The rest of a run from its checkpoint on, as it is handed to a fresh process. */
export interface RestoreTask {
  readonly config: RiposteConfig;
  readonly profile: string;
  readonly choice: DataChoice;
  readonly path: string;
  readonly identity: CheckpointIdentity;
  /** Inferences that failed in the first pass. */
  readonly failed: readonly InferenceFailure[];
  /** The bar at which it was written. */
  readonly last: TrailBars;
}

/** What a restarted program decides. Null: stopped. */
export const restore = async (
  { config, profile, choice, path, identity, failed, last }: RestoreTask,
  signal: AbortSignal,
  progress: (bars: number) => void,
): Promise<TrailBars | null> => {
  const checkpoint = readCheckpoint(path, identity);
  const run = await composeRun(config, profile, choice, environment(process.env));
  let burst: readonly Event[] = [];
  try {
    const { source, options } = goingOn(checkpoint, run.data.events());
    return await restoredPass(run, last, { source: watched(source, (next) => (burst = next)), options }, { failed, signal, progress });
  } catch (error) {
    throw moduleMistake(error, config, burst);
  } finally {
    await run.data.close();
  }
};

async function* watched(
  source: AsyncIterable<readonly Event[]>,
  before: (burst: readonly Event[]) => void,
): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of source) {
    before(burst);
    yield burst;
  }
}
