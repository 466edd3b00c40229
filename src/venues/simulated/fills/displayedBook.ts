import type { BookSide } from "../../../domain/book/bookSide.ts";
import { LocalBook } from "../../../domain/book/localBook.ts";
import type { BookDiff, BookSnapshot } from "../../../domain/event.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import { Kind } from "../../../domain/kind.ts";
import type { OrderSide } from "../../../domain/order.ts";

/** Levels looked at first; a large order looks at eight times as many, and so on. */
const FIRST_DEPTH = 16;

/** A level with what is left of it for us. */
interface Level {
  readonly priceTicks: number;
  readonly lots: number;
}

/**
 * The order book that fills are judged by, in ticks and lots: what is displayed, less what our own orders took of it. History does not
 * know of us, so a level that we took from goes on showing all of it: ours is subtracted until a message names the level again.
 */
export class DisplayedBook {
  private readonly instrument: Instrument;
  private readonly book: LocalBook;
  private readonly takenBids = new Map<number, number>();
  private readonly takenAsks = new Map<number, number>();
  private scratch = new Float64Array(2 * FIRST_DEPTH);
  /** Exchange time of the message that the book is up to. */
  timeMs = -Infinity;

  constructor(instrument: Instrument) {
    this.instrument = instrument;
    this.book = new LocalBook(instrument.tickSize);
  }

  /** What is displayed may be believed. */
  get whole(): boolean {
    return this.book.whole;
  }

  /** Takes a message; returns whether there is a book behind it that is another than before. */
  hear(message: BookDiff | BookSnapshot): boolean {
    const outcome = message.kind === Kind.bookDiff ? this.book.diff(message) : this.book.snapshot(message);
    if (outcome === "kept") return false;
    if (outcome !== "changed" || message.kind === Kind.bookSnapshot) {
      this.takenBids.clear();
      this.takenAsks.clear();
    } else {
      this.restore(this.takenBids, message.bids);
      this.restore(this.takenAsks, message.asks);
    }
    this.timeMs = Math.max(this.timeMs, message.eventTimeMs);
    return outcome === "changed";
  }

  /** Middle of the best prices, rounded down; of a book with one side its best price, NaN of none. */
  get middleTicks(): number {
    const bid = this.ticksOf(this.book.bids.bestPrice);
    const ask = this.ticksOf(this.book.asks.bestPrice);
    return bid !== bid ? ask : ask !== ask ? bid : Math.floor((bid + ask) / 2);
  }

  /** Lots displayed at a price, on the side where an order of `side` would rest. */
  shownLots(side: OrderSide, priceTicks: number): number {
    return this.lotsOf(this.sideFor(side).qtyOf(priceTicks * this.instrument.tickSize));
  }

  /**
   * What an order of `side` can take, best first: levels up to `limitTicks`, as many as hold `wantedLots` (all, where they do not). The
   * side that it takes from is the other one.
   */
  takeable(side: OrderSide, limitTicks: number, wantedLots: number): Level[] {
    const from = this.sideFor(side === "buy" ? "sell" : "buy");
    const taken = side === "buy" ? this.takenAsks : this.takenBids;
    const levels: Level[] = [];
    let missingLots = wantedLots;
    for (let depth = FIRST_DEPTH, seen = 0; missingLots > 0; depth *= 8) {
      if (this.scratch.length < 2 * depth) this.scratch = new Float64Array(2 * depth);
      const count = from.writeTop(this.scratch, 0, depth);
      for (; seen < count && missingLots > 0; seen += 1) {
        const priceTicks = this.ticksOf(this.scratch[2 * seen] as number);
        if (side === "buy" ? priceTicks > limitTicks : priceTicks < limitTicks) return levels;
        const lots = this.lotsOf(this.scratch[2 * seen + 1] as number) - (taken.get(priceTicks) ?? 0);
        if (lots <= 0) continue;
        levels.push({ priceTicks, lots });
        missingLots -= lots;
      }
      if (count < depth) break;
    }
    return levels;
  }

  /** An order of `side` took lots of a level. */
  take(side: OrderSide, priceTicks: number, lots: number): void {
    const taken = side === "buy" ? this.takenAsks : this.takenBids;
    taken.set(priceTicks, (taken.get(priceTicks) ?? 0) + lots);
  }

  private restore(taken: Map<number, number>, changes: Float64Array): void {
    if (taken.size === 0) return;
    for (let i = 0; i < changes.length; i += 2) taken.delete(this.ticksOf(changes[i] as number));
  }

  private sideFor(side: OrderSide): BookSide {
    return side === "buy" ? this.book.bids : this.book.asks;
  }

  private ticksOf(price: number): number {
    return Math.round(price / this.instrument.tickSize);
  }

  private lotsOf(qty: number): number {
    return Math.floor(qty / this.instrument.lotSize + 1e-6);
  }
}
