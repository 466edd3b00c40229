import { Ema } from "../../../operators/features/rolling/ema.ts";
import type { BarView } from "../../../src/domain/kline.ts";

/** Bars behind the volatility unit, and behind the faster one it is compared with. */
const UNIT_BARS = 240;
const FAST_BARS = 30;
/** A hundredth of a basis point: what a market that does not move is measured with. */
const UNIT_MIN = 1e-6;

/** The present bar in log prices, with the scale of its returns: what all descriptors read. One object an instrument, updated in place. */
export class GeometryBar {
  open = NaN;
  high = NaN;
  low = NaN;
  close = NaN;
  /** Standard deviation of one bar's log return about 0, an EMA of 240 squares; ≥ 1e-6. The first bar has its range. */
  unit = 0.5;
  /** Volatility of the last half-hour over the unit. */
  haste = 0.5;
  private readonly slow = new Ema(UNIT_BARS);
  private readonly fast = new Ema(FAST_BARS);

  constructor() {
    this.clear();
  }

  take(bar: BarView): void {
    const close = Math.log(bar.close);
    const before = this.close;
    this.open = Math.log(bar.open);
    this.high = Math.log(bar.high);
    this.low = Math.log(bar.low);
    this.close = close;
    if (!(before === before)) {
      this.unit = Math.max(this.high - this.low, UNIT_MIN);
      return;
    }
    const change = close - before;
    this.unit = Math.max(Math.sqrt(this.slow.add(change * change)), UNIT_MIN);
    this.haste = Math.sqrt(this.fast.add(change * change)) / this.unit;
  }

  /** The next bar has none before it. */
  clear(): void {
    this.close = NaN;
    this.unit = UNIT_MIN;
    this.haste = 1;
    this.slow.clear();
    this.fast.clear();
  }
}
