import { cagr } from "./growth.ts";

interface Drawdown {
  /** Deepest fall from a peak of compounded wealth (the start counts as a peak), as a fraction ≤ 0. */
  readonly maxDrawdown: number;
  /** Days that this fall's wealth stayed below its peak, to the recovery or the end of the series. */
  readonly maxDrawdownDays: number;
}

/** The deepest drawdown of daily returns; the first one where two are equally deep. NaN where a return is NaN. */
export const maxDrawdown = (returns: ArrayLike<number>): Drawdown => {
  let [wealth, peak] = [1, 1];
  let [deepest, deepestDays] = [0, 0];
  let [depth, days] = [0, 0];
  for (let day = 0; day < returns.length; day++) {
    wealth *= 1 + (returns[day] as number);
    if (Number.isNaN(wealth)) return { maxDrawdown: NaN, maxDrawdownDays: NaN };
    if (wealth >= peak) {
      peak = wealth;
      [depth, days] = [0, 0];
      continue;
    }
    days += 1;
    depth = Math.min(depth, wealth / peak - 1);
    if (depth < deepest) deepest = depth;
    // The deepest so far is this fall: its length grows until it ends.
    if (depth === deepest) deepestDays = days;
  }
  return { maxDrawdown: deepest, maxDrawdownDays: deepestDays };
};

/** Calmar ratio: CAGR / |max drawdown|, over the whole series. NaN without a drawdown. */
export const calmar = (returns: ArrayLike<number>): number => {
  const depth = maxDrawdown(returns).maxDrawdown;
  return depth < 0 ? cagr(returns) / -depth : NaN;
};
