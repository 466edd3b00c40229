import type { Event, InstrumentRules, MarketEvent } from "../../domain/event.ts";
import { Kind, KIND_NAMES, STORED_KINDS } from "../../domain/kind.ts";
import type { Kline } from "../../domain/kline.ts";
import { InvariantError, UserError } from "../../domain/units.ts";
import type { Columns } from "./columns.ts";
import { sortedByKey } from "./columns.ts";
import type { EventTable } from "./eventTable.ts";
import { columnsOf } from "./eventTable.ts";
import { klineColumns } from "./klineRows.ts";
import { eventTableFor, tableOf } from "./marketTables.ts";
import type { Stated } from "../store.ts";
import type { Table } from "./tables.ts";
import { KLINE_TABLE } from "./tables.ts";

/** Rows of one table, sorted by key, each key once (the last wins). */
export interface TableRows {
  readonly table: Table;
  /** Of klines; null in every other table. */
  readonly intervalMs: number | null;
  readonly columns: Columns;
}

/** Events of one symbol as rows; instrument rules, which are no rows, apart. */
interface EventRows {
  readonly rules: readonly InstrumentRules[];
  readonly rows: readonly TableRows[];
}

/**
 * Sorts events into tables, klines last, so that a series whose klines are there is whole. A kind that the store does not keep, or a
 * time that is none, throws before anything is written.
 */
export const rowsOf = (events: readonly Event[]): EventRows => {
  const klines = new Map<number, Kline[]>();
  const others = new Map<EventTable, MarketEvent[]>();
  const rules: InstrumentRules[] = [];
  for (const event of events) {
    if (!Number.isSafeInteger(event.eventTimeMs))
      throw new InvariantError(`event of kind ${KIND_NAMES[event.kind]} has the time ${event.eventTimeMs}`);
    if (event.kind === Kind.kline) listAt(klines, event.intervalMs).push(event);
    else if (event.kind === Kind.instrumentRules) rules.push(event);
    else {
      const table = eventTableFor(event);
      if (table === undefined) throw new UserError(`the store keeps ${STORED_KINDS.join(", ")}, not ${KIND_NAMES[event.kind]}`);
      listAt(others, table).push(event as MarketEvent);
    }
  }
  const rows = (table: Table, intervalMs: number | null, columns: Columns): TableRows => ({
    table,
    intervalMs,
    columns: sortedByKey(columns, table.keys),
  });
  return {
    rules,
    rows: [
      ...[...others].map(([table, found]) => rows(table, null, columnsOf(table, found))),
      ...[...klines].map(([intervalMs, found]) => rows(KLINE_TABLE, intervalMs, klineColumns(found))),
    ],
  };
};

/** Rows with the stated ranges of their table. A table with stated ranges and no rows is included. */
export const withStated = (
  rows: readonly TableRows[],
  stated: readonly Stated[],
  intervalMs: number,
): readonly (TableRows & { readonly ranges: readonly Stated[] })[] => {
  const rangesOf = (table: Table): readonly Stated[] => stated.filter(({ kind }) => kind === table.kind);
  const isMeant = (each: TableRows): boolean => each.intervalMs === null || each.intervalMs === intervalMs;
  const without = [...new Set(stated.map(({ kind }) => tableOf(kind)))].flatMap((table): TableRows[] => {
    if (table === undefined || rows.some((each) => each.table === table && isMeant(each))) return [];
    const isKline = table === KLINE_TABLE;
    return [{ table, intervalMs: isKline ? intervalMs : null, columns: isKline ? klineColumns([]) : columnsOf(table as EventTable, []) }];
  });
  return [...rows, ...without].map((each) => ({ ...each, ranges: isMeant(each) ? rangesOf(each.table) : [] }));
};

const listAt = <K, V>(map: Map<K, V[]>, key: K): V[] => {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made: V[] = [];
  map.set(key, made);
  return made;
};
