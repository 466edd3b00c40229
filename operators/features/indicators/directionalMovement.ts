import type { FeatureBar } from "../featureBar.ts";
import type { Ema } from "../rolling/ema.ts";
import { wilder } from "../rolling/ema.ts";
import { trueRange } from "./trueRange.ts";

/**
 * Wilder's directional movement (1978), seeded as TA-Lib does: the directional indicators +DI and −DI, known from bar n + 1, and their
 * smoothed difference ADX, known from bar 2n. All as shares from 0 to 1 (TA-Lib: per cent).
 */
export class DirectionalMovement {
  private readonly periods: number;
  private readonly tie: number;
  private readonly smoothedIndex: Ema;
  private previousHigh = NaN;
  private previousLow = NaN;
  /** Movements and range, summed over the first n − 1 and smoothed from then on. */
  private plus = 0.5;
  private minus = 0.5;
  private range = 0.5;
  private bars = 0;

  /**
   * `tie`: movements up and down that differ by less than this share of the price are equal, and neither counts. Ties are common where
   * prices move by ticks; without a share (0, TA-Lib) the rounding of decimals decides them.
   */
  constructor(periods: number, tie = 1e-13) {
    this.periods = periods;
    this.tie = tie;
    this.smoothedIndex = wilder(periods);
    this.plus = 0;
    this.minus = 0;
    this.range = 0;
  }

  add(bar: FeatureBar): void {
    const { high, low } = bar;
    const up = high - this.previousHigh;
    const down = this.previousLow - low;
    this.previousHigh = high;
    this.previousLow = low;
    if (!(bar.previousClose > 0)) return;
    this.bars += 1;
    const tie = this.tie * high;
    const kept = this.bars < this.periods ? 1 : 1 - 1 / this.periods;
    this.plus = this.plus * kept + (up > 0 && up - down > tie ? up : 0);
    this.minus = this.minus * kept + (down > 0 && down - up > tie ? down : 0);
    this.range = this.range * kept + trueRange(bar);
    const both = this.plus + this.minus;
    if (this.bars >= this.periods && both > 0 && this.range > 0) this.smoothedIndex.add(Math.abs(this.plus - this.minus) / both);
  }

  get plusDi(): number {
    return this.range > 0 ? this.plus / this.range : 0;
  }

  get minusDi(): number {
    return this.range > 0 ? this.minus / this.range : 0;
  }

  get adx(): number {
    return this.smoothedIndex.value;
  }
}
