import type { Event } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";

/** What a capture has of one symbol. */
export interface CapturedSymbol {
  readonly symbol: string;
  /** Of all kinds. */
  events: number;
  trades: number;
  aggTrades: number;
  klines: number;
  /** Close of its last closed minute; −∞ without one. */
  klinesToMs: number;
  bestBidAsks: number;
  diffs: number;
  snapshots: number;
  marks: number;
  /** Decimals that its prices and quantities show. */
  priceDecimals: number;
  qtyDecimals: number;
  /** Trades that are not of the market, by what their `X` says. */
  readonly nonMarketTrades: Map<string, number>;
  /** Intervals of candles that give no event: others than the minute, or the minute's that are open. */
  readonly otherKlines: Set<string>;
  /** Whole books among the messages `depthUpdate` that do not carry their stream's name. */
  bareBooks: number;
  /** Place of such a message of which nothing tells what it is; "": none. */
  unclearDepth: string;
}

/** A symbol of which nothing has been seen. */
export const nothingOf = (symbol: string): CapturedSymbol => ({
  symbol,
  events: 0,
  trades: 0,
  aggTrades: 0,
  klines: 0,
  klinesToMs: -Infinity,
  bestBidAsks: 0,
  diffs: 0,
  snapshots: 0,
  marks: 0,
  priceDecimals: 0,
  qtyDecimals: 0,
  nonMarketTrades: new Map(),
  otherKlines: new Set(),
  bareBooks: 0,
  unclearDepth: "",
});

/** Adds what was seen of a book that did not name its symbol. */
export const take = (facts: CapturedSymbol, unnamed: CapturedSymbol): void => {
  facts.events += unnamed.events;
  facts.snapshots += unnamed.snapshots;
  facts.priceDecimals = Math.max(facts.priceDecimals, unnamed.priceDecimals);
  facts.qtyDecimals = Math.max(facts.qtyDecimals, unnamed.qtyDecimals);
};

/** Adds an event to what its symbol has. */
export const countEvent = (facts: CapturedSymbol, event: Event): void => {
  facts.events += 1;
  switch (event.kind) {
    case Kind.trade:
      if (event.tradeCount === undefined) facts.trades += 1;
      else facts.aggTrades += 1;
      see(facts, event.price, event.qty);
      break;
    case Kind.markPrice:
      facts.marks += 1;
      break;
    case Kind.bestBidAsk:
      facts.bestBidAsks += 1;
      see(facts, event.bidPrice, event.bidQty);
      break;
    case Kind.bookDiff:
      facts.diffs += 1;
      for (let i = 0; i < event.bids.length; i += 2) see(facts, event.bids[i] as number, event.bids[i + 1] as number);
      break;
    case Kind.bookSnapshot:
      facts.snapshots += 1;
      for (let i = 0; i < event.asks.length; i += 2) see(facts, event.asks[i] as number, event.asks[i + 1] as number);
      break;
    case Kind.kline:
      facts.klines += 1;
      facts.klinesToMs = Math.max(facts.klinesToMs, event.knownAtMs);
      for (const price of [event.open, event.high, event.low, event.close]) see(facts, price, event.volume);
      break;
    default:
  }
};

const see = (facts: CapturedSymbol, price: number, qty: number): void => {
  facts.priceDecimals = atLeastDecimals(facts.priceDecimals, price);
  facts.qtyDecimals = atLeastDecimals(facts.qtyDecimals, qty);
};

/** `decimals`, or more if a value needs more to be written. Values are doubles next to decimals of at most 8 digits. */
const atLeastDecimals = (decimals: number, value: number): number => {
  let found = decimals;
  while (found < 8 && !isDecimal(value, found)) found += 1;
  return found;
};

const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** An integer divided by a power of ten is rounded once: the value is such a decimal if it comes back. */
const isDecimal = (value: number, decimals: number): boolean => {
  const power = POWERS[decimals] as number;
  return Math.round(value * power) / power === value;
};
