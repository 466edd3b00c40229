import type { ObservedRows } from "./observedRows.ts";

/** A row's float64 values as text without loss. */
export const rowBits = (row: Float64Array): string => Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString("base64");

/** Columns that count or flag something: rounding must not move them. */
export const QUANTISED =
  /^(inside_bar|engulfing|sign_run|sign_entropy_60|up_share_60|aroon_(up|down)_25|volatility_percentile_240|trade_sign_run|trade_imbalance_15|weekend|session_\w+|mask_\w+|(hour|minute|weekday)_(sin|cos)|funding_distance)$/;

interface Difference {
  readonly name: string;
  readonly barTimeMs: number;
  readonly a: number;
  readonly b: number;
  readonly relative: number;
}

/**
 * The largest difference between two sets of rows, relative to the value or to `floor` where it is smaller (a column that crosses 0 has
 * no relative error there); of quantised columns any difference counts as infinite, and so does NaN on one side. Null: all equal.
 */
export const worstDifference = (one: ObservedRows, other: ObservedRows, floor: number): Difference | null => {
  let worst: Difference | null = null;
  one.set.columns.forEach(({ name }, c) => {
    const exact = QUANTISED.test(name);
    one.rows.forEach((row, at) => {
      const [a, b] = [row[c] as number, other.rows[at]?.[c] ?? NaN];
      if (Object.is(a, b) || a === b) return;
      const relative = exact || Number.isNaN(a - b) ? Infinity : Math.abs(a - b) / Math.max(Math.abs(a), floor);
      if (worst === null || relative > worst.relative) worst = { name, barTimeMs: one.barTimesMs[at] as number, a, b, relative };
    });
  });
  return worst;
};

/** Pairs of columns that correlate above `limit` in absolute value, over the rows where all columns are known. */
export const correlatedAbove = ({ set, rows }: ObservedRows, limit: number): string[] => {
  const whole = rows.filter((row) => !row.some(Number.isNaN));
  const standard = set.columns.map(({ name }, c) => ({ name, values: standardised(whole, c) }));
  const varying = standard.filter(({ values }) => values !== null) as { name: string; values: Float64Array }[];
  const found: string[] = [];
  for (let i = 0; i < varying.length; i += 1) {
    const a = varying[i] as (typeof varying)[number];
    for (let j = 0; j < i; j += 1) {
      const b = varying[j] as (typeof varying)[number];
      let sum = 0;
      for (let k = 0; k < whole.length; k += 1) sum += (a.values[k] as number) * (b.values[k] as number);
      if (Math.abs(sum / whole.length) > limit) found.push(`${b.name} ${a.name} ${(sum / whole.length).toFixed(4)}`);
    }
  }
  return found;
};

/** A column less its mean, over its standard deviation; null where it does not vary. */
const standardised = (rows: readonly Float64Array[], column: number): Float64Array | null => {
  let [sum, squares] = [0, 0];
  for (const row of rows) sum += row[column] as number;
  const mean = sum / rows.length;
  for (const row of rows) squares += ((row[column] as number) - mean) * ((row[column] as number) - mean);
  const deviation = Math.sqrt(squares / rows.length);
  return deviation > 0 ? Float64Array.from(rows, (row) => ((row[column] as number) - mean) / deviation) : null;
};
