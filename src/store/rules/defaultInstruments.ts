import type { InstrumentRules } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { Kind } from "../../domain/kind.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { NO_INSTRUMENT } from "../../domain/units.ts";
import { bracketsOf } from "./leverageBrackets.ts";

/** Start of the first USD-M perpetual: rules that no source dates hold from here on. */
export const RULES_VALID_FROM_MS = Date.UTC(2019, 8, 8);

/** Fees of a regular user. */
export const DEFAULT_FEES = { makerFeeRate: 0.0002, takerFeeRate: 0.0005 };

/** Rules where spot stands in for the perpetual: its finer prices and volumes must fit into ticks and lots. */
const STAND_IN: Readonly<Record<string, { readonly tickSize: number; readonly lotSize: number }>> = {
  BTCUSDT: { tickSize: 0.01, lotSize: 0.00001 },
  ETHUSDT: { tickSize: 0.01, lotSize: 0.0001 },
};

/** Decimals that the imported file showed. */
export interface SeenDecimals {
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
}

/**
 * Instrument rules for data that comes without them: tick and lot from the table of stand-ins for spot, else from the
 * decimals of the data; fees of a regular user (maker 0.02 %, taker 0.05 %), Binance's brackets where they are known.
 */
export const defaultInstrument = (
  symbol: string,
  market: string,
  seen: SeenDecimals,
  index: InstrumentIndex = NO_INSTRUMENT,
): Instrument => {
  const standIn = market === "spot" && Object.hasOwn(STAND_IN, symbol) ? STAND_IN[symbol] : undefined;
  return {
    index,
    symbol,
    tickSize: standIn?.tickSize ?? decimalSize(seen.priceDecimals),
    lotSize: standIn?.lotSize ?? decimalSize(seen.qtyDecimals),
    minQtyLots: 1,
    maxQtyLots: 1_000_000_000,
    maxMarketQtyLots: 1_000_000_000,
    minPriceTicks: 1,
    maxPriceTicks: 1_000_000_000,
    minNotionalUsdt: symbol === "BTCUSDT" ? 100 : 5,
    percentPriceUp: 1.05,
    percentPriceDown: 0.95,
    ...DEFAULT_FEES,
    liquidationFeeRate: 0.0125,
    fundingIntervalHours: 8,
    brackets: bracketsOf(symbol),
  };
};

/** Rules as an event that a store keeps, valid from `validFromMs`. */
export const instrumentRulesEvent = (rules: Instrument, validFromMs = RULES_VALID_FROM_MS): InstrumentRules => ({
  kind: Kind.instrumentRules,
  seq: -1,
  instrument: rules.index,
  eventTimeMs: validFromMs,
  receivedTimeMs: validFromMs,
  knownAtMs: validFromMs,
  rules,
});

/** 2 → 0.01, as the double nearest to the decimal. */
const decimalSize = (decimals: number): number => Number(`1e-${decimals}`);
