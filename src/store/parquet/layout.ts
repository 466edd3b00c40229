import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DAY_MS, HOUR_MS, InvariantError, MINUTE_MS, UserError } from "../../domain/units.ts";
import type { Table } from "../table/tables.ts";

/**
 * Where the rows lie: `klines/market=spot/symbol=BTCUSDT/interval=1m/2023-03.parquet`,
 * `funding/market=um/symbol=BTCUSDT/2023.parquet`, `trades/market=um/symbol=BTCUSDT/2024-08-08T23.parquet`,
 * `instruments/market=um/symbol=BTCUSDT.json`.
 */
const INTERVALS: Readonly<Record<string, number>> = {
  "1m": MINUTE_MS,
  "3m": 3 * MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "30m": 30 * MINUTE_MS,
  "1h": HOUR_MS,
  "2h": 2 * HOUR_MS,
  "4h": 4 * HOUR_MS,
  "6h": 6 * HOUR_MS,
  "8h": 8 * HOUR_MS,
  "12h": 12 * HOUR_MS,
  "1d": DAY_MS,
};

/** `1m` → 60000; an unknown interval is wrong usage. */
export const intervalMsOf = (label: string): number => {
  const found = INTERVALS[label];
  if (found === undefined) throw new UserError(`unknown interval ${label}: use one of ${Object.keys(INTERVALS).join(", ")}`, 2);
  return found;
};

/** 60000 → `1m`. */
export const intervalLabel = (intervalMs: number): string => {
  const found = Object.entries(INTERVALS).find(([, ms]) => ms === intervalMs);
  if (found === undefined) throw new InvariantError(`no kline interval has ${intervalMs} ms`);
  return found[0];
};

/** How much of an ISO time names the period. */
const PERIOD_CHARS = { year: 4, month: 7, hour: 13 } as const;

/** Name of the period that contains `timeMs`: `2023`, `2023-03` or `2023-03-17T09`. */
export const periodOf = ({ period }: Table, timeMs: number): string => new Date(timeMs).toISOString().slice(0, PERIOD_CHARS[period]);

/** Bounds of a period, end exclusive. */
export const periodBounds = (period: string): { readonly fromMs: number; readonly toMs: number } => {
  const [year = NaN, month, day, hour] = period.split(/[-T]/).map(Number);
  if (month === undefined) return { fromMs: Date.UTC(year, 0), toMs: Date.UTC(year + 1, 0) };
  if (day === undefined) return { fromMs: Date.UTC(year, month - 1), toMs: Date.UTC(year, month) };
  const fromMs = Date.UTC(year, month - 1, day, hour);
  return { fromMs, toMs: fromMs + HOUR_MS };
};

/** Which rows: a table of one symbol of one market (`interval` for klines only). */
export interface Series {
  readonly table: Table;
  readonly market: string;
  readonly symbol: string;
  readonly intervalMs: number;
}

/** Folder of a series, relative to the store's root, with `/`. */
export const seriesFolder = ({ table, market, symbol, intervalMs }: Series): string => {
  const folder = `${table.folder}/market=${market}/symbol=${symbol}`;
  return table.kind === "kline" ? `${folder}/interval=${intervalLabel(intervalMs)}` : folder;
};

export const instrumentFile = (market: string, symbol: string): string => `instruments/market=${market}/symbol=${symbol}.json`;

const PERIOD_FILE = /^(\d{4}(?:-\d{2}(?:-\d{2}T\d{2})?)?)\.parquet$/;

/** Periods of a series on disk, ascending; nothing when the folder does not exist. */
export const periodsOf = async (root: string, series: Series): Promise<string[]> =>
  (await names(join(root, seriesFolder(series)))).flatMap((name) => PERIOD_FILE.exec(name)?.[1] ?? []).sort();

/** Markets under a folder and the symbols in each. */
export const symbolsIn = async (root: string, folder: string): Promise<{ readonly market: string; readonly symbol: string }[]> => {
  const markets = valuesOf(await names(join(root, folder)), "market");
  const lists = await Promise.all(
    markets.map(async (market) => {
      const found = valuesOf(await names(join(root, folder, `market=${market}`)), "symbol");
      return found.map((symbol) => ({ market, symbol: symbol.replace(/\.json$/, "") }));
    }),
  );
  return lists.flat();
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

const SAFE_NAME = /^[\p{L}\p{N}_-]{1,40}$/u;

/** A symbol or market that may become a folder's name; anything else is a user error (no path can leave the store). */
export const checkedName = (value: string, what: string): string => {
  if (!SAFE_NAME.test(value)) throw new UserError(`${what} "${value}" is not a name of letters and digits`, 2);
  return value;
};
