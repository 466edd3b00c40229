import { NumberCount } from "../../../domain/decimals/numberCount.ts";
import { writtenDecimals } from "../../../domain/decimals/written.ts";
import type { KlineBlock } from "../../../domain/kline.ts";
import { KLINE_COLUMNS, klineBlock } from "../../../domain/kline.ts";
import { endsEarly, klineFault } from "../../../domain/klineFault.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { UserError } from "../../../domain/units.ts";
import { archiveMs } from "./archiveTime.ts";
import { CsvRows, REMEDY } from "./csv.ts";
import { parseDecimal } from "./decimal.ts";
import { periodOfFile } from "./fileName.ts";

/** open_time, open, high, low, close, volume, close_time, quote_volume, count, taker_buy_volume, taker_buy_quote_volume, ignore. */
const WIDTH = 12;
const NAMES = [
  "open_time",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "close_time",
  "quote_volume",
  "count",
  "taker_buy_volume",
  "taker_buy_quote_volume",
];
/** CSV column of each block column, in the order of `KLINE_COLUMNS`. */
const FROM_CSV = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10] as const;
/** CSV columns by number. */
const [OPEN, CLOSE, VOLUME, CLOSE_TIME] = [1, 4, 5, 6] as const;

export interface ParsedKlines {
  readonly block: KlineBlock;
  /** Rows that repeat an earlier open time with the same values, and with others (the later row won). */
  readonly identicalDuplicates: number;
  readonly conflictingDuplicates: number;
  /** Bars that an outage of the exchange ended before their last ms. */
  readonly shortBars: number;
  /** What its four prices and its volume are written with. */
  readonly numbers: NumberCount;
}

/**
 * The CSV of an archive file of klines as one block: rows in order of open time, inside the period that `file` names,
 * aligned to `intervalMs`. Header or none; milliseconds or microseconds. Anything else is a `UserError` with file and line.
 */
export const parseKlineCsv = (bytes: Uint8Array, file: string, intervalMs: number, instrument = 0 as InstrumentIndex): ParsedKlines => {
  const period = periodOfFile(file);
  const rows = new CsvRows(bytes, file, WIDTH);
  const block = klineBlock(instrument, intervalMs, rows.countLines());
  const columns = KLINE_COLUMNS.map((name) => block[name]);
  const openTimes = block.openTimeMs;
  const values = new Float64Array(columns.length);
  const counts = { identicalDuplicates: 0, conflictingDuplicates: 0, shortBars: 0 };
  const numbers = new NumberCount();
  rows.skipHeader("open_time");
  while (rows.next()) {
    const closeTimeMs = readRow(rows, values);
    const openTimeMs = values[0] as number;
    if (openTimeMs < period.fromMs || openTimeMs >= period.toMs)
      throw rows.error(`has the open time ${isoText(openTimeMs)}, which is not in ${period.label}`);
    const fault = klineFault(values, intervalMs, closeTimeMs);
    if (fault !== null) throw rows.error(`has ${fault}`);
    if (endsEarly(openTimeMs, intervalMs, closeTimeMs)) counts.shortBars += 1;
    countDecimals(rows, values, numbers);
    let at = block.length;
    const lastMs = at > 0 ? (openTimes[at - 1] as number) : -Infinity;
    if (openTimeMs <= lastMs) {
      at = openTimes.subarray(0, block.length).lastIndexOf(openTimeMs);
      if (at < 0) throw rows.error(`is out of order: open time ${isoText(openTimeMs)} comes after ${isoText(lastMs)}`);
      if (columns.every((column, c) => column[at] === values[c])) counts.identicalDuplicates += 1;
      else counts.conflictingDuplicates += 1;
    } else block.length += 1;
    for (let c = 0; c < columns.length; c++) (columns[c] as Float64Array)[at] = values[c] as number;
  }
  if (block.length === 0) throw new UserError(`${file} has no rows; ${REMEDY}`);
  return { block, ...counts, numbers };
};

/** The columns of prices and volume stand at the same places in the file and in the block. */
const countDecimals = ({ bytes, starts, ends }: CsvRows, values: Float64Array, { price, qty }: NumberCount): void => {
  const openTimeMs = values[0] as number;
  for (let c: number = OPEN; c <= CLOSE; c += 1)
    price.see(writtenDecimals(bytes, starts[c] as number, ends[c] as number), values[c] as number);
  qty.see(writtenDecimals(bytes, starts[VOLUME] as number, ends[VOLUME] as number), values[VOLUME] as number);
  price.row(openTimeMs);
  qty.row(openTimeMs);
};

/** Numbers of the current row, in the order of the block's columns; returns the close time. Times in ms. */
const readRow = (rows: CsvRows, values: Float64Array): number => {
  for (let c = 0; c < FROM_CSV.length; c++) values[c] = number(rows, FROM_CSV[c] as number);
  values[0] = archiveMs(values[0] as number);
  return archiveMs(number(rows, CLOSE_TIME));
};

const number = (rows: CsvRows, cell: number): number => {
  const value = parseDecimal(rows.bytes, rows.starts[cell] as number, rows.ends[cell] as number);
  if (value >= 0) return value;
  const what = Number.isNaN(value) ? "not a finite number" : "negative";
  throw rows.error(`has ${NAMES[cell]} "${rows.text(cell)}", which is ${what}`);
};

const isoText = (timeMs: number): string => (timeMs <= 8.64e15 ? new Date(timeMs).toISOString() : String(timeMs));
