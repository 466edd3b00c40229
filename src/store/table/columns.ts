import { InvariantError } from "../../domain/units.ts";

/** A column of lists: row `i` has `values` from `offsets[i]` to `offsets[i + 1]`; `offsets[0]` need not be 0. */
export interface ListColumn {
  readonly offsets: Int32Array;
  readonly values: Float64Array;
}

/** Numbers (times, counts and flags among them), 64-bit ids, or lists of numbers. */
export type ColumnData = Float64Array | BigInt64Array | ListColumn;

/** Rows of a table, column by column; the first columns are the key. */
export interface Columns {
  readonly length: number;
  readonly data: readonly ColumnData[];
}

/** Columns that hold numbers only, `length` rows of them used. */
export interface NumberColumns extends Columns {
  length: number;
  readonly data: readonly Float64Array[];
}

export const isList = (column: ColumnData): column is ListColumn => "offsets" in column;

/** A column as numbers; any other is a broken invariant. */
export const numbersAt = ({ data }: Columns, at: number): Float64Array => {
  const column = data[at];
  if (!(column instanceof Float64Array)) throw new InvariantError(`column ${at} of ${data.length} holds no numbers`);
  return column;
};

export const emptyColumns = (count: number, capacity: number): NumberColumns => ({
  length: 0,
  data: Array.from({ length: count }, () => new Float64Array(capacity)),
});

/** Below 0 where row `i` of `a` comes before row `j` of `b` by the first `keys` columns, 0 where they have the same key. */
const compareRows = (a: Columns, i: number, b: Columns, j: number, keys: number): number => {
  for (let c = 0; c < keys; c++) {
    const x = (a.data[c] as Float64Array | BigInt64Array)[i] as number | bigint;
    const y = (b.data[c] as Float64Array | BigInt64Array)[j] as number | bigint;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
};

/**
 * Sorted by the first `keys` columns, each key once: of equal keys the row that came last stays. Returns the input when it is so already.
 */
export const sortedByKey = (columns: Columns, keys = 1): Columns => {
  let rising = true;
  for (let i = 1; i < columns.length && rising; i++) rising = compareRows(columns, i - 1, columns, i, keys) < 0;
  if (rising) return columns;
  const order = Array.from({ length: columns.length }, (_, i) => i).sort((a, b) => compareRows(columns, a, columns, b, keys) || a - b);
  const last = order.filter((row, i) => i + 1 === order.length || compareRows(columns, order[i + 1] as number, columns, row, keys) !== 0);
  return gather([columns], last);
};

/** Two sorted tables as one: where both have a key, the row of `newer` wins. */
export const upserted = (older: Columns, newer: Columns, keys = 1): Columns => {
  if (older.length === 0) return newer;
  const rows: number[] = [];
  let o = 0;
  let n = 0;
  while (o < older.length || n < newer.length) {
    const order = n === newer.length ? -1 : o === older.length ? 1 : compareRows(older, o, newer, n, keys);
    rows.push(order < 0 ? o : older.length + n);
    if (order <= 0) o += 1;
    if (order >= 0) n += 1;
  }
  return gather([older, newer], rows);
};

/** Rows whose time, the first column, is outside of every range. */
export const outsideOf = (columns: Columns, ranges: readonly { readonly fromMs: number; readonly toMs: number }[]): Columns => {
  const kept: number[] = [];
  numbersAt(columns, 0).forEach((timeMs, row) => {
    if (!ranges.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs)) kept.push(row);
  });
  return kept.length === columns.length ? columns : gather([columns], kept);
};

/** Tables of the same columns one below the other. */
export const concatenated = (parts: readonly Columns[]): Columns => {
  const rows = parts.reduce((sum, part) => sum + part.length, 0);
  return gather(
    parts,
    Array.from({ length: rows }, (_, row) => row),
  );
};

/** Rows of `parts`, counted through all of them, in the order of `rows`. */
const gather = (parts: readonly Columns[], rows: readonly number[]): Columns => {
  const ends: number[] = [];
  for (const part of parts) ends.push((ends.at(-1) ?? 0) + part.length);
  // Part and row inside it, found once for all columns.
  const from = new Int32Array(rows.length);
  const at = new Int32Array(rows.length);
  let part = 0;
  rows.forEach((row, i) => {
    while (row >= (ends[part] as number)) part += 1;
    while (part > 0 && row < (ends[part - 1] as number)) part -= 1;
    from[i] = part;
    at[i] = row - (ends[part - 1] ?? 0);
  });
  const width = parts[0]?.data.length ?? 0;
  const data = Array.from({ length: width }, (_, c) =>
    gatherColumn(
      parts.map((each) => each.data[c] as ColumnData),
      from,
      at,
    ),
  );
  return { length: rows.length, data };
};

const gatherColumn = (parts: readonly ColumnData[], from: Int32Array, at: Int32Array): ColumnData => {
  const first = parts[0] as ColumnData;
  if (isList(first)) return gatherLists(parts as readonly ListColumn[], from, at);
  const result = first instanceof Float64Array ? new Float64Array(at.length) : new BigInt64Array(at.length);
  for (let i = 0; i < at.length; i++)
    result[i] = ((parts as readonly (typeof result)[])[from[i] as number] as typeof result)[at[i] as number] as never;
  return result;
};

const gatherLists = (parts: readonly ListColumn[], from: Int32Array, at: Int32Array): ListColumn => {
  const offsets = new Int32Array(at.length + 1);
  const listAt = (i: number): Float64Array => listOf(parts[from[i] as number] as ListColumn, at[i] as number);
  for (let i = 0; i < at.length; i++) offsets[i + 1] = (offsets[i] as number) + listAt(i).length;
  const values = new Float64Array(offsets[at.length] as number);
  for (let i = 0; i < at.length; i++) values.set(listAt(i), offsets[i]);
  return { offsets, values };
};

/** The list of a row, a view. */
export const listOf = ({ offsets, values }: ListColumn, row: number): Float64Array => values.subarray(offsets[row], offsets[row + 1]);

/** Same rows bit by bit; NaN equals NaN. */
export const sameColumns = (a: Columns, b: Columns): boolean =>
  a.length === b.length && a.data.length === b.data.length && a.data.every((column, c) => sameColumn(column, b.data[c], a.length));

const sameColumn = (a: ColumnData, b: ColumnData | undefined, rows: number): boolean => {
  if (b === undefined || isList(a) !== isList(b)) return false;
  if (isList(a)) {
    for (let i = 0; i < rows; i++) {
      const [mine, other] = [listOf(a, i), listOf(b as ListColumn, i)];
      if (mine.length !== other.length || !mine.every((value, v) => Object.is(value, other[v]))) return false;
    }
    return true;
  }
  for (let i = 0; i < rows; i++) if (!Object.is(a[i], (b as Float64Array)[i])) return false;
  return true;
};

/** Rows `[from, to)` as a view. */
export const sliceRows = <C extends Columns>(columns: C, from: number, to: number): C =>
  ({
    length: to - from,
    data: columns.data.map((column) =>
      isList(column) ? { offsets: column.offsets.subarray(from, to + 1), values: column.values } : column.subarray(from, to),
    ),
  }) as Columns as C;
