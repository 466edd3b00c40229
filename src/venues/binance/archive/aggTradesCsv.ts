import type { DecimalCount } from "../../../domain/decimals/decimalCount.ts";
import { NumberCount } from "../../../domain/decimals/numberCount.ts";
import { writtenDecimals } from "../../../domain/decimals/written.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { UserError } from "../../../domain/units.ts";
import { MOST_TRADES } from "../parse/trade.ts";
import { archiveMs } from "./archiveTime.ts";
import { CsvRows, REMEDY } from "./csv.ts";
import { parseDecimal } from "./decimal.ts";
import type { FilePeriod } from "./fileName.ts";
import { periodOfFile } from "./fileName.ts";
import { TradeColumns } from "./tradeColumns.ts";
import type { OrderedTrades } from "./tradeOrder.ts";
import { orderedTrades } from "./tradeOrder.ts";

/** Cells of a row, by number. */
const NAMES = ["agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time", "is_buyer_maker"] as const;
const [ID, PRICE, QTY, FIRST_ID, LAST_ID, TIME, MAKER] = [0, 1, 2, 3, 4, 5, 6] as const;

export interface ParsedAggTrades extends OrderedTrades {
  /** What its prices and quantities are written with. */
  readonly numbers: NumberCount;
}

/**
 * The CSV of an archive file of aggregated trades of the perpetual, as columns in order of time, then id; `hours()` makes the events.
 * Header or none; milliseconds or microseconds; rows in any order, since the archive has files with two stretches of a day interleaved
 * (binance-public-data issues 288, 293, 301, 339) and files with every row twice (issue 203): both are counted, as are ids of aggregates
 * that are skipped (issue 350) and ids of single trades that no aggregate holds (insurance fund and auto-deleveraging are left out). A
 * number that is none, a price or quantity not above 0, a last id below the first and a time outside the period that `file` names are
 * `UserError`s with file and line, as are ids that a double does not hold exactly.
 */
export const parseAggTradesCsv = (bytes: Uint8Array, file: string, instrument = 0 as InstrumentIndex): ParsedAggTrades => {
  const period = periodOfFile(file);
  const rows = new CsvRows(bytes, file, NAMES.length);
  const columns = new TradeColumns(rows.countLines(), instrument);
  const numbers = new NumberCount();
  rows.skipHeader(NAMES[ID]);
  while (rows.next()) {
    const firstId = integer(rows, FIRST_ID);
    const tradeCount = integer(rows, LAST_ID) - firstId + 1;
    if (tradeCount < 1 || tradeCount > MOST_TRADES)
      throw rows.error(`has first_trade_id ${rows.text(FIRST_ID)} and last_trade_id ${rows.text(LAST_ID)}, which is no range`);
    const [timeMs, price, qty] = [timeOf(rows, period), above0(rows, PRICE), above0(rows, QTY)];
    columns.add(integer(rows, ID), timeMs, price, qty, flag(rows, MAKER), firstId, tradeCount);
    count(numbers.price, rows, PRICE, price, timeMs);
    count(numbers.qty, rows, QTY, qty, timeMs);
  }
  if (columns.length === 0) throw new UserError(`${file} has no rows; ${REMEDY}`);
  return { ...orderedTrades(columns), numbers };
};

const count = (column: DecimalCount, { bytes, starts, ends }: CsvRows, cell: number, value: number, timeMs: number): void => {
  column.see(writtenDecimals(bytes, starts[cell] as number, ends[cell] as number), value);
  column.row(timeMs);
};

const number = (rows: CsvRows, cell: number): number => parseDecimal(rows.bytes, rows.starts[cell] as number, rows.ends[cell] as number);

const integer = (rows: CsvRows, cell: number): number => {
  const value = number(rows, cell);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  const what = value > Number.MAX_SAFE_INTEGER ? "beyond 2^53" : "not a whole number";
  throw rows.error(`has ${NAMES[cell]} "${rows.text(cell)}", which is ${what}`);
};

const above0 = (rows: CsvRows, cell: number): number => {
  const value = number(rows, cell);
  if (value > 0) return value;
  throw rows.error(`has ${NAMES[cell]} "${rows.text(cell)}", which is ${Number.isNaN(value) ? "not a finite number" : "not above 0"}`);
};

const timeOf = (rows: CsvRows, period: FilePeriod): number => {
  const value = integer(rows, TIME);
  const timeMs = archiveMs(value);
  if (timeMs >= period.fromMs && timeMs < period.toMs) return timeMs;
  throw rows.error(`has the time ${rows.text(TIME)}, which is not in ${period.label}`);
};

/** `true` or `false` in any case. */
const flag = (rows: CsvRows, cell: number): boolean => {
  const from = rows.starts[cell] as number;
  const to = rows.ends[cell] as number;
  if (spells(rows.bytes, from, to, TRUE)) return true;
  if (spells(rows.bytes, from, to, FALSE)) return false;
  throw rows.error(`has ${NAMES[cell]} "${rows.text(cell)}", which is not true or false`);
};

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const LOWER_CASE = 32;

const spells = (bytes: Uint8Array, from: number, to: number, word: Uint8Array): boolean => {
  if (to - from !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (((bytes[from + i] as number) | LOWER_CASE) !== word[i]) return false;
  return true;
};
