import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { intervalLabel, intervalMsOf, isInterval } from "../table/interval.ts";
import type { Table } from "../table/tables.ts";
import { KLINE_TABLE } from "../table/tables.ts";

/** Which rows: a table of one symbol of one market (`interval` for klines only). */
export interface Series {
  readonly table: Table;
  readonly market: string;
  readonly symbol: string;
  readonly intervalMs: number;
}

/**
 * Folder of a series, relative to the store's root, with `/`. Where the rows lie:
 * `klines/market=spot/symbol=BTCUSDT/interval=1m/2023-03.parquet`, `funding/market=um/symbol=BTCUSDT/2023.parquet`,
 * `trades/market=um/symbol=BTCUSDT/2024-08-08T23.parquet`; rules: `instruments/market=um/symbol=BTCUSDT.json`.
 */
export const seriesFolder = ({ table, market, symbol, intervalMs }: Series): string => {
  const folder = `${table.folder}/market=${market}/symbol=${symbol}`;
  return table.kind === "kline" ? `${folder}/interval=${intervalLabel(intervalMs)}` : folder;
};

/** Folder of the instrument rules of a market, relative to the root, and a symbol's file in it. */
export const rulesFolder = (market: string): string => `instruments/market=${market}`;
export const rulesFile = (symbol: string): string => `symbol=${symbol}.json`;
export const symbolIn = (name: string): string | undefined => /^symbol=(.+)\.json$/.exec(name)?.[1];

const PERIOD_FILE = /^(\d{4}(?:-\d{2}(?:-\d{2}T\d{2})?)?)\.parquet$/;

/** Name of the file of a period, and the other way round: undefined where it is none. */
export const periodFile = (period: string): string => `${period}.parquet`;
export const periodIn = (name: string): string | undefined => PERIOD_FILE.exec(name)?.[1];

/** Lengths of the klines that a symbol has on disk, in ms; none for a folder that is named for no length. */
export const intervalsOf = async (root: string, market: string, symbol: string): Promise<readonly number[]> => {
  const found = valuesOf(await names(join(root, KLINE_TABLE.folder, `market=${market}`, `symbol=${symbol}`)), "interval");
  return found.flatMap((label) => (isInterval(label) ? [intervalMsOf(label)] : []));
};

export const marketsIn = async (root: string, folder: string): Promise<string[]> => valuesOf(await names(join(root, folder)), "market");

/** Markets under a folder and the symbols in each. */
export const symbolsIn = async (root: string, folder: string): Promise<{ readonly market: string; readonly symbol: string }[]> => {
  const markets = await marketsIn(root, folder);
  const lists = await Promise.all(
    markets.map(async (market) => {
      const found = valuesOf(await names(join(root, folder, `market=${market}`)), "symbol");
      return found.map((symbol) => ({ market, symbol }));
    }),
  );
  return lists.flat();
};

/** Lengths of the klines that a symbol has on disk, in ms; none for a folder that is named for no length. */
export const intervalsIn = async (root: string, market: string, symbol: string): Promise<readonly number[]> => {
  const labels = valuesOf(await names(join(root, KLINE_TABLE.folder, `market=${market}`, `symbol=${symbol}`)), "interval");
  return labels.flatMap((label) => (isInterval(label) ? [intervalMsOf(label)] : []));
};

const valuesOf = (found: readonly string[], key: string): string[] =>
  found
    .filter((name) => name.startsWith(`${key}=`))
    .map((name) => name.slice(key.length + 1))
    .sort();

/** Entries of a folder; a folder that is not there is empty. */
export const names = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
};
