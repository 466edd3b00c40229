import { normalQuantile } from "./normalQuantile.ts";

/** Days a year of a market that never closes. */
export const DAYS_PER_YEAR = 365;

/** Moments of a sample of returns; those that are not defined are NaN. */
export interface ReturnMoments {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation (n − 1); needs two returns. */
  readonly standardDeviation: number;
  /** γ₃ = m₃ / m₂^1.5 with central moments over n; needs a spread. */
  readonly skew: number;
  /** γ₄ = m₄ / m₂², *raw*: 3 for a normal; needs a spread. */
  readonly kurtosis: number;
}

/** Daily returns that lie closer together than this differ by the rounding of equity alone. */
const NO_SPREAD = 1e-14;

/** Central moments of returns, in two passes. A series without a spread has no skew and no kurtosis. */
export const returnMoments = (returns: ArrayLike<number>): ReturnMoments => {
  const count = returns.length;
  let [sum, smallest, largest] = [0, Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    const value = returns[i] as number;
    sum += value;
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
  }
  const mean = sum / count;
  let [second, third, fourth] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const deviation = (returns[i] as number) - mean;
    const square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  const undefinedSpread = count < 2 || Number.isNaN(sum);
  if (undefinedSpread || largest - smallest < NO_SPREAD)
    return { count, mean, standardDeviation: undefinedSpread ? NaN : 0, skew: NaN, kurtosis: NaN };
  const variance = second / count;
  return {
    count,
    mean,
    standardDeviation: Math.sqrt(second / (count - 1)),
    skew: third / count / (variance * Math.sqrt(variance)),
    kurtosis: fourth / count / (variance * variance),
  };
};

/** 1 − γ₃·SR + (γ₄ − 1)/4·SR² of a Sharpe ratio per period, with raw kurtosis γ₄: its variance times n − 1. */
export const sharpeSpread = ({ mean, standardDeviation, skew, kurtosis }: ReturnMoments): number => {
  const sharpe = mean / standardDeviation;
  return 1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
};

/**
 * Standard error of a Sharpe ratio per period: √((1 − γ₃·SR + (γ₄ − 1)/4·SR²) / (n − 1)), with raw kurtosis γ₄
 * (Bailey and López de Prado, "The Sharpe ratio efficient frontier", Journal of Risk 15(2), 2012). NaN where undefined.
 */
const sharpeStandardError = (moments: ReturnMoments): number => Math.sqrt(sharpeSpread(moments) / (moments.count - 1));

/**
 * Upper bound of the annualised Sharpe ratio of daily returns at one-sided `confidence`: the benchmark SR* that the
 * probabilistic Sharpe ratio Φ((SR − SR*) / standard error) gives a probability of 1 − confidence, that is
 * (SR + Φ⁻¹(confidence) · standard error) · √365.
 *
 * NaN where it is undefined: fewer than two returns, or no spread (a flat account has no Sharpe ratio). Comparisons with
 * NaN are false, so a rule "below x" does not fire. Throws `InvariantError` unless 0 < confidence < 1.
 */
export const sharpeUpperBound = (dailyReturns: ArrayLike<number>, confidence: number): number => {
  const moments = returnMoments(dailyReturns);
  return (moments.mean / moments.standardDeviation + normalQuantile(confidence) * sharpeStandardError(moments)) * Math.sqrt(DAYS_PER_YEAR);
};
