import type { Funding } from "../../../domain/event.ts";
import { fundingEvent } from "../../../domain/fundingEvent.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { UserError } from "../../../domain/units.ts";
import { archiveMs } from "./archiveTime.ts";
import { CsvRows, REMEDY } from "./csv.ts";
import { parseDecimal } from "./decimal.ts";
import { periodOfFile } from "./fileName.ts";

const NAMES = ["calc_time", "funding_interval_hours", "last_funding_rate"];

interface ParsedFunding {
  readonly events: readonly Funding[];
  readonly identicalDuplicates: number;
  readonly conflictingDuplicates: number;
}

/** The CSV of a fundingRate file as events in order of time; errors are `UserError`s with file and line. */
export const parseFundingCsv = (bytes: Uint8Array, file: string, instrument = 0 as InstrumentIndex): ParsedFunding => {
  const period = periodOfFile(file);
  const rows = new CsvRows(bytes, file, NAMES.length);
  const byTime = new Map<number, Funding>();
  let lastMs = -Infinity;
  let identicalDuplicates = 0;
  let conflictingDuplicates = 0;
  rows.skipHeader("calc_time");
  while (rows.next()) {
    const event = fundingEvent(archiveMs(number(rows, 0)), number(rows, 2), number(rows, 1), NaN, instrument);
    const { eventTimeMs } = event;
    if (!(event.intervalHours > 0)) throw rows.error(`has funding_interval_hours "${rows.text(1)}", which is not above 0`);
    if (Math.abs(event.rate) >= 1) throw rows.error(`has last_funding_rate "${rows.text(2)}", which is no fraction`);
    if (!(eventTimeMs >= period.fromMs && eventTimeMs < period.toMs))
      throw rows.error(`has the time ${rows.text(0)}, which is not in ${period.label}`);
    const earlier = byTime.get(eventTimeMs);
    if (earlier !== undefined) {
      if (earlier.rate === event.rate && earlier.intervalHours === event.intervalHours) identicalDuplicates += 1;
      else conflictingDuplicates += 1;
    } else if (eventTimeMs < lastMs) throw rows.error(`is out of order: time ${rows.text(0)} comes after ${lastMs}`);
    byTime.set(eventTimeMs, event);
    lastMs = Math.max(lastMs, eventTimeMs);
  }
  if (byTime.size === 0) throw new UserError(`${file} has no rows; ${REMEDY}`);
  return { events: [...byTime.values()], identicalDuplicates, conflictingDuplicates };
};

const number = (rows: CsvRows, cell: number): number => {
  const value = parseDecimal(rows.bytes, rows.starts[cell] as number, rows.ends[cell] as number);
  if (Number.isNaN(value)) throw rows.error(`has ${NAMES[cell]} "${rows.text(cell)}", which is not a finite number`);
  return value;
};
