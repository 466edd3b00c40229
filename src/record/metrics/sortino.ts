import { DAYS_PER_YEAR } from "../../risk/sharpeBound.ts";

/**
 * Sortino ratio at a target of 0: mean / downside deviation · √365, downside deviation = √(Σ min(r, 0)² / n) over *all* days
 * (Sortino and Price 1994). NaN without a losing day.
 */
export const sortino = (returns: ArrayLike<number>): number => {
  let sum = 0;
  let lossSquares = 0;
  for (let day = 0; day < returns.length; day++) {
    const value = returns[day] as number;
    sum += value;
    if (value < 0) lossSquares += value * value;
  }
  const downside = Math.sqrt(lossSquares / returns.length);
  return downside > 0 ? (sum / returns.length / downside) * Math.sqrt(DAYS_PER_YEAR) : NaN;
};
