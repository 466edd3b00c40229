import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { InvariantError, UserError } from "../../domain/units.ts";
import type { ColumnData, Columns } from "../table/columns.ts";
import { concatenated, isList, numbersAt } from "../table/columns.ts";
import type { Table, TableColumn } from "../table/tables.ts";
import { chunkOf, columnsOfChunk, sqlTypeOf } from "./duckChunks.ts";

/** Rows of one DuckDB vector, the size of every chunk. */
const CHUNK_ROWS = 2048;

/** Numbers of lists that are laid out at once: 1 MB, with a check of validity for each. */
const CHUNK_VALUES = 131_072;
/** Rows of a row group in chunks, DuckDB's default, and fewer where rows are long lists: a group is in memory while it is written. */
const GROUP_ROWS = 60;
const GROUP_VALUES = 4096;

/** Rows of Parquet files with `fromMs <= time < toMs`. */
export interface Scan {
  readonly table: Table;
  /** Absolute paths, ascending in time. */
  readonly files: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** What one file holds, from its footer alone. */
export interface FileFacts {
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What a footer tells of a column. */
interface Bounds {
  readonly rows: number;
  readonly min: number;
  readonly max: number;
}

/** Footers read by one query. */
const FOOTERS_A_QUERY = 512;

/**
 * DuckDB as an engine in memory: it reads and writes Parquet and keeps no state. One thread of its own (a scan runs on
 * the thread that fetches, beside JavaScript; a second one read no faster and held more), at most 512 MB, nothing spilled to
 * disk, no extension from the network.
 */
export class Duck {
  #instance: Promise<DuckDBInstance> | undefined;
  #tables = 0;

  async #connect(): Promise<DuckDBConnection> {
    this.#instance ??= DuckDBInstance.create(":memory:", {
      threads: "1",
      memory_limit: "512MB",
      max_temp_directory_size: "0MB",
      enable_external_file_cache: "false",
      preserve_insertion_order: "true",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    return (await this.#instance).connect();
  }

  /**
   * Chunks of at most 2048 rows in file order, one prefetched while the consumer works; each chunk has one buffer of
   * its own. DuckDB streams: at most a few row groups are in memory, whatever the range is (docs/data.md has numbers).
   */
  async *stream(scan: Scan): AsyncGenerator<Columns, void, undefined> {
    if (scan.files.length === 0) return;
    yield* this.streamSql(selectSql(scan), (error) => unreadable(error, scan.files[0] as string));
  }

  /** Times of a scan alone, in file order. */
  async *times(scan: Scan): AsyncGenerator<Float64Array, void, undefined> {
    if (scan.files.length === 0) return;
    const time = `CAST("${timeColumn(scan.table)}" AS DOUBLE)`;
    for await (const chunk of this.streamSql(`SELECT ${time} FROM ${rowsSql(scan)}`, (error) => unreadable(error, scan.files[0] as string)))
      yield numbersAt(chunk, 0);
  }

  /** The same for a query of one's own, whose columns must be DOUBLE, BIGINT or DOUBLE[], without null; `failed` words its errors. */
  async *streamSql(sql: string, failed: (error: unknown) => unknown): AsyncGenerator<Columns, void, undefined> {
    const connection = await this.#connect();
    let next: Promise<DuckDBDataChunk | null> | undefined;
    try {
      const result = await connection.stream(sql);
      next = result.fetchChunk();
      for (;;) {
        const chunk = await next;
        next = undefined;
        if (chunk === null || chunk.rowCount === 0) return;
        next = result.fetchChunk();
        yield columnsOfChunk(chunk);
      }
    } catch (error) {
      throw failed(error);
    } finally {
      // A chunk on its way must land before its connection goes.
      await next?.catch(() => null);
      connection.closeSync();
    }
  }

  /** Every row of a scan as one table. */
  async load(scan: Scan): Promise<Columns> {
    const parts: Columns[] = [];
    for await (const part of this.stream(scan)) parts.push(part);
    return concatenated(parts);
  }

  /** Writes rows, which are sorted by key, as one Parquet file (snappy: fastest to read for its size, docs/data.md). */
  async write(columns: readonly TableColumn[], rows: Columns, file: string): Promise<void> {
    const connection = await this.#connect();
    const name = `staged_${this.#tables++}`;
    try {
      await connection.run(
        `CREATE TEMP TABLE ${name} (${columns.map(({ name: column }, c) => `"${column}" ${sqlTypeOf(rows.data[c] as ColumnData)}`).join(", ")})`,
      );
      const appender = await connection.createAppender(name);
      const rowsAtOnce = Math.min(CHUNK_ROWS, Math.ceil(CHUNK_VALUES / widthOf(rows)));
      for (let from = 0; from < rows.length; from += rowsAtOnce)
        appender.appendDataChunk(chunkOf(rows, from, Math.min(rowsAtOnce, rows.length - from)));
      appender.closeSync();
      const groupRows = Math.max(1, Math.min(GROUP_ROWS, Math.floor(GROUP_VALUES / widthOf(rows)))) * CHUNK_ROWS;
      await connection.run(
        `COPY (SELECT ${columns.map(onDisk).join(", ")} FROM ${name}) TO ${quoted(file)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${groupRows})`,
      );
      await connection.run(`DROP TABLE ${name}`);
    } finally {
      connection.closeSync();
    }
  }

