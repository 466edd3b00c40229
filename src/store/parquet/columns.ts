import { InvariantError } from "../../domain/units.ts";

/** Rows of a table, column by column (float64, `length` rows used); column 0 is the key. */
export interface Columns {
  length: number;
  readonly data: readonly Float64Array[];
}

export const emptyColumns = (count: number, capacity: number): Columns => ({
  length: 0,
  data: Array.from({ length: count }, () => new Float64Array(capacity)),
});

/** Appends one row; throws when the columns are full or the width is wrong. */
export const appendRow = (columns: Columns, row: readonly number[]): void => {
  const at = columns.length;
  if (row.length !== columns.data.length) throw new InvariantError(`a row of ${row.length} values for ${columns.data.length} columns`);
  if (at >= (columns.data[0] as Float64Array).length) throw new InvariantError(`columns are full at ${at} rows`);
  for (let c = 0; c < row.length; c++) (columns.data[c] as Float64Array)[at] = row[c] as number;
  columns.length = at + 1;
};

/** Sorted by key, each key once: of equal keys the row that came last stays. Returns the input when it is so already. */
export const sortedByKey = (columns: Columns): Columns => {
  const keys = columns.data[0] as Float64Array;
  let rising = true;
  for (let i = 1; i < columns.length && rising; i++) rising = (keys[i - 1] as number) < (keys[i] as number);
  if (rising) return columns;
  const order = Array.from({ length: columns.length }, (_, i) => i).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  return pick(
    columns,
    order.filter((row, i) => i + 1 === order.length || keys[order[i + 1] as number] !== keys[row]),
  );
};

const pick = (columns: Columns, rows: readonly number[]): Columns => ({
  length: rows.length,
  data: columns.data.map((column) => Float64Array.from(rows, (row) => column[row] as number)),
});

/** Two sorted tables as one: where both have a key, the row of `newer` wins. */
export const upserted = (older: Columns, newer: Columns): Columns => {
  if (older.length === 0) return newer;
  const result = emptyColumns(older.data.length, older.length + newer.length);
  const oldKeys = older.data[0] as Float64Array;
  const newKeys = newer.data[0] as Float64Array;
  let o = 0;
  let n = 0;
  while (o < older.length || n < newer.length) {
    const oldKey = o < older.length ? (oldKeys[o] as number) : Infinity;
    const newKey = n < newer.length ? (newKeys[n] as number) : Infinity;
    const from = newKey <= oldKey ? newer : older;
    const row = from === newer ? n : o;
    for (let c = 0; c < result.data.length; c++)
      (result.data[c] as Float64Array)[result.length] = (from.data[c] as Float64Array)[row] as number;
    result.length += 1;
    if (newKey <= oldKey) n += 1;
    if (oldKey <= newKey) o += 1;
  }
  return result;
};

/** Same rows bit by bit; NaN equals NaN. */
export const sameColumns = (a: Columns, b: Columns): boolean => {
  if (a.length !== b.length || a.data.length !== b.data.length) return false;
  return a.data.every((column, c) => {
    const other = b.data[c] as Float64Array;
    for (let i = 0; i < a.length; i++) if (!Object.is(column[i], other[i])) return false;
    return true;
  });
};

/** Rows `[from, to)` as a view. */
export const sliceRows = (columns: Columns, from: number, to: number): Columns => ({
  length: to - from,
  data: columns.data.map((column) => column.subarray(from, to)),
});
