import type { Event } from "../../domain/event.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import type { Columns } from "./columns.ts";
import type { EventTable } from "./eventTable.ts";
import { RowReader } from "./eventTable.ts";
import { klinesFrom } from "./klineRows.ts";
import type { Table } from "./tables.ts";
import { KLINE_TABLE } from "./tables.ts";

/** Turns the chunks of one series, which come in order, into events. `intervalMs`: of the klines. */
export const eventReader = (table: Table, instrument: InstrumentIndex, intervalMs: number): ((columns: Columns) => readonly Event[]) => {
  if (table === KLINE_TABLE) return (columns) => klinesFrom(columns, instrument, intervalMs);
  const reader = new RowReader();
  return (columns) => reader.events(table as EventTable, columns, instrument);
};
