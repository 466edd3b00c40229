import { contractFault } from "../../../domain/contract.ts";
import type { Instrument, MarginBracket } from "../../../domain/instrument.ts";
import { NO_MAXIMUM } from "../../../domain/instrument.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { NO_INSTRUMENT, UserError } from "../../../domain/units.ts";
import { amountAt, arrayAt, recordAt, textAt, WireError } from "./wire.ts";

/** What `exchangeInfo` does not tell: brackets and commission need a key, the funding interval another endpoint. */
export interface BesideExchangeInfo {
  readonly brackets: readonly MarginBracket[];
  readonly makerFeeRate: number;
  readonly takerFeeRate: number;
  readonly fundingIntervalHours: number;
  readonly index?: InstrumentIndex;
}

/**
 * The rules of `symbol` in the answer of `GET /fapi/v1/exchangeInfo`, undefined when it is not listed. Sizes come from
 * the filters (never from `pricePrecision`); a limit of 0 means none. A contract that is no perpetual settled in dollars is a `UserError`.
 */
export const parseExchangeInfo = (json: unknown, symbol: string, beside: BesideExchangeInfo): Instrument | undefined => {
  const found = arrayAt(recordAt(json, "exchangeInfo")["symbols"], "exchangeInfo.symbols").find(
    (raw) => recordAt(raw, "exchangeInfo.symbols[]")["symbol"] === symbol,
  );
  return found === undefined ? undefined : parseSymbol(recordAt(found, symbol), symbol, beside);
};

/** Every symbol that the answer lists, in its order. */
export const listedSymbols = (json: unknown): string[] =>
  arrayAt(recordAt(json, "exchangeInfo")["symbols"], "exchangeInfo.symbols").map((raw, i) =>
    textAt(recordAt(raw, `symbols[${i}]`)["symbol"], `symbols[${i}].symbol`),
  );

const parseSymbol = (row: Readonly<Record<string, unknown>>, symbol: string, beside: BesideExchangeInfo): Instrument => {
  const fault = contractFault(symbol, { contractType: row["contractType"], marginAsset: row["marginAsset"] });
  if (fault !== null) throw new UserError(fault);
  const filters = new Map(
    arrayAt(row["filters"], `${symbol}.filters`).map((raw, i) => {
      const filter = recordAt(raw, `${symbol}.filters[${i}]`);
      return [textAt(filter["filterType"], `${symbol}.filters[${i}].filterType`), filter];
    }),
  );
  const amount = (filter: string, field: string): number => {
    const values = filters.get(filter);
    if (values === undefined) throw new WireError(`${symbol} has no filter ${filter}`);
    return amountAt(values[field], `${symbol}.${filter}.${field}`);
  };
  const tickSize = positive(amount("PRICE_FILTER", "tickSize"), `${symbol}.PRICE_FILTER.tickSize`);
  const lotSize = positive(amount("LOT_SIZE", "stepSize"), `${symbol}.LOT_SIZE.stepSize`);
  return {
    index: beside.index ?? NO_INSTRUMENT,
    symbol,
    source: "exchange",
    tickSize,
    lotSize,
    minQtyLots: Math.round(amount("LOT_SIZE", "minQty") / lotSize),
    maxQtyLots: limit(amount("LOT_SIZE", "maxQty"), lotSize),
    maxMarketQtyLots: limit(amount("MARKET_LOT_SIZE", "maxQty"), lotSize),
    minPriceTicks: Math.round(amount("PRICE_FILTER", "minPrice") / tickSize),
    maxPriceTicks: limit(amount("PRICE_FILTER", "maxPrice"), tickSize),
    minNotionalUsdt: amount("MIN_NOTIONAL", "notional"),
    percentPriceUp: amount("PERCENT_PRICE", "multiplierUp"),
    percentPriceDown: amount("PERCENT_PRICE", "multiplierDown"),
    makerFeeRate: beside.makerFeeRate,
    takerFeeRate: beside.takerFeeRate,
    liquidationFeeRate: amountAt(row["liquidationFee"], `${symbol}.liquidationFee`),
    fundingIntervalHours: beside.fundingIntervalHours,
    brackets: beside.brackets,
  };
};

const positive = (value: number, path: string): number => {
  if (value > 0) return value;
  throw new WireError(`${path} is not above 0: ${value}`);
};

const limit = (value: number, size: number): number => (value === 0 ? NO_MAXIMUM : Math.round(value / size));
