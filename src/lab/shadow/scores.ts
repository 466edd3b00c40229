import { REGIME_STATES } from "../../domain/derived.ts";

/** Numbers of a signal: P(LONG), P(SHORT), P(NEUTRAL), net return of a long, of a short, confidence. */
const NET_LONG = 3;
const NET_SHORT = 4;
/** A lower probability counts as this one, so that a score has a lowest value. */
const PROBABILITY_MIN = 0.01;
/** Width of the scores of a regime: from ln 0.01 to ln 1. */
export const LOG_WIDTH = -Math.log(PROBABILITY_MIN);

/** What became of a judged bar. */
export interface Outcome {
  /** Gross returns of the label's two sides. */
  readonly longReturn: number;
  readonly shortReturn: number;
  /** State of the next 240 bars; −1: unknown. */
  readonly state: number;
}

interface Prices {
  /** Of the label's bracket, as fractions of the entry. */
  readonly stop: number;
  readonly target: number;
  /** A round trip, as a fraction of the entry. */
  readonly cost: number;
}

/** The side on which a signal would have acted at `numbers[at …]`: that of the better expected net return, where that is above 0; 0: none. */
export const sideOf = (numbers: Float64Array, at: number): 1 | -1 | 0 => {
  const long = numbers[at + NET_LONG] as number;
  const short = numbers[at + NET_SHORT] as number;
  if (long > 0 && !(short > long)) return 1;
  return short > 0 ? -1 : 0;
};

/** Realised net return of that action on the label's bracket, cut to what the bracket allows: a gap may jump over a level. */
export const signalScore = (side: 1 | -1 | 0, { longReturn, shortReturn }: Outcome, { stop, target, cost }: Prices): number =>
  side === 0 ? 0 : Math.min(target, Math.max(-stop, side > 0 ? longReturn : shortReturn)) - cost;

/** Log-probability that a regime gave to the state that came; NaN where it is unknown, or the regime was not ready. */
export const regimeScore = (numbers: Float64Array, at: number, { state }: Outcome): number =>
  state < 0 || state >= REGIME_STATES.length ? NaN : Math.max(-LOG_WIDTH, Math.log(numbers[at + state] as number));
