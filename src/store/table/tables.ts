import type { StoredKind } from "../../domain/kind.ts";
import { KLINE_COLUMNS } from "../../domain/kline.ts";

/**
 * How a column is kept. In Parquet: `time` BIGINT, `number` and `count` DOUBLE, `flag` BOOLEAN, `id` BIGINT, `levels` DOUBLE[] with prices
 * and quantities interleaved. In memory: `id` a `BigInt64Array`, `levels` a `ListColumn`, all others float64 (a time in ms is exact to
 * the year 287396; a count to 2^53; a flag is 0 or 1).
 */
export type ColumnType = "time" | "number" | "count" | "flag" | "id" | "levels";

export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** A table of the store: which events it keeps, in which columns, and cut into files by which period. */
export interface Table {
  readonly kind: StoredKind;
  /** Folder under the store's root. */
  readonly folder: string;
  /** The first is the time by which rows are asked for and cut into periods. */
  readonly columns: readonly TableColumn[];
  /** How many of the first columns make a row's key; rows are sorted by it. */
  readonly keys: number;
  readonly period: "hour" | "month" | "year";
}

const column =
  (type: ColumnType) =>
  (name: string): TableColumn => ({ name, type });
export const time = column("time");
export const number = column("number");
export const count = column("count");
export const flag = column("flag");
export const id = column("id");
export const levels = column("levels");

/** Columns of numbers behind a time, as any table of one's own may have. */
export const numberColumns = ([first = "", ...rest]: readonly string[]): readonly TableColumn[] => [time(first), ...rest.map(number)];

/** Klines are read as blocks of columns, not row by row (`klineRows.ts`). */
export const KLINE_TABLE: Table = {
  kind: "kline",
  folder: "klines",
  columns: KLINE_COLUMNS.map((name) => (name === "openTimeMs" ? time : name === "trades" ? count : number)(name)),
  keys: 1,
  period: "month",
};
