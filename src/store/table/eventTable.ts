import type { MarketEvent } from "../../domain/event.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { InvariantError } from "../../domain/units.ts";
import type { ColumnData, Columns, ListColumn } from "./columns.ts";
import { listOf, numbersAt } from "./columns.ts";
import type { ColumnType, Table } from "./tables.ts";

/** A cell in memory: numbers, times, counts; flags as 0 and 1; ids; price and quantity of levels, interleaved. */
export type Cell = number | bigint | Float64Array;

/** A table that keeps one kind of event, a row each. */
export interface EventTable<E extends MarketEvent = MarketEvent> extends Table {
  /** Cells of an event in the order of the columns. */
  readonly cells: (event: E) => readonly Cell[];
  /** The event of the row that a reader stands at. */
  readonly event: (row: RowReader, instrument: InstrumentIndex) => E;
}

/** Digits as a 64-bit id. */
export const idCell = (digits: string): bigint => BigInt(digits);

/** Rows of a table as events, one chunk after the other; the line time of a series never goes back. */
export class RowReader {
  private columns: Columns = { length: 0, data: [] };
  private row = 0;
  private lastKnownMs = -Infinity;

  events<E extends MarketEvent>(table: EventTable<E>, columns: Columns, instrument: InstrumentIndex): E[] {
    this.columns = columns;
    const events = new Array<E>(columns.length);
    for (let row = 0; row < events.length; row += 1) {
      this.row = row;
      events[row] = table.event(this, instrument);
    }
    return events;
  }

  number(column: number): number {
    return (this.columns.data[column] as Float64Array)[this.row] as number;
  }

  flag(column: number): boolean {
    return this.number(column) === 1;
  }

  /** An id as digits. */
  id(column: number): string {
    return String((this.columns.data[column] as BigInt64Array)[this.row]);
  }

  /** Levels of a side: a view of the chunk. */
  levels(column: number): Float64Array {
    return listOf(this.columns.data[column] as ListColumn, this.row);
  }

  /** Line time: as stored, but not before that of the row before. */
  knownAtMs(column: number): number {
    this.lastKnownMs = Math.max(this.lastKnownMs, this.number(column));
    return this.lastKnownMs;
  }
}

/** Events of one table as columns, in their order. A time that is none and an id beyond 64 bits break an invariant. */
export const columnsOf = (table: EventTable, events: readonly MarketEvent[]): Columns => {
  const rows = events.map((event) => table.cells(event));
  return { length: rows.length, data: table.columns.map(({ name, type }, c) => columnOf(name, type, rows, c)) };
};

const columnOf = (name: string, type: ColumnType, rows: readonly (readonly Cell[])[], c: number): ColumnData => {
  if (type === "levels") return listColumn(rows.map((cells) => cells[c] as Float64Array));
  // Filled by index: `from` of a typed array takes several times as long.
  if (type === "id") {
    const ids = new BigInt64Array(rows.length);
    for (let i = 0; i < ids.length; i++) ids[i] = checkedId(name, (rows[i] as readonly Cell[])[c] as bigint);
    return ids;
  }
  const numbers = new Float64Array(rows.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = (rows[i] as readonly Cell[])[c] as number;
  if (type === "time")
    for (const timeMs of numbers)
      if (!Number.isSafeInteger(timeMs)) throw new InvariantError(`${name} of an event is ${timeMs}, which is no time`);
  return numbers;
};

const checkedId = (name: string, id: bigint): bigint => {
  if (BigInt.asIntN(64, id) !== id) throw new InvariantError(`${name} ${id} is more than 64 bits hold`);
  return id;
};

const listColumn = (lists: readonly Float64Array[]): ListColumn => {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => (offsets[i + 1] = (offsets[i] as number) + list.length));
  const values = new Float64Array(offsets[lists.length] as number);
  lists.forEach((list, i) => values.set(list, offsets[i]));
  return { offsets, values };
};

/** The times by which rows of a table are asked for. */
export const timesOf = (columns: Columns): Float64Array => numbersAt(columns, 0);
