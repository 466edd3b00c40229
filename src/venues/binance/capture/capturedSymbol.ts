import type { SeenDecimals } from "../../../domain/decimals/seen.ts";
import { mergedSeen, NOTHING_SEEN } from "../../../domain/decimals/seen.ts";
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
  /** Of the prices and quantities of trades, quotes, book levels and bars. */
  seen: SeenDecimals;
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
  seen: NOTHING_SEEN,
  nonMarketTrades: new Map(),
  otherKlines: new Set(),
  bareBooks: 0,
  unclearDepth: "",
});

/** Adds what was seen of a book that did not name its symbol. */
export const take = (facts: CapturedSymbol, unnamed: CapturedSymbol): void => {
  facts.events += unnamed.events;
  facts.snapshots += unnamed.snapshots;
  facts.seen = mergedSeen(facts.seen, unnamed.seen);
};

/** Adds an event to what its symbol has. */
export const countEvent = (facts: CapturedSymbol, event: Event): void => {
  facts.events += 1;
  switch (event.kind) {
    case Kind.trade:
      if (event.tradeCount === undefined) facts.trades += 1;
      else facts.aggTrades += 1;
      break;
    case Kind.markPrice:
      facts.marks += 1;
      break;
    case Kind.bestBidAsk:
      facts.bestBidAsks += 1;
      break;
    case Kind.bookDiff:
      facts.diffs += 1;
      break;
    case Kind.bookSnapshot:
      facts.snapshots += 1;
      break;
    case Kind.kline:
      facts.klines += 1;
      facts.klinesToMs = Math.max(facts.klinesToMs, event.knownAtMs);
      break;
    default:
  }
};
