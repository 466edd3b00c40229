import type { OperatorFunction } from "rxjs";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Kline } from "../src/domain/kline.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** Open time of the next kline by instrument index; NaN before the first. */
export interface ContinuityState {
  readonly expectedOpenMs: Float64Array;
}

export const continuityState = (instrumentCount: number): ContinuityState => ({
  expectedOpenMs: new Float64Array(instrumentCount).fill(NaN),
});

/**
 * What passes is whole, or says that it is not: a kline that was seen or overtaken before is dropped (a `fault` tells
 * of it), missing klines put a `gap` before the one that revealed them, and a bar whose prices cannot be is a `fault`
 * in place of the bar.
 */
export const continuityStep = (state: ContinuityState, kline: Kline, emit: Emit): boolean => {
  const openMs = kline.openTimeMs;
  const expectedMs = state.expectedOpenMs[kline.instrument] as number;
  if (!isPossible(kline)) {
    emit(faultOf(kline, "prices or volume that cannot be"));
    return false;
  }
  if (openMs !== expectedMs && expectedMs === expectedMs) {
    if (openMs < expectedMs) {
      emit(faultOf(kline, openMs === expectedMs - kline.intervalMs ? "duplicate kline" : "kline out of order"));
      return false;
    }
    emit(gapBefore(kline, expectedMs));
  }
  state.expectedOpenMs[kline.instrument] = openMs + kline.intervalMs;
  return true;
};

/** Written so that NaN in any field fails. */
const isPossible = (kline: Kline): boolean => {
  const { open, high, low, close } = kline;
  return low > 0 && open >= low && close >= low && high >= open && high >= close && high < Infinity && kline.volume >= 0;
};

const gapBefore = (kline: Kline, expectedMs: number): Item => ({
  kind: Kind.gap,
  seq: kline.seq,
  instrument: kline.instrument,
  knownAtMs: kline.knownAtMs,
  fromMs: expectedMs,
  toMs: kline.openTimeMs,
  missingBars: Math.round((kline.openTimeMs - expectedMs) / kline.intervalMs),
});

const faultOf = (kline: Kline, what: string): Item => ({
  kind: Kind.fault,
  seq: kline.seq,
  instrument: kline.instrument,
  eventTimeMs: kline.eventTimeMs,
  receivedTimeMs: kline.receivedTimeMs,
  knownAtMs: kline.knownAtMs,
  source: "continuity",
  message: `${what}, open time ${kline.openTimeMs}`,
});

const HANDLERS: StepHandlers<ContinuityState> = { [Kind.kline]: continuityStep };

export const continuity = (instruments: readonly Instrument[]): OperatorFunction<Item, Item> =>
  stepOperator("continuity", () => continuityState(instruments.length), HANDLERS, {
    passing: "filter",
    emits: [Kind.gap, Kind.fault],
  });
