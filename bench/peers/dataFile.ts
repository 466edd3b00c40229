import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPromise } from "yauzl";

/** What a data file holds and where it lies. */
interface DataFile {
  /** The months it covers, as in the fixture's name: `2023`, `2022-2023`, or `2023-03_2023-05`. */
  readonly name: string;
  readonly path: string;
  readonly bars: number;
}

const readZip = async (path: string): Promise<string> => {
  const zip = await openPromise(path);
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("latin1");
  }
  throw new Error(`${path}: the zip is empty`);
};

/** Appends the rows of one monthly file: open time in ms, open, high, low, close, volume. */
const appendRows = (csv: string, columns: readonly number[][]): void => {
  for (const line of csv.split("\n")) {
    const cells = line.split(",", 6);
    const time = Number(cells[0]);
    if (cells.length < 6 || Number.isNaN(time)) continue; // the end, or the header that newer files carry
    columns[0]!.push(time > 1e14 ? Math.floor(time / 1000) : time); // microseconds since 2025
    for (let k = 1; k < 6; k++) columns[k]!.push(Number(cells[k]));
  }
};

const nameOf = (from: string, to: string): string => {
  if (!from.endsWith("-01") || !to.endsWith("-12")) return `${from}_${to}`;
  return from.slice(0, 4) === to.slice(0, 4) ? from.slice(0, 4) : `${from.slice(0, 4)}-${to.slice(0, 4)}`;
};

/**
 * Joins the archive's monthly 1m kline zips from month `from` to `to` (both inclusive) into one file of six float64
 * columns, which every peer can read at once. An existing file that is newer than its zips is kept.
 */
export const makeDataFile = async (klinesDir: string, symbol: string, from: string, to: string, outDir: string): Promise<DataFile> => {
  const prefix = `${symbol}-1m-`;
  if (!existsSync(klinesDir)) throw new Error(`${klinesDir}: no such folder; --archive is the root of the archive's layout`);
  const zips = readdirSync(klinesDir)
    .filter((file) => file.startsWith(prefix) && file.endsWith(".zip"))
    .filter((file) => file.slice(prefix.length, -4) >= from && file.slice(prefix.length, -4) <= to)
    .sort()
    .map((file) => join(klinesDir, file));
  if (zips.length === 0) throw new Error(`${klinesDir}: no ${prefix}YYYY-MM.zip from ${from} to ${to}`);
  const name = nameOf(from, to);
  const path = join(outDir, `${symbol}-${name}.f64`);
  const isFresh = existsSync(path) && zips.every((zip) => statSync(zip).mtimeMs < statSync(path).mtimeMs);
  if (!isFresh) {
    const columns: number[][] = [[], [], [], [], [], []];
    for (const zip of zips) appendRows(await readZip(zip), columns);
    mkdirSync(outDir, { recursive: true });
    writeFileSync(`${path}.part`, Buffer.concat(columns.map((column) => Buffer.from(Float64Array.from(column).buffer))));
    renameSync(`${path}.part`, path);
  }
  return { name, path, bars: statSync(path).size / 48 };
};
