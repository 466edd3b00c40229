import type { EquityRow } from "../../record/runRecord.ts";

/** Returns of one calendar year in UTC, as fractions; null where the run has no day of the month. */
interface YearReturns {
  readonly year: number;
  /** January first, twelve entries. */
  readonly months: readonly (number | null)[];
  /** The months compounded. */
  readonly total: number;
}

/**
 * Return of each month: equity at its last row over equity at the last row before it. A row stands at the end of its day
 * (00:00 of the next), so it belongs to the millisecond before; the first row is the start and belongs to no month.
 */
export const monthlyReturns = (equity: readonly EquityRow[]): readonly YearReturns[] => {
  const years = new Map<number, (number | null)[]>();
  let previous = equity[0]?.equityUsdt ?? NaN;
  for (const [index, row] of equity.entries()) {
    if (index === 0) continue;
    const day = new Date(row.timeMs - 1);
    const months = years.get(day.getUTCFullYear()) ?? new Array<number | null>(12).fill(null);
    years.set(day.getUTCFullYear(), months);
    const month = day.getUTCMonth();
    months[month] = (1 + (months[month] ?? 0)) * (row.equityUsdt / previous) - 1;
    previous = row.equityUsdt;
  }
  return [...years].map(([year, months]) => ({
    year,
    months,
    total: months.reduce<number>((product, month) => product * (1 + (month ?? 0)), 1) - 1,
  }));
};
