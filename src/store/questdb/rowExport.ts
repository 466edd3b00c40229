import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../domain/units.ts";
import type { Duck } from "../duck/duck.ts";
import { quoted } from "../duck/scanSql.ts";
import type { Columns } from "../table/columns.ts";
import type { ColumnType } from "../table/tables.ts";
import type { Connection } from "./connection.ts";
import type { QuestTable, ValueColumn } from "./tables.ts";
import type { Turn } from "../turn.ts";

/** Rows that one exported file holds at most: 11 MB of klines. Two files exist at a time. */
const WINDOW_ROWS = 131_072;
/** Levels of books that one exported file holds at most, a row counting as four more: 8 MB. */
const WINDOW_LEVELS = 524_288;
const ROW_LEVELS = WINDOW_LEVELS / WINDOW_ROWS;
/** Times beyond are beyond what dates hold. */
const LAST_MS = 8.64e15;

interface RowRange {
  readonly table: QuestTable;
  /** Name with prefix. */
  readonly name: string;
  /** Condition that picks the series, without the time. */
  readonly where: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A condition on the time of a row, by the first and the last ms. */
export const between = (fromMs: number, toMs: number): string => `ts >= ${micros(fromMs)} AND ts < ${micros(toMs)}`;

/** Microseconds as digits: a float64 of them would be off by some from the year 2255 on. */
const micros = (timeMs: number): string => String(BigInt(Math.ceil(Math.min(Math.max(timeMs, -LAST_MS), LAST_MS))) * 1000n);

/**
 * Rows of one series in the order of the store, in chunks of at most 2048: the server exports Parquet, window by window, into
 * the temporary folder, and DuckDB streams each file while the next one is on its way (docs/questdb.md compares the ways). A
 * window ends at a ms and holds at most 131,072 rows, or fewer that are 8 MB of levels; only a single ms with more makes a longer
 * one. The windows are read one after the other, so rows that are written meanwhile may be seen in the later ones.
 */
export async function* exportRows(
  connection: Connection,
  duck: Duck,
  turn: Turn,
  range: RowRange,
): AsyncGenerator<Columns, void, undefined> {
  const beyond = beyondWindow(connection, range);
  const [firstMs, lastMs] = await Promise.all([edgeOf(connection, range, "LIMIT 1"), edgeOf(connection, range, "LIMIT -1"), beyond]);
  if (firstMs === undefined || lastMs === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "riposte-questdb-"));
  const windows = new Windows(connection, { ...range, fromMs: firstMs, toMs: lastMs + 1 }, folder, beyond);
  const fetched = (): Promise<string | undefined> => {
    const done = turn.take(() => windows.next());
    done.catch(() => undefined); // thrown where it is awaited
    return done;
  };
  let next = fetched();
  try {
    for (;;) {
      const file: string | undefined = await next;
      if (file === undefined) return;
      next = fetched();
      yield* duck.streamSql(duckSql(range.table, file), 1 + range.table.values.length, (why) =>
        Promise.resolve(unreadable(why, range.name)),
      );
      await rm(file);
    }
  } finally {
    await next.catch(() => undefined); // its file must be closed before the folder goes
    await rm(folder, { recursive: true, force: true });
  }
}

/** Time in ms of the row of a range that `limit` picks, in the order of time. */
const edgeOf = async (connection: Connection, { name, where, fromMs, toMs }: RowRange, limit: string): Promise<number | undefined> => {
  const [row] = await connection.query(`SELECT ts::LONG / 1000 FROM ${name} WHERE ${where} AND ${between(fromMs, toMs)} ${limit}`);
  return row === undefined ? undefined : Number(row[0]);
};

/** Exports a range file by file; where the next one begins is asked for while the last one comes. */
class Windows {
  private readonly connection: Connection;
  private readonly range: RowRange;
  private readonly folder: string;
  private fromMs: number;
  private beyond: Promise<number | undefined>;

  constructor(connection: Connection, range: RowRange, folder: string, beyond: Promise<number | undefined>) {
    this.connection = connection;
    this.range = range;
    this.folder = folder;
    this.fromMs = range.fromMs;
    this.beyond = beyond;
  }

