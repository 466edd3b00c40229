import type {
  BestBidAsk,
  BookDiff,
  BookSnapshot,
  Event,
  Funding,
  Liquidation,
  LongShortRatio,
  MarkPrice,
  NonMarketTrade,
  OpenInterest,
  Trade,
} from "../../domain/event.ts";
import type { StoredKind } from "../../domain/kind.ts";
import { Kind, STORED_AS, STORED_KINDS } from "../../domain/kind.ts";
import type { EventTable } from "./eventTable.ts";
import type { Table, TableColumn } from "./tables.ts";
import { count, flag, id, KLINE_TABLE, levels, number, time } from "./tables.ts";

/** When we had it, and when the line may use it. */
const ARRIVAL: readonly TableColumn[] = [time("receivedTimeMs"), time("knownAtMs")];
/** Of events without an id: the exchange makes one per moment. */
const EVENT_TIME = time("eventTimeMs");

/** Settled rates, which are known when they are settled. */
export const FUNDING_TABLE: EventTable<Funding> = {
  kind: "funding",
  folder: "funding",
  columns: [EVENT_TIME, number("rate"), number("intervalHours"), number("markPrice")],
  keys: 1,
  period: "year",
  cells: (event) => [event.eventTimeMs, event.rate, event.intervalHours, event.markPrice],
  event: (row, instrument) => {
    const eventTimeMs = row.number(0);
    return {
      kind: Kind.funding,
      seq: -1,
      instrument,
      eventTimeMs,
      receivedTimeMs: eventTimeMs,
      knownAtMs: eventTimeMs,
      rate: row.number(1),
      intervalHours: row.number(2),
      markPrice: row.number(3),
    };
  },
};

const MARK_PRICES: EventTable<MarkPrice> = {
  kind: "markPrice",
  folder: "markPrices",
  columns: [EVENT_TIME, ...ARRIVAL, number("markPrice"), number("indexPrice"), number("nextFundingRate"), time("nextFundingTimeMs")],
  keys: 1,
  period: "hour",
  cells: (event) => [
    event.eventTimeMs,
    event.receivedTimeMs,
    event.knownAtMs,
    event.markPrice,
    event.indexPrice,
    event.nextFundingRate,
    event.nextFundingTimeMs,
  ],
  event: (row, instrument) => ({
    kind: Kind.markPrice,
    seq: -1,
    instrument,
    eventTimeMs: row.number(0),
    receivedTimeMs: row.number(1),
    knownAtMs: row.knownAtMs(2),
    markPrice: row.number(3),
    indexPrice: row.number(4),
    nextFundingRate: row.number(5),
    nextFundingTimeMs: row.number(6),
  }),
};

/** Polled every five minutes: a file of an hour would hold twelve rows. */
const OPEN_INTEREST: EventTable<OpenInterest> = {
  kind: "openInterest",
  folder: "openInterest",
  columns: [EVENT_TIME, ...ARRIVAL, number("openInterestQty"), number("openInterestUsdt")],
  keys: 1,
  period: "month",
  cells: (event) => [event.eventTimeMs, event.receivedTimeMs, event.knownAtMs, event.openInterestQty, event.openInterestUsdt],
  event: (row, instrument) => ({
    kind: Kind.openInterest,
    seq: -1,
    instrument,
    eventTimeMs: row.number(0),
    receivedTimeMs: row.number(1),
    knownAtMs: row.knownAtMs(2),
    openInterestQty: row.number(3),
    openInterestUsdt: row.number(4),
  }),
};

const LONG_SHORT_RATIOS: EventTable<LongShortRatio> = {
  kind: "longShortRatio",
  folder: "longShortRatios",
  columns: [
    EVENT_TIME,
    ...ARRIVAL,
    number("topAccountRatio"),
    number("topPositionRatio"),
    number("globalAccountRatio"),
    number("takerVolumeRatio"),
  ],
  keys: 1,
  period: "month",
  cells: (event) => [
    event.eventTimeMs,
    event.receivedTimeMs,
    event.knownAtMs,
    event.topAccountRatio,
    event.topPositionRatio,
    event.globalAccountRatio,
    event.takerVolumeRatio,
  ],
  event: (row, instrument) => ({
    kind: Kind.longShortRatio,
    seq: -1,
    instrument,
    eventTimeMs: row.number(0),
    receivedTimeMs: row.number(1),
    knownAtMs: row.knownAtMs(2),
    topAccountRatio: row.number(3),
    topPositionRatio: row.number(4),
    globalAccountRatio: row.number(5),
    takerVolumeRatio: row.number(6),
  }),
};

