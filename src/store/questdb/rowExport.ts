import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOUR_MS, UserError } from "../../domain/units.ts";
import type { Columns } from "../table/columns.ts";
import type { Duck } from "../parquet/duck.ts";
import { quoted } from "../parquet/duck.ts";
import type { Connection } from "./connection.ts";
import type { QuestColumn, QuestTable } from "./tables.ts";

/** Rows that one exported file holds at most: 11 MB of klines. Two files exist at a time. */
const WINDOW_ROWS = 131_072;
/** Times beyond are beyond what dates hold. */
const LAST_MS = 8.64e15;

export interface RowRange {
  readonly table: QuestTable;
  /** Name with prefix. */
  readonly name: string;
  /** Condition that picks the series, without the time. */
  readonly where: string;
  /** Least distance of two rows; undefined: an hour. */
  readonly stepMs?: number | undefined;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A condition on the time of a row, by the first and the last ms. */
export const between = (fromMs: number, toMs: number): string => `ts >= ${micros(fromMs)} AND ts < ${micros(toMs)}`;

/** Microseconds as digits: a float64 of them would be off by some from the year 2255 on. */
const micros = (timeMs: number): string => String(BigInt(Math.ceil(Math.min(Math.max(timeMs, -LAST_MS), LAST_MS))) * 1000n);

/**
 * Rows of one series in ascending time, in chunks of at most 2048: the server exports Parquet, window by window of 131,072
 * rows, into the temporary folder, and DuckDB streams each file while the next one is on its way (docs/data.md compares the
 * ways). The windows are read one after the other, so rows that are written meanwhile may be seen in the later ones.
 */
export async function* exportRows(
  connection: Connection,
  duck: Duck,
  turn: Turn,
  range: RowRange,
): AsyncGenerator<Columns, void, undefined> {
  const bounds = await boundsOf(connection, range);
  if (bounds === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "riposte-questdb-"));
  const windowMs = WINDOW_ROWS * (range.stepMs ?? HOUR_MS);
  const fetched = (fromMs: number): Promise<string> => {
    const file = join(folder, `${fromMs}.parquet`);
    const toMs = Math.min(fromMs + windowMs, bounds.lastMs + 1);
    const done = turn.take(() => connection.exportParquet(selectSql(range, fromMs, toMs), file)).then(() => file);
    done.catch(() => undefined); // thrown where it is awaited
    return done;
  };
  let next: Promise<string> | undefined = fetched(bounds.firstMs);
  try {
    for (let fromMs = bounds.firstMs; fromMs <= bounds.lastMs; fromMs += windowMs) {
      const file: string = await (next as Promise<string>);
      next = fromMs + windowMs <= bounds.lastMs ? fetched(fromMs + windowMs) : undefined;
      yield* duck.streamSql(duckSql(range.table, file), (error) => unreadable(error, range.name));
      await rm(file);
    }
  } finally {
    await next?.catch(() => undefined); // its file must be closed before the folder goes
    await rm(folder, { recursive: true, force: true });
  }
}

const boundsOf = async (connection: Connection, range: RowRange): Promise<{ firstMs: number; lastMs: number } | undefined> => {
  const { name, where, fromMs, toMs } = range;
  const edge = async (limit: 1 | -1): Promise<number | undefined> => {
    const [row] = await connection.query(`SELECT ts::LONG / 1000 FROM ${name} WHERE ${where} AND ${between(fromMs, toMs)} LIMIT ${limit}`);
    return row === undefined ? undefined : Number(row[0]);
  };
  const [firstMs, lastMs] = await Promise.all([edge(1), edge(-1)]);
  return firstMs === undefined || lastMs === undefined ? undefined : { firstMs, lastMs };
};

const valuesOf = ({ columns }: QuestTable): readonly QuestColumn[] => columns.filter(({ type }) => type === "DOUBLE" || type === "LONG");

const selectSql = ({ table, name, where }: RowRange, fromMs: number, toMs: number): string =>
  `SELECT ts, ${valuesOf(table)
    .map((column) => column.name)
    .join(", ")} FROM ${name} WHERE ${where} AND ${between(fromMs, toMs)}`;

/** The query over an exported file: null becomes NaN, and a count that a float64 cannot hold ends the read. */
const duckSql = (table: QuestTable, file: string): string => {
  const values = valuesOf(table).map(({ name, type }) => {
    if (type === "DOUBLE") return `coalesce(${name}, 'NaN'::DOUBLE)`;
    const beyond = `error('${name} holds a count beyond 2^53')`;
    return `CASE WHEN ${name} IS NULL THEN 'NaN'::DOUBLE WHEN abs(${name}) <= 9007199254740991 THEN ${name}::DOUBLE ELSE ${beyond} END`;
  });
  return `SELECT epoch_ms(ts)::DOUBLE, ${values.join(", ")} FROM read_parquet(${quoted(file)})`;
};

const unreadable = (error: unknown, name: string): unknown => {
  if (!(error instanceof Error)) return error;
  const beyond = /\w+ holds a count beyond 2\^53/.exec(error.message)?.[0];
  if (beyond !== undefined)
    return new UserError(`table ${name}: ${beyond}, which no event can carry exactly; correct that row on the server`);
  return new UserError(
    `cannot read what the server exported of table ${name}: ${error.message.split("\n")[0] ?? ""}; run the command again`,
  );
};

/**
 * One after the other: the server serves two exports at a time (`http.export.connection.limit`) and answers 429 to more, so
 * each store has one on its way.
 */
export class Turn {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined); // who asked has the error
    return done;
  }
}
