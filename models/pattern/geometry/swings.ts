import type { GeometryBar } from "./geometryBar.ts";

/** Pivots kept: enough for head and shoulders. */
const PIVOTS = 6;

/**
 * Swings of the price as a zigzag in volatility units: an extreme becomes a pivot at the bar that *closes* `reversal` volatility units
 * back from it, and is told from that bar on; nothing ahead is read. Highs and lows alternate. Patterns are defined on such extremes
 * as in Lo, Mamaysky & Wang, Foundations of Technical Analysis (2000); the reversal threshold is the classical zigzag's.
 */
export class Swings {
  /** Confirmed pivots that are kept, at most `PIVOTS`. */
  count = 0;
  /** Kind of the last pivot: 1 a high, −1 a low; 0 before the first. */
  side = 0;
  /** A pivot was confirmed at the present bar. */
  fresh = false;
  /** Size of a reversal at the present bar, in log price. */
  size = 0.5;
  /** Number of the present bar, from 1. */
  bar = 0;
  private readonly reversal: number;
  /** Pivots in a ring: log price and number of the bar. */
  private readonly prices = new Float64Array(PIVOTS);
  private readonly bars = new Int32Array(PIVOTS);
  private last = 0;
  /** The leg's extreme: highest or lowest log price since the last pivot. */
  private extreme = NaN;
  private extremeBar = 0;
  /** The extreme of the other side since then: where the next leg's search begins. */
  private counter = NaN;
  private counterBar = 0;

  constructor(reversal: number) {
    this.reversal = reversal;
  }

  add(at: GeometryBar): void {
    this.bar += 1;
    this.fresh = false;
    this.size = this.reversal * at.unit;
    if (this.side === 0) this.begin(at);
    else this.follow(at, -this.side);
  }

  /** Log price of the pivot `back` pivots before the last. */
  price(back: number): number {
    return this.prices[this.place(back)] as number;
  }

  /** Bars since then. */
  age(back: number): number {
    return this.bar - (this.bars[this.place(back)] as number);
  }

  private place(back: number): number {
    return this.last >= back ? this.last - back : this.last - back + PIVOTS;
  }

  /** Before the first pivot `extreme` is the highest and `counter` the lowest price so far. */
  private begin({ high, low, close }: GeometryBar): void {
    if (!(high <= this.extreme)) {
      this.extreme = high;
      this.extremeBar = this.bar;
    }
    if (!(low >= this.counter)) {
      this.counter = low;
      this.counterBar = this.bar;
    }
    const turnedDown = this.extreme - close >= this.size;
    const turnedUp = close - this.counter >= this.size;
    // Both at once, as in a market that has just come to rest, tells no order of the two.
    if (turnedDown === turnedUp) return;
    if (turnedDown) this.confirm(1, close);
    else {
      const { counter, counterBar } = this;
      this.counter = this.extreme;
      this.counterBar = this.extremeBar;
      this.extreme = counter;
      this.extremeBar = counterBar;
      this.confirm(-1, close);
    }
  }

  /** One bar of a leg that rises (`leg` 1) or falls (−1). */
  private follow({ high, low, close }: GeometryBar, leg: number): void {
    const ahead = leg > 0 ? high : low;
    const behind = leg > 0 ? low : high;
    if (leg * (ahead - this.extreme) > 0) {
      this.extreme = ahead;
      this.extremeBar = this.bar;
      // Which of high and low came first inside the bar is unknown; the close came after both.
      this.counter = close;
      this.counterBar = this.bar;
    } else if (leg * (behind - this.counter) < 0) {
      this.counter = behind;
      this.counterBar = this.bar;
    }
    if (leg * (this.extreme - close) >= this.size) this.confirm(leg, close);
  }

  private confirm(side: number, close: number): void {
    this.last = this.last + 1 === PIVOTS ? 0 : this.last + 1;
    this.prices[this.last] = this.extreme;
    this.bars[this.last] = this.extremeBar;
    if (this.count < PIVOTS) this.count += 1;
    this.side = side;
    this.fresh = true;
    // An extreme of the other side from before the pivot is no part of the new leg.
    const inLeg = this.counterBar >= this.extremeBar;
    this.extreme = inLeg ? this.counter : close;
    this.extremeBar = inLeg ? this.counterBar : this.bar;
    this.counter = close;
    this.counterBar = this.bar;
  }

  clear(): void {
    this.count = 0;
    this.side = 0;
    this.fresh = false;
    this.bar = 0;
    this.extreme = NaN;
    this.counter = NaN;
  }
}
