import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { InvariantError, UserError } from "../../domain/units.ts";
import type { FileFacts } from "../hashing/fileList.ts";
import type { ColumnData, Columns } from "../table/columns.ts";
import { concatenated, isList, numbersAt } from "../table/columns.ts";
import type { TableColumn } from "../table/tables.ts";
import { chunkOf, columnsOfChunk, endsStream, sqlTypeOf } from "./duckChunks.ts";
import { firstUnreadable, reasonOf, unreadableFile } from "./readFailure.ts";
import type { Scan, TableFiles } from "./scanSql.ts";
import { quoted, quotedList, rowsSql, selectSql, timeColumn } from "./scanSql.ts";

/** Rows of one DuckDB vector, the size of every chunk. */
const CHUNK_ROWS = 2048;

/** Numbers of lists that are laid out at once: 1 MB, with a check of validity for each. */
const CHUNK_VALUES = 131_072;
/** Rows of a row group in chunks, DuckDB's default, and fewer where rows are long lists: a group is in memory while it is written. */
const GROUP_ROWS = 60;
const GROUP_VALUES = 4096;

/** Memory that DuckDB may take, in MB. */
const MEMORY_MB = 512;

/** A Parquet file that is written: what it must hold, and how. */
interface FileForm {
  readonly rows: number;
  readonly groupRows: number;
  readonly compression: "snappy" | "zstd";
}

