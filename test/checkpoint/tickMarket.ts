import type { BookDiff, BookSnapshot, Event, MarkPrice, Trade } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { Kind } from "../../src/domain/kind.ts";
import { singleKline } from "../../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import { simulatedInstrument } from "../../streams/simulatedMarket.ts";
import { randomOf } from "../randomMarket.ts";

/** Filled on the book, on bars, on trades; in symbol order. */
export const TICK_FILLS = { ABUSDT: "book", ACUSDT: "bars", ADUSDT: "trades" } as const;
/** Those without klines of their own. */
export const FROM_TRADES = [instrumentIndex(0), instrumentIndex(2)];
export const TICK_INSTRUMENTS: readonly Instrument[] = Object.keys(TICK_FILLS).map((symbol, index) => simulatedInstrument(symbol, index));

/** Just before a UTC midnight. */
const FIRST_MS = Date.UTC(2024, 4, 5, 23, 20);
const STEP_MS = 1000;
const LEVELS = 12;
const LATE_MS = 7;

/**
 * Books, trades and marks of two instruments, klines of a third, in line order: seeded, the same ones every time. Every book breaks now and
 * then and gets its snapshot some seconds later; trades lose an id now and then.
 */
export function* tickMarket(minutes: number, seed: number): Generator<Event> {
  const random = randomOf(seed);
  const books = FROM_TRADES.map((index) => new TestBook(TICK_INSTRUMENTS[index] as Instrument, random));
  for (const book of books) yield book.snapshot(FIRST_MS);
  let close = 100;
  for (let step = 1; step <= (minutes * MINUTE_MS) / STEP_MS; step += 1) {
    const timeMs = FIRST_MS + step * STEP_MS;
    for (const book of books) yield* book.step(timeMs);
    if (timeMs % MINUTE_MS !== 0) continue;
    const open = close;
    close = Math.round(open * (1 + (random() - 0.5) * 0.006) * 1e4) / 1e4;
    const [high, low] = [Math.max(open, close) * 1.001, Math.min(open, close) * 0.999];
    const rest = { volume: 5e5, quoteVolume: 5e7, trades: 900, takerBuyVolume: 2e5, takerBuyQuoteVolume: 2e7 };
    // Now and then the bar does not come.
    if (random() > 0.06)
      yield singleKline(instrumentIndex(1), MINUTE_MS, { openTimeMs: timeMs - MINUTE_MS, open, high, low, close, ...rest });
  }
}

class TestBook {
  readonly #instrument: Instrument;
  readonly #random: () => number;
  #bid: number;
  #updateId = 1000;
  #tradeId = 1;
  /** Steps until the snapshot of a book that broke. */
  #brokenFor = 0;

  constructor(instrument: Instrument, random: () => number) {
    this.#instrument = instrument;
    this.#random = random;
    this.#bid = Math.round(100 / instrument.tickSize);
  }

  *step(timeMs: number): Generator<Event> {
    const random = this.#random;
    const before = this.#bid;
    this.#bid = Math.max(100, before + Math.round((random() - 0.5) * before * 0.0006));
    if (this.#brokenFor > 0 && (this.#brokenFor -= 1) === 0) yield this.snapshot(timeMs);
    else yield this.#diff(timeMs, before);
    if (random() < 0.0005) {
      this.#updateId += 3;
      this.#brokenFor = 10;
    }
    if (random() < 0.7) yield this.#trade(timeMs + 1);
    if (random() < 0.1) yield this.#mark(timeMs + 2);
  }

  snapshot(timeMs: number): BookSnapshot {
    const levels = (sign: 1 | -1): Float64Array => this.#levels(sign === 1 ? this.#bid + 1 : this.#bid, sign);
    return { ...this.#head(Kind.bookSnapshot, timeMs), lastUpdateId: String((this.#updateId += 1)), bids: levels(-1), asks: levels(1) };
  }

  #diff(timeMs: number, before: number): BookDiff {
    const previousFinalUpdateId = String(this.#updateId);
    const finalUpdateId = String((this.#updateId += 1));
    const gone = (first: number, sign: 1 | -1): number[] =>
      Array.from({ length: LEVELS }, (_, i) => [(first + sign * i) * this.#instrument.tickSize, 0]).flat();
    const side = (old: number, now: number, sign: 1 | -1): Float64Array => {
      const levels = new Map<number, number>();
      const all = [...gone(old, sign), ...this.#levels(now, sign)];
      for (let i = 0; i < all.length; i += 2) levels.set(all[i] as number, all[i + 1] as number);
      return Float64Array.from([...levels].flat());
    };
    return {
      ...this.#head(Kind.bookDiff, timeMs),
      firstUpdateId: finalUpdateId,
      finalUpdateId,
      previousFinalUpdateId,
      bids: side(before, this.#bid, -1),
      asks: side(before + 1, this.#bid + 1, 1),
    };
  }

  #levels(first: number, sign: 1 | -1): Float64Array {
    const { tickSize, lotSize } = this.#instrument;
    return Float64Array.from({ length: 2 * LEVELS }, (_, i) =>
      i % 2 === 0 ? (first + sign * (i >> 1)) * tickSize : (1 + Math.floor(this.#random() * 400)) * lotSize,
    );
  }

  #trade(timeMs: number): Trade {
    const random = this.#random;
    const buyerIsMaker = random() < 0.5;
    this.#tradeId += random() < 0.001 ? 2 : 1;
    return {
      ...this.#head(Kind.trade, timeMs),
      tradeId: String(this.#tradeId),
      price: (buyerIsMaker ? this.#bid : this.#bid + 1) * this.#instrument.tickSize,
      qty: (1 + Math.floor(random() * 200)) * this.#instrument.lotSize,
      buyerIsMaker,
      tradeCount: 1,
    };
  }

  #mark(timeMs: number): MarkPrice {
    const markPrice = this.#bid * this.#instrument.tickSize;
    return { ...this.#head(Kind.markPrice, timeMs), markPrice, indexPrice: markPrice, nextFundingRate: 0, nextFundingTimeMs: 0 };
  }

  #head<K extends Kind>(kind: K, eventTimeMs: number) {
    const receivedTimeMs = eventTimeMs + LATE_MS;
    return { kind, seq: -1, instrument: this.#instrument.index, eventTimeMs, receivedTimeMs, knownAtMs: receivedTimeMs };
  }
}
