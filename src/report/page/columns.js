// @ts-check
/** Reading the page's data: columns of numbers as differences of integers (written by `html/columns.ts`). */

/** Values of a packed column; null entries are NaN.
 * @type {(column: import("./pageData.js").PackedColumn) => Float64Array} */
export const unpack = ([multiplier, divisor, steps]) => {
  const values = new Float64Array(steps.length);
  let sum = 0;
  steps.forEach((step, index) => {
    if (step === null) {
      values[index] = NaN;
      return;
    }
    sum += step;
    values[index] = (sum * multiplier) / divisor;
  });
  return values;
};

/** Index of the first value that is ≥ `wanted` in ascending values; their number if there is none.
 * @type {(values: ArrayLike<number>, wanted: number) => number} */
export const lowerBound = (values, wanted) => {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {number} */ (values[middle]) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
};
