import type { FeatureBar } from "../featureBar.ts";
import type { Ema } from "../rolling/ema.ts";
import { wilder } from "../rolling/ema.ts";
import { trueRange } from "./trueRange.ts";

/** Wilder's smoothing of the true range, in price units (ATR, Wilder 1978; TA-Lib ATR). Known from bar n + 1. */
export class AverageTrueRange {
  private readonly smoothed: Ema;

  constructor(periods: number) {
    this.smoothed = wilder(periods);
  }

  /** Takes a bar and gives the average; 0 at the first bar, which has no close before it. */
  add(bar: FeatureBar): number {
    return bar.previousClose > 0 ? this.smoothed.add(trueRange(bar)) : this.smoothed.value;
  }
}
