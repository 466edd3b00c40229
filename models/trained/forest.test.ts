import { describe, expect, it } from "vitest";
import { rngOf } from "./fixtures/rng.ts";
import type { DrawnForest } from "./fixtures/tree.ts";
import { drawOblivious, drawTree, scoresOf, treesFile } from "./fixtures/tree.ts";
import { forestPart } from "./forest.ts";
import { joined } from "./part.ts";
import { parseTrees, TreesError } from "./treesFile.ts";

const INPUTS = 9;
const float32 = (value: number): number => Math.fround(value);

const drawn = (form: 0 | 1 | 2, outputs: number, seed: number): DrawnForest => {
  const rng = rngOf(seed);
  const columns = [7, 0, 3, 5];
  const trees = Array.from({ length: 40 }, (_, i) => ({
    output: i % outputs,
    tree: form === 2 ? drawOblivious(rng, i % 5, columns.length) : drawTree(rng, 1 + (i % 15), columns.length),
  }));
  const base = Array.from({ length: outputs }, () => (form === 1 ? float32(rng.normal()) : rng.normal()));
  return { form, scale: form === 2 ? 0.75 : 1, base, columns, trees };
};

/** Rows of float32 values, half of them with a value at a threshold of the forest, or just beside it. */
const rowsOf = (forest: DrawnForest, rows: number): number[][] => {
  const rng = rngOf(99);
  const thresholds = forest.trees.flatMap(({ tree }) => ("leaf" in tree ? [] : [tree]));
  return Array.from({ length: rows }, (_, at) => {
    const row = Array.from({ length: INPUTS }, () => float32(rng.normal()));
    const node = thresholds[at % thresholds.length];
    if (at % 2 === 0 && node !== undefined) {
      const near = [node.threshold, float32(node.threshold), 0, -0, float32(1e-35), -1e-35, 2e-35, -2e-35][(at >> 1) % 8] as number;
      row[forest.columns[node.feature] as number] = near;
    }
    return row;
  });
};

describe("a forest", () => {
  it.each([0, 1, 2] as const)("of form %i says bit for bit what its drawn trees say by recursion, at and beside thresholds", (form) => {
    for (const outputs of [1, 3]) {
      const forest = drawn(form, outputs, 10 * form + outputs);
      const part = forestPart(parseTrees(treesFile([forest]), INPUTS)[0]!);
      const rows = rowsOf(forest, 4000);
      const out = new Float64Array(rows.length * outputs);
      part.scores(Float64Array.from(rows.flat()), rows.length, out);
      expect(Array.from(out)).toEqual(rows.flatMap((row) => scoresOf(forest, row)));
    }
  });

  it("sums in float32 where XGBoost does, and reads what is nearly 0 as 0 where LightGBM does", () => {
    const leaf = (value: number) => ({ output: 0, tree: { leaf: value } });
    const sums = { ...drawn(1, 1, 1), base: [1], trees: [leaf(2 ** -24), leaf(2 ** -24)] };
    const out = new Float64Array(1);
    forestPart(parseTrees(treesFile([sums]), INPUTS)[0]!).scores(new Float64Array(INPUTS), 1, out);
    expect(out[0]).toBe(1); // 1 + 2^-24 is no float32
    const near = [0, -0, 1e-36, -1e-36, 1e-35, -1e-35, 2e-35, -2e-35].map(float32);
    for (const threshold of near)
      for (const x of near)
        for (const form of [0, 1] as const) {
          const tree = { feature: 0, threshold, left: { leaf: 5 }, right: { leaf: 7 } };
          const forest = { form, scale: 1, base: [0], columns: [0], trees: [{ output: 0, tree }] };
          forestPart(parseTrees(treesFile([forest]), 1)[0]!).scores(Float64Array.of(x), 1, out);
          expect(out[0]).toBe((form === 0 && Math.abs(x) <= float32(1e-35) ? 0 : x) <= threshold ? 5 : 7);
        }
  });

  it("gives a row the same scores alone as among others, and joins forests one behind the other", () => {
    const forests = [drawn(0, 1, 5), drawn(0, 1, 6)];
    const part = joined(parseTrees(treesFile(forests), INPUTS).map(forestPart));
    const rows = rowsOf(forests[0]!, 50);
    const all = new Float64Array(100);
    part.scores(Float64Array.from(rows.flat()), 50, all);
    for (const [at, row] of rows.entries()) {
      const alone = new Float64Array(2);
      part.scores(Float64Array.from(row), 1, alone);
      expect(Array.from(alone)).toEqual(Array.from(all.subarray(2 * at, 2 * at + 2)));
      expect(Array.from(alone)).toEqual(forests.flatMap((forest) => scoresOf(forest, row)));
    }
  });
});

