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
  readonly threshold: Float64Array;
  readonly leaf: Float64Array;
  /** Place in the input of each feature of the forest. */
  readonly column: Int32Array;
  /** Output that each tree adds to. */
  readonly output: Int32Array;
  /** Where each tree's nodes and leaves begin, and behind the last tree. */
  readonly firstNode: Int32Array;
  readonly firstLeaf: Int32Array;
  /** Place in `column` of each node. */
  readonly feature: Int32Array;
  /** Forms 0 and 1, two a node: where x ≤ threshold and where not; a node, or ~leaf. */
  readonly child: Int32Array;
}

/** LightGBM's reader takes what is not larger for 0. */
const ZERO_BELOW = 1e-35;

/** The raw scores of a forest: only comparisons and sums in file order, so every machine gives the same bits. */
export const forestPart = (forest: Forest): Part => {
  const add = WALKS[forest.form];
  const x = new Float64Array(forest.column.length);
  const sums = new Float64Array(forest.outputs);
  return {
    outputs: forest.outputs,
    scores: (input, rows, out) => {
      const width = rows === 0 ? 0 : input.length / rows;
      for (let row = 0; row < rows; row += 1) {
        gather(forest, input, row * width, x);
        add(forest, x, sums);
        for (let k = 0; k < forest.outputs; k += 1) out[row * forest.outputs + k] = sums[k] as number;
      }
      return "ok";
    },
  };
};

const gather = ({ form, column }: Forest, input: Float64Array, from: number, x: Float64Array): void => {
  for (let i = 0; i < column.length; i += 1) x[i] = input[from + (column[i] as number)] as number;
  if (form !== Form.binary64) return;
  for (let i = 0; i < x.length; i += 1) if (Math.abs(x[i] as number) <= ZERO_BELOW) x[i] = 0;
};

type Walk = (forest: Forest, x: Float64Array, sums: Float64Array) => void;

const leafOf = ({ threshold, feature, child, firstNode, firstLeaf }: Forest, tree: number, x: Float64Array): number => {
  let node = firstNode[tree] as number;
  if (node === (firstNode[tree + 1] as number)) return firstLeaf[tree] as number;
  do {
    const right = (x[feature[node] as number] as number) <= (threshold[node] as number) ? 0 : 1;
    node = child[2 * node + right] as number;
  } while (node >= 0);
  return ~node;
};

const binary64: Walk = (forest, x, sums) => {
  const { leaf, output } = forest;
  sums.set(forest.base);
  for (let tree = 0; tree < output.length; tree += 1) {
    const at = output[tree] as number;
    sums[at] = (sums[at] as number) + (leaf[leafOf(forest, tree, x)] as number);
  }
};

const binary32: Walk = (forest, x, sums) => {
  const { leaf, output } = forest;
  sums.set(forest.base);
  for (let tree = 0; tree < output.length; tree += 1) {
    const at = output[tree] as number;
    sums[at] = Math.fround((sums[at] as number) + (leaf[leafOf(forest, tree, x)] as number));
  }
};

const oblivious: Walk = ({ scale, base, leaf, output, threshold, feature, firstNode, firstLeaf }, x, sums) => {
  sums.fill(0);
  for (let tree = 0; tree < output.length; tree += 1) {
    const first = firstNode[tree] as number;
    const levels = (firstNode[tree + 1] as number) - first;
    let place = 0;
    for (let i = 0; i < levels; i += 1)
      place |= ((x[feature[first + i] as number] as number) > (threshold[first + i] as number) ? 1 : 0) << i;
    const at = output[tree] as number;
    sums[at] = (sums[at] as number) + (leaf[(firstLeaf[tree] as number) + place] as number);
  }
  for (let k = 0; k < sums.length; k += 1) sums[k] = scale * (sums[k] as number) + (base[k] as number);
};

const WALKS: Readonly<Record<Form, Walk>> = { [Form.binary64]: binary64, [Form.binary32]: binary32, [Form.oblivious]: oblivious };
