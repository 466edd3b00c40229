/**
 * The largest whole number from 0 on that fits; 0 when none does. Every number below one that fits must fit too. The search begins at
 * `estimate`: near the answer it costs two or three calls, elsewhere twice the binary logarithm of the distance.
 */
export const largestThatFits = (estimate: number, fits: (value: number) => boolean): number => {
  // NaN (no estimate) begins at 0.
  const start = estimate > 0 ? Math.floor(Math.min(estimate, Number.MAX_SAFE_INTEGER)) : 0;
  let low = start;
  let high = start;
  let step = 1;
  if (fits(start)) {
    while (high < Number.MAX_SAFE_INTEGER && fits((high = Math.min(low + step, Number.MAX_SAFE_INTEGER)))) {
      low = high;
      step *= 2;
    }
    if (low === high) return low;
  } else {
    while (low > 0 && !fits((low = Math.max(0, low - step)))) {
      high = low;
      step *= 2;
    }
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
};
