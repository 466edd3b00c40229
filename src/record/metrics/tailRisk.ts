/**
 * The `share` quantile of values, by straight lines between order statistics (Hyndman and Fan's type 7, numpy's default).
 * NaN without values, and where one of them is NaN.
 */
export const quantile = (values: ArrayLike<number>, share: number): number => {
  const sorted = Float64Array.from(values).sort();
  // A typed array sorts NaN to its end.
  if (sorted.length === 0 || Number.isNaN(sorted.at(-1))) return NaN;
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (position - below) * (high - low);
};

/** Historical value at risk of a day: the 1 − confidence quantile of daily returns, a loss being negative. */
export const valueAtRisk = (returns: ArrayLike<number>, confidence: number): number => quantile(returns, 1 - confidence);

/** Historical conditional value at risk (expected shortfall): the mean of the returns at or below the value at risk. */
export const conditionalValueAtRisk = (returns: ArrayLike<number>, confidence: number): number => {
  const bound = valueAtRisk(returns, confidence);
  let [sum, count] = [0, 0];
  for (let day = 0; day < returns.length; day++) {
    if (!((returns[day] as number) <= bound)) continue;
    sum += returns[day] as number;
    count += 1;
  }
  return sum / count;
};
