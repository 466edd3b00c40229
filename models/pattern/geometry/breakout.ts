import { RollingExtreme } from "../../../operators/features/rolling/rollingExtreme.ts";
import type { GeometryBar } from "./geometryBar.ts";

/** Excess over the old extreme, in volatility units, that makes a breakout whole; at 0 it is half. */
const WHOLE = 4;

/**
 * Breakout of a channel of `window` bars (Donchian): a close above the highest high of the bars before sets it to at least ½, up to 1 by
 * how far beyond it is; below the lowest low, likewise negative; without a new one it halves every `window / 4` bars.
 */
export class Breakout {
  value = 0.5;
  private readonly highs: RollingExtreme;
  private readonly lows: RollingExtreme;
  private readonly decay: number;

  constructor(window: number) {
    this.value = 0;
    this.highs = new RollingExtreme(window, 1);
    this.lows = new RollingExtreme(window, -1);
    this.decay = Math.exp((-4 * Math.LN2) / window);
  }

  add({ high, low, close, unit }: GeometryBar): void {
    const faded = this.value * this.decay;
    this.value = faded;
    if (this.highs.full) {
      const over = close - this.highs.value;
      const under = this.lows.value - close;
      if (over > 0) this.value = Math.max(faded, Math.min(1, 0.5 + over / (2 * WHOLE * unit)));
      else if (under > 0) this.value = Math.min(faded, -Math.min(1, 0.5 + under / (2 * WHOLE * unit)));
    }
    this.highs.add(high);
    this.lows.add(low);
  }

  clear(): void {
    this.value = 0;
    this.highs.clear();
    this.lows.clear();
  }
}
