import type { FeatureBar } from "../featureBar.ts";
import type { Ema } from "../rolling/ema.ts";
import { wilder } from "../rolling/ema.ts";

/** Wilder's relative strength (RSI, 1978) from smoothed rises and falls of the close. Known from bar n + 1. */
export class RelativeStrength {
  private readonly rises: Ema;
  private readonly falls: Ema;

  constructor(periods: number) {
    this.rises = wilder(periods);
    this.falls = wilder(periods);
  }

  add(bar: FeatureBar): void {
    if (!(bar.previousClose > 0)) return;
    const change = bar.close - bar.previousClose;
    this.rises.add(change > 0 ? change : 0);
    this.falls.add(change < 0 ? -change : 0);
  }

  /** Rises' share of all movement, 0 to 1 (RSI: per cent); 0 without movement, as in TA-Lib. */
  get share(): number {
    const all = this.rises.value + this.falls.value;
    return all > 0 ? this.rises.value / all : 0;
  }

  /** Rises less falls over all movement, −1 to 1; 0 without movement. */
  get balance(): number {
    const all = this.rises.value + this.falls.value;
    return all > 0 ? (this.rises.value - this.falls.value) / all : 0;
  }
}