const BOOK_SNAPSHOTS: EventTable<BookSnapshot> = {
  kind: "bookSnapshot",
  folder: "bookSnapshots",
  columns: [EVENT_TIME, id("lastUpdateId"), ...ARRIVAL, levels("bids"), levels("asks")],
  keys: 2,
  period: "hour",
  cells: (event) => [event.eventTimeMs, BigInt(event.lastUpdateId), event.receivedTimeMs, event.knownAtMs, event.bids, event.asks],
  event: (row, instrument) => ({
    kind: Kind.bookSnapshot,
    seq: -1,
    instrument,
    eventTimeMs: row.number(0),
    receivedTimeMs: row.number(2),
    knownAtMs: row.knownAtMs(3),
    lastUpdateId: row.id(1),
    bids: row.levels(4),
    asks: row.levels(5),
  }),
};

const BOOK_DIFFS: EventTable<BookDiff> = {
  kind: "bookDiff",
  folder: "bookDiffs",
  columns: [EVENT_TIME, id("finalUpdateId"), ...ARRIVAL, id("firstUpdateId"), id("previousFinalUpdateId"), levels("bids"), levels("asks")],
  keys: 2,
  period: "hour",
  cells: (event) => [
    event.eventTimeMs,
    BigInt(event.finalUpdateId),
    event.receivedTimeMs,
    event.knownAtMs,
    BigInt(event.firstUpdateId),
    BigInt(event.previousFinalUpdateId),
    event.bids,
    event.asks,
  ],
  event: (row, instrument) => ({
    kind: Kind.bookDiff,
    seq: -1,
    instrument,
    eventTimeMs: row.number(0),
    receivedTimeMs: row.number(2),
    knownAtMs: row.knownAtMs(3),
    firstUpdateId: row.id(4),
    finalUpdateId: row.id(1),
    previousFinalUpdateId: row.id(5),
    bids: row.levels(6),
    asks: row.levels(7),
  }),
};

const BEST_BID_ASK: EventTable<BestBidAsk> = {
  kind: "bestBidAsk",
  folder: "bestBidAsk",
  columns: [EVENT_TIME, id("updateId"), ...ARRIVAL, number("bidPrice"), number("bidQty"), number("askPrice"), number("askQty")],
  keys: 2,
  period: "hour",
  cells: (event) => [
    event.eventTimeMs,
    BigInt(event.updateId),
    event.receivedTimeMs,
    event.knownAtMs,
    event.bidPrice,
    event.bidQty,
    event.askPrice,
    event.askQty,
  ],
  event: (row, instrument) => ({
    kind: Kind.bestBidAsk,
    seq: -1,
    instrument,
    eventTimeMs: row.number(0),
    receivedTimeMs: row.number(2),
    knownAtMs: row.knownAtMs(3),
    updateId: row.id(1),
    bidPrice: row.number(4),
    bidQty: row.number(5),
    askPrice: row.number(6),
    askQty: row.number(7),
  }),
};

const TRADE_COLUMNS: readonly TableColumn[] = [EVENT_TIME, id("tradeId"), ...ARRIVAL, number("price"), number("qty"), flag("buyerIsMaker")];

/** A row of quantity 0 is a trade that is not of the market: it keeps its id and its times. */
const TRADES: EventTable<Trade | NonMarketTrade> = {
  kind: "trade",
  folder: "trades",
  columns: TRADE_COLUMNS,
  keys: 2,
  period: "hour",
  cells: (event) => {
    const id = BigInt(event.tradeId);
    if (event.kind === Kind.nonMarketTrade) return [event.eventTimeMs, id, event.receivedTimeMs, event.knownAtMs, 0, 0, 0];
    const { price, qty } = event;
    return [event.eventTimeMs, id, event.receivedTimeMs, event.knownAtMs, price, qty, event.buyerIsMaker ? 1 : 0];
  },
  event: (row, instrument) =>
    row.number(5) === 0
      ? {
          kind: Kind.nonMarketTrade,
          seq: -1,
          instrument,
          eventTimeMs: row.number(0),
          receivedTimeMs: row.number(2),
          knownAtMs: row.knownAtMs(3),
          tradeId: row.id(1),
        }
      : {
          kind: Kind.trade,
          seq: -1,
          instrument,
          eventTimeMs: row.number(0),
          receivedTimeMs: row.number(2),
          knownAtMs: row.knownAtMs(3),
          tradeId: row.id(1),
          price: row.number(4),
          qty: row.number(5),
          buyerIsMaker: row.flag(6),
        },
};

