import { TABLES } from "../table/marketTables.ts";
import type { ColumnType, Table } from "../table/tables.ts";

/** Types of a column here; a SYMBOL is text from a small set, kept as a number inside the server. */
export type QuestType = "TIMESTAMP" | "SYMBOL" | "DOUBLE" | "LONG" | "VARCHAR" | "BOOLEAN" | "DOUBLE[][]";

export interface QuestColumn {
  readonly name: string;
  readonly type: QuestType;
}

/** One table of the server: its name without the prefix, its columns, and which of them make a row's key. */
export interface QuestTable {
  readonly name: string;
  /** The designated time `ts` first, then the symbols, then the values in the order of the store's columns. */
  readonly columns: readonly QuestColumn[];
  readonly partition: "HOUR" | "MONTH" | "YEAR";
  readonly keys: readonly string[];
}

/** `takerBuyVolume` → `taker_buy_volume`. */
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Counts, times and ids are LONG there, so that nothing rounds. */
const TYPES: Readonly<Record<ColumnType, QuestType>> = {
  time: "LONG",
  number: "DOUBLE",
  count: "LONG",
  flag: "BOOLEAN",
  id: "LONG",
  levels: "DOUBLE[][]",
};
const PARTITIONS = { hour: "HOUR", month: "MONTH", year: "YEAR" } as const;

const questTable = ({ kind, folder, columns, keys, period }: Table): QuestTable => {
  const symbols = kind === "kline" ? ["symbol", "market", "interval"] : ["symbol", "market"];
  return {
    name: snake(folder),
    columns: [
      { name: "ts", type: "TIMESTAMP" },
      ...symbols.map((symbol) => ({ name: symbol, type: "SYMBOL" as const })),
      ...columns.slice(1).map(({ name, type }) => ({ name: snake(name), type: TYPES[type] })),
    ],
    partition: PARTITIONS[period],
    keys: ["ts", ...symbols, ...columns.slice(1, keys).map(({ name }) => snake(name))],
  };
};

const QUEST_TABLES: ReadonlyMap<Table, QuestTable> = new Map(TABLES.map((table) => [table, questTable(table)]));

/** The server's table for a table of the store. */
export const questTableOf = (table: Table): QuestTable => QUEST_TABLES.get(table) as QuestTable;

/** Instrument rules as JSON, dated by `ts`. */
export const INSTRUMENTS: QuestTable = {
  name: "instruments",
  columns: [
    { name: "ts", type: "TIMESTAMP" },
    { name: "symbol", type: "SYMBOL" },
    { name: "market", type: "SYMBOL" },
    { name: "rules", type: "VARCHAR" },
  ],
  partition: "YEAR",
  keys: ["ts", "symbol", "market"],
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
  partition: "YEAR",
  keys: ["ts", "path"],
};
