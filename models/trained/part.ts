import type { InferenceOutcome } from "../windowMember.ts";

/**
 * One part of a trained member: raw scores of rows. A forest, a linear model, what the rule said, or a network.
 */
export interface Part {
  /** Raw scores that it gives of a row. */
  readonly outputs: number;
  /**
   * `input`: `[rows, window · numbers of a bar]`, row-major, oldest bar first, float32 values in float64. Fills `out`, `[rows, outputs]`. The
   * scores of a row must not depend on the rows beside it.
   */
  scores(input: Float64Array, rows: number, out: Float64Array): InferenceOutcome;
  /** What went wrong in its thread; "" where nothing did. */
  readonly trouble?: string;
  /** Lets its thread go; a later call starts another. */
  close?(): Promise<void>;
}

/** Several that give their scores one behind the other: one part. */
export const joined = (parts: readonly Part[]): Part => {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const outputs = parts.reduce((sum, part) => sum + part.outputs, 0);
  let own: Float64Array[] = [];
  return {
    outputs,
    scores: (input, rows, out) => {
      if ((own[0]?.length ?? 0) < rows * (parts[0]?.outputs ?? 0)) own = parts.map((part) => new Float64Array(rows * part.outputs));
      let at = 0;
      for (const [index, part] of parts.entries()) {
        const numbers = own[index] as Float64Array;
        const outcome = part.scores(input, rows, numbers);
        if (outcome !== "ok") return outcome;
        for (let row = 0; row < rows; row += 1)
          for (let k = 0; k < part.outputs; k += 1) out[row * outputs + at + k] = numbers[row * part.outputs + k] as number;
        at += part.outputs;
      }
      return "ok";
    },
  };
};
