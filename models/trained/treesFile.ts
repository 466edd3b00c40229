import type { Forest } from "./forest.ts";
import { Form } from "./forest.ts";

const MAGIC = 0x54525052;
const HEAD_BYTES = 40;
/** Far above what fits into a file of 500 kB. */
const COUNT_MAX = 1 << 20;
const LEVELS_MAX = 16;
/** LightGBM's reader takes what is not larger for 0. It compares with a float32, which lies a little above 1e-35. */
const ZERO_BELOW = Math.fround(1e-35);
/** A double just below −`ZERO_BELOW`. */
const BELOW_ZERO = -ZERO_BELOW * (1 + Number.EPSILON);

/** A `trees.bin` that is not as docs/models.md says. */
export class TreesError extends Error {}

/** The forests of a `trees.bin`. `inputs`: numbers of a row. Every place is checked, so that a walk stays inside and ends. Throws `TreesError`. */
export const parseTrees = (bytes: Uint8Array, inputs: number): Forest[] => {
  // A copy begins at a multiple of 8 bytes, as float64 arrays must.
  const { buffer } = new Uint8Array(bytes);
  const view = new DataView(buffer);
  if (buffer.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new TreesError("it is no file of trees");
  const count = view.getUint32(4, true);
  const forests: Forest[] = [];
  let at = 8;
  for (let index = 0; index < count; index += 1) {
    const where = `forest ${index}`;
    const { file, end } = readForest(buffer, at, where);
    checkForest(file, inputs, where);
    forests.push(walkable(file, where));
    at = Math.ceil(end / 8) * 8;
    requireZeros(bytes, end, Math.min(at, bytes.length));
  }
  if (count === 0) throw new TreesError("it holds no forest");
  if (bytes.length > at || bytes.length < at - 7) throw new TreesError(`${bytes.length} bytes, and its forests take ${at}`);
  return forests;
};

const requireZeros = (bytes: Uint8Array, from: number, to: number): void => {
  for (let at = from; at < to; at += 1) if (bytes[at] !== 0) throw new TreesError("what fills it up is not zero");
};

/** A forest as its file has it. */
interface FileForest extends Omit<Forest, "child"> {
  /** Place in `column` of each node. */
  readonly feature: Int32Array;
  /** Nodes and leaves, counted within their tree. */
  readonly left: Int32Array;
  readonly right: Int32Array;
}

const readForest = (buffer: ArrayBuffer, start: number, where: string): { readonly file: FileForest; readonly end: number } => {
  if (start + HEAD_BYTES > buffer.byteLength) throw new TreesError(`${where}: the file ends in its head`);
  const head = new DataView(buffer, start, HEAD_BYTES);
  const [form = -1, outputs = 0, features = 0, trees = 0, nodes = 0, leaves = 0, ...reserved] = Array.from({ length: 8 }, (_, i) =>
    head.getUint32(4 * i, true),
  );
  if (form !== Form.binary64 && form !== Form.binary32 && form !== Form.oblivious)
    throw new TreesError(`${where}: there is no form ${form}`);
  if (reserved.some((each) => each !== 0)) throw new TreesError(`${where}: its reserved numbers are not 0`);
  for (const each of [outputs, features, trees, nodes, leaves])
    if (each > COUNT_MAX) throw new TreesError(`${where}: it counts ${each} of something, above ${COUNT_MAX}`);
  if (outputs === 0) throw new TreesError(`${where}: it has no output`);
  const children = form === Form.oblivious ? 0 : nodes;
  const end = start + HEAD_BYTES + 8 * (outputs + nodes + leaves) + 4 * (features + trees + 2 * (trees + 1) + nodes + 2 * children);
  if (end > buffer.byteLength) throw new TreesError(`${where}: the file ends in it`);
  let at = start + HEAD_BYTES;
  const doubles = (length: number): Float64Array => new Float64Array(buffer, (at += 8 * length) - 8 * length, length);
  const integers = (length: number): Int32Array => new Int32Array(buffer, (at += 4 * length) - 4 * length, length);
  const file = {
    ...{ form, outputs, scale: head.getFloat64(32, true) },
    ...{ base: doubles(outputs), threshold: doubles(nodes), leaf: doubles(leaves) },
    ...{ column: integers(features), output: integers(trees) },
    ...{ firstNode: integers(trees + 1), firstLeaf: integers(trees + 1), feature: integers(nodes) },
    ...{ left: integers(children), right: integers(children) },
  };
  return { file, end };
};

/** The forest of a checked file, each node with its own column. */
const walkable = ({ feature, left, right, ...file }: FileForest, where: string): Forest => ({
  ...file,
  column: feature.map((place) => file.column[place] as number),
  threshold: file.form === Form.binary64 ? file.threshold.map(readingZero) : file.threshold,
  child: childrenOf(file, left, right, where),
});

/** A threshold with which x divides as what is read of it (0 where it is that small) does with the library's. */
const readingZero = (threshold: number): number => {
  if (threshold >= ZERO_BELOW || threshold < -ZERO_BELOW) return threshold;
  return threshold >= 0 ? ZERO_BELOW : BELOW_ZERO;
};

/** Children counted over the whole forest, two a node. */
const childrenOf = (
  { firstNode, firstLeaf, output }: Pick<Forest, "firstNode" | "firstLeaf" | "output">,
  left: Int32Array,
  right: Int32Array,
  where: string,
): Int32Array => {
  const child = new Int32Array(2 * left.length);
  for (let tree = 0; tree < output.length && left.length > 0; tree += 1) {
    const [first, end] = [firstNode[tree] as number, firstNode[tree + 1] as number];
    const [firstOfLeaves, endOfLeaves] = [firstLeaf[tree] as number, firstLeaf[tree + 1] as number];
    const placed = (to: number, node: number): number => {
      const place = to >= 0 ? first + to : firstOfLeaves + ~to;
      if (to >= 0 ? place <= node || place >= end : place >= endOfLeaves)
        throw new TreesError(`${where}: node ${node - first} of tree ${tree} leads to ${to}, which is not below it`);
      return to >= 0 ? place : ~place;
    };
    for (let node = first; node < end; node += 1) {
      child[2 * node] = placed(left[node] as number, node);
      child[2 * node + 1] = placed(right[node] as number, node);
    }
  }
  return child;
};

const requireRising = (first: Int32Array, total: number, what: string): void => {
  let before = 0;
  for (const [tree, at] of first.entries()) {
    if (at < before || (tree === 0 && at !== 0)) throw new TreesError(`${what} do not follow one another`);
    before = at;
  }
  if (before !== total) throw new TreesError(`${what} end at ${before} of ${total}`);
};

const checkForest = (forest: FileForest, inputs: number, where: string): void => {
  const { form, outputs, column, output, feature, firstNode, firstLeaf, scale, base, threshold, leaf } = forest;
  requireBelow(column, inputs, `${where}: a column`);
  requireBelow(output, outputs, `${where}: an output`);
  requireBelow(feature, column.length, `${where}: a feature`);
  requireRising(firstNode, threshold.length, `${where}: the nodes of its trees`);
  requireRising(firstLeaf, leaf.length, `${where}: the leaves of its trees`);
  if (form !== Form.oblivious && scale !== 1) throw new TreesError(`${where}: its scale is ${scale}, not 1`);
  for (const numbers of [[scale], base, threshold, leaf])
    for (const number of numbers) if (!Number.isFinite(number)) throw new TreesError(`${where}: it holds ${number}`);
  for (let tree = 0; tree < output.length; tree += 1) {
    const nodes = (firstNode[tree + 1] as number) - (firstNode[tree] as number);
    const leaves = (firstLeaf[tree + 1] as number) - (firstLeaf[tree] as number);
    const wanted = form !== Form.oblivious ? nodes + 1 : nodes > LEVELS_MAX ? -1 : 1 << nodes;
    if (leaves !== wanted) throw new TreesError(`${where}: tree ${tree} has ${leaves} leaves and ${nodes} nodes`);
  }
};

const requireBelow = (places: Int32Array, end: number, what: string): void => {
  for (const place of places) if (place < 0 || place >= end) throw new TreesError(`${what} is ${place}, not 0 to ${end - 1}`);
};
