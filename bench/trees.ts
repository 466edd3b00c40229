import { forestPart } from "../models/trained/forest.ts";
import { parseTrees } from "../models/trained/treesFile.ts";
import { rngOf } from "../models/trained/fixtures/rng.ts";
import type { DrawnForest } from "../models/trained/fixtures/tree.ts";
import { drawOblivious, drawTree, scoresOf, treesFile } from "../models/trained/fixtures/tree.ts";

/** Microseconds a row of the tree walker at batch 1, beside a walk by recursion over objects: npx tsx bench/trees.ts */
const LIMIT_US = 10;
const INPUTS = 241;
const TREES = 150;
const ROWS = 4096;
const ROUNDS = 15;

const drawn = (form: 0 | 1 | 2): DrawnForest => {
  const rng = rngOf(form + 1);
  const trees = Array.from({ length: TREES }, () => ({
    output: 0,
    tree: form === 2 ? drawOblivious(rng, 4, INPUTS) : drawTree(rng, 15, INPUTS),
  }));
  return { form, scale: 1, base: [0.001], columns: Array.from({ length: INPUTS }, (_, i) => i), trees };
};

const microseconds = (work: (row: number) => void): { readonly median: number; readonly least: number } => {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    for (let row = 0; row < ROWS; row += 1) work(row);
    return ((performance.now() - startedAt) * 1000) / ROWS;
  }).sort((a, b) => a - b);
  return { median: times[ROUNDS >> 1] as number, least: times[0] as number };
};

const rng = rngOf(42);
const rows = Array.from({ length: ROWS }, () => Array.from({ length: INPUTS }, () => Math.fround(rng.normal())));
const flat = rows.map((row) => Float64Array.from(row));
let failed = false;
for (const [form, name] of [
  [0, "LightGBM, 150 × 15 leaves"],
  [1, "XGBoost, 150 × 15 leaves"],
  [2, "CatBoost, 150 × depth 4"],
] as const) {
  const forest = drawn(form);
  const [read] = parseTrees(treesFile([forest]), INPUTS);
  if (read === undefined) throw new Error("no forest");
  const part = forestPart(read);
  const out = new Float64Array(1);
  const walker = microseconds((row) => part.scores(flat[row] as Float64Array, 1, out));
  const plain = microseconds((row) => void scoresOf(forest, rows[row] as number[]));
  const within = walker.median <= LIMIT_US;
  failed ||= !within;
  console.log(
    `${name.padEnd(26)} walker ${walker.median.toFixed(1)} (${walker.least.toFixed(1)}) µs a row at batch 1, limit ${LIMIT_US}: ${within ? "within" : "ABOVE"}; by recursion ${plain.median.toFixed(1)}`,
  );
}
process.exitCode = failed ? 1 : 0;
