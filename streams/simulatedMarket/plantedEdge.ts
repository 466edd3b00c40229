/** Windows of the two features, in minutes. */
const SHORT_WINDOW = 240;
const LONG_WINDOW = 1440;
/** About the standard deviation of the imbalance in the null (0.074 over four years). */
const IMBALANCE_SCALE = 0.07;
/** About the middle and the spread of the volume surprise in the null (mean −0.05, standard deviation 0.35). */
const SURPRISE_MEAN = -0.04;
const SURPRISE_SCALE = 0.3;
const CLAMP = 2;

/**
 * The planted feature of a bar, from what a trader knows at its close:
 *
 *   A = Σ₂₄₀ (2 · takerBuyVolume − volume) / Σ₂₄₀ volume        taker imbalance of the last 4 hours
 *   V = ln(6 · Σ₂₄₀ volume / Σ₁₄₄₀ volume)                      volume surprise: 4 hours against the day
 *   x = clamp(A / 0.07, ±2) · clamp((V + 0.04) / 0.3, ±2)
 *
 * The next minute's drift is strength · x · σ / √60, σ being that minute's volatility: were x to stand still, the next
 * hour would be expected to move by strength · x hourly volatilities. x has a standard deviation of about 1.1 and an
 * autocorrelation of 0.8 over an hour, so that its correlation with the return of the next 60 minutes, at any minute of the
 * hour, is 0.8 to 1 times strength. In words: taker flow on unusual volume carries on, flow on thin volume is reversed.
 *
 * Only the interaction predicts. Turning all signs round turns A, x and the drift and leaves V: so V alone says nothing
 * and the price has no drift of its own, at any strength. V is centred, so A alone says next to nothing. x is 0 until a
 * day is known.
 */
const plantedFeature = (imbalance: number, volumeSurprise: number): number =>
  clamp(imbalance / IMBALANCE_SCALE) * clamp((volumeSurprise - SURPRISE_MEAN) / SURPRISE_SCALE);

const clamp = (value: number): number => (value > CLAMP ? CLAMP : value < -CLAMP ? -CLAMP : value);

/** Sum of the last `window` integers: exact, however long it runs. */
class WindowSum {
  sum = 0;
  private readonly values: Float64Array;
  private at = 0;

  constructor(window: number) {
    this.values = new Float64Array(window);
  }

  push(value: number): void {
    this.sum += value - (this.values[this.at] as number);
    this.values[this.at] = value;
    this.at = this.at + 1 === this.values.length ? 0 : this.at + 1;
  }
}

/** Keeps the windows of `plantedFeature` over the path's bars, holes included. */
export class PlantedEdge {
  /** x after the last bar. */
  feature = 0;
  private rows = 0;
  private readonly netBuyLots = new WindowSum(SHORT_WINDOW);
  private readonly shortLots = new WindowSum(SHORT_WINDOW);
  private readonly longLots = new WindowSum(LONG_WINDOW);

  step(qtyLots: number, takerBuyLots: number): void {
    this.netBuyLots.push(2 * takerBuyLots - qtyLots);
    this.shortLots.push(qtyLots);
    this.longLots.push(qtyLots);
    this.rows += 1;
    const volume = this.shortLots.sum;
    const surprise = (volume / this.longLots.sum) * (LONG_WINDOW / SHORT_WINDOW);
    this.feature = this.rows >= LONG_WINDOW && volume > 0 ? plantedFeature(this.netBuyLots.sum / volume, Math.log(surprise)) : 0;
  }
}
