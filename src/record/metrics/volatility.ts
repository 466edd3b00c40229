import { DAYS_PER_YEAR, returnMoments } from "../../risk/sharpeBound.ts";

/** Annualised volatility: sample standard deviation (n − 1) of daily returns · √365. NaN below two days. */
export const volatility = (returns: ArrayLike<number>): number => returnMoments(returns).standardDeviation * Math.sqrt(DAYS_PER_YEAR);
