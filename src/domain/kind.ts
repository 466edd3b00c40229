import type { InputOf, NumberWhere, StoredOf } from "./kindTable.ts";
import { kindTable } from "./kindTable.ts";

/**
 * Every kind of item on the line, in the order of the line: among events with the same `knownAtMs` the row higher up comes first. A new
 * kind stands where it belongs and takes the next free number; nothing else in the table changes. Journals and logs print the names.
 */
const ROWS = {
  // Market events.
  instrumentRules: { number: 0, hashed: "text", stored: ["instrumentRules"] },
  funding: { number: 1, hashed: "text", stored: ["funding"], input: "funding" },
  markPrice: { number: 2, hashed: "ticks", stored: ["markPrice"], input: "markPrice" },
  openInterest: { number: 3, hashed: "ticks", stored: ["openInterest"], input: "openInterest" },
  longShortRatio: { number: 4, hashed: "ticks", stored: ["longShortRatio"], input: "longShortRatio" },
  bookSnapshot: { number: 5, hashed: "ticks", stored: ["bookSnapshot"], input: "book" },
  bookDiff: { number: 6, hashed: "ticks", stored: ["bookDiff"], input: "book" },
  bestBidAsk: { number: 7, hashed: "ticks", stored: ["bestBidAsk"], input: "bestBidAsk" },
  /** Two series with ids of their own: the single trade and the aggregate (`Trade.tradeCount`). */
  trade: { number: 8, hashed: "ticks", stored: ["trade", "aggTrade"], input: "trade" },
  /** Numbered trades have one rank, so that their ids stay in order. */
  nonMarketTrade: { number: 42, rankOfAbove: true, hashed: "ticks", stored: ["trade"] },
  liquidation: { number: 9, hashed: "ticks", stored: ["liquidation"], input: "liquidation" },
  kline: { number: 10, hashed: "columns", stored: ["kline"], input: "kline" },
  // Control events.
  timer: { number: 11, hashed: "text" },
  command: { number: 12, hashed: "text" },
  streamStatus: { number: 13, hashed: "text" },
  inferenceFailure: { number: 14, hashed: "text" },
  fault: { number: 15, hashed: "text" },
  // Account: events from a real venue, derived items from the simulated one.
  orderAccepted: { number: 16, hashed: "text" },
  orderRejected: { number: 17, hashed: "text" },
  orderUnknown: { number: 44, hashed: "text" },
  orderCanceled: { number: 18, hashed: "text" },
  orderExpired: { number: 19, hashed: "text" },
  orderFilled: { number: 46, hashed: "text" },
  fundingPayment: { number: 21, hashed: "text" },
  balance: { number: 22, hashed: "text" },
  openOrders: { number: 45, hashed: "text" },
  positionReport: { number: 23, hashed: "text" },
  // Derived: re-computed in every replay, never journaled as truth. They are never merged, so their ranks order nothing.
  gap: { number: 24 },
  bookTop: { number: 39 },
  resyncNeeded: { number: 40 },
  bar: { number: 25 },
  scales: { number: 38 },
  featureRow: { number: 26 },
  regime: { number: 27 },
  pattern: { number: 28 },
  signal: { number: 29 },
  shadow: { number: 47 },
  momentClosed: { number: 43 },
  fill: { number: 20 },
  accountState: { number: 30 },
  tradeClosed: { number: 31 },
  intent: { number: 32 },
  noEntry: { number: 41 },
  approvedPlan: { number: 33 },
  refusal: { number: 34 },
  orderSent: { number: 35 },
  riskState: { number: 36 },
  /** The end of a burst. */
  barrier: { number: 37 },
} as const;

const TABLE = kindTable(ROWS);

/** The number of each kind, by which items are routed to the steps that handle them (`operators/stepOperator.ts`). */
export const Kind = TABLE.numbers;
export type Kind = (typeof Kind)[KindName];
export type KindName = keyof typeof ROWS;

export const KIND_COUNT = TABLE.names.length;
/** Name of each kind, by its number. */
export const KIND_NAMES = TABLE.names;

/** Rank of an event among events with the same `knownAtMs`. */
export const lineRank = (kind: Kind): number => TABLE.ranks[kind] as number;

/** How the hash of a run's data takes each kind, by its number; undefined: the kind is derived. */
export const HASHED_AS = TABLE.hashed;
export type TickKind = NumberWhere<typeof ROWS, { hashed: "ticks" }>;

/** Series that a store keeps, in the order of the line. A reader of trades gets the series that covers more of the range. */
export const STORED_KINDS = TABLE.allStored;
export type StoredKind = StoredOf<typeof ROWS>;
/** The series that each kind is kept in, by its number; the first is the usual one, none: it is not kept. */
export const STORED_AS = TABLE.stored;

/** Inputs of the feature row. A history may lack any of them except `kline`. */
export type FeatureInput = InputOf<typeof ROWS>;
/** Input that each kind feeds, by its number. */
export const INPUT_OF = TABLE.input;
/** By input: the series that it comes from. */
export const STORED_OF_INPUT = TABLE.storedOfInput;
/** Kinds of an input, as numbers. */
export type KindOfInput<I extends FeatureInput> = NumberWhere<typeof ROWS, { input: I }>;
