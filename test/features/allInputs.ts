import type { BestBidAsk, BookSnapshot, Event, Trade } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import { klinesOf } from "../../src/domain/kline.ts";
import type { Kline } from "../../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import { simulatedBlock } from "../featureRows.ts";
import { randomOf } from "../randomMarket.ts";

const LEVELS = 12;
/** In each 1,500 minutes so many without any event but klines: every input is lost and comes back. */
const SILENT_OF = 1500;
const SILENT = 60;

interface Scales {
  readonly price: number;
  readonly volume: number;
}

const header = (knownAtMs: number) => ({
  seq: -1,
  instrument: instrumentIndex(0),
  eventTimeMs: knownAtMs,
  receivedTimeMs: knownAtMs,
  knownAtMs,
});

/** What happens inside one minute, around its prices. Chance is drawn in the same order whatever the scales. */
class MinuteEvents {
  readonly #random: () => number;
  readonly #scales: Scales;
  #openInterest = 50_000;
  #tradeId = 0;

  constructor(seed: number, scales: Scales) {
    this.#random = randomOf(seed);
    this.#scales = scales;
  }

  /** A quantity below `most` lots. */
  #qty(most: number): number {
    return Math.ceil(this.#random() * most) * this.#scales.volume;
  }

  #price(of: Kline, share: number): number {
    return of.low + (of.high - of.low) * share;
  }

  inside(kline: Kline): Event[] {
    const at = kline.openTimeMs + 20_000;
    const trades = Array.from({ length: Math.floor(this.#random() * 4) }, (_, i) => this.#trade(kline, at + i * 700));
    const liquidated = this.#random() < 0.05 ? [this.#liquidation(kline, at + 3000)] : [];
    return [...trades, ...liquidated, this.#quotes(kline, at + 4000), this.#quotes(kline, at + 5000), this.#book(kline, at + 6000)];
  }

  atClose(kline: Kline): Event[] {
    const { knownAtMs, close } = kline;
    const minute = knownAtMs / MINUTE_MS;
    const index = close * (1 + 0.0004 * (this.#random() - 0.5));
    const rate = 0.0004 * (this.#random() - 0.4);
    const events: Event[] = [];
    if (minute % 480 === 0) events.push({ kind: Kind.funding, ...header(knownAtMs), rate, intervalHours: 8, markPrice: close });
    events.push({
      kind: Kind.markPrice,
      ...header(knownAtMs),
      ...{ markPrice: close, indexPrice: index, nextFundingRate: rate, nextFundingTimeMs: 0 },
    });
    if (minute % 5 !== 0) return events;
    this.#openInterest *= 1 + 0.01 * (this.#random() - 0.5);
    const openInterestQty = this.#openInterest * this.#scales.volume;
    events.push({ kind: Kind.openInterest, ...header(knownAtMs), openInterestQty, openInterestUsdt: openInterestQty * close });
    const ratio = (): number => 0.5 + this.#random();
    const ratios = { topAccountRatio: ratio(), topPositionRatio: ratio(), globalAccountRatio: ratio(), takerVolumeRatio: ratio() };
    events.push({ kind: Kind.longShortRatio, ...header(knownAtMs), ...ratios });
    return events;
  }

  #trade(kline: Kline, knownAtMs: number): Trade {
    const [share, buyerIsMaker] = [this.#random(), this.#random() < 0.5];
    const tradeId = String((this.#tradeId += 1));
    return { kind: Kind.trade, ...header(knownAtMs), tradeId, price: this.#price(kline, share), qty: this.#qty(40), buyerIsMaker };
  }

  #liquidation(kline: Kline, knownAtMs: number): Event {
    const side = this.#random() < 0.5 ? "buy" : "sell";
    return { kind: Kind.liquidation, ...header(knownAtMs), side, price: kline.low, qty: this.#qty(100) };
  }

  #quotes(kline: Kline, knownAtMs: number): BestBidAsk {
    const bidPrice = this.#price(kline, Math.round(this.#random() * 4) / 4) - this.#scales.price;
    const askPrice = bidPrice + Math.ceil(this.#random() * 3) * this.#scales.price;
    return { kind: Kind.bestBidAsk, ...header(knownAtMs), updateId: "", bidPrice, bidQty: this.#qty(20), askPrice, askQty: this.#qty(20) };
  }

  #book(kline: Kline, knownAtMs: number): BookSnapshot {
    const side = (sign: 1 | -1): Float64Array => {
      const levels = new Float64Array(2 * LEVELS);
      for (let i = 0; i < LEVELS; i += 1) {
        levels[2 * i] = kline.close + sign * (i + 1) * this.#scales.price;
        levels[2 * i + 1] = this.#qty(30);
      }
      return levels;
    };
    return { kind: Kind.bookSnapshot, ...header(knownAtMs), lastUpdateId: "1", bids: side(-1), asks: side(1) };
  }
}

/**
 * Seeded klines of one instrument with events of every other input between them, in line order; now and then all but the klines fall
 * silent. Prices (ticks of 1) and volumes are multiplied by the scales.
 */
export const allInputs = (bars: number, seed: number, scales: Scales = { price: 1, volume: 1 }): Event[] => {
  const minutes = new MinuteEvents(seed + 1, scales);
  return [...klinesOf(simulatedBlock(bars, seed, scales.price, scales.volume))].flatMap((event, row) => {
    const kline = event;
    const [inside, atClose] = [minutes.inside(kline), minutes.atClose(kline)];
    return row % SILENT_OF >= SILENT_OF - SILENT ? [kline] : [...inside, ...atClose, kline];
  });
};
