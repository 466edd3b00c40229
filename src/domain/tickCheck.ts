import type { OffTick } from "./decimals/fineness.ts";
import type { Event } from "./event.ts";
import { Kind } from "./kind.ts";
import type { KlineBlock } from "./kline.ts";

/** Share of a price that rounding may leave: some thousand units of the last place. */
const ROUNDING = 1e-12;

/**
 * Counts the bars and trades of one instrument that have a price between two of its ticks. A block is checked once, in one loop, when its
 * first row comes; a trade is checked when it comes.
 */
export class TickCheck {
  /** First bar or trade with a price below one tick; null: none. */
  belowTick: { readonly timeMs: number; readonly price: number } | null = null;
  readonly tickSize: number;
  private readonly ticksPerUnit: number;
  private block: KlineBlock | null = null;
  private rows = 0;
  /** Bars and trades that were looked at. */
  ofRows = 0;
  private firstMs = Infinity;
  private price = NaN;

  constructor(tickSize: number) {
    this.tickSize = tickSize;
    this.ticksPerUnit = 1 / tickSize;
  }

  add(event: Event): void {
    if (event.kind === Kind.kline) {
      if (event.block !== this.block) this.checkBlock((this.block = event.block));
    } else if (event.kind === Kind.trade) {
      this.ofRows += 1;
      if (this.off(event.price) > 0) this.count(event.eventTimeMs, event.price);
    }
  }

  get offTick(): OffTick | null {
    const { rows, ofRows, firstMs, price } = this;
    return rows === 0 ? null : { rows, ofRows, firstMs, price };
  }

  private checkBlock({ length, openTimeMs, open, high, low, close }: KlineBlock): void {
    this.ofRows += length;
    for (let row = 0; row < length; row += 1) {
      const off =
        this.off(open[row] as number) || this.off(high[row] as number) || this.off(low[row] as number) || this.off(close[row] as number);
      if (off > 0) this.count(openTimeMs[row] as number, off);
    }
  }

  /** The price where it is between two ticks, else 0. */
  private off(price: number): number {
    const ticks = price * this.ticksPerUnit;
    return Math.abs(ticks - Math.round(ticks)) > ticks * ROUNDING ? price : 0;
  }

  private count(timeMs: number, price: number): void {
    this.rows += 1;
    if (price < this.tickSize && this.belowTick === null) this.belowTick = { timeMs, price };
    if (timeMs >= this.firstMs) return;
    this.firstMs = timeMs;
    this.price = price;
  }
}
