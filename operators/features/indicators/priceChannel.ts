import { RollingExtreme } from "../rolling/rollingExtreme.ts";
import type { FeatureBar } from "../featureBar.ts";

/** Highest high and lowest low of the last n bars (Donchian's channel), in price units. */
export class PriceChannel {
  private readonly highs: RollingExtreme;
  private readonly lows: RollingExtreme;
  high = 0.5;
  low = 0.5;

  constructor(bars: number) {
    this.highs = new RollingExtreme(bars, 1);
    this.lows = new RollingExtreme(bars, -1);
  }

  add(bar: FeatureBar): void {
    this.highs.add(bar.high);
    this.lows.add(bar.low);
    this.high = this.highs.value;
    this.low = this.lows.value;
  }

  get width(): number {
    return this.high - this.low;
  }

  /** Where a price of the channel lies in it, 0 (low) to 1 (high); 0 without width, as in TA-Lib. */
  position(price: number): number {
    const width = this.high - this.low;
    return width > 0 ? (price - this.low) / width : 0;
  }

  /** Bars since the highest high. */
  get highAge(): number {
    return this.highs.age;
  }

  /** Bars since the lowest low. */
  get lowAge(): number {
    return this.lows.age;
  }
}
