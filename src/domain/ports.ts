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
   * and target when the fill is known, and the venue takes one close-position order of a kind a side (`closePositionTaken`).
   */
  readonly attachesBrackets: readonly boolean[];
}

interface QueryHeader {
  readonly instrument: InstrumentIndex;
  readonly askedAtMs: number;
}
/** One order, by its client order id. */
interface OrderQuery extends QueryHeader {
  readonly what: "order";
  readonly clientOrderId: string;
}
/** Every order that is working. */
interface OpenOrdersQuery extends QueryHeader {
  readonly what: "openOrders";
}
interface PositionQuery extends QueryHeader {
  readonly what: "position";
}
/** Our trades with a larger id. */
interface TradesQuery extends QueryHeader {
  readonly what: "trades";
  readonly sinceTradeId: number;
}
/** Reason of the `orderExpired` that answers a query of an order that filled whole. */
export const FILLED = "filled";
export type VenueQuery = OrderQuery | OpenOrdersQuery | PositionQuery | TradesQuery;

/**
 * Where orders go. All calls only enqueue; what comes of them comes back on the line as account items.
 *
 * An order is accepted (`orderAccepted`), refused (`orderRejected`, with a reason of the domain) or **unknown** (`orderUnknown`: the
 * answer was lost, so the order may be there). A venue that gets no answer in time says `orderUnknown` itself.
 *
 * Queries are answered with what the venue said, or would have said, at the time: each answer may repeat what is known already. An order is
 * told again with its fills, and behind them `orderAccepted` while it works, or how it ended; one that filled whole is `orderExpired` with
 * nothing remaining, reason `FILLED`. One that can no longer arrive is `orderRejected`, `neverArrived`. Trades are told again as fills.
 * `openOrders` and `position` have answers of their own.
 */
export interface Venue {
  readonly terms: VenueTerms;
  /** Hands over an order. Throws only on a broken invariant. */
  submit(order: OrderRequest): void;
  /** Asks to cancel a resting or conditional order; one that is not open is answered with `orderRejected`, `unknownOrder`. */
  cancel(instrument: InstrumentIndex, clientOrderId: string, decidedAtMs: number): void;
  ask(query: VenueQuery): void;
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