/** Facts of a column in a footer. */
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
  readonly memoryMb: number;
  #instance: Promise<DuckDBInstance> | undefined;
  #tables = 0;

  constructor(memoryMb = MEMORY_MB) {
    this.memoryMb = memoryMb;
  }

  async #connect(): Promise<DuckDBConnection> {
    this.#instance ??= DuckDBInstance.create(":memory:", {
      threads: "1",
      memory_limit: `${this.memoryMb}MB`,
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
   * A file that cannot be read is a `UserError` with its name, however many rows came before.
   */
  async *stream(scan: Scan): AsyncGenerator<Columns, void, undefined> {
    if (scan.files.length === 0) return;
    yield* this.streamSql(selectSql(scan), scan.table.columns.length, (why) => unreadableFile(this, scan, why));
  }

  /** Times of a scan alone, in file order. */
  async *times(scan: Scan): AsyncGenerator<Float64Array, void, undefined> {
    if (scan.files.length === 0) return;
    const sql = `SELECT CAST("${timeColumn(scan.table)}" AS DOUBLE) FROM ${rowsSql(scan)}`;
    for await (const chunk of this.streamSql(sql, 1, (why) => unreadableFile(this, scan, why))) yield numbersAt(chunk, 0);
  }

  /**
   * The same for a query of one's own of `width` columns, which must be DOUBLE, BIGINT or DOUBLE[], without null; `failed` words its
   * errors. A stream that breaks ends like one that is read to its end: DuckDB's C interface answers both with an empty chunk, and
   * the bindings cannot ask for the error. So the query appends a row of nulls, and only a stream that has brought it is whole.
   */
  async *streamSql(sql: string, width: number, failed: (why: string) => Promise<Error>): AsyncGenerator<Columns, void, undefined> {
    const connection = await this.#connect();
    let next: Promise<DuckDBDataChunk | null> | undefined;
    let ended = false;
    try {
      const result = await connection.stream(
        `SELECT * FROM (${sql}) UNION ALL SELECT ${Array.from({ length: width }, () => "NULL").join(", ")}`,
      );
      next = result.fetchChunk();
      for (;;) {
        const chunk = await next;
        next = undefined;
        if (chunk === null || chunk.rowCount === 0) break;
        next = result.fetchChunk();
        if (ended) throw new Error("a row has an empty cell in every column");
        ended = endsStream(chunk);
        const columns = columnsOfChunk(chunk, ended ? chunk.rowCount - 1 : chunk.rowCount);
        if (columns.length > 0) yield columns;
      }
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      throw await failed(reasonOf(error));
    } finally {
      // A chunk on its way must land before its connection goes.
      await next?.catch(() => null);
      connection.closeSync();
    }
    if (!ended) throw await failed((await this.reason(sql)) ?? BROKEN);
  }

  /** Why a query cannot be read to its end; undefined where it can. Every column of every row is made once, and none is kept. */
  async reason(sql: string): Promise<string | undefined> {
    const connection = await this.#connect();
    try {
      await connection.run(`SELECT count(hash(COLUMNS(*))) FROM (${sql})`);
      return undefined;
    } catch (error) {
      return reasonOf(error);
    } finally {
      connection.closeSync();
    }
  }

  /** Rows of a scan. */
  async count(scan: Scan): Promise<number> {
    const [row] = await this.query(`SELECT count(*)::DOUBLE FROM (${selectSql(scan)})`).catch(async (error: unknown) => {
      throw await unreadableFile(this, scan, reasonOf(error));
    });
    return Number(row?.[0]);
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
      const sql = `SELECT ${columns.map(onDisk).join(", ")} FROM ${name}`;
      await copied(connection, sql, file, { rows: rows.length, groupRows, compression: "snappy" });
      await connection.run(`DROP TABLE ${name}`);
    } finally {
      connection.closeSync();
    }
  }

  /** Writes the result of a query with a known number of rows as a Parquet file. */
  async copy(sql: string, file: string, form: FileForm): Promise<void> {
    const connection = await this.#connect();
    try {
      await copied(connection, sql, file, form);
    } finally {
      connection.closeSync();
    }
  }

  /** Rows and span of each file, read from the footers. */
  async facts(held: TableFiles): Promise<ReadonlyMap<string, FileFacts>> {
    const time = timeColumn(held.table);
    const bounds = await this.bounds(time, held);
    const [timeless] = [...bounds].find(([, { rows, min }]) => Number.isNaN(min) && rows > 0) ?? [];
    if (timeless !== undefined)
      throw new UserError(`cannot read the history file ${timeless}: ${time} has no bounds in ms; ${held.remedyOf(timeless)}`);
    const nameless = await firstUnreadable(this, { ...held, files: held.files.filter((file) => !bounds.has(file)) });
    if (nameless !== undefined) throw nameless; // what is left without bounds has no rows
    return new Map([...bounds].map(([file, { rows, min, max }]) => [file, { rows, firstMs: min, lastMs: max }]));
  }

  /** Rows, smallest and largest value of a column of each file, read from the footers; NaN where a footer lacks it. */
  async bounds(column: string, held: TableFiles): Promise<ReadonlyMap<string, Bounds>> {
    const found = new Map<string, Bounds>();
    for (let at = 0; at < held.files.length; at += FOOTERS_A_QUERY) {
      const some = { ...held, files: held.files.slice(at, at + FOOTERS_A_QUERY) };
      const sql = `SELECT file_name, sum(row_group_num_rows)::DOUBLE, min(TRY_CAST(stats_min_value AS DOUBLE)), max(TRY_CAST(stats_max_value AS DOUBLE))
         FROM parquet_metadata(${quotedList(some.files)}) WHERE path_in_schema = ${quoted(column)} GROUP BY file_name`;
      const rows = await this.query(sql).catch(async (error: unknown) => {
        throw await unreadableFile(this, some, reasonOf(error));
      });
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

/** Fewer rows in the file than were handed over is a broken invariant. */
const copied = async (connection: DuckDBConnection, sql: string, file: string, form: FileForm): Promise<void> => {
  const { rows, groupRows, compression } = form;
  const options = `(FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${groupRows})`;
  const { rowsChanged } = await connection.run(`COPY (${sql}) TO ${quoted(file)} ${options}`);
  if (rowsChanged !== rows) throw new InvariantError(`DuckDB wrote ${rowsChanged} rows of ${rows} to ${file}`);
};

/** Said of a stream that broke where the same query can be read to its end when it is asked again. */
const BROKEN = "it broke off, and DuckDB does not say why";

/** Numbers of a row on average, lists counted whole. */
const widthOf = ({ data, length }: Columns): number =>
  data.reduce(
    (sum, column) => sum + (isList(column) ? ((column.offsets[length] as number) - (column.offsets[0] as number)) / length : 1),
    0,
  );

/** SQL that turns a column in memory into the stored one. */
const onDisk = ({ name, type }: TableColumn): string =>
  type === "time" ? `CAST("${name}" AS BIGINT) AS "${name}"` : type === "flag" ? `"${name}" <> 0 AS "${name}"` : `"${name}"`;
