import type { Table, TableColumn } from "../table/tables.ts";

/** Files of a table. */
export interface TableFiles {
  readonly table: Table;
  /** Absolute paths, ascending in time. */
  readonly files: readonly string[];
  /** What heals one of them when it cannot be read, as the end of a message. */
  readonly remedyOf: (file: string) => string;
}

/** Rows of Parquet files with `fromMs <= time < toMs`. */
export interface Scan extends TableFiles {
  readonly fromMs: number;
  readonly toMs: number;
}

/** SQL text of a string. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** SQL text of a list of strings. */
export const quotedList = (files: readonly string[]): string => `[${files.map(quoted).join(", ")}]`;

/** Name of the column by whose time rows are asked for. */
export const timeColumn = ({ columns }: Table): string => (columns[0] as TableColumn).name;

/** SQL that turns a stored column into the one in memory. In files of other programs it converts whatever can be cast. */
const inMemory = ({ name, type }: TableColumn): string =>
  `CAST("${name}" AS ${type === "id" ? "BIGINT" : type === "levels" ? "DOUBLE[]" : "DOUBLE"}) AS "${name}"`;

/** A bound in SQL; beyond what dates hold there is nothing. */
const bound = (timeMs: number): number => Math.ceil(Math.min(Math.max(timeMs, -8.64e15), 8.64e15));

/** The rows of a scan as a subquery. */
export const selectSql = (scan: Omit<Scan, "remedyOf">): string =>
  `SELECT ${scan.table.columns.map(inMemory).join(", ")} FROM ${rowsSql(scan)}`;

/** Files and condition of a scan. */
export const rowsSql = ({ table, files, fromMs, toMs }: Omit<Scan, "remedyOf">): string => {
  const time = timeColumn(table);
  return `read_parquet(${quotedList(files)}) WHERE "${time}" >= ${bound(fromMs)} AND "${time}" < ${bound(toMs)}`;
};
