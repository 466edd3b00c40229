import { Ring } from "./ring.ts";
import { RollingMoments } from "./rollingMoments.ts";
import { RollingSum } from "./rollingSum.ts";

/**
 * Autocorrelations of the last `window` values in O(lag): ρ(k) = Σ (xₜ − m)(xₜ₋ₖ − m) / Σ (xₜ − m)², both sums inside the window, m its
 * mean (Box & Jenkins, Time Series Analysis, 2.1.5). Values whose mean is not far from 0 against their spread, as for `RollingMoments`.
 */
export class RollingAutocorrelation {
  private readonly window: number;
  private readonly lags: readonly number[];
  private readonly values: Ring;
  private readonly moments: RollingMoments;
  private readonly products: readonly RollingSum[];

  constructor(window: number, lags: readonly number[]) {
    this.window = window;
    this.lags = lags;
    this.values = new Ring(window);
    this.moments = new RollingMoments(window);
    this.products = lags.map((lag) => new RollingSum(window - lag));
  }

  add(x: number): void {
    this.values.add(x);
    this.moments.add(x);
    for (let i = 0; i < this.lags.length; i += 1) {
      (this.products[i] as RollingSum).add(x * this.values.at(this.lags[i] as number));
    }
  }

  /** ρ of the lag at position `which`, −1 to 1, once the window is full; 0 where nothing varies. */
  at(which: number): number {
    const variance = this.moments.variance;
    if (variance === 0) return 0;
    const { window, values } = this;
    const lag = this.lags[which] as number;
    const mean = this.moments.mean;
    let ends = 0;
    for (let i = 0; i < lag; i += 1) ends += values.at(i) + values.at(window - 1 - i);
    const inner = 2 * window * mean - ends;
    const covariance = (this.products[which] as RollingSum).sum - mean * inner + (window - lag) * mean * mean;
    return covariance / (window * variance);
  }
}
