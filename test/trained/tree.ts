import type { Rng } from "./rng.ts";

/** A tree as a person would draw it; the independent side of the walker. */
export type Tree =
  { readonly leaf: number } | { readonly feature: number; readonly threshold: number; readonly left: Tree; readonly right: Tree };

/** LightGBM, XGBoost and CatBoost, by what their sums are. */
export interface DrawnForest {
  readonly form: 0 | 1 | 2;
  readonly scale: number;
  readonly base: readonly number[];
  /** Place in the input of each feature. */
  readonly columns: readonly number[];
  readonly trees: readonly { readonly output: number; readonly tree: Tree }[];
}

const leafOf = (tree: Tree, x: (feature: number) => number): number =>
  "leaf" in tree ? tree.leaf : leafOf(x(tree.feature) <= tree.threshold ? tree.left : tree.right, x);

/** Raw scores of a row by recursion over the drawn trees. */
export const scoresOf = ({ form, scale, base, columns, trees }: DrawnForest, row: readonly number[]): number[] => {
  const x = (feature: number): number => {
    const value = row[columns[feature] as number] as number;
    return form === 0 && value >= -1e-35 && value <= 1e-35 ? 0 : value;
  };
  return base.map((start, output) => {
    const leaves = trees.filter((each) => each.output === output).map(({ tree }) => leafOf(tree, x));
    if (form === 2) return scale * leaves.reduce((sum, leaf) => sum + leaf, 0) + start;
    return leaves.reduce((sum, leaf) => (form === 1 ? Math.fround(sum + leaf) : sum + leaf), start);
  });
};

/** A tree of so many leaves at random; oblivious: of levels that ask one question each. */
export const drawTree = (rng: Rng, leaves: number, features: number): Tree => {
  if (leaves === 1) return { leaf: rng.normal() / 100 };
  const left = 1 + Math.floor(rng.uniform() * (leaves - 1));
  return {
    feature: Math.floor(rng.uniform() * features),
    threshold: rng.normal(),
    left: drawTree(rng, left, features),
    right: drawTree(rng, leaves - left, features),
  };
};

export const drawOblivious = (rng: Rng, levels: number, features: number): Tree => {
  const questions = Array.from({ length: levels }, () => ({ feature: Math.floor(rng.uniform() * features), threshold: rng.normal() }));
  // The last question of the file stands at the root: its bit is the highest.
  const below = (level: number): Tree => {
    const asked = questions[level];
    return asked === undefined ? { leaf: rng.normal() / 100 } : { ...asked, left: below(level - 1), right: below(level - 1) };
  };
  return below(levels - 1);
};

/** The bytes of `trees.bin`, written number by number. */
export const treesFile = (forests: readonly DrawnForest[]): Uint8Array => {
  const bytes: number[] = [];
  const u32 = (value: number): void => void bytes.push(...new Uint8Array(new Uint32Array([value]).buffer));
  const i32 = (value: number): void => void bytes.push(...new Uint8Array(new Int32Array([value]).buffer));
  const f64 = (value: number): void => void bytes.push(...new Uint8Array(new Float64Array([value]).buffer));
  u32(0x54525052);
  u32(forests.length);
  for (const forest of forests) {
    const flat = forest.trees.map(({ tree }) => (forest.form === 2 ? flatOblivious(tree) : flatBinary(tree)));
    const nodes = flat.flatMap((each) => each.nodes);
    const leaves = flat.flatMap((each) => each.leaves);
    for (const count of [forest.form, forest.base.length, forest.columns.length, flat.length, nodes.length, leaves.length, 0, 0])
      u32(count);
    f64(forest.scale);
    forest.base.forEach(f64);
    for (const { threshold } of nodes) f64(threshold);
    leaves.forEach(f64);
    forest.columns.forEach(i32);
    for (const { output } of forest.trees) i32(output);
    for (const part of ["nodes", "leaves"] as const) {
      let first = 0;
      i32(0);
      for (const each of flat) i32((first += each[part].length));
    }
    for (const { feature } of nodes) i32(feature);
    if (forest.form !== 2) for (const side of ["left", "right"] as const) for (const node of nodes) i32(node[side]);
    while (bytes.length % 8 !== 0) bytes.push(0);
  }
  return Uint8Array.from(bytes);
};

interface Flat {
  readonly nodes: readonly { readonly feature: number; readonly threshold: number; readonly left: number; readonly right: number }[];
  readonly leaves: readonly number[];
}

const flatBinary = (root: Tree): Flat => {
  const nodes: { feature: number; threshold: number; left: number; right: number }[] = [];
  const leaves: number[] = [];
  const place = (tree: Tree): number => {
    if ("leaf" in tree) return ~(leaves.push(tree.leaf) - 1);
    const at = nodes.push({ feature: tree.feature, threshold: tree.threshold, left: 0, right: 0 }) - 1;
    const node = nodes[at] as (typeof nodes)[number];
    node.left = place(tree.left);
    node.right = place(tree.right);
    return at;
  };
  place(root);
  return { nodes, leaves };
};

const flatOblivious = (root: Tree): Flat => {
  const levels: Flat["nodes"][number][] = [];
  for (let tree = root; !("leaf" in tree); tree = tree.left)
    levels.unshift({ feature: tree.feature, threshold: tree.threshold, left: 0, right: 0 });
  const leaves = Array.from({ length: 1 << levels.length }, (_, place) => {
    let tree = root;
    for (let level = levels.length - 1; !("leaf" in tree); level -= 1) tree = (place >> level) & 1 ? tree.right : tree.left;
    return tree.leaf;
  });
  return { nodes: levels, leaves };
};
