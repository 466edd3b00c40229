import type { ReturnMoments } from "../../risk/sharpeBound.ts";
import { sharpeSpread } from "../../risk/sharpeBound.ts";
import { normalQuantile } from "../../risk/normalQuantile.ts";
import { expectedMaxSharpe } from "./expectedMaxSharpe.ts";
import { normalProbability } from "./normalProbability.ts";

/** Sharpe ratio of one period, *not* annualised. */
const sharpePerPeriod = ({ mean, standardDeviation }: ReturnMoments): number => mean / standardDeviation;

/** `sharpeSpread`; NaN where the moments are no distribution's that the approximation holds for. */
const spreadFactor = (moments: ReturnMoments): number => {
  const spread = sharpeSpread(moments);
  return spread > 0 ? spread : NaN;
};

/**
 * Probabilistic Sharpe ratio: probability that the true Sharpe ratio per period is above `benchmark`,
 * Φ((SR − SR*)·√(n − 1) / √(1 − γ₃·SR + (γ₄ − 1)/4·SR²)) (Bailey and López de Prado, "The Sharpe ratio efficient frontier", Journal of
 * Risk 15(2), 2012, equation 7). NaN where it is undefined: below two returns, no spread.
 */
export const probabilisticSharpe = (moments: ReturnMoments, benchmark = 0): number =>
  normalProbability(((sharpePerPeriod(moments) - benchmark) * Math.sqrt(moments.count - 1)) / Math.sqrt(spreadFactor(moments)));

/** Deflated Sharpe ratio: `probabilisticSharpe` against what luck alone shows in so many trials. */
export const deflatedSharpe = (moments: ReturnMoments, trials: number, variance: number): number =>
  probabilisticSharpe(moments, expectedMaxSharpe(trials, variance));

/**
 * Minimum track record length: periods after which `probabilisticSharpe` reaches `confidence` if the moments stay as they are,
 * 1 + ⌈(1 − γ₃·SR + (γ₄ − 1)/4·SR²)·(Φ⁻¹(confidence) / (SR − SR*))²⌉ (equation 11). `Infinity` where SR ≤ SR*: no length would do. NaN where
 * it is undefined. At least 2.
 */
export const minTrackRecord = (moments: ReturnMoments, benchmark: number, confidence: number): number => {
  const excess = sharpePerPeriod(moments) - benchmark;
  const factor = spreadFactor(moments);
  if (excess <= 0 && !Number.isNaN(factor)) return Infinity;
  const quantile = normalQuantile(confidence);
  return quantile <= 0 ? 2 : 1 + Math.ceil(factor * (quantile / excess) ** 2);
};
