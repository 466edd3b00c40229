import { DOUBLE, DuckDBDataChunk, DuckDBDoubleVector, DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBVector } from "@duckdb/node-api";
import { InvariantError, UserError } from "../../domain/units.ts";
import type { Columns } from "./columns.ts";
import { emptyColumns } from "./columns.ts";
import type { Table } from "./tables.ts";
import { keyColumn } from "./tables.ts";

/** Rows of one DuckDB vector, the size of every chunk. */
const CHUNK_ROWS = 2048;

/** Rows of Parquet files with `fromMs <= key < toMs`. */
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

/**
 * DuckDB as an engine in memory: it reads and writes Parquet and keeps no state. One thread of its own (a scan runs on
 * the thread that fetches, beside JavaScript; a second one read no faster and held more), 256 MB, nothing spilled to
 * disk, no extension from the network.
 */
export class Duck {
  #instance: Promise<DuckDBInstance> | undefined;
  #tables = 0;

  async #connect(): Promise<DuckDBConnection> {
    this.#instance ??= DuckDBInstance.create(":memory:", {
      threads: "1",
      memory_limit: "256MB",
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

  /** The same for a query of one's own, whose columns must all be DOUBLE and without null; `failed` words its errors. */
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
        yield copyOf(chunk);
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
    const result = emptyColumns(
      scan.table.columns.length,
      parts.reduce((rows, part) => rows + part.length, 0),
    );
    for (const part of parts) {
      part.data.forEach((column, c) => (result.data[c] as Float64Array).set(column, result.length));
      result.length += part.length;
    }
    return result;
  }

  /** Writes rows, which are sorted by key, as one Parquet file (snappy: fastest to read for its size, docs/data.md). */
  async write(table: Table, columns: Columns, file: string): Promise<void> {
    const connection = await this.#connect();
    const name = `staged_${this.#tables++}`;
    try {
      await connection.run(`CREATE TEMP TABLE ${name} (${table.columns.map((column) => `"${column}" DOUBLE`).join(", ")})`);
      const appender = await connection.createAppender(name);
      for (let from = 0; from < columns.length; from += CHUNK_ROWS) {
        const rows = Math.min(CHUNK_ROWS, columns.length - from);
        appender.appendDataChunk(chunkOf(columns, from, rows));
      }
      appender.closeSync();
      const key = keyColumn(table);
      await connection.run(
        `COPY (SELECT * REPLACE (CAST("${key}" AS BIGINT) AS "${key}") FROM ${name}) TO ${quoted(file)} (FORMAT parquet, COMPRESSION snappy)`,
      );
      await connection.run(`DROP TABLE ${name}`);
    } finally {
      connection.closeSync();
    }
  }

  /** Rows and span of each file, read from the footers. */
  async facts(table: Table, files: readonly string[]): Promise<ReadonlyMap<string, FileFacts>> {
    if (files.length === 0) return new Map();
    const rows = await this.query(
      `SELECT file_name, sum(row_group_num_rows)::DOUBLE, min(stats_min_value::DOUBLE), max(stats_max_value::DOUBLE)
       FROM parquet_metadata(${list(files)}) WHERE path_in_schema = ${quoted(keyColumn(table))} GROUP BY file_name`,
    );
    return new Map(rows.map((row) => [String(row[0]), { rows: Number(row[1]), firstMs: Number(row[2]), lastMs: Number(row[3]) }]));
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
    `cannot read the history file ${/['"]([^'"]+\.parquet)['"]/.exec(said)?.[1] ?? first}: ${said}; delete it and run riposte backfill --force`,
  );
};

/** SQL text of a string. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const list = (files: readonly string[]): string => `[${files.map(quoted).join(", ")}]`;

/** The rows of a scan as a subquery. */
export const selectSql = ({ table, files, fromMs, toMs }: Scan): string => {
  const key = keyColumn(table);
  const columns = table.columns.map((column) => (column === key ? `CAST("${key}" AS DOUBLE) AS "${key}"` : `"${column}"`)).join(", ");
  return `SELECT ${columns} FROM read_parquet(${list(files)}) WHERE "${key}" >= ${Math.ceil(fromMs)} AND "${key}" < ${Math.ceil(toMs)}`;
};

/** The numbers of a DOUBLE vector without a JS value per cell: its typed array, which is DuckDB's own memory. */
const itemsOf = (vector: DuckDBVector): Float64Array => {
  const items: unknown = vector instanceof DuckDBDoubleVector ? (vector as unknown as { items: unknown }).items : undefined;
  if (!(items instanceof Float64Array))
    throw new InvariantError("this version of @duckdb/node-api keeps the numbers of a DOUBLE vector elsewhere");
  return items;
};

/** A chunk's rows in one buffer of ours: DuckDB frees the chunk's memory when the chunk is collected. */
const copyOf = (chunk: DuckDBDataChunk): Columns => {
  const rows = chunk.rowCount;
  const width = chunk.columnCount;
  const all = new Float64Array(rows * width);
  const data: Float64Array[] = [];
  for (let c = 0; c < width; c++) {
    all.set(itemsOf(chunk.getColumnVector(c)), c * rows);
    data.push(all.subarray(c * rows, (c + 1) * rows));
  }
  return { length: rows, data };
};

const chunkOf = (columns: Columns, from: number, rows: number): DuckDBDataChunk => {
  const chunk = DuckDBDataChunk.create(
    columns.data.map(() => DOUBLE),
    rows,
  );
  columns.data.forEach((column, c) => {
    const vector = chunk.getColumnVector(c);
    itemsOf(vector).set(column.subarray(from, from + rows));
    vector.flush();
  });
  return chunk;
};
