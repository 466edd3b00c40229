/**
 * Simple returns between consecutive rows of equity, one row a UTC day, the first the start: `[rows − 1] float64`. NaN after
 * equity of zero or less, where a return means nothing.
 */
export const dailyReturns = (equityUsdt: readonly number[]): Float64Array => {
  const returns = new Float64Array(Math.max(0, equityUsdt.length - 1));
  for (let day = 0; day < returns.length; day++) {
    const before = equityUsdt[day] as number;
    returns[day] = before > 0 ? (equityUsdt[day + 1] as number) / before - 1 : NaN;
  }
  return returns;
};
