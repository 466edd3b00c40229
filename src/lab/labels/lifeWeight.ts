import type { WeightKind } from "./options.ts";

/**
 * Weight of one label of one side over its life, rows `[fromRow, fromRow + bars)`: average uniqueness = mean of 1 / c_t, or return
 * attribution = |Σ r_t / c_t| (López de Prado, Advances in Financial Machine Learning, 4.4 and 4.6). `share` holds 1 / c_t. The
 * book scales the latter to sum to the number of labels: divide by the mean of the dataset for that.
 */
export const lifeWeight = (kind: WeightKind, share: Float64Array, logReturn: Float64Array, fromRow: number, bars: number): number => {
  let sum = 0;
  if (kind === "uniqueness") {
    for (let row = fromRow; row < fromRow + bars; row += 1) sum += share[row] as number;
    return sum / bars;
  }
  for (let row = fromRow; row < fromRow + bars; row += 1) sum += (logReturn[row] as number) * (share[row] as number);
  return Math.abs(sum);
};
