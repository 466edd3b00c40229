import type { PositionState, Signal } from "../../src/domain/derived.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { BarView } from "../../src/domain/kline.ts";
import type { Bracket } from "../../src/domain/order.ts";
import type { Direction } from "../../src/domain/units.ts";
import type { Seen } from "../seen.ts";

/** What L4 sees at a decision bar. POOLED: read it during the call only. */
export interface PositionView extends Seen {
  readonly instrument: Instrument;
  /** The decision bar that just closed. */
  readonly bar: BarView;
  readonly signal: Signal;
  readonly position: PositionState;
  readonly equityUsdt: number;
  /** What is left of the day's permitted loss, of all of it: 1 at 00:00 UTC or without a limit, 0 at the limit. */
  readonly dayLossLeft: number;
  /** An entry is on its way or rests. */
  readonly entryPending: boolean;
  /** An exit is on its way. */
  readonly exitPending: boolean;
  /** The position's stop in ticks; 0 when it has none. */
  readonly stopTicks: number;
  /**
   * Lots of the largest entry at this worst price and leverage that is not refused for its size: by risk (margins, leverage), by the
   * exchange (largest quantity of market or, with `limitTicks`, of limit orders; largest position at the leverage) or by the margin at hand.
   * 0 when not even the smallest order that the exchange takes passes. It says nothing of the day, of halts or of the stop.
   */
  maxQtyLots(direction: Direction, worstTicks: number, leverage: number, limitTicks?: number): number;
}

export interface EntryProposal {
  readonly direction: Direction;
  readonly qtyLots: number;
  readonly bracket: Bracket;
  /**
   * Price that margin is reserved at, in ticks, for a buy and a sell alike: some room above the close. It is no cap on the fill: a market
   * order takes what there is, `limitTicks` caps. Of a market buy it is the close or more; margin is never reserved below the market, nor
   * below the entry's own limit.
   */
  readonly worstTicks: number;
  readonly leverage: number;
  /** A limit price in ticks; absent: a market order. */
  readonly limitTicks?: number;
  readonly postOnly?: boolean;
  /** When a resting limit entry expires; absent: never. */
  readonly expiresAtMs?: number;
}

/** What L4 may ask for. Each call becomes an intent that risk approves or refuses at once; true = approved. */
export interface Proposals {
  enter(entry: EntryProposal): boolean;
  /** Grows the position; its protection covers the new part. */
  scaleIn(entry: Omit<EntryProposal, "direction" | "bracket">): boolean;
  /** Takes part of the position off at market. */
  reduce(qtyLots: number, reason: string): boolean;
  /** Closes the position at market. */
  exit(reason: string): boolean;
  /** Moves the stop; only tighter is allowed. `reason` is what the exit will be called, e.g. `break-even`. */
  moveStop(stopTicks: number, reason: string): boolean;
  /**
   * Says why no entry is asked for although the signal wants one, with what it would be and what is needed. A run without a trade
   * names the most frequent reason. `maxQtyLots` says by itself when it answers 0.
   */
  wait(reason: string, value?: number, limit?: number): void;
}

/**
 * A member of L4 as a step machine over decision bars: the shipped rules and users' own (`--position ./mine.ts`) alike.
 * State is per instrument; the same views must always give the same proposals.
 */
export interface PositionModule<S = unknown> {
  readonly name: string;
  /** Features that it reads (docs/features.md), in the order of `view.x`. */
  readonly features?: readonly string[];
  /** P(side) from which it asks for an entry, where it has such a threshold: said when a run has no trade. */
  readonly enterProbability?: number;
  init(instrument: Instrument): S;
  decide(state: S, view: PositionView, propose: Proposals): void;
}

/** What a position module's file exports as default: options (from `position.options` of the config) → module. */
export type PositionFactory = (options: Readonly<Record<string, unknown>>) => PositionModule;

/** Types the state of a module: `export default positionModule((options) => ({ … }))`. */
export const positionModule =
  <S>(factory: (options: Readonly<Record<string, unknown>>) => PositionModule<S>): PositionFactory =>
  (options) =>
    factory(options);
