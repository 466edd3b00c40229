import { identity, pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { Event } from "../../domain/event.ts";
import type { InferenceFailures } from "../../domain/inferenceFailures.ts";
import type { Item } from "../../domain/item.ts";
import type { Journal } from "../../domain/ports.ts";
import { formatUtc } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";
import { DataHash } from "../../engine/dataHash.ts";
import { DecisionHash } from "../../engine/decisionHash.ts";
import { drive } from "../../engine/driver.ts";
import { Recorder, record } from "../../record/recorder.ts";
import type { Beliefs } from "./beliefs.ts";
import type { ComposedRun } from "./composeRun.ts";
import { decisionLine } from "./decisionLine.ts";
import { throwForbidden } from "../members/guard/forbiddenCall.ts";
import { isServing } from "../members/trained.ts";
import { layerNames } from "../members/layers.ts";

export interface ReplayRunOptions {
  readonly events: AsyncIterable<readonly Event[]>;
  readonly beliefs: Beliefs;
  readonly journal?: Journal;
  /** Inferences that failed in the journal that the run goes on from. */
  readonly failures?: InferenceFailures;
  /** Takes the decisions; absent: one of its own. */
  readonly hash?: DecisionHash;
  /** Stands between the decision hash and the recorder. */
  readonly log?: OperatorFunction<Item, Item>;
  /** Before a burst enters the line, and when it has passed. */
  readonly before?: (burst: readonly Event[]) => void;
  readonly between?: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly progress: (bars: number) => void;
}

/** A run that went to its end, or was stopped. */
export interface ReplayedRun {
  readonly recorder: Recorder;
  readonly aborted: boolean;
  readonly dataSha256: string;
  readonly decisionsSha256: string;
  readonly decisions: number;
}

/** A backtest: every event through the line, into hashes and recorder. What `backtest` and the trials of `sweep` share. */
export const replayRun = async (run: ComposedRun, options: ReplayRunOptions): Promise<ReplayedRun> => {
  const { config, layers, data } = run;
  const { instruments, fromMs } = data;
  const { beliefs } = options;
  const { hash = new DecisionHash() } = options;
  const dataHash = new DataHash();
  const names = layerNames({ ...layers, features: beliefs.features });
  const recorder = new Recorder({
    instruments,
    startUsdt: config.venue.startUsdt,
    fromMs,
    layers: names,
    trained: isServing(layers.trained),
    canaries: layers.trained.canaries.length > 0,
  });
  const line = pipe(decisionLine(run, beliefs, { hash, ...options }), options.log ?? identity, record(recorder));
  const { aborted } = await drive(watched(options, dataHash), line, () => undefined, {
    signal: options.signal,
    ...(options.journal === undefined ? {} : { journal: options.journal }),
    onBurst: () => {
      options.progress(recorder.bars);
    },
  });
  throwForbidden();
  const dataSha256 = dataHash.digest();
  if (!aborted) {
    beliefs.finish(dataSha256);
    if (recorder.bars === 0)
      throw new UserError(
        `no bar came out of ${data.source} between ${formatUtc(fromMs)} and ${formatUtc(data.toMs)}: choose another range`,
      );
    recorder.finish();
  }
  return { recorder, aborted, dataSha256, decisionsSha256: hash.digest(), decisions: hash.decisions };
};

/** The run's events, passed through the data hash, with what must happen between two bursts. */
async function* watched(options: ReplayRunOptions, hash: DataHash): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of options.events) {
    hash.add(burst);
    await options.beliefs.before(burst.length);
    options.before?.(burst);
    yield burst;
    await options.between?.();
  }
}
