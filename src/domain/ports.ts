import type { Event } from "./event.ts";
import type { OrderRequest } from "./order.ts";
import type { Instrument } from "./instrument.ts";
import type { InstrumentIndex } from "./units.ts";
import type { KindName, StoredKind } from "./kind.ts";

/** Rules of a venue for the size of an entry, as far as they are known before the entry arrives. */
export interface VenueTerms {
  /** Whether the exchange's filters of quantity and notional apply. */
  readonly filters: boolean;
  /** Whether an entry needs isolated margin. */
  readonly margin: boolean;
  /** Taker fee rate, a fraction of the notional; null: the instrument's own. */
  readonly takerFeeRate: number | null;
  /**
   * By instrument: whether the venue places an entry's bracket itself with the entry's first fill. False: `execute` sends stop
   * and target when the fill is known, and the venue takes one close-position order of a kind a side (−4130).
   */
  readonly attachesBrackets: readonly boolean[];
}

/** Where orders go. Both calls only enqueue. The outcomes come back on the line as account items. */
export interface Venue {
  readonly terms: VenueTerms;
  /** Hands over an order. Throws only on a broken invariant; refusals arrive as `orderRejected`. */
  submit(order: OrderRequest): void;
  /** Asks to cancel a resting or conditional order; unknown ids are answered with `orderRejected` −2011. */
  cancel(instrument: InstrumentIndex, clientOrderId: string, decidedAtMs: number): void;
}

/** A range of history: `fromMs` inclusive, `toMs` exclusive, both in event time (a kline's open time). */
export interface HistoryQuery {
  readonly instruments: readonly Instrument[];
  readonly kinds: readonly KindName[];
  /** Market of each instrument's bars. Data that the spot market does not have come from the perpetual. Default: the store's choice. */
  readonly markets?: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Events per burst, at most 4096. */
  readonly burstEvents: number;
}

/** Extent of one symbol and kind in a store. */
export interface HistorySpan {
  readonly symbol: string;
  readonly kind: StoredKind;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly events: number;
  /** `um` or `spot` (standing in for the perpetual), `simulated`. */
  readonly market: string;
}

/** History behind one port: Parquet + DuckDB by default, or QuestDB; one contract test for all. */
export interface HistoryStore {
  /** Writes events of one symbol; idempotent by key: a later write of the same key wins. All or nothing per call. */
  write(symbol: string, market: string, events: readonly Event[]): Promise<void>;
  /** Bursts in line order (docs/architecture.md#the-order-of-the-line), one burst prefetched, memory bounded. */
  read(query: HistoryQuery): AsyncIterable<readonly Event[]>;
  /** Extents of its series; `kinds`, `symbols`: only of these. */
  spans(kinds?: readonly StoredKind[], symbols?: readonly string[]): Promise<readonly HistorySpan[]>;
  close(): Promise<void>;
}

/** Append-only record of every event, in line order. */
export interface Journal {
  append(event: Event): void;
  /** Resolves when everything appended so far is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
