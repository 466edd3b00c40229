import type { SeenDecimals } from "./decimals/seen.ts";
import type { InstrumentIndex, Lots, Ticks } from "./units.ts";
import { lots, ticks } from "./units.ts";

/**
 * Source of the rules: the exchange (`exchangeInfo`), the market simulator, or the table of spot symbols that stand in for the perpetual.
 * `guessed`: no source has them; tick and lot come from the decimals of the data, and the other values are the usual ones.
 */
export const RULE_SOURCES = ["exchange", "simulator", "standIn", "guessed"] as const;
export type RulesSource = (typeof RULE_SOURCES)[number];

/** A maximum that does not exist or is not known: larger than any quantity or price, and a number that JSON can hold. */
export const NO_MAXIMUM = Number.MAX_SAFE_INTEGER;

/** One maintenance-margin bracket of an instrument, as Binance lists them (`GET /fapi/v1/leverageBracket`). */
export interface MarginBracket {
  readonly notionalFloorUsdt: number;
  readonly notionalCapUsdt: number;
  readonly maintenanceMarginRate: number;
  /** Maintenance amount (`cum`): margin = notional × rate − amount. */
  readonly maintenanceAmountUsdt: number;
  readonly maxLeverage: number;
}

/** Trading rules of one instrument. They come from the data source as dated `instrumentRules` events. */
export interface Instrument {
  readonly index: InstrumentIndex;
  readonly symbol: string;
  readonly source: RulesSource;
  /** The decimals that guessed rules were made from. Data with more decimals make the guess finer. */
  readonly seen?: SeenDecimals;
  readonly tickSize: number;
  readonly lotSize: number;
  readonly minQtyLots: number;
  /** `NO_MAXIMUM`: none; so are the other two. */
  readonly maxQtyLots: number;
  readonly maxMarketQtyLots: number;
  readonly minPriceTicks: number;
  readonly maxPriceTicks: number;
  readonly minNotionalUsdt: number;
  /** PERCENT_PRICE: a buy may not exceed mark × up, a sell may not be below mark × down; 0 disables. */
  readonly percentPriceUp: number;
  readonly percentPriceDown: number;
  readonly makerFeeRate: number;
  readonly takerFeeRate: number;
  readonly liquidationFeeRate: number;
  readonly fundingIntervalHours: number;
  /** Ascending by notional; never empty. */
  readonly brackets: readonly MarginBracket[];
}

/**
 * A float price as ticks, to the nearest tick. `price / tickSize` is within one ulp of an integer for every price the
 * exchange prints, so rounding recovers it exactly.
 */
export const priceToTicks = (instrument: Instrument, price: number): Ticks => ticks(Math.round(price / instrument.tickSize));

/** Ticks as a float price in quote currency: the double nearest to the decimal the exchange prints. */
export const ticksToPrice = (instrument: Instrument, value: number): number => scale(value, instrument.tickSize);

/** A base quantity as lots, rounded towards zero: an order is never larger than what was asked for. */
export const qtyToLots = (instrument: Instrument, qty: number): Lots => {
  const raw = qty / instrument.lotSize;
  const nearest = Math.round(raw);
  return lots(Math.abs(raw - nearest) < 1e-6 ? nearest : Math.trunc(raw));
};

/** Lots as a base quantity. */
export const lotsToQty = (instrument: Instrument, value: number): number => scale(value, instrument.lotSize);

/** value × size without the error of a decimal size such as 0.01: multiply by it, or divide by its integer inverse. */
const scale = (value: number, size: number): number => {
  const inverse = Math.round(1 / size);
  return inverse > 1 && Math.abs(inverse * size - 1) < 1e-12 ? value / inverse : value * size;
};

/** USDT per tick·lot: |cost in tick·lots| × this = USDT. */
export const usdtPerTickLot = (instrument: Instrument): number => {
  const inverse = Math.round(1 / instrument.tickSize) * Math.round(1 / instrument.lotSize);
  const product = instrument.tickSize * instrument.lotSize;
  return instrument.tickSize < 1 && instrument.lotSize < 1 && Math.abs(inverse * product - 1) < 1e-9 ? 1 / inverse : product;
};

/** Notional of `qtyLots` at `priceTicks`, in USDT (unsigned). */
export const notionalUsdt = (instrument: Instrument, priceTicks: number, qtyLots: number): number =>
  Math.abs(priceTicks * qtyLots) * usdtPerTickLot(instrument);

/** The bracket that a position of `notional` USDT falls into (floor exclusive, cap inclusive, as Binance applies them). */
export const bracketFor = (instrument: Instrument, notional: number): MarginBracket => {
  const { brackets } = instrument;
  for (const bracket of brackets) if (notional <= bracket.notionalCapUsdt) return bracket;
  return brackets[brackets.length - 1] as MarginBracket;
};
