import {
  BIGINT,
  DOUBLE,
  DuckDBBigIntVector,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBListVector,
  LIST,
  listValue,
} from "@duckdb/node-api";
import type { DuckDBType, DuckDBVector } from "@duckdb/node-api";
import { InvariantError } from "../../domain/units.ts";
import type { ColumnData, Columns, ListColumn } from "../table/columns.ts";
import { isList, listOf } from "../table/columns.ts";

/** Numbers of a vector without a JS value per cell: its typed array, which is DuckDB's own memory. */
const itemsOf = <T extends Float64Array | BigInt64Array>(vector: DuckDBVector, type: new (length: number) => T): T => {
  const items: unknown =
    vector instanceof DuckDBDoubleVector || vector instanceof DuckDBBigIntVector ? (vector as unknown as { items: unknown }).items : null;
  if (!(items instanceof type)) throw new InvariantError("this version of @duckdb/node-api keeps the numbers of a vector elsewhere");
  return items;
};

/** Whether the last row of a chunk has nothing in any column. */
export const endsStream = (chunk: DuckDBDataChunk): boolean => {
  for (let c = 0; c < chunk.columnCount; c++) if (!isNull(chunk.getColumnVector(c), chunk.rowCount - 1)) return false;
  return chunk.rowCount > 0;
};

/**
 * The first `rows` rows of a chunk in buffers of ours, because DuckDB frees the chunk's memory when the chunk is collected: DOUBLE as float64 (one
 * buffer for all), BIGINT as int64, DOUBLE[] as lists. A cell that is null is an error, which the caller words.
 */
export const columnsOfChunk = (chunk: DuckDBDataChunk, rows = chunk.rowCount): Columns => {
  const width = chunk.columnCount;
  const all = new Float64Array(rows * width);
  const data: ColumnData[] = [];
  for (let c = 0; c < width; c++) {
    const vector = chunk.getColumnVector(c);
    if (hasNull(vector, rows)) throw new Error(`column ${c + 1} of ${width} has an empty cell`);
    if (vector instanceof DuckDBListVector) data.push(listsOf(vector, rows));
    else if (vector instanceof DuckDBBigIntVector) data.push(itemsOf(vector, BigInt64Array).slice(0, rows));
    else {
      all.set(itemsOf(vector, Float64Array).subarray(0, rows), c * rows);
      data.push(all.subarray(c * rows, (c + 1) * rows));
    }
  }
  return { length: rows, data };
};

/** A bit for each row, in the bindings' own fields; `data` is null where a vector has no null at all, as most. */
interface Validity {
  readonly data: BigUint64Array | null;
  itemValid(at: number): boolean;
}
const validityOf = (vector: DuckDBVector): Validity => (vector as unknown as { readonly validity: Validity }).validity;

const isNull = (vector: DuckDBVector, row: number): boolean => {
  const validity = validityOf(vector);
  return validity.data !== null && !validity.itemValid(row);
};

const hasNull = (vector: DuckDBVector, rows: number): boolean => {
  const validity = validityOf(vector);
  if (validity.data === null) return false;
  for (let row = 0; row < rows; row++) if (!validity.itemValid(row)) return true;
  return false;
};

/** Mostly the lists lie one behind the other in the order of the rows, and are copied at once. */
const listsOf = (vector: DuckDBListVector, rows: number): ListColumn => {
  const items = itemsOf(vector.childVector, Float64Array);
  const offsets = new Int32Array(rows + 1);
  const starts = new Int32Array(rows);
  const first = rows === 0 ? 0 : vector.getEntryOffset(0);
  let together = true;
  for (let row = 0; row < rows; row++) {
    const [start, end] = [vector.getEntryOffset(row), offsets[row] as number];
    starts[row] = start;
    offsets[row + 1] = end + vector.getEntryLength(row);
    together &&= start === first + end;
  }
  if (together) return { offsets, values: items.slice(first, first + (offsets[rows] as number)) };
  const values = new Float64Array(offsets[rows] as number);
  for (let row = 0; row < rows; row++) {
    const [start, at] = [starts[row] as number, offsets[row] as number];
    values.set(items.subarray(start, start + (offsets[row + 1] as number) - at), at);
  }
  return { offsets, values };
};

/** The type of a column in a chunk that is written. */
const typeOf = (column: ColumnData): DuckDBType => (isList(column) ? LIST(DOUBLE) : column instanceof BigInt64Array ? BIGINT : DOUBLE);

/** The same in SQL. */
export const sqlTypeOf = (column: ColumnData): string =>
  isList(column) ? "DOUBLE[]" : column instanceof BigInt64Array ? "BIGINT" : "DOUBLE";

/** What DuckDB takes for an array: it asks for length and items only. */
const numbersOf = (numbers: Float64Array): readonly number[] => numbers as ArrayLike<number> as readonly number[];

/** Rows `[from, from + rows)` as a chunk to append. */
export const chunkOf = ({ data }: Columns, from: number, rows: number): DuckDBDataChunk => {
  const chunk = DuckDBDataChunk.create(data.map(typeOf), rows);
  data.forEach((column, c) => {
    const vector = chunk.getColumnVector(c);
    if (isList(column)) {
      if (!(vector instanceof DuckDBListVector)) throw new InvariantError("a column of lists has no vector of lists");
      for (let row = 0; row < rows; row++) vector.setItem(row, listValue(numbersOf(listOf(column, from + row))));
    } else if (column instanceof BigInt64Array) itemsOf(vector, BigInt64Array).set(column.subarray(from, from + rows));
    else itemsOf(vector, Float64Array).set(column.subarray(from, from + rows));
    vector.flush();
  });
  return chunk;
};
