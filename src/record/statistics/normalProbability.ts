const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
/** Up to here the series is used, beyond it the continued fraction. */
const SERIES_UP_TO = 3;
/** Terms of the continued fraction; at `SERIES_UP_TO` they give all digits of a float64. */
const FRACTION_TERMS = 60;

/**
 * Φ(x), the probability that a standard normal number is below x, to a few units of the last place. Near 0 by the series
 * ½ + φ(x) · (x + x³/3 + x⁵/15 + …), far out by the continued fraction of Mills' ratio (Abramowitz and Stegun 26.2.11 and 26.2.14).
 */
export const normalProbability = (x: number): number => {
  if (Number.isNaN(x)) return NaN;
  const size = Math.abs(x);
  const density = Math.exp((-x * x) / 2) / ROOT_TWO_PI;
  if (size <= SERIES_UP_TO) return 0.5 + Math.sign(x) * density * series(size);
  const tail = density === 0 ? 0 : density / millsDenominator(size);
  return x < 0 ? tail : 1 - tail;
};

const series = (x: number): number => {
  let [term, sum] = [x, x];
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return sum;
};

/** x + 1/(x + 2/(x + 3/(x + …))). */
const millsDenominator = (x: number): number => {
  let value = x;
  for (let k = FRACTION_TERMS; k >= 1; k -= 1) value = x + k / value;
  return value;
};
