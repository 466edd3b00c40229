import { DAYS_PER_YEAR, returnMoments } from "../../risk/sharpeBound.ts";

/** Sharpe ratio at a risk-free rate of 0: mean / sample standard deviation · √365. NaN below two days and without a spread. */
export const sharpe = (returns: ArrayLike<number>): number => {
  const { mean, standardDeviation } = returnMoments(returns);
  return standardDeviation > 0 ? (mean / standardDeviation) * Math.sqrt(DAYS_PER_YEAR) : NaN;
};