  /** Rows and span of each file, read from the footers. */
  async facts(table: Table, files: readonly string[]): Promise<ReadonlyMap<string, FileFacts>> {
    const time = timeColumn(table);
    const bounds = await this.bounds(time, files);
    const [timeless] = [...bounds].find(([, { rows, min }]) => Number.isNaN(min) && rows > 0) ?? [];
    if (timeless !== undefined) throw unreadable(new Error(`${time} has no bounds in ms`), timeless);
    return new Map([...bounds].map(([file, { rows, min, max }]) => [file, { rows, firstMs: min, lastMs: max }]));
  }

  /** Rows, smallest and largest value of a column of each file, read from the footers; NaN where a footer does not tell. */
  async bounds(column: string, files: readonly string[]): Promise<ReadonlyMap<string, Bounds>> {
    const found = new Map<string, Bounds>();
    for (let at = 0; at < files.length; at += FOOTERS_A_QUERY) {
      const rows = await this.query(
        `SELECT file_name, sum(row_group_num_rows)::DOUBLE, min(TRY_CAST(stats_min_value AS DOUBLE)), max(TRY_CAST(stats_max_value AS DOUBLE))
         FROM parquet_metadata(${list(files.slice(at, at + FOOTERS_A_QUERY))}) WHERE path_in_schema = ${quoted(column)} GROUP BY file_name`,
      );
      for (const [file, count, min, max] of rows)
        found.set(String(file), { rows: Number(count), min: Number(min ?? NaN), max: Number(max ?? NaN) });
    }
    return found;
  }

  /** Rows of a small query; numbers must be cast to DOUBLE in the SQL. */
  async query(sql: string): Promise<readonly (readonly unknown[])[]> {
    const connection = await this.#connect();
    try {
      return await (await connection.run(sql)).getRows();
    } catch (error) {
      throw error instanceof Error && error.message.includes(".parquet") ? unreadable(error, "") : error;
    } finally {
      connection.closeSync();
    }
  }

  async close(): Promise<void> {
    const instance = this.#instance;
    this.#instance = undefined;
    if (instance !== undefined) (await instance).closeSync();
  }
}

/** What DuckDB says about a damaged file, in one line; the file it names, else the first of the scan. */
const unreadable = (error: unknown, first: string): unknown => {
  if (!(error instanceof Error) || error instanceof UserError || error instanceof InvariantError) return error;
  const said = error.message.split("\n")[0] ?? "";
  return new UserError(
    `cannot read the history file ${/['"]([^'"]+\.parquet)['"]/.exec(said)?.[1] ?? first}: ${said}; delete it and run riposte backfill --force, or the import again`,
  );
};

/** SQL text of a string. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const list = (files: readonly string[]): string => `[${files.map(quoted).join(", ")}]`;

/** Numbers of a row on average, lists counted whole. */
const widthOf = ({ data, length }: Columns): number =>
  data.reduce(
    (sum, column) => sum + (isList(column) ? ((column.offsets[length] as number) - (column.offsets[0] as number)) / length : 1),
    0,
  );

/** Name of the column by whose time rows are asked for. */
const timeColumn = ({ columns }: Table): string => (columns[0] as TableColumn).name;

/** A column as it is kept, of what it is in memory. */
const onDisk = ({ name, type }: TableColumn): string =>
  type === "time" ? `CAST("${name}" AS BIGINT) AS "${name}"` : type === "flag" ? `"${name}" <> 0 AS "${name}"` : `"${name}"`;

/** A column as it is in memory, of what is kept; of a file that others wrote, of what can be read so. */
const inMemory = ({ name, type }: TableColumn): string =>
  `CAST("${name}" AS ${type === "id" ? "BIGINT" : type === "levels" ? "DOUBLE[]" : "DOUBLE"}) AS "${name}"`;

/** A bound in SQL; beyond what dates hold there is nothing. */
const bound = (timeMs: number): number => Math.ceil(Math.min(Math.max(timeMs, -8.64e15), 8.64e15));

/** The rows of a scan as a subquery. */
export const selectSql = (scan: Scan): string => `SELECT ${scan.table.columns.map(inMemory).join(", ")} FROM ${rowsSql(scan)}`;

/** Files and condition of a scan. */
const rowsSql = ({ table, files, fromMs, toMs }: Scan): string => {
  const time = timeColumn(table);
  return `read_parquet(${list(files)}) WHERE "${time}" >= ${bound(fromMs)} AND "${time}" < ${bound(toMs)}`;
};
