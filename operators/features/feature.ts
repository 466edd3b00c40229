import type { BookTop } from "../../src/domain/derived.ts";
import type { MarketEvent } from "../../src/domain/event.ts";
import type { FeatureInput, KindOfInput } from "../../src/domain/kind.ts";
import type { FeatureBar } from "./featureBar.ts";

/** One column of the feature row, as `docs/features.md` prints it. */
export interface FeatureColumn {
  /** `<what>_<window in bars>`, snake case; copies of longer time frames get the suffix `_5m`, `_15m`, `_1h`. */
  readonly name: string;
  /** With the symbols of `docs/features.md`. */
  readonly formula: string;
  /** `1` (a plain ratio), `σ` (volatility units), `fraction`, `flag` … never a price or a quantity. */
  readonly unit: string;
  /** Paper, book or documentation of the formula. */
  readonly source: string;
  /** Closed bars of its time frame, since the start or a gap, up to and with the first at which it is known. */
  readonly warmUpBars: number;
}

/**
 * A step machine that fills neighbouring columns of the row, one state per instrument (and time frame). It reads what `FeatureBar`
 * says and nothing else, so it knows only what has closed.
 */
export interface FeatureFamily<S = unknown> {
  readonly name: string;
  readonly columns: readonly FeatureColumn[];
  /** Repeated on every longer time frame. */
  readonly core?: boolean;
  /** False: it reads no scales, and so does not wait for the first good ones. */
  readonly scaled?: false;
  /** Fresh state: at the start and after every gap in the klines that `gap` does not stand. */
  init(): S;
  /**
   * A gap in the klines: `missingBars` of its time frame (≥ 1) lie between the last bar and the next. True: the state stands it and
   * goes on, and its columns are known again after `gapWarmUpBars`. False, or no such method: it starts anew.
   */
  gap?(state: S, missingBars: number): boolean;
  /** Closed bars after a gap that the state stood, up to and with the first at which its columns are known again. */
  readonly gapWarmUpBars?: number;
  /**
   * One closed bar: updates the state and writes each column, in order, to `out[at …]`. What it writes before the column is warm
   * does not matter; from then on it must be finite (0 where a ratio has no denominator).
   */
  bar(state: S, bar: FeatureBar, out: Float64Array, at: number): void;
}

/** Inputs whose events families are given as they come; bars and the book reach them in other ways. */
type EventInput = Exclude<FeatureInput, "kline" | "book">;
/** Events that feed columns beside the klines. */
export type FeatureEvent = Extract<MarketEvent, { readonly kind: KindOfInput<EventInput> }>;

/** The best levels of the book after a change, best first: prices and quantities interleaved; empty while the book is not whole. */
export type BookView = Pick<BookTop, "bids" | "asks" | "knownAtMs">;

/**
 * A family whose numbers come from events between the bars. `known` says whether the input is there at a bar; if it is not, every
 * column is 0 and `mask_<input>` is 1. A gap in the klines does not change its state.
 */
export interface EventFeatureFamily<S = unknown> {
  readonly name: string;
  readonly input: Exclude<FeatureInput, "kline">;
  readonly columns: readonly FeatureColumn[];
  init(): S;
  /** An event of its input, in line order. Families of `book` get `book` instead. */
  event?(state: S, event: FeatureEvent): void;
  /** The book changed; `book` is a view that is only good during the call. */
  book?(state: S, book: BookView): void;
  /** Whether the input says something at a bar that closes at `closeMs`. */
  known(state: S, closeMs: number): boolean;
  /** As in `FeatureFamily`; called at every decision bar, known or not. */
  bar(state: S, bar: FeatureBar, out: Float64Array, at: number): void;
}

/** Types the state of a family: `featureFamily({ init: () => ({ … }), bar: (state, bar, out, at) => { … } })`. */
export const featureFamily = <S>(family: FeatureFamily<S>): FeatureFamily => family;
export const eventFeatureFamily = <S>(family: EventFeatureFamily<S>): EventFeatureFamily => family;
