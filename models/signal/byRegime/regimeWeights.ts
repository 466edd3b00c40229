import { REGIME_STATES } from "../../../src/domain/derived.ts";

const STATES = REGIME_STATES.length;
/** Bars that the start, all states alike, weighs. */
const PRIOR_BARS = 240;
/** Added to every base rate: a state that an L1 never names gets no endless weight when it once does. */
const BASE_MIN = 0.01;

/**
 * What L1 says beyond the usual: w_k ∝ p_k / (b_k + 0.01), Σ w = 1, b_k the mean of p_k over `bars` (plain at first, then exponential).
 * By Bayes these are the probabilities under equal base rates. A calibrated L1 says "ranging" at nearly every bar, because it nearly
 * always comes; weighed by p itself, the rules of the other states would never be heard.
 */
export class RegimeWeights {
  /** In the order of `REGIME_STATES`; overwritten by `take`. */
  readonly weights = new Float64Array(STATES);
  private readonly base = new Float64Array(STATES).fill(1 / STATES);
  private readonly bars: number;
  private seen = PRIOR_BARS + 0.5;

  constructor(bars: number) {
    this.bars = bars;
    this.seen = PRIOR_BARS;
  }

  /** The probabilities of one bar, which count for its own base rates too. */
  take(p: Float64Array): void {
    const { weights, base } = this;
    this.seen = Math.min(this.seen + 1, this.bars);
    const share = 1 / this.seen;
    let sum = 0;
    for (let k = 0; k < STATES; k += 1) {
      const mean = (base[k] as number) + share * ((p[k] as number) - (base[k] as number));
      const lift = (p[k] as number) / (mean + BASE_MIN);
      base[k] = mean;
      weights[k] = lift;
      sum += lift;
    }
    for (let k = 0; k < STATES; k += 1) weights[k] = (weights[k] as number) / sum;
  }
}