  /** The next file; undefined after the last. */
  async next(): Promise<string | undefined> {
    const { connection, range, fromMs } = this;
    if (fromMs >= range.toMs) return undefined;
    // All that fit may be of one ms, which is not divided.
    const toMs = Math.min(range.toMs, Math.max((await this.beyond) ?? range.toMs, fromMs + 1));
    const file = join(this.folder, `${fromMs}.parquet`);
    this.fromMs = toMs;
    if (toMs < range.toMs) {
      this.beyond = beyondWindow(connection, { ...range, fromMs: toMs });
      this.beyond.catch(() => undefined); // thrown where it is awaited
    }
    await connection.exportParquet(selectSql(range, fromMs, toMs), file);
    return file;
  }
}

/** Time in ms of the first row of a range that does not fit into its first window; undefined when all fit. */
const beyondWindow = async (connection: Connection, range: RowRange): Promise<number | undefined> => {
  const sides = range.table.values.filter(({ kept }) => kept === "levels");
  if (sides.length === 0) return edgeOf(connection, range, `LIMIT ${WINDOW_ROWS}, ${WINDOW_ROWS + 1}`);
  const levels = [ROW_LEVELS, ...sides.map(({ name }) => `coalesce(dim_length(${name}, 1), 0)`)].join(" + ");
  const { name, where, fromMs, toMs } = range;
  const [row] = await connection.query(
    `SELECT t FROM (SELECT ts::LONG / 1000 t, sum(n) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) held ` +
      `FROM (SELECT ts, ${levels} n FROM ${name} WHERE ${where} AND ${between(fromMs, toMs)})) WHERE held > ${WINDOW_LEVELS} LIMIT 1`,
  );
  return row === undefined ? undefined : Number(row[0]);
};

const selectSql = ({ table, name, where }: RowRange, fromMs: number, toMs: number): string => {
  const columns = ["ts", ...table.values.map((value) => value.name)].join(", ");
  const order = table.order.length > 1 ? ` ORDER BY ${table.order.join(", ")}` : "";
  return `SELECT ${columns} FROM ${name} WHERE ${where} AND ${between(fromMs, toMs)}${order}`;
};

/** The query over an exported file: all that is no id and no list as float64, and what cannot be kept so ends the read. */
const duckSql = ({ values }: QuestTable, file: string): string =>
  `SELECT epoch_ms(ts)::DOUBLE, ${values.map(cellSql).join(", ")} FROM read_parquet(${quoted(file)})`;

const cellSql = ({ name, kept }: ValueColumn): string => CELLS[kept](name);

/** A float64 that holds an integer exactly, or the end of the read. */
const exact = (name: string, what: string, whenNull: string): string =>
  `CASE WHEN ${name} IS NULL THEN ${whenNull} WHEN abs(${name}) <= 9007199254740991 THEN ${name}::DOUBLE ` +
  `ELSE error('${name} holds a ${what} beyond 2^53') END`;

const CELLS: Readonly<Record<ColumnType, (name: string) => string>> = {
  number: (name) => `coalesce(${name}, 'NaN'::DOUBLE)`,
  count: (name) => exact(name, "count", "'NaN'::DOUBLE"),
  time: (name) => exact(name, "time", `error('${name} lacks a value')`),
  flag: (name) => `${name}::DOUBLE`,
  id: (name) => `CASE WHEN ${name} IS NULL THEN error('${name} lacks a value') ELSE ${name} END`,
  // NaN inside an array is exported as null.
  levels: (name) => `coalesce(list_transform(flatten(${name}), lambda v: coalesce(v, 'NaN'::DOUBLE)), [])`,
};

const unreadable = (why: string, name: string): UserError => {
  const beyond = /\w+ holds a (?:count|time) beyond 2\^53/.exec(why)?.[0];
  if (beyond !== undefined)
    return new UserError(`table ${name}: ${beyond}, which no event can carry exactly; correct that row on the server`);
  const lacking = /\w+ lacks a value/.exec(why)?.[0];
  if (lacking !== undefined)
    return new UserError(`table ${name}: ${lacking} in a row that Riposte did not write; correct that row on the server`);
  return new UserError(`cannot read what the server exported of table ${name}: ${why}; run the command again`);
};
