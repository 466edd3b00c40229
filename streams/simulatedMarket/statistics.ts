/** Statistics that the simulator's tests share. Series are equally long and aligned by row. */
type Series = Float64Array | readonly number[];

export const mean = (x: Series): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] as number;
  return sum / x.length;
};

/** Pearson correlation of `x[i]` with `y[i + lag]`. */
export const correlation = (x: Series, y: Series, lag = 0): number => {
  const n = x.length - lag;
  let sx = 0;
  let sy = 0;
  for (let i = 0; i < n; i++) {
    sx += x[i] as number;
    sy += y[i + lag] as number;
  }
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - sx / n;
    const dy = (y[i + lag] as number) - sy / n;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xy / Math.sqrt(xx * yy);
};

/** Fourth standardised moment minus 3. */
export const excessKurtosis = (x: Series): number => {
  const m = mean(x);
  let squares = 0;
  let fourths = 0;
  for (let i = 0; i < x.length; i++) {
    const square = ((x[i] as number) - m) * ((x[i] as number) - m);
    squares += square;
    fourths += square * square;
  }
  return (fourths * x.length) / (squares * squares) - 3;
};

/**
 * Does `x[i]`, known at the close of bar i, predict the mean of `y[i + lag]`? Under the null that y is a martingale
 * difference, Σxy / √Σx²y² is standard normal whatever the volatility does (White 1980). Rows where x is not finite are
 * left out; x should be centred.
 */
export const robustZ = (x: Series, y: Series, lag: number): number => {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i + lag < x.length; i++) {
    const product = (x[i] as number) * (y[i + lag] as number);
    if (!Number.isFinite(product)) continue;
    sum += product;
    squares += product * product;
  }
  return sum / Math.sqrt(squares);
};
