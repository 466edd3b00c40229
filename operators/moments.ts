import { identity } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import type { Moment } from "../src/domain/moment.ts";
import { arrive, closeOf, moment, MOMENT_GRACE_MS } from "../src/domain/moment.ts";
import { NO_INSTRUMENT } from "../src/domain/units.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

interface MomentsState {
  readonly moment: Moment;
  /** Line time and number of the last event that was seen. */
  knownAtMs: number;
  seq: number;
}

interface Timed {
  readonly seq: number;
  readonly knownAtMs: number;
}

/** An event that is known after the grace of an open moment closes it. `momentClosed` stands ahead of that event, unmatched yet. */
const eventStep = (state: MomentsState, { seq, knownAtMs }: Timed, emit: Emit): true => {
  if (state.moment.open && knownAtMs >= state.moment.closeMs + MOMENT_GRACE_MS) close(state, emit);
  state.knownAtMs = knownAtMs;
  state.seq = seq;
  return true;
};

const barStep = ({ moment: now }: MomentsState, bar: Bar): true => {
  if (bar.base) arrive(now, closeOf(bar));
  return true;
};

const close = (state: MomentsState, emit: Emit): void => {
  const { moment: now, seq, knownAtMs } = state;
  now.open = false;
  emit({ kind: Kind.momentClosed, seq, instrument: NO_INSTRUMENT, knownAtMs: Math.max(now.closeMs, knownAtMs), closeMs: now.closeMs });
};

const HANDLERS: StepHandlers<MomentsState> = {
  [Kind.bar]: barStep,
  [Kind.kline]: eventStep,
  [Kind.trade]: eventStep,
  [Kind.bookDiff]: eventStep,
  [Kind.bookSnapshot]: eventStep,
  [Kind.bestBidAsk]: eventStep,
  [Kind.markPrice]: eventStep,
  [Kind.funding]: eventStep,
  [Kind.openInterest]: eventStep,
  [Kind.longShortRatio]: eventStep,
  [Kind.liquidation]: eventStep,
  [Kind.timer]: eventStep,
};

/**
 * Closes a moment (one close time of the decision bar) that lacks the bar of an instrument. Emits `momentClosed` ahead of the first event
 * that is known 2 s or more after the close (live: the timer), and at the end of the line. The step stands before the simulated desk, so an
 * order that is decided then meets that event. With one instrument no moment can lack a bar.
 */
export const moments = (instruments: readonly Instrument[]): OperatorFunction<Item, Item> =>
  instruments.length === 1
    ? identity
    : stepOperator("moments", () => ({ moment: moment(instruments.length), knownAtMs: -Infinity, seq: -1 }), HANDLERS, {
        passing: "filter",
        emits: [Kind.momentClosed],
        flush: (state, emit) => {
          if (state.moment.open) close(state, emit);
        },
      });
