import type { LongShortRatio, OpenInterest } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import { formatUtc } from "../../../domain/time.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { MINUTE_MS, UserError } from "../../../domain/units.ts";
import { PUBLICATION_LAG_MS } from "../parse/futuresData.ts";
import { CsvRows, REMEDY } from "./csv.ts";
import { parseDecimal } from "./decimal.ts";
import type { FilePeriod } from "./fileName.ts";
import { archiveName, periodOfFile } from "./fileName.ts";

/** Cells of a row, by number. */
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
/** Length of the period that a row stands for. */
export const PERIOD_MS = 5 * MINUTE_MS;

/** Which end of its five minutes a label names. The archive was published again: files of one day exist in both forms. */
export type LabelEnd = "start" | "end";

/** A file whose rows are right; `metricsEvents` dates them. */
export interface ParsedMetrics {
  readonly symbol: string;
  readonly period: FilePeriod;
  /** Labels in ms, ascending, and the six numbers of each; NaN: the cell says nothing. */
  readonly rows: readonly (readonly [labelMs: number, values: readonly number[]])[];
  /** What the labels name, if the rows show it: labels from the day's midnight on name the start, labels to the next midnight the end. */
  readonly labels: LabelEnd | undefined;
  /** Rows that repeat an earlier time with the same values, and with others (the later row won). */
  readonly identicalDuplicates: number;
  readonly conflictingDuplicates: number;
  /** Rows with a cell that says nothing. */
  readonly blankRows: number;
}

/**
 * The CSV of a daily `metrics` file, in order of time whatever the order of the rows. Text that is no number, a negative number, another
 * symbol and a label outside the day of the name (both its midnights are inside) are `UserError`s with file and line. An empty cell is NaN,
 * as is an open interest of 0 or its worth, which the archive writes where it has none (binance-public-data issue 350).
 */
export const parseMetricsCsv = (bytes: Uint8Array, file: string): ParsedMetrics => {
  const period = periodOfFile(file);
  const symbol = archiveName(file)?.symbol ?? "";
  const rows = new CsvRows(bytes, file, NAMES.length);
  const byTime = new Map<number, readonly number[]>();
  const counts = { identicalDuplicates: 0, conflictingDuplicates: 0, blankRows: 0 };
  rows.skipHeader(NAMES[TIME]);
  while (rows.next()) {
    if (rows.text(SYMBOL) !== symbol) throw rows.error(`is of ${rows.text(SYMBOL)}, not of ${symbol}`);
    const timeMs = labelOf(rows, period);
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
  const [first, last] = [byTime.has(period.fromMs), byTime.has(period.toMs)];
  return {
    ...{ symbol, period, ...counts },
    rows: [...byTime].sort(([a], [b]) => a - b),
    labels: first === last ? undefined : first ? "start" : "end",
  };
};

/**
 * Open interest and ratios of a file, in order of time; of one time the open interest first. `eventTimeMs` is the end of the five minutes;
 * the event is known `PUBLICATION_LAG_MS` later, as the archive records no arrival. A row without open interest gives no `openInterest`,
 * one without any ratio no `longShortRatio`.
 */
export const metricsEvents = (
  { rows }: ParsedMetrics,
  labels: LabelEnd,
  instrument = 0 as InstrumentIndex,
): readonly (OpenInterest | LongShortRatio)[] =>
  rows.flatMap(([labelMs, values]) => eventsOf(labels === "start" ? labelMs + PERIOD_MS : labelMs, values, instrument));

const TIME_FORM = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/;

const labelOf = (rows: CsvRows, period: FilePeriod): number => {
  const text = rows.text(TIME);
  const [, day = "", time = ""] = TIME_FORM.exec(text) ?? [];
  const labelMs = Date.parse(`${day}T${time}Z`);
  // Date.parse takes 24:00:00 and, on some days, dates that do not exist.
  if (Number.isNaN(labelMs) || formatUtc(labelMs).slice(0, 19) !== `${day}T${time}`)
    throw rows.error(`has create_time "${text}", which is not a time like 2023-03-05 00:05:00`);
  if (labelMs >= period.fromMs && labelMs <= period.toMs) return labelMs;
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
