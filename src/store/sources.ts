import type { Event } from "../domain/event.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { HistoryQuery } from "../domain/ports.ts";
import { UserError } from "../domain/units.ts";
import type { Catalog } from "./catalog.ts";
import type { Holdings } from "./holdings.ts";
import { fundingFrom, klinesFrom } from "./parquet/eventColumns.ts";
import { rulesEvent } from "./parquet/instrumentRules.ts";
import { checkedName } from "./parquet/layout.ts";
import { FUNDING_TABLE, KLINE_TABLE, STORED_KINDS } from "./parquet/tables.ts";

interface SourceContext {
  readonly holdings: Holdings;
  readonly catalog: Catalog;
}
type Source = AsyncIterable<readonly Event[]>;

/**
 * One source per instrument and kind, each in line order. Klines that are asked for must be there; rules and funding
 * are what a symbol may lack. Throws `UserError` for a kind that the store does not keep and for a symbol it does not hold.
 */
export const sourcesOf = async (query: HistoryQuery, context: SourceContext): Promise<readonly Source[]> => {
  const unknown = query.kinds.find((kind) => !STORED_KINDS.includes(kind));
  if (unknown !== undefined) throw new UserError(`the store keeps ${STORED_KINDS.join(", ")}, not ${unknown}`);
  const perInstrument = await Promise.all(
    query.instruments.map(async (instrument) => {
      checkedName(instrument.symbol, "symbol");
      const sources: Source[] = [];
      if (query.kinds.includes("instrumentRules")) sources.push(rules(instrument, query, context));
      const fundingMarket = query.kinds.includes("funding") ? await context.catalog.fundingMarket(instrument.symbol) : undefined;
      if (fundingMarket !== undefined) sources.push(funding(instrument, fundingMarket, query, context));
      if (query.kinds.includes("kline")) {
        const market = await context.catalog.klineMarket(instrument.symbol);
        if (market === undefined) throw await context.catalog.notHeld(instrument.symbol, "kline");
        sources.push(klines(instrument, market, query, context));
      } else if (query.kinds.includes("funding") && fundingMarket === undefined)
        throw await context.catalog.notHeld(instrument.symbol, "funding");
      return sources;
    }),
  );
  return perInstrument.flat();
};

async function* klines({ symbol, index }: Instrument, market: string, { fromMs, toMs }: HistoryQuery, context: SourceContext): Source {
  const { holdings, catalog } = context;
  let rows = 0;
  for await (const chunk of holdings.scan(KLINE_TABLE, market, symbol, fromMs, toMs)) {
    rows += chunk.length;
    yield klinesFrom(chunk, index, holdings.intervalMs);
  }
  const error = rows === 0 ? await catalog.outside(symbol, market, KLINE_TABLE, fromMs, toMs) : undefined;
  if (error !== undefined) throw error;
}

async function* funding({ symbol, index }: Instrument, market: string, { fromMs, toMs }: HistoryQuery, context: SourceContext): Source {
  for await (const chunk of context.holdings.scan(FUNDING_TABLE, market, symbol, fromMs, toMs)) yield fundingFrom(chunk, index);
}

async function* rules({ symbol, index }: Instrument, { fromMs, toMs }: HistoryQuery, { holdings, catalog }: SourceContext): Source {
  const dated = await holdings.rules(await catalog.rulesMarket(symbol), symbol);
  yield dated.filter(({ validFromMs }) => validFromMs >= fromMs && validFromMs < toMs).map((found) => rulesEvent(found, index));
}
