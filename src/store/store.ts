import type { Event } from "../domain/event.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { HistoryStore, StoredKind } from "../domain/ports.ts";
import type { LandedFiles } from "./backfill/landedFiles.ts";
import type { DatedRules } from "./rules/instrumentRules.ts";

/** A run of missing klines: open times from `fromMs` (inclusive) to `toMs` (exclusive). */
export interface GapSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bars: number;
}

/** A store with what goes beyond the port: the instrument rules as of a time, and what backfill asks. */
export interface Store extends HistoryStore {
  /** Where it is, as the user names it: `history`, `QuestDB at http://127.0.0.1:9000`. */
  readonly shown: string;
  /** The options that make a command use this store, for remedies: `--data history`. */
  readonly options: string;
  /**
   * Rules of symbols in the order given (which becomes their index), as of `asOfMs`: the newest not after it, else the
   * oldest there is. `markets`: of the bars, as in a query. A symbol without rules is a `UserError`.
   */
  instruments(symbols: readonly string[], asOfMs?: number, markets?: readonly string[]): Promise<readonly Instrument[]>;
  /** When the rules of a symbol changed, for each time after `fromMs` and before `toMs`, ascending. */
  rulesChangedMs(symbol: string, fromMs: number, toMs: number, market?: string): Promise<readonly number[]>;
  /** Events of one kind, symbol and market (`read` chooses the market), in bursts, ascending; instrument index 0. */
  series(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): AsyncIterable<readonly Event[]>;
  /** Runs of missing klines between the first and the last one inside the range. */
  gaps(symbol: string, market: string, fromMs: number, toMs: number): Promise<readonly GapSpan[]>;
  /** True when the period (an hour, month or year, as the kind is cut) of this time has rows. */
  holdsPeriod(kind: StoredKind, symbol: string, market: string, timeMs: number): Promise<boolean>;
  /** Dated rules of a symbol in this market, ascending, with the source of each; empty when there are none. */
  rules(symbol: string, market: string): Promise<readonly DatedRules[]>;
  /** The archive files that have landed in it. */
  landed(): Promise<LandedFiles>;
  /** Makes ready for writing now instead of at the first write: takes the lock, makes or checks the tables. */
  lock(): Promise<void>;
}