const AGG_TRADES: EventTable<Trade> = {
  kind: "aggTrade",
  folder: "aggTrades",
  columns: [...TRADE_COLUMNS, count("tradeCount")],
  keys: 2,
  period: "hour",
  cells: (event) => [
    event.eventTimeMs,
    BigInt(event.tradeId),
    event.receivedTimeMs,
    event.knownAtMs,
    event.price,
    event.qty,
    event.buyerIsMaker ? 1 : 0,
    event.tradeCount ?? 1,
  ],
  // Written out, not a single trade spread: V8 gives every object of a spread with a property added a shape of its own, which made reading
  // and all that handled the events ten times as slow.
  event: (row, instrument) => ({
    kind: Kind.trade,
    seq: -1,
    instrument,
    eventTimeMs: row.number(0),
    receivedTimeMs: row.number(2),
    knownAtMs: row.knownAtMs(3),
    tradeId: row.id(1),
    price: row.number(4),
    qty: row.number(5),
    buyerIsMaker: row.flag(6),
    tradeCount: row.number(7),
  }),
};

/** They have no id: two that are equal in every column are the same. */
const LIQUIDATIONS: EventTable<Liquidation> = {
  kind: "liquidation",
  folder: "liquidations",
  columns: [EVENT_TIME, flag("isSell"), number("price"), number("qty"), ...ARRIVAL],
  keys: 4,
  period: "hour",
  cells: (event) => [event.eventTimeMs, event.side === "sell" ? 1 : 0, event.price, event.qty, event.receivedTimeMs, event.knownAtMs],
  event: (row, instrument) => ({
    kind: Kind.liquidation,
    seq: -1,
    instrument,
    eventTimeMs: row.number(0),
    receivedTimeMs: row.number(4),
    knownAtMs: row.knownAtMs(5),
    side: row.flag(1) ? "sell" : "buy",
    price: row.number(2),
    qty: row.number(3),
  }),
};

/** One for each series of events that the table of kinds names. */
const OF_SERIES: Readonly<Record<Exclude<StoredKind, "instrumentRules" | "kline">, unknown>> = {
  funding: FUNDING_TABLE,
  markPrice: MARK_PRICES,
  openInterest: OPEN_INTEREST,
  longShortRatio: LONG_SHORT_RATIOS,
  bookSnapshot: BOOK_SNAPSHOTS,
  bookDiff: BOOK_DIFFS,
  bestBidAsk: BEST_BID_ASK,
  trade: TRADES,
  aggTrade: AGG_TRADES,
  liquidation: LIQUIDATIONS,
};

/** Tables that are read row by row, in the rank of the line. */
const EVENT_TABLES = STORED_KINDS.flatMap((kind) =>
  kind === "instrumentRules" || kind === "kline" ? [] : [OF_SERIES[kind] as EventTable],
);

/** Every table of the store, what there is most of first. */
export const TABLES: readonly Table[] = [KLINE_TABLE, ...EVENT_TABLES];

const BY_KIND: ReadonlyMap<StoredKind, Table> = new Map(TABLES.map((table) => [table.kind, table]));

/** The table of a stored kind; instrument rules have none. */
export const tableOf = (kind: StoredKind): Table | undefined => BY_KIND.get(kind);

/** By number of the kind: the table of its usual series. */
const BY_EVENT: readonly (EventTable | undefined)[] = STORED_AS.map(([usual]) => EVENT_TABLES.find(({ kind }) => kind === usual));

/** The table that keeps an event that is neither kline nor instrument rules; undefined: none does. */
export const eventTableFor = (event: Event): EventTable | undefined =>
  event.kind === Kind.trade && event.tradeCount !== undefined ? (AGG_TRADES as EventTable) : BY_EVENT[event.kind];
