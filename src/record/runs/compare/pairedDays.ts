import { csvRecords } from "./csvRecords.ts";

/**
 * Daily returns of two runs (`equity.csv`) on the days that both traded, as differences, the other less the first: `[days] float64` in order
 * of time. A day counts where both have its beginning and its end, and neither account was lost before it.
 */
export const pairedDays = (firstCsv: string, otherCsv: string): Float64Array => {
  const first = dayReturns(firstCsv);
  const other = dayReturns(otherCsv);
  const differences: number[] = [];
  for (const [day, value] of first) {
    const beside = other.get(day);
    if (beside !== undefined) differences.push(beside - value);
  }
  return Float64Array.from(differences);
};

/** By begin and end of the day. */
const dayReturns = (csv: string): Map<string, number> => {
  const rows = csvRecords(csv).map((row) => ({ timeMs: row["timeMs"] ?? "", equityUsdt: Number(row["equityUsdt"]) }));
  const returns = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    if (before === undefined || !(before.equityUsdt > 0) || !Number.isFinite(row.equityUsdt)) continue;
    returns.set(`${before.timeMs} ${row.timeMs}`, row.equityUsdt / before.equityUsdt - 1);
  }
  return returns;
};
