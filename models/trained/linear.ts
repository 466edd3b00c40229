import type { Part } from "./part.ts";

/** A linear model of `linear.json` (docs/models.md#raw-scores). */
export interface LinearModel {
  /** Places in the input. */
  readonly columns: readonly number[];
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly clip: number;
  /** By output. */
  readonly intercept: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

/** What is wrong with the shape of a model over rows of `inputs` numbers; null: nothing. */
export const linearFlaw = ({ columns, mean, scale, intercept, weights }: LinearModel, inputs: number): string | null => {
  const place = columns.find((column) => column >= inputs);
  if (place !== undefined) return `a column is ${place}, not 0 to ${inputs - 1}`;
  if (mean.length !== columns.length || scale.length !== columns.length)
    return `it has ${columns.length} columns, ${mean.length} means and ${scale.length} scales`;
  if (weights.length !== intercept.length) return `it has ${intercept.length} intercepts and ${weights.length} rows of weights`;
  const odd = weights.find((row) => row.length !== columns.length);
  return odd === undefined ? null : `it has ${columns.length} columns and a row of ${odd.length} weights`;
};

/** Its raw scores: z = (x − mean) · scale, cut to ± clip; intercept + Σ weight · z in the order of the columns. */
export const linearPart = ({ columns, mean, scale, clip, intercept, weights }: LinearModel): Part => {
  const z = new Float64Array(columns.length);
  const outputs = intercept.length;
  return {
    outputs,
    scores: (input, rows, out) => {
      const width = rows === 0 ? 0 : input.length / rows;
      for (let row = 0; row < rows; row += 1) {
        for (let i = 0; i < z.length; i += 1) {
          const value = ((input[row * width + (columns[i] as number)] as number) - (mean[i] as number)) * (scale[i] as number);
          z[i] = value > clip ? clip : value < -clip ? -clip : value;
        }
        for (let k = 0; k < outputs; k += 1) {
          const own = weights[k] as readonly number[];
          let sum = intercept[k] as number;
          for (let i = 0; i < z.length; i += 1) sum += (own[i] as number) * (z[i] as number);
          out[row * outputs + k] = sum;
        }
      }
      return "ok";
    },
  };
};
