import { DAY_MS, utcDayStart } from "./units.ts";

/** The equity that a UTC day began with, judged once a moment. Plain data. */
export interface DayLedger {
  /** 00:00 UTC of the day; NaN before the first moment with a known equity. */
  startMs: number;
  /** Equity at 00:00, USDT. */
  startUsdt: number;
  /** Highest equity at the close of a moment, USDT. */
  peakUsdt: number;
  /** Equity at the last moment that had one. */
  lastUsdt: number;
}

export const dayLedger = (): DayLedger => ({ startMs: NaN, startUsdt: NaN, peakUsdt: NaN, lastUsdt: NaN });

/**
 * Takes the equity of a moment. A day begins with the first moment that closes in it. Its start is the equity at 00:00: of this moment if
 * it closes then; after a hole over midnight the last known one before, so that the new day bears the loss of the hole. Unknown equity (NaN)
 * changes nothing.
 */
export const closeDay = (day: DayLedger, closeMs: number, equityUsdt: number): void => {
  if (Number.isNaN(equityUsdt)) return;
  if (!(closeMs < day.startMs + DAY_MS)) {
    day.startMs = utcDayStart(closeMs);
    day.startUsdt = closeMs === day.startMs || Number.isNaN(day.lastUsdt) ? equityUsdt : day.lastUsdt;
  }
  day.lastUsdt = equityUsdt;
  if (!(equityUsdt <= day.peakUsdt)) day.peakUsdt = equityUsdt;
};
