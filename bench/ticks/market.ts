import type { BookDiff, BookSnapshot, MarketEvent, Trade } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import { HOUR_MS, instrumentIndex } from "../../src/domain/units.ts";

export type TickSeries = "aggTrade" | "trade" | "bookDiff";

/** Where every series begins: a full hour. */
const FIRST_MS = Date.UTC(2024, 7, 8);
const SNAPSHOT_LEVELS = 1000;
/** Mean ms from one trade to the next: a million in six hours. */
const TRADE_GAP_MS = 21.6;
const DIFF_GAP_MS = 100;
/** A price tick is a tenth: prices are whole ticks divided by ten, as the nearest double of their decimal is. */
const TICKS = 10;

/** Uniform numbers in (0, 1): Park and Miller's generator with the multiplier of 1993 (Communications of the ACM 36, 7). */
const uniform = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
};

const ONLY = instrumentIndex(0);

/** Time of arrival, some ms after the event, as a recording has it. */
const arrival = (eventTimeMs: number, random: () => number): number => eventTimeMs + 3 + Math.floor(random() * 5);

/** Trades with ids one after the other, several of them in one ms at times; sizes and prices with the decimals of BTCUSDT. */
function* trades(count: number, aggregates: boolean): Generator<Trade> {
  const random = uniform(20_240_808);
  let [id, ticks, timeMs] = [aggregates ? 2_300_123_456 : 5_200_123_456, 600_000, FIRST_MS];
  for (let i = 0; i < count; i++) {
    timeMs -= Math.log(random()) * TRADE_GAP_MS;
    ticks += Math.round((random() - 0.5) * 3);
    const eventTimeMs = Math.floor(timeMs);
    const receivedTimeMs = arrival(eventTimeMs, random);
    const [tradeId, price, buyerIsMaker] = [String(id++), ticks / TICKS, random() < 0.5];
    const qty = (1 + Math.floor(random() * random() * 2000)) / 1000;
    const tradeCount = 1 + Math.floor(random() * random() * 8);
    // Each written out: V8 gives every object that is a spread with properties added a shape of its own, and is slow with it ever after.
    yield aggregates
      ? {
          kind: Kind.trade,
          seq: -1,
          instrument: ONLY,
          eventTimeMs,
          receivedTimeMs,
          knownAtMs: receivedTimeMs,
          tradeId,
          price,
          qty,
          buyerIsMaker,
          tradeCount,
        }
      : {
          kind: Kind.trade,
          seq: -1,
          instrument: ONLY,
          eventTimeMs,
          receivedTimeMs,
          knownAtMs: receivedTimeMs,
          tradeId,
          price,
          qty,
          buyerIsMaker,
        };
  }
}

/** Levels of one side, best first: those behind the price removed, the best one set, then some 20 others. */
const side = (sign: 1 | -1, best: number, before: number, random: () => number): Float64Array => {
  const levels: number[] = [];
  for (let at = before; (best - at) * sign > 0; at += sign) levels.push(at / TICKS, 0);
  let at = best;
  for (let left = 10 + Math.floor(random() * 21); left > 0; left--) {
    levels.push(at / TICKS, at !== best && random() < 0.3 ? 0 : (1 + Math.floor(random() * 20_000)) / 1000);
    at += sign * (1 + Math.floor(random() * random() * 60));
  }
  return Float64Array.from(levels);
};

const snapshot = (bid: number, lastUpdateId: string, random: () => number): BookSnapshot => {
  const levelsFrom = (first: number, step: number): Float64Array =>
    Float64Array.from({ length: 2 * SNAPSHOT_LEVELS }, (_, i) =>
      i % 2 === 0 ? (first + step * (i >> 1)) / TICKS : (1 + Math.floor(random() * 20_000)) / 1000,
    );
  const receivedTimeMs = arrival(FIRST_MS, random);
  return {
    kind: Kind.bookSnapshot,
    seq: -1,
    instrument: ONLY,
    eventTimeMs: FIRST_MS,
    receivedTimeMs,
    knownAtMs: receivedTimeMs,
    lastUpdateId,
    bids: levelsFrom(bid, -1),
    asks: levelsFrom(bid + 1, 1),
  };
};

/** A snapshot, then diffs of some 20 levels a side that follow it; the book never crosses. */
function* book(count: number): Generator<BookSnapshot | BookDiff> {
  const random = uniform(8_082_024);
  let [id, bid] = [5_123_107_832_006, 600_000];
  yield snapshot(bid, String(id), random);
  for (let i = 1; i <= count; i++) {
    const [previous, before] = [id, bid];
    id += 1 + Math.floor(random() * 2000);
    bid += Math.round((random() - 0.5) * 7);
    const eventTimeMs = FIRST_MS + i * DIFF_GAP_MS;
    const receivedTimeMs = arrival(eventTimeMs, random);
    yield {
      kind: Kind.bookDiff,
      seq: -1,
      instrument: ONLY,
      eventTimeMs,
      receivedTimeMs,
      knownAtMs: receivedTimeMs,
      firstUpdateId: String(previous + 1),
      finalUpdateId: String(id),
      previousFinalUpdateId: String(previous),
      bids: side(-1, bid, before, random),
      asks: side(1, bid + 1, before + 1, random),
    };
  }
}

/** `count` events of a series, an array for each hour; the same ones every time. */
export function* tickHours(series: TickSeries, count: number): Generator<readonly MarketEvent[]> {
  let hour: MarketEvent[] = [];
  let endMs = FIRST_MS + HOUR_MS;
  for (const event of series === "bookDiff" ? book(count) : trades(count, series === "aggTrade")) {
    if (event.eventTimeMs >= endMs) {
      yield hour;
      hour = [];
      endMs += HOUR_MS;
    }
    hour.push(event);
  }
  yield hour;
}
