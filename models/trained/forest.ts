import type { Part } from "./part.ts";

/** How a forest adds up (docs/models.md#raw-scores). */
export const Form = { binary64: 0, binary32: 1, oblivious: 2 } as const;
export type Form = (typeof Form)[keyof typeof Form];

/** A forest of trees as flat arrays. Nodes and leaves are counted over the whole forest; its numbers have been checked. */
export interface Forest {
  readonly form: Form;
  readonly outputs: number;
  readonly scale: number;
  readonly base: Float64Array;
  readonly leaf: Float64Array;
  /** Output that each tree adds to. */
  readonly output: Int32Array;
  /** Where each tree's nodes and leaves begin, and behind the last tree. */
  readonly firstNode: Int32Array;
  readonly firstLeaf: Int32Array;
  /** Of each node: the place in the input of what it asks about, and what it compares with. */
  readonly column: Int32Array;
  readonly threshold: Float64Array;
  /** Forms 0 and 1, two a node: where x ≤ threshold and where not; a node, or ~leaf. */
  readonly child: Int32Array;
}

/** The raw scores of a forest: only comparisons and sums in file order, so every machine gives the same bits. */
export const forestPart = (forest: Forest): Part => {
  const { outputs } = forest;
  const walk = WALKS[forest.form];
  const sums = new Float64Array(outputs);
  return {
    outputs,
    scores: (input, rows, out) => {
      const width = rows === 0 ? 0 : input.length / rows;
      for (let row = 0; row < rows; row += 1) {
        walk(forest, input, row * width, sums);
        for (let k = 0; k < outputs; k += 1) out[row * outputs + k] = sums[k] as number;
      }
      return "ok";
    },
  };
};

/** Fills `sums` from the row that begins at `from`. */
type Walk = (forest: Forest, input: Float64Array, from: number, sums: Float64Array) => void;

const leafOf = ({ column, threshold, child, firstNode, firstLeaf }: Forest, tree: number, input: Float64Array, from: number): number => {
  let node = firstNode[tree] as number;
  if (node === firstNode[tree + 1]) return firstLeaf[tree] as number;
  do {
    const left = (input[from + (column[node] as number)] as number) <= (threshold[node] as number);
    node = child[left ? 2 * node : 2 * node + 1] as number;
  } while (node >= 0);
  return ~node;
};

const binary64: Walk = (forest, input, from, sums) => {
  const { leaf, output } = forest;
  sums.set(forest.base);
  for (let tree = 0; tree < output.length; tree += 1) {
    const at = output[tree] as number;
    sums[at] = (sums[at] as number) + (leaf[leafOf(forest, tree, input, from)] as number);
  }
};

const binary32: Walk = (forest, input, from, sums) => {
  const { leaf, output } = forest;
  sums.set(forest.base);
  for (let tree = 0; tree < output.length; tree += 1) {
    const at = output[tree] as number;
    sums[at] = Math.fround((sums[at] as number) + (leaf[leafOf(forest, tree, input, from)] as number));
  }
};

const oblivious: Walk = ({ scale, base, leaf, output, threshold, column, firstNode, firstLeaf }, input, from, sums) => {
  sums.fill(0);
  for (let tree = 0; tree < output.length; tree += 1) {
    const first = firstNode[tree] as number;
    const levels = (firstNode[tree + 1] as number) - first;
    let place = 0;
    for (let i = 0; i < levels; i += 1) {
      const above = (input[from + (column[first + i] as number)] as number) > (threshold[first + i] as number);
      place |= (above ? 1 : 0) << i;
    }
    const at = output[tree] as number;
    sums[at] = (sums[at] as number) + (leaf[(firstLeaf[tree] as number) + place] as number);
  }
  for (let k = 0; k < sums.length; k += 1) sums[k] = scale * (sums[k] as number) + (base[k] as number);
};

const WALKS: Readonly<Record<Form, Walk>> = { [Form.binary64]: binary64, [Form.binary32]: binary32, [Form.oblivious]: oblivious };
