import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { KindName, StoredKind } from "../../domain/kind.ts";
import { STORED_KINDS } from "../../domain/kind.ts";
import type { HistoryQuery } from "../../domain/ports.ts";
import { UserError } from "../../domain/units.ts";
import type { Catalog } from "./catalog.ts";
import type { Holdings } from "./holdings.ts";
import { rulesEvent } from "../rules/instrumentRules.ts";
import { checkedName } from "../table/checkedName.ts";
import { eventReader } from "../table/eventReader.ts";
import { TABLES } from "../table/marketTables.ts";
import type { Table } from "../table/tables.ts";
import { wholeScan } from "./wholeScan.ts";
import { KLINE_TABLE } from "../table/tables.ts";

interface SourceContext {
  readonly holdings: Holdings;
  readonly catalog: Catalog;
}
type Source = AsyncIterable<readonly Event[]>;

/**
 * One source per instrument and kind, each in line order. A symbol must have the requested klines, or trades if these are requested too; it
 * may lack everything else. Of single trades and aggregates, the series that covers more of the range is read. Throws a `UserError` for a
 * kind that the store does not keep, and for a symbol without any requested event.
 */
export const sourcesOf = async (query: HistoryQuery, context: SourceContext): Promise<readonly Source[]> => {
  const unknown = query.kinds.find((kind) => !STORED_KINDS.includes(kind as StoredKind));
  if (unknown !== undefined) throw new UserError(`the store keeps ${STORED_KINDS.join(", ")}, not ${unknown}`);
  return (await Promise.all(query.instruments.map((instrument) => sourcesOfSymbol(instrument, query, context)))).flat();
};

const sourcesOfSymbol = async (instrument: Instrument, query: HistoryQuery, context: SourceContext): Promise<readonly Source[]> => {
  const symbol = checkedName(instrument.symbol, "symbol");
  const { catalog } = context;
  const bars = query.markets?.[instrument.index];
  const asked = (kind: KindName): boolean => query.kinds.includes(kind);
  const held: { readonly table: Table; readonly market: string }[] = [];
  for (const table of TABLES) {
    if (table.kind === "aggTrade" || !asked(table.kind)) continue;
    const chosen = table.kind === "trade" ? await catalog.tradeTable(symbol, query.fromMs, query.toMs, bars) : table;
    const market = chosen === undefined ? undefined : await catalog.market(chosen, symbol, bars);
    if (chosen !== undefined && market !== undefined) held.push({ table: chosen, market });
  }
  const trades = held.some(({ table: { kind } }) => kind === "trade" || kind === "aggTrade");
  const first = query.kinds.find((kind) => kind !== "instrumentRules") as StoredKind | undefined;
  const lacking =
    asked("kline") && !trades && !held.some(({ table }) => table === KLINE_TABLE) ? "kline" : held.length === 0 ? first : undefined;
  if (lacking !== undefined) throw await catalog.notHeld(symbol, lacking);
  const sources = held.map(({ table, market }) => rowSource(instrument, table, market, query, context, table === KLINE_TABLE && !trades));
  return asked("instrumentRules") ? [rules(instrument, query, context), ...sources] : sources;
};

/** Rows of one series; `must`: a range before or behind all of them is a `UserError`. */
async function* rowSource(
  { symbol, index }: Instrument,
  table: Table,
  market: string,
  { fromMs, toMs }: HistoryQuery,
  { holdings, catalog }: SourceContext,
  must: boolean,
): Source {
  const eventsOf = eventReader(table, index, holdings.intervalMs);
  let rows = 0;
  for await (const chunk of wholeScan(holdings, table, market, symbol, fromMs, toMs)) {
    rows += chunk.length;
    yield eventsOf(chunk);
  }
  const error = must && rows === 0 ? await catalog.outside(symbol, market, table, fromMs, toMs) : undefined;
  if (error !== undefined) throw error;
}

async function* rules(
  { symbol, index }: Instrument,
  { fromMs, toMs, markets }: HistoryQuery,
  { holdings, catalog }: SourceContext,
): Source {
  const dated = await holdings.rules(await catalog.rulesMarket(symbol, markets?.[index]), symbol);
  yield dated.filter(({ validFromMs }) => validFromMs >= fromMs && validFromMs < toMs).map((found) => rulesEvent(found, index));
}
