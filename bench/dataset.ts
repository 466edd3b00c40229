/**
 * How fast a dataset's rows become files, Arrow beside Parquet: `npx tsx bench/dataset.ts [rows] [features] [rounds]` (500,000, 100
 * and 3). Rounds alternate the formats. Only the writing is timed: batches are filled before the clock starts, once, and written
 * again and again, a month of 43,200 rows to a file. Files go to `out/bench-dataset` and are removed.
 */
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { MINUTE_MS } from "../src/domain/units.ts";
import { arrowFile } from "../src/lab/dataset/arrowFile.ts";
import { datasetColumns } from "../src/lab/dataset/columns.ts";
import { datasetBatch } from "../src/lab/dataset/datasetBatch.ts";
import type { DatasetFile } from "../src/lab/dataset/datasetBatch.ts";
import { parquetFile } from "../src/lab/dataset/parquetFile.ts";
import { Duck } from "../src/store/duck/duck.ts";
import { median } from "./peers/resultLine.ts";

const MONTH_ROWS = 43_200;
const BATCH_ROWS = 10_800;
const [rows, width, rounds] = [500_000, 100, 3].map((normal, at) => Number(process.argv[2 + at] ?? normal)) as [number, number, number];

const columns = datasetColumns(Array.from({ length: width }, (_, c) => ({ name: `feature_${c}`, formula: "noise", unit: "1" })));
const batch = datasetBatch(columns, BATCH_ROWS);
let noise = 1;
for (const column of batch.data)
  for (let row = 0; row < BATCH_ROWS; row += 1) {
    // A linear congruential generator (Numerical Recipes, ch. 7): numbers that do not compress.
    noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
    column[row] = column instanceof Int8Array ? (noise >>> 16) % 3 : noise / 4_294_967_296;
  }
const times = batch.data[0] as Float64Array;
for (let row = 0; row < BATCH_ROWS; row += 1) times[row] = Date.UTC(2023, 0) + row * MINUTE_MS;

const dir = resolve("out", "bench-dataset");
const duck = new Duck();
const formats = {
  arrow: (path: string): DatasetFile => arrowFile(path, path, columns, {}),
  parquet: (path: string): DatasetFile => parquetFile(duck, path, path, columns),
} as const;

/** Seconds, and bytes on disk. */
const write = async (open: (path: string) => DatasetFile): Promise<{ seconds: number; bytes: number }> => {
  const paths: string[] = [];
  const started = performance.now();
  for (let done = 0; done < rows; done += MONTH_ROWS) {
    const path = join(dir, `${paths.length}`);
    const file = open(path);
    for (let at = done; at < Math.min(done + MONTH_ROWS, rows); at += BATCH_ROWS) {
      batch.length = Math.min(BATCH_ROWS, rows - at);
      await file.append(batch);
    }
    await file.close();
    paths.push(path);
  }
  const seconds = (performance.now() - started) / 1000;
  return { seconds, bytes: paths.reduce((sum, path) => sum + statSync(path).size, 0) };
};

const results: Record<keyof typeof formats, { seconds: number; bytes: number }[]> = { arrow: [], parquet: [] };
for (let round = 0; round < rounds; round += 1)
  for (const format of ["arrow", "parquet"] as const) {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    results[format].push(await write(formats[format]));
  }
rmSync(dir, { recursive: true, force: true });
await duck.close();
console.log(`${rows} rows × ${columns.length} columns (${width} float32 features), Node ${process.version}, median of ${rounds}`);
for (const [format, runs] of Object.entries(results)) {
  const seconds = median(runs.map((run) => run.seconds));
  const bytes = (runs[0] as { bytes: number }).bytes;
  console.log(`${format.padEnd(8)} ${seconds.toFixed(2)} s  ${Math.round(rows / seconds)} rows/s  ${(bytes / 1e6).toFixed(0)} MB on disk`);
}
