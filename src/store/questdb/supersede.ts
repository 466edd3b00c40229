import type { Columns } from "../table/columns.ts";
import { numbersAt } from "../table/columns.ts";
import type { Table } from "../table/tables.ts";
import type { Connection } from "./connection.ts";
import type { QuestTable } from "./tables.ts";
import { visible } from "./visibility.ts";

/**
 * Market of rows that a later source states not to exist. The server deletes no row of a partition, but it changes one: these lie in a
 * market that nobody reads.
 */
export const SUPERSEDED = "superseded";

/** Runs of rows that one statement names. */
const RUNS_A_STATEMENT = 100;

/** A row by its key: the time in ms and, where that is not all of it, the number behind. */
type Key = readonly [timeMs: number, id: bigint];

interface SupersedeOptions {
  readonly connection: Connection;
  readonly table: Table;
  readonly quest: QuestTable;
  /** Name with prefix. */
  readonly name: string;
  /** Condition that picks the rows of the series in the range. */
  readonly where: string;
  /** The rows that are there rightly, sorted by key, inside the range or not. */
  readonly newer: Columns;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Takes away the rows of a range that are not among `newer`, which can be read already. One query where there are none. */
export const supersede = async ({ connection, table, quest, name, where, newer, fromMs, toMs }: SupersedeOptions): Promise<void> => {
  const rightly = keysOf(newer, table.keys).filter(([timeMs]) => timeMs >= fromMs && timeMs < toMs);
  const [held] = await connection.query(`SELECT count() FROM ${name} WHERE ${where}`);
  if (Number(held?.[0] ?? 0) === rightly.length) return;
  const id = quest.order[1];
  const order = quest.order.slice(0, 2).join(", ");
  const rows = await connection.query(
    `SELECT ts::LONG / 1000, ${id === undefined ? "0" : `${id}::STRING`} k FROM ${name} WHERE ${where} ORDER BY ${order}`,
  );
  const runs = runsOf(
    rows.map(([timeMs, key]) => [Number(timeMs), BigInt(String(key))]),
    new Set(rightly.map(String)),
  );
  for (let at = 0; at < runs.length; at += RUNS_A_STATEMENT) {
    const some = runs.slice(at, at + RUNS_A_STATEMENT).map((run) => `(${conditionOf(run, id)})`);
    await connection.query(`UPDATE ${name} SET market = '${SUPERSEDED}' WHERE ${where} AND (${some.join(" OR ")})`);
  }
  await visible(connection, name);
};

const keysOf = (columns: Columns, keys: number): Key[] => {
  const ids = keys > 1 ? columns.data[1] : undefined;
  return Array.from(numbersAt(columns, 0), (timeMs, row) => [timeMs, ids instanceof BigInt64Array ? (ids[row] as bigint) : 0n]);
};

/** First and last of each run of rows that are not there rightly. */
const runsOf = (held: readonly Key[], rightly: ReadonlySet<string>): (readonly [Key, Key])[] => {
  const runs: [Key, Key][] = [];
  let open = false;
  for (const key of held) {
    const stale = !rightly.has(String(key));
    const last = runs.at(-1);
    if (stale && open && last !== undefined) last[1] = key;
    else if (stale) runs.push([key, key]);
    open = stale;
  }
  return runs;
};

/** Rows from one key to another. */
const conditionOf = ([[fromMs, fromId], [toMs, toId]]: readonly [Key, Key], id: string | undefined): string => {
  const [from, to] = [`${fromMs}000`, `${toMs}000`];
  if (id === undefined) return `ts >= ${from} AND ts <= ${to}`;
  if (fromMs === toMs) return `ts = ${from} AND ${id} >= ${fromId} AND ${id} <= ${toId}`;
  return `(ts > ${from} AND ts < ${to}) OR (ts = ${from} AND ${id} >= ${fromId}) OR (ts = ${to} AND ${id} <= ${toId})`;
};
