import type { Table } from "../parquet/tables.ts";
import { FUNDING_TABLE, KLINE_TABLE } from "../parquet/tables.ts";

/** Types of a column here; a SYMBOL is text from a small set, kept as a number inside the server. */
export type QuestType = "TIMESTAMP" | "SYMBOL" | "DOUBLE" | "LONG" | "VARCHAR";

export interface QuestColumn {
  readonly name: string;
  readonly type: QuestType;
}

/** One table of the server: its name without the prefix, its columns, and which of them make a row's key. */
export interface QuestTable {
  readonly name: string;
  /** The designated time `ts` first, then the symbols, then the values in the order of the store's columns. */
  readonly columns: readonly QuestColumn[];
  readonly partition: "MONTH" | "YEAR";
  readonly keys: readonly string[];
}

/** `takerBuyVolume` → `taker_buy_volume`. */
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Columns that count: LONG there, so that no sum rounds; a float64 holds them to 2^53. */
const COUNTS = new Set(["trades"]);

const questTable = (table: Table, name: string, symbols: readonly string[]): QuestTable => ({
  name,
  columns: [
    { name: "ts", type: "TIMESTAMP" },
    ...symbols.map((symbol) => ({ name: symbol, type: "SYMBOL" as const })),
    ...table.columns
      .slice(1)
      .map((column) => ({ name: snake(column), type: COUNTS.has(column) ? ("LONG" as const) : ("DOUBLE" as const) })),
  ],
  partition: table.period === "month" ? "MONTH" : "YEAR",
  keys: ["ts", ...symbols],
});

/** One-minute bars make 44,640 rows a month and symbol: a partition is a month, as the server's manual advises for candles. */
export const KLINES = questTable(KLINE_TABLE, "klines", ["symbol", "market", "interval"]);
export const FUNDING = questTable(FUNDING_TABLE, "funding", ["symbol", "market"]);

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

/** The server's table for a table of the store. */
export const questTableOf = (table: Table): QuestTable => (table.kind === "kline" ? KLINES : FUNDING);
