import type { MarketEvent } from "../../domain/event.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { InvariantError } from "../../domain/units.ts";
import type { Columns, ListColumn } from "./columns.ts";
import { listOf } from "./columns.ts";
import { IdText, SHORT_IDS } from "../../domain/decimals/idText.ts";
import type { ColumnType, Table, TableColumn } from "./tables.ts";

/** A cell in memory: numbers, times, counts; flags as 0 and 1; ids; price and quantity of levels, interleaved. */
type Cell = number | bigint | Float64Array;

/** A table that keeps one kind of event, a row each. */
export interface EventTable<E extends MarketEvent = MarketEvent> extends Table {
  /** Cells of an event in the order of the columns. */
  readonly cells: (event: E) => readonly Cell[];
  /** The event of the row that a reader stands at. */
  readonly event: (row: RowReader, instrument: InstrumentIndex) => E;
}

const TWO_32 = 4_294_967_296;
/** From this upper half on an id is longer than what `IdText` shortens, or below zero. */
const SHORT_HIGH = Math.floor(SHORT_IDS / TWO_32);
const NO_HALVES = new Uint32Array(0);

/** Each id as its lower and its upper 32 bits, on a little-endian machine: reading them takes half the time of a bigint. */
const halvesOf = ({ buffer, byteOffset, length }: BigInt64Array): Uint32Array => new Uint32Array(buffer, byteOffset, 2 * length);

/** Rows of a table as events, one chunk after the other; the line time of a series never goes back. */
export class RowReader {
  private columns: Columns = { length: 0, data: [] };
  /** Of columns of ids, the halves of each. */
  private halves: readonly Uint32Array[] = [];
  private readonly idText = new IdText();
  private row = 0;
  private lastKnownMs = -Infinity;

  events<E extends MarketEvent>(table: EventTable<E>, columns: Columns, instrument: InstrumentIndex): E[] {
    this.columns = columns;
    this.halves = columns.data.map((column) => (column instanceof BigInt64Array ? halvesOf(column) : NO_HALVES));
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
    const halves = this.halves[column] as Uint32Array;
    const high = halves[2 * this.row + 1] as number;
    if (high >= SHORT_HIGH) return String((this.columns.data[column] as BigInt64Array)[this.row]);
    return this.idText.of(high * TWO_32 + (halves[2 * this.row] as number));
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
  const { columns } = table;
  const length = events.length;
  const gathered = columns.map(({ type }) => gathering(type, length));
  // Row by row, so that the cells of one row only are there at a time.
  for (let row = 0; row < length; row++) {
    const cells = table.cells(events[row] as MarketEvent);
    for (let c = 0; c < gathered.length; c++) {
      const cell = cells[c] as Cell;
      const into = gathered[c] as Gathering;
      if (typeof cell === "number") (into as Float64Array)[row] = cell;
      else if (typeof cell === "bigint") (into as BigInt64Array)[row] = checkedId((columns[c] as TableColumn).name, cell);
      else (into as Float64Array[])[row] = cell;
    }
  }
  const data = gathered.map((column) => (Array.isArray(column) ? listColumn(column) : column));
  columns.forEach(({ name, type }, c) => {
    if (type === "time") checkTimes(name, data[c] as Float64Array);
  });
  return { length, data };
};

/** A column while it is filled: lists are put together when all are there. */
type Gathering = Float64Array | BigInt64Array | Float64Array[];

const gathering = (type: ColumnType, length: number): Gathering =>
  type === "levels" ? new Array<Float64Array>(length) : type === "id" ? new BigInt64Array(length) : new Float64Array(length);

const checkTimes = (name: string, timesMs: Float64Array): void => {
  for (const timeMs of timesMs)
    if (!Number.isSafeInteger(timeMs)) throw new InvariantError(`${name} of an event is ${timeMs}, which is no time`);
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
