import { normalQuantile } from "../../risk/normalQuantile.ts";

/** Euler and Mascheroni's γ. */
const EULER_GAMMA = 0.5772156649015329;

/**
 * Expected highest Sharpe ratio of `trials` strategies without skill whose Sharpe ratios have the variance `variance`:
 * √V · [(1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))] (Bailey and López de Prado, "The deflated Sharpe ratio", Journal of Portfolio
 * Management 40(5), 2014), in the unit of time of the variance. The trials count as independent; those of a grid resemble each other,
 * so it is an upper estimate. 0 for one trial; NaN without a variance.
 */
export const expectedMaxSharpe = (trials: number, variance: number): number => {
  if (Number.isNaN(variance)) return NaN;
  if (trials < 2) return 0;
  const first = normalQuantile(1 - 1 / trials);
  const second = normalQuantile(1 - 1 / (trials * Math.E));
  return Math.sqrt(variance) * ((1 - EULER_GAMMA) * first + EULER_GAMMA * second);
};
