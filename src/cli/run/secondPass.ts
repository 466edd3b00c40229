import type { Event, InferenceFailure } from "../../domain/event.ts";
import { InferenceFailures } from "../../domain/inferenceFailures.ts";
import type { Checkpoint } from "../../engine/checkpoint.ts";
import type { TrailBars } from "../../engine/decisionTrail.ts";
import { DecisionTrail } from "../../engine/decisionTrail.ts";
import { drive } from "../../engine/driver.ts";
import type { DriveOptions } from "../../engine/driver.ts";
import { UserError } from "../../domain/units.ts";
import { barsOver } from "../data/runData.ts";
import { throwForbidden } from "../members/guard/forbiddenCall.ts";
import { beliefsOf } from "./beliefs.ts";
import type { ComposedRun } from "./composeRun.ts";
import { decisionLine } from "./decisionLine.ts";

/** Events of a burst: another number than any that is likely to be asked for. */
const BURST = 997;

interface PassOptions {
  /** Inferences that failed in the first pass: they need not fail again, and are not asked. */
  readonly failed: readonly InferenceFailure[];
  readonly signal: AbortSignal;
  /** Bars of the run that are over. */
  readonly progress: (bars: number) => void;
}

/** What a second pass found out. */
export interface SecondPass {
  readonly bars: TrailBars;
  /** The line at the middle of the run; why there is none, where its state is no data; null: the run has no middle. */
  readonly cut: (Checkpoint & { readonly bar: number; readonly last: TrailBars }) | UserError | null;
}

/** All events once more, in bursts of another size; the state of the line is kept behind the last event known by `middleMs`. Null: stopped. */
export const secondPass = async (run: ComposedRun, middleMs: number, options: PassOptions): Promise<SecondPass | null> => {
  const trail = new DecisionTrail();
  const size = run.config.line.burstEvents === BURST ? BURST >> 1 : BURST;
  let cut: SecondPass["cut"] = null;
  let timeMs = -Infinity;
  const checkpoint = (nextSeq: number, states: () => Uint8Array): void => {
    if (cut !== null || timeMs < middleMs) return;
    try {
      const last = trail.bars(true);
      cut = { nextSeq, states: states(), last, bar: Math.max(0, trail.bars().count - 1) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      cut = error;
    }
  };
  const source = inBursts(run.data.events(), size, middleMs, (knownAtMs) => (timeMs = knownAtMs));
  const done = await driven(run, trail, source, options, { checkpoint });
  return done ? { bars: trail.bars(), cut } : null;
};

/** A fresh line goes on from the middle. Null: stopped. */
export const restoredPass = async (
  run: ComposedRun,
  last: TrailBars,
  { source, options: from }: { readonly source: AsyncIterable<readonly Event[]>; readonly options: DriveOptions },
  options: PassOptions,
): Promise<TrailBars | null> => {
  const trail = new DecisionTrail(last.count === 0 ? undefined : last);
  return (await driven(run, trail, source, options, from)) ? trail.bars() : null;
};

const driven = async (
  run: ComposedRun,
  trail: DecisionTrail,
  source: AsyncIterable<readonly Event[]>,
  { failed, signal, progress }: PassOptions,
  options: DriveOptions,
): Promise<boolean> => {
  const beliefs = await beliefsOf(null, run);
  const failures = new InferenceFailures();
  for (const each of failed) failures.add(each);
  const onBurst = (_: number, knownAtMs: number): void => {
    progress(barsOver(run.data, knownAtMs));
  };
  const { aborted } = await drive(source, decisionLine(run, beliefs, { hash: trail, failures }), () => undefined, {
    ...options,
    signal,
    onBurst,
  });
  throwForbidden();
  return !aborted;
};

/** Bursts of `size`; one ends early, where the next event is known behind `cutMs`. `passing`: the time of the last event of the burst that leaves. */
async function* inBursts(
  events: AsyncIterable<readonly Event[]>,
  size: number,
  cutMs: number,
  passing: (knownAtMs: number) => void,
): AsyncGenerator<readonly Event[], void, undefined> {
  let burst: Event[] = [];
  let timeMs = -Infinity;
  for await (const some of events) {
    for (const event of some) {
      const crosses = timeMs <= cutMs && event.knownAtMs > cutMs;
      if (burst.length === size || (crosses && burst.length > 0)) {
        // What crosses is at the middle, whenever it was known itself.
        passing(crosses ? cutMs : timeMs);
        yield burst;
        burst = [];
      }
      burst.push(event);
      timeMs = event.knownAtMs;
    }
  }
  if (burst.length > 0) {
    passing(timeMs);
    yield burst;
  }
}
