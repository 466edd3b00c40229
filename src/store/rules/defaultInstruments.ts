import type { SeenDecimals } from "../../domain/decimals/seen.ts";
import { stepOf } from "../../domain/decimals/seen.ts";
import type { InstrumentRules } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { NO_MAXIMUM } from "../../domain/instrument.ts";
import { Kind } from "../../domain/kind.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { NO_INSTRUMENT } from "../../domain/units.ts";
import { bracketsOf } from "../../venues/binance/leverageBrackets.ts";

/** Start of the first USD-M perpetual: rules that no source dates hold from here on. */
const RULES_VALID_FROM_MS = Date.UTC(2019, 8, 8);

/** Fees of a regular user. */
export const DEFAULT_FEES = { makerFeeRate: 0.0002, takerFeeRate: 0.0005 };

/** Tick and lot of spot symbols that stand in for the perpetual's, as Binance's spot market has them. */
const STAND_IN: Readonly<Record<string, { readonly tickSize: number; readonly lotSize: number }>> = {
  BTCUSDT: { tickSize: 0.01, lotSize: 0.00001 },
  ETHUSDT: { tickSize: 0.01, lotSize: 0.0001 },
};

/** The table's row of a spot symbol. */
export const standInOf = (symbol: string): { readonly tickSize: number; readonly lotSize: number } | undefined =>
  Object.hasOwn(STAND_IN, symbol) ? STAND_IN[symbol] : undefined;

/**
 * Instrument rules for data that comes without them: tick and lot from the table of stand-ins for spot, else from the decimals of the
 * data; prices finer than the table's tick are believed before the table. Fees of a regular user (maker 0.02 %, taker 0.05 %), Binance's
 * brackets where they are known, no maximum. Null where neither prices nor quantities were seen: there is nothing to guess from.
 */
export const guessedInstrument = (
  symbol: string,
  market: string,
  seen: SeenDecimals,
  index: InstrumentIndex = NO_INSTRUMENT,
): Instrument | null => {
  const standIn = market === "spot" ? standInOf(symbol) : undefined;
  const seenTick = seen.price === null ? Infinity : stepOf(seen.price);
  const tickSize = Math.min(standIn?.tickSize ?? Infinity, seenTick);
  const lotSize = standIn?.lotSize ?? (seen.qty === null ? Infinity : stepOf(seen.qty));
  if (tickSize === Infinity || lotSize === Infinity) return null;
  return {
    index,
    symbol,
    source: tickSize === standIn?.tickSize ? "standIn" : "guessed",
    seen,
    tickSize,
    lotSize,
    minQtyLots: 1,
    maxQtyLots: NO_MAXIMUM,
    maxMarketQtyLots: NO_MAXIMUM,
    minPriceTicks: 1,
    maxPriceTicks: NO_MAXIMUM,
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
