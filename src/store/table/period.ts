import { HOUR_MS } from "../../domain/units.ts";
import type { Table } from "./tables.ts";

/** How much of an ISO time names the period. */
const PERIOD_CHARS = { year: 4, month: 7, hour: 13 } as const;

/** Name of the period that contains `timeMs`: `2023`, `2023-03` or `2023-03-17T09`. */
export const periodOf = ({ period }: Table, timeMs: number): string => new Date(timeMs).toISOString().slice(0, PERIOD_CHARS[period]);

/** Bounds of a period, end exclusive. */
export const periodBounds = (period: string): { readonly fromMs: number; readonly toMs: number } => {
  const [year = NaN, month, day, hour] = period.split(/[-T]/).map(Number);
  if (month === undefined) return { fromMs: Date.UTC(year, 0), toMs: Date.UTC(year + 1, 0) };
  if (day === undefined) return { fromMs: Date.UTC(year, month - 1), toMs: Date.UTC(year, month) };
  const fromMs = Date.UTC(year, month - 1, day, hour);
  return { fromMs, toMs: fromMs + HOUR_MS };
};
