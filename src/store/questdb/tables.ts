import { InvariantError } from "../../domain/units.ts";
import { FUNDING_TABLE, TABLES } from "../table/marketTables.ts";
import type { ColumnType, Table } from "../table/tables.ts";
import { KLINE_TABLE } from "../table/tables.ts";

/** Types of a column here; a SYMBOL is text from a small set, kept as a number inside the server. */
type QuestType = "TIMESTAMP" | "SYMBOL" | "DOUBLE" | "LONG" | "BOOLEAN" | "DOUBLE[][]" | "VARCHAR";

interface QuestColumn {
  readonly name: string;
  readonly type: QuestType;
}

/** A column that keeps one of the store's; `column` is its place among them. */
export interface ValueColumn extends QuestColumn {
  readonly kept: ColumnType;
  readonly column: number;
}

/** One table of the server: its name without the prefix, its columns, and which of them make a row's key. */
export interface QuestTable {
  readonly name: string;
  /** The designated time `ts` first, then the symbols, then the values. */
  readonly columns: readonly QuestColumn[];
  /** Those of the columns that keep the store's columns, from its second on; none in a table that the store has not. */
  readonly values: readonly ValueColumn[];
  readonly partition: "DAY" | "MONTH" | "YEAR";
  readonly keys: readonly string[];
  /** What puts the rows of one series in the store's order; `ts` alone where that is a key: rows lie in its order. */
  readonly order: readonly string[];
}

/** `takerBuyVolume` → `taker_buy_volume`. */
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Counts, ids and times of arrival are LONG: a sum does not round, and an id keeps its 64 bits. A side of a book is an array of
 * shape (levels, 2): price and quantity.
 */
const TYPES: Readonly<Record<ColumnType, QuestType>> = {
  time: "LONG",
  number: "DOUBLE",
  count: "LONG",
  flag: "BOOLEAN",
  id: "LONG",
  levels: "DOUBLE[][]",
};
/**
 * What lies in files of an hour is cut by day here: with a year of hours in one table, 8,760 partitions, the server reached the 65,530
 * memory maps that Linux grants a process by default, and every query on the table failed from then on.
 */
const PARTITIONS = { hour: "DAY", month: "MONTH", year: "YEAR" } as const;

const questTable = (table: Table, symbols: readonly string[]): QuestTable => {
  const values = table.columns
    .slice(1)
    .map(({ name, type }, i): ValueColumn => ({ name: snake(name), type: TYPES[type], kept: type, column: i + 1 }));
  const keys = values.slice(0, table.keys - 1).map(({ name }) => name);
  return {
    name: snake(table.folder),
    columns: [{ name: "ts", type: "TIMESTAMP" }, ...symbols.map((name) => ({ name, type: "SYMBOL" as const })), ...values],
    values,
    // One-minute bars make 44,640 rows a month and symbol: a partition is a month, as the server's manual advises for candles.
    partition: PARTITIONS[table.period],
    keys: ["ts", ...symbols, ...keys],
    order: ["ts", ...keys],
  };
};

const BY_TABLE: ReadonlyMap<Table, QuestTable> = new Map(
  TABLES.map((table) => [table, questTable(table, table === KLINE_TABLE ? ["symbol", "market", "interval"] : ["symbol", "market"])]),
);

/** The server's table for a table of the store. */
export const questTableOf = (table: Table): QuestTable => {
  const found = BY_TABLE.get(table);
  if (found === undefined) throw new InvariantError(`no table of the server keeps ${table.kind}`);
  return found;
};

export const KLINES = questTableOf(KLINE_TABLE);
export const FUNDING = questTableOf(FUNDING_TABLE);

/** Instrument rules as JSON, dated by `ts`. */
export const INSTRUMENTS: QuestTable = {
  name: "instruments",
  columns: [
    { name: "ts", type: "TIMESTAMP" },
    { name: "symbol", type: "SYMBOL" },
    { name: "market", type: "SYMBOL" },
    { name: "rules", type: "VARCHAR" },
  ],
  values: [],
  partition: "YEAR",
  keys: ["ts", "symbol", "market"],
  order: ["ts"],
};

/** Archive files that have landed: `ts` is 1970 in every row, so that the path alone is the key. */
export const LANDED: QuestTable = {
  name: "landed",
  columns: [
    { name: "ts", type: "TIMESTAMP" },
    { name: "path", type: "SYMBOL" },
    { name: "sha256", type: "VARCHAR" },
    { name: "rows", type: "LONG" },
  ],
  values: [],
  partition: "YEAR",
  keys: ["ts", "path"],
  order: ["ts"],
};

/** Every table that a store may have. */
export const QUEST_TABLES: readonly QuestTable[] = [...BY_TABLE.values(), INSTRUMENTS, LANDED];
