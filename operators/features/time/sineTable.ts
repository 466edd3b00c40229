/** Steps of a full turn: the minutes of a week, so that hours (every 7th step) and minutes (every 168th) read the same table. */
export const TURN_STEPS = 10_080;
/** A quarter turn: `SINE[k + QUARTER_STEPS]` is the cosine of step k. */
export const QUARTER_STEPS = TURN_STEPS / 4;

/** sin x for 0 ≤ x ≤ π/4, by its Taylor series up to x¹⁷ (the next term is below 1e-18). */
const sineSeries = (x: number): number => {
  let term = x;
  let sum = x;
  for (let n = 2; n <= 16; n += 2) {
    term *= (-x * x) / (n * (n + 1));
    sum += term;
  }
  return sum;
};

/** cos x for 0 ≤ x ≤ π/4, by its Taylor series up to x¹⁸. */
const cosineSeries = (x: number): number => {
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 17; n += 2) {
    term *= (-x * x) / (n * (n + 1));
    sum += term;
  }
  return sum;
};

const quarterSine = (step: number): number => {
  const mirrored = QUARTER_STEPS - step;
  const angle = (2 * Math.PI) / TURN_STEPS;
  return step <= mirrored ? sineSeries(step * angle) : cosineSeries(mirrored * angle);
};

/**
 * sin(2π k / `TURN_STEPS`) for k from 0 to a turn and a quarter, so that cosines need no modulo. Made from products and sums only:
 * Math.sin is not exactly specified and may differ in the last bit between Node versions, which would change decisions' hashes.
 */
export const SINE: Float64Array = Float64Array.from({ length: TURN_STEPS + QUARTER_STEPS }, (_, k) => {
  const step = k % TURN_STEPS;
  const quarter = Math.floor(step / QUARTER_STEPS);
  const within = step % QUARTER_STEPS;
  const rising = quarter % 2 === 0 ? quarterSine(within) : quarterSine(QUARTER_STEPS - within);
  return quarter < 2 ? rising : -rising;
});
