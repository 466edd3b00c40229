import type { LongShortRatio, OpenInterest } from "../../domain/event.ts";
import { Kind } from "../../domain/kind.ts";
import { formatUtc } from "../../domain/time.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import { periodEndMs, PUBLICATION_LAG_MS } from "../../venues/binance/parse/futuresData.ts";
import { CsvRows, REMEDY } from "./csv.ts";
import { parseDecimal } from "./decimal.ts";
import type { FilePeriod } from "./fileName.ts";
import { periodOfFile } from "./fileName.ts";

/** Cells of a row, by number; the numbers are in the order of `Metrics`. */
const NAMES = [
  "create_time",
  "symbol",
  "sum_open_interest",
  "sum_open_interest_value",
  "count_toptrader_long_short_ratio",
  "sum_toptrader_long_short_ratio",
  "count_long_short_ratio",
  "sum_taker_long_short_vol_ratio",
] as const;
const [TIME, SYMBOL, FIRST_NUMBER] = [0, 1, 2] as const;
const PERIOD_MS = 5 * MINUTE_MS;

export interface ParsedMetrics {
  /** In order of time; of one time the open interest first. */
  readonly events: readonly (OpenInterest | LongShortRatio)[];
  /** Rows that repeat an earlier time with the same values, and with others (the later row won). */
  readonly identicalDuplicates: number;
  readonly conflictingDuplicates: number;
  /** Rows with a cell that says nothing. */
  readonly blankRows: number;
}

/**
 * The CSV of a daily `metrics` file as open interest and long-short ratios, in order of time whatever the order of the rows.
 *
 * - `eventTimeMs` is the end of the five minutes that a row stands for: its label before 2026-06-25, five minutes later from the file of
 *   that day on (binance-public-data issue 491). The event is known `PUBLICATION_LAG_MS` later; the archive tells no arrival.
 * - An empty cell is NaN, as is an open interest of 0 or its worth, which the archive writes where it has none (issue 350). A row without
 *   open interest gives no `openInterest`, one without any ratio no `longShortRatio`.
 * - Text that is no number, a negative number, another symbol and a time outside the day of the name are `UserError`s with file and line.
 */
export const parseMetricsCsv = (bytes: Uint8Array, file: string, instrument = 0 as InstrumentIndex): ParsedMetrics => {
  const period = periodOfFile(file);
  const symbol = file.slice(0, Math.max(0, file.lastIndexOf("-metrics-")));
  const rows = new CsvRows(bytes, file, NAMES.length);
  const byTime = new Map<number, readonly number[]>();
  const counts = { identicalDuplicates: 0, conflictingDuplicates: 0, blankRows: 0 };
  rows.skipHeader(NAMES[TIME]);
  while (rows.next()) {
    if (rows.text(SYMBOL) !== symbol) throw rows.error(`is of ${rows.text(SYMBOL)}, not of ${symbol}`);
    const timeMs = endOf(rows, period);
    const values = NAMES.slice(FIRST_NUMBER).map((_, i) => number(rows, FIRST_NUMBER + i));
    if (values.some(Number.isNaN)) counts.blankRows += 1;
    const earlier = byTime.get(timeMs);
    if (earlier !== undefined) {
      if (values.every((value, i) => Object.is(value, earlier[i]))) counts.identicalDuplicates += 1;
      else counts.conflictingDuplicates += 1;
    }
    byTime.set(timeMs, values);
  }
  if (byTime.size === 0) throw new UserError(`${file} has no rows; ${REMEDY}`);
  const times = [...byTime.keys()].sort((a, b) => a - b);
  return { events: times.flatMap((timeMs) => eventsOf(timeMs, byTime.get(timeMs) as readonly number[], instrument)), ...counts };
};

const TIME_FORM = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/;

/** End of the row's period; both midnights of the day are inside it. */
const endOf = (rows: CsvRows, period: FilePeriod): number => {
  const text = rows.text(TIME);
  const [, day = "", time = ""] = TIME_FORM.exec(text) ?? [];
  const labelMs = Date.parse(`${day}T${time}Z`);
  // Date.parse takes 24:00:00 and, on some days, dates that do not exist.
  if (Number.isNaN(labelMs) || formatUtc(labelMs).slice(0, 19) !== `${day}T${time}`)
    throw rows.error(`has create_time "${text}", which is not a time like 2023-03-05 00:05:00`);
  const endMs = periodEndMs(labelMs, PERIOD_MS, period.fromMs);
  if (endMs >= period.fromMs && endMs <= period.toMs) return endMs;
  throw rows.error(`has create_time ${text}, which is not in ${period.label}`);
};

const number = (rows: CsvRows, cell: number): number => {
  const [from, to] = [rows.starts[cell] as number, rows.ends[cell] as number];
  if (from === to) return NaN;
  const value = parseDecimal(rows.bytes, from, to);
  if (value >= 0) return value === 0 && MAY_NOT_BE_0.has(cell) ? NaN : value;
  throw rows.error(`has ${NAMES[cell]} "${rows.text(cell)}", which is ${Number.isNaN(value) ? "not a finite number" : "negative"}`);
};

/** Open interest and its worth. */
const MAY_NOT_BE_0: ReadonlySet<number> = new Set([FIRST_NUMBER, FIRST_NUMBER + 1]);

const eventsOf = (timeMs: number, values: readonly number[], instrument: InstrumentIndex): (OpenInterest | LongShortRatio)[] => {
  const [openInterestQty, openInterestUsdt, ...ratios] = values as [number, number, number, number, number, number];
  const [topAccountRatio, topPositionRatio, globalAccountRatio, takerVolumeRatio] = ratios;
  const knownAtMs = timeMs + PUBLICATION_LAG_MS;
  const header = { seq: -1, instrument, eventTimeMs: timeMs, receivedTimeMs: knownAtMs, knownAtMs };
  const events: (OpenInterest | LongShortRatio)[] = [];
  if (!Number.isNaN(openInterestQty)) events.push({ kind: Kind.openInterest, ...header, openInterestQty, openInterestUsdt });
  if (!ratios.every(Number.isNaN))
    events.push({ kind: Kind.longShortRatio, ...header, topAccountRatio, topPositionRatio, globalAccountRatio, takerVolumeRatio });
  return events;
};
