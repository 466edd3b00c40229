import type { StoredKind } from "../../domain/kind.ts";
import type { Funding } from "../../domain/event.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import type { Holdings } from "../reading/holdings.ts";
import { eventReader } from "../table/eventReader.ts";
import { FUNDING_TABLE, tableOf } from "../table/marketTables.ts";
import { gridHoles } from "./grid.ts";
import type { Hole } from "./hole.ts";
import { settlementHoles } from "./settlements.ts";
import { silences } from "./silences.ts";

/** Open interest and ratios are published for every five minutes. */
const PUBLISHED_MS = 5 * MINUTE_MS;

/**
 * What a series lacks of `[fromMs, toMs)`, at both ends and inside, in order of time; an infinite bound is the series' own. The rule of each
 * kind (docs/data.md): klines by their interval, open interest and ratios by five minutes (the bounds themselves are not expected: a period
 * that ends there is of the range beside), funding by its own interval, trades by their ids, quotes, book differences and mark prices by
 * the hour. Snapshots, liquidations and rules have no holes: they come when they come.
 */
export const holesOf = async (
  holdings: Holdings,
  kind: StoredKind,
  market: string,
  symbol: string,
  fromMs: number,
  toMs: number,
): Promise<readonly Hole[]> => {
  const table = tableOf(kind);
  if (table === undefined || !(fromMs < toMs)) return [];
  const onGrid = async (cadenceMs: number, from: number): Promise<readonly Hole[]> =>
    gridHoles(await holdings.steps(table, market, symbol, from, toMs, cadenceMs), cadenceMs, from, toMs);
  switch (kind) {
    case "kline":
      return onGrid(holdings.intervalMs, fromMs);
    case "openInterest":
    case "longShortRatio":
      return onGrid(PUBLISHED_MS, fromMs + 1);
    case "funding":
      return settlementHoles(await settlements(holdings, market, symbol, fromMs, toMs), fromMs, toMs);
    case "trade":
    case "aggTrade":
    case "bookDiff":
    case "bestBidAsk":
    case "markPrice":
      return silences(await holdings.hours(table, market, symbol, fromMs, toMs), fromMs, toMs);
    default:
      return [];
  }
};

/** Kinds whose rows are numbered one by one, and the column of the number. */
export const NUMBERED: ReadonlyMap<StoredKind, string> = new Map([
  ["trade", "tradeId"],
  ["aggTrade", "tradeId"],
]);

const settlements = async (
  holdings: Holdings,
  market: string,
  symbol: string,
  fromMs: number,
  toMs: number,
): Promise<readonly Funding[]> => {
  const eventsOf = eventReader(FUNDING_TABLE, 0 as Funding["instrument"], holdings.intervalMs);
  const rows: Funding[] = [];
  for await (const chunk of holdings.scan(FUNDING_TABLE, market, symbol, fromMs, toMs)) rows.push(...(eventsOf(chunk) as Funding[]));
  return rows;
};