/** A forest of one tree with two nodes, and where its numbers lie in the file. */
const SMALL: DrawnForest = {
  ...{ form: 0, scale: 1, base: [0], columns: [1] },
  trees: [
    {
      output: 0,
      tree: { feature: 0, threshold: 0, left: { leaf: 1 }, right: { feature: 0, threshold: 1, left: { leaf: 2 }, right: { leaf: 3 } } },
    },
  ],
};
const AT = {
  outputs: 12,
  trees: 20,
  nodes: 24,
  reserved: 32,
  scale: 40,
  threshold: 56,
  leaf: 72,
  column: 96,
  output: 100,
  firstNode: 104,
  firstLeaf: 112,
  feature: 120,
  left: 128,
  right: 136,
};

describe("a file of trees that is not whole", () => {
  const bytes = treesFile([SMALL]);
  const edited = (at: number, value: number, kind: "u32" | "i32" | "f64" = "i32"): Uint8Array => {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    if (kind === "u32") view.setUint32(at, value, true);
    else if (kind === "i32") view.setInt32(at, value, true);
    else view.setFloat64(at, value, true);
    return copy;
  };
  it("is read where it is whole", () => {
    expect(parseTrees(bytes, 2)).toHaveLength(1);
    expect(bytes).toHaveLength(144);
  });
  it.each([
    ["another magic", edited(0, 1), /no file of trees/],
    ["nothing", new Uint8Array(0), /no file of trees/],
    ["no forest", treesFile([]), /holds no forest/],
    ["more forests than there are", edited(4, 2), /forest 1: the file ends in its head/],
    ["another form", edited(8, 3), /forest 0: there is no form 3/],
    ["no output", edited(AT.outputs, 0), /it has no output/],
    ["a count beyond all sense", edited(AT.nodes, 0xffffffff, "u32"), /it counts 4294967295/],
    ["a count beyond the file", edited(AT.nodes, 1000), /the file ends in it/],
    ["fewer nodes", edited(AT.nodes, 1), /./],
    ["a reserved number", edited(AT.reserved, 1), /reserved/],
    ["a scale", edited(AT.scale, 2, "f64"), /its scale is 2/],
    ["a threshold that is no number", edited(AT.threshold, NaN, "f64"), /it holds NaN/],
    ["an infinite leaf", edited(AT.leaf, Infinity, "f64"), /it holds Infinity/],
    ["a column behind the input", edited(AT.column, 2), /a column is 2, not 0 to 1/],
    ["a column before the input", edited(AT.column, -1), /a column is -1/],
    ["an output that there is not", edited(AT.output, 1), /an output is 1/],
    ["a tree that begins behind the first node", edited(AT.firstNode, 1), /do not follow one another/],
    ["nodes that end too early", edited(AT.firstNode + 4, 1), /end at 1 of 2/],
    ["leaves that end too late", edited(AT.firstLeaf + 4, 4), /end at 4 of 3/],
    ["a feature that there is not", edited(AT.feature, 1), /a feature is 1/],
    ["a circle", edited(AT.right, 0), /node 0 of tree 0 leads to 0, which is not below it/],
    ["a way up", edited(AT.left + 4, 0), /node 1 of tree 0 leads to 0/],
    ["a node that there is not", edited(AT.right, 2), /leads to 2/],
    ["a leaf that there is not", edited(AT.left, -4), /leads to -4/],
    ["something behind it", Uint8Array.from([...bytes, 0, 0, 0, 0, 0, 0, 0, 1]), /152 bytes, and its forests take 144/],
    ["its end cut off", bytes.slice(0, 140), /the file ends in it/],
  ])("%s is refused", (_, broken, message) => {
    expect(() => parseTrees(broken, 2)).toThrow(TreesError);
    expect(() => parseTrees(broken, 2)).toThrow(message);
  });

  it("is refused, or can be walked, wherever a byte is another", () => {
    for (let at = 0; at < bytes.length; at += 1)
      for (const value of [0x00, 0x01, 0x7f, 0xff]) {
        const copy = bytes.slice();
        copy[at] = value;
        try {
          for (const forest of parseTrees(copy, 2))
            forestPart(forest).scores(Float64Array.of(0.5, 0.5), 1, new Float64Array(forest.outputs));
        } catch (error) {
          if (!(error instanceof TreesError)) throw error;
        }
      }
  });
});
