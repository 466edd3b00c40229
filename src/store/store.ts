import type { Event } from "../domain/event.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { StoredKind } from "../domain/kind.ts";
import type { HistoryStore } from "../domain/ports.ts";
import type { Hole } from "./coverage/hole.ts";
import type { Held } from "./reading/holdings.ts";
import type { LandedFiles } from "./backfill/landedFiles.ts";
import type { DatedRules } from "./rules/instrumentRules.ts";
import type { VerifyOptions, VerifyReport } from "./verifyReport.ts";

/**
 * What a source states wholly: of this kind there is nothing in `[fromMs, toMs)` (by the time of the key) but what is written with it. Of
 * klines those of the store's interval are meant.
 */
export interface Stated {
  readonly kind: StoredKind;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A part of a series that was removed from the store: its file and its period (end exclusive). */
export interface DroppedPart {
  readonly file: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A store beyond the port: instrument rules as of a time, and what backfill needs. */
export interface Store extends HistoryStore {
  /** Where it is, as the user names it: `history`, `QuestDB at http://127.0.0.1:9000`. */
  readonly shown: string;
  /** The options that make a command use this store, for remedies: `--data history`. */
  readonly options: string;
  /** The port's write. Rows in a `stated` range that are not among the events are removed in the same write. */
  write(symbol: string, market: string, events: readonly Event[], stated?: readonly Stated[]): Promise<void>;
  /**
   * Rules of symbols in the order given (which becomes their index), as of `asOfMs`: the newest not after it, else the
   * oldest there is. `markets`: of the bars, as in a query. A symbol without rules is a `UserError`.
   */
  instruments(symbols: readonly string[], asOfMs?: number, markets?: readonly string[]): Promise<readonly Instrument[]>;
  /** Rules of a symbol that differ from those before them, valid from a time after `fromMs` and before `toMs`, ascending. */
  rulesChanged(symbol: string, fromMs: number, toMs: number, market?: string): Promise<readonly DatedRules[]>;
  /** Events of one kind, symbol and market (`read` chooses the market), in bursts, ascending; instrument index 0. */
  series(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): AsyncIterable<readonly Event[]>;
  /** What a series lacks of the range, at both ends and inside (`holesOf`); an infinite bound is the series' own. */
  holes(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<readonly Hole[]>;
  /** Open time of the last kline in the range in which anything was traded; undefined when there is none. */
  lastTradedMs(symbol: string, market: string, fromMs: number, toMs: number): Promise<number | undefined>;
  /**
   * Lengths of the klines that it holds, of a symbol in a market or of all, in ms, ascending; those of this store's interval are what it
   * reads.
   */
  klineIntervals(of?: Held): Promise<readonly number[]>;
  /** Rows of one kind, symbol and market in a range (klines of this store's interval). */
  count(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<number>;
  /**
   * Removes damaged and missing files that meet a range from the store, so that they can be written anew, and returns them. For a server the
   * list is empty: it checks its own bytes.
   */
  dropDamaged(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<readonly DroppedPart[]>;
  /** How many files that meet a range have no hash, because an older version wrote them; a server has none. */
  unhashed(kinds: readonly StoredKind[], symbols: readonly string[], fromMs: number, toMs: number): Promise<number>;
  /** Looks at all that it holds (`riposte verify`). */
  verify(options: VerifyOptions): Promise<VerifyReport>;
  /** Dated rules of a symbol in this market, ascending, with the source of each; empty when there are none, or when they are gone. */
  rules(symbol: string, market: string): Promise<readonly DatedRules[]>;
  /** The archive files that have landed in it. */
  landed(): Promise<LandedFiles>;
  /** Makes ready for writing now instead of at the first write: takes the lock, makes or checks the tables. */
  lock(): Promise<void>;
}
