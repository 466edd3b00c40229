/** Windows of the two features, in minutes. */
export const IMBALANCE_WINDOW = 240;
export const RETURN_WINDOW = 1440;
/** Unit of the imbalance feature: two thirds of its standard deviation in the null. */
export const IMBALANCE_SCALE = 0.05;
/**
 * Mean of the clamped product in the null (0.14 over 1,500 days, 0.13 to 0.20 over single years): taken off, so that the edge has
 * no drift of its own. The product has a mean because flow and return of the same hours belong together.
 */
export const PRODUCT_MEAN = 0.15;
const CLAMP = 2;

/**
 * The planted feature of a bar, from what a trader knows at its close:
 *
 *   A = Σ₂₄₀ (2 · takerBuyVolume − volume) / Σ₂₄₀ volume                    taker imbalance of the last 4 hours
 *   B = (close / close₁₄₄₀ bars ago − 1) / √(Σ₁₄₄₀ r²),  r = close / open − 1   return of the last day in its own volatility
 *   x = clamp(A / 0.05, ±2) · clamp(B, ±2) − 0.15
 *
 * The next minute's drift is strength · x · σ / √60, σ being that minute's volatility: were x to stand still, the next
 * hour would be expected to move by strength · x hourly volatilities. x has a standard deviation of about 1.2 and keeps 0.87
 * of itself over the hour, so its correlation with the next 60 minutes' return is about strength, at any minute of the
 * hour. Alone, neither A nor B predicts anything: turning all signs round turns both and leaves x as it is, so only their
 * interaction does. x is 0 until a day is known.
 */
export const plantedFeature = (imbalance: number, dayReturnInVolatility: number): number =>
  clamp(imbalance / IMBALANCE_SCALE) * clamp(dayReturnInVolatility) - PRODUCT_MEAN;

const clamp = (value: number): number => (value > CLAMP ? CLAMP : value < -CLAMP ? -CLAMP : value);

/** Keeps the windows of `plantedFeature` over the path's bars, holes included; bounded by 1,440 rows of float64. */
export class PlantedEdge {
  /** x after the last bar. */
  feature = 0;
  private rows = 0;
  private readonly netBuyLots = new Float64Array(IMBALANCE_WINDOW);
  private readonly lots = new Float64Array(IMBALANCE_WINDOW);
  private readonly closes = new Float64Array(RETURN_WINDOW);
  private readonly squares = new Float64Array(RETURN_WINDOW);
  private netBuySum = 0;
  private lotsSum = 0;
  private squareSum = 0;

  step(openTicks: number, closeTicks: number, qtyLots: number, takerBuyLots: number): void {
    // Lots are integers: these two sums are exact.
    const flow = this.rows % IMBALANCE_WINDOW;
    const netBuy = 2 * takerBuyLots - qtyLots;
    this.netBuySum += netBuy - (this.netBuyLots[flow] as number);
    this.lotsSum += qtyLots - (this.lots[flow] as number);
    this.netBuyLots[flow] = netBuy;
    this.lots[flow] = qtyLots;

    const day = this.rows % RETURN_WINDOW;
    const barReturn = closeTicks / openTicks - 1;
    const closeBefore = this.closes[day] as number;
    this.squareSum += barReturn * barReturn - (this.squares[day] as number);
    this.squares[day] = barReturn * barReturn;
    this.closes[day] = closeTicks;
    this.rows += 1;
    // Summed afresh once a day: the running sum's rounding error cannot grow.
    if (this.rows % RETURN_WINDOW === 0) this.squareSum = this.squares.reduce((sum, square) => sum + square, 0);

    const known = this.rows > RETURN_WINDOW && this.lotsSum > 0 && this.squareSum > 0;
    this.feature = known ? plantedFeature(this.netBuySum / this.lotsSum, (closeTicks / closeBefore - 1) / Math.sqrt(this.squareSum)) : 0;
  }
}
