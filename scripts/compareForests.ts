import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { forestPart } from "../models/trained/forest.ts";
import { parseTrees } from "../models/trained/treesFile.ts";

/**
 * Compares raw scores of forests with those of the libraries that trained them, bit for bit: `node --import ./bin/loader.mjs
 * scripts/compareForests.ts DIR`, where DIR was written by `training/write_forests.py`. The last line counts the forests.
 */
const ROWS = 100_000;
const NAME = /^(\w+)\.bin$/;

/** Rows whose scores differ in any bit. */
const differing = (folder: string, name: string): number => {
  const bytes = readFileSync(join(folder, `${name}.bin`));
  const rows = Float64Array.from(new Float32Array(new Uint8Array(readFileSync(join(folder, `${name}.rows`))).buffer));
  const native = new BigUint64Array(new Uint8Array(readFileSync(join(folder, `${name}.raw`))).buffer);
  const [forest] = parseTrees(bytes, rows.length / ROWS);
  if (forest === undefined || native.length !== ROWS * forest.outputs) throw new Error(`${name}: not ${ROWS} rows of scores`);
  const own = new Float64Array(native.length);
  forestPart(forest).scores(rows, ROWS, own);
  const bits = new BigUint64Array(own.buffer);
  let rowsDiffering = 0;
  for (let row = 0; row < ROWS; row += 1) {
    let same = true;
    for (let k = row * forest.outputs; k < (row + 1) * forest.outputs; k += 1) if (bits[k] !== native[k]) same = false;
    if (!same) rowsDiffering += 1;
  }
  return rowsDiffering;
};

const folder = process.argv[2] ?? "";
const names = readdirSync(folder).flatMap((file) => NAME.exec(file)?.[1] ?? []);
let failed = names.length === 0 ? 1 : 0;
for (const name of names) {
  const rows = differing(folder, name);
  console.log(`${name}: ${rows} of ${ROWS} rows differ from the library`);
  if (rows > 0) failed += 1;
}
console.log(`${names.length - (names.length === 0 ? 0 : failed)} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
