import { DAYS_PER_YEAR } from "../../risk/sharpeBound.ts";

/** Compounded return of daily returns: Π(1 + r) − 1; 0 without days. */
export const totalReturn = (returns: ArrayLike<number>): number => {
  let wealth = 1;
  for (let day = 0; day < returns.length; day++) wealth *= 1 + (returns[day] as number);
  return wealth - 1;
};

/**
 * Compound annual growth rate: (1 + total return)^(365 / days) − 1, with the number of returns as days. NaN without days
 * or when more than everything was lost.
 */
export const cagr = (returns: ArrayLike<number>): number => {
  const wealth = 1 + totalReturn(returns);
  return returns.length === 0 || wealth < 0 ? NaN : wealth ** (DAYS_PER_YEAR / returns.length) - 1;
};
