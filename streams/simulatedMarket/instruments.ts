import type { Instrument, MarginBracket } from "../../src/domain/instrument.ts";
import { instrumentIndex } from "../../src/domain/units.ts";

/** What the simulator assumes of a symbol; money in USDT, volatility as a fraction a minute. */
export interface SymbolProfile {
  readonly tickSize: number;
  readonly lotSize: number;
  readonly startPrice: number;
  readonly volatility: number;
  /** Turnover of an average minute. */
  readonly minuteUsdt: number;
  /** Share of variance that comes from the market factor. */
  readonly factorShare: number;
}

const BTC: SymbolProfile = {
  tickSize: 0.1,
  lotSize: 0.001,
  startPrice: 20_000,
  volatility: 0.00068,
  minuteUsdt: 3_000_000,
  factorShare: 0.75,
};
const ETH: SymbolProfile = {
  tickSize: 0.01,
  lotSize: 0.001,
  startPrice: 1_500,
  volatility: 0.0008,
  minuteUsdt: 1_500_000,
  factorShare: 0.65,
};
const OTHER: SymbolProfile = { tickSize: 0.001, lotSize: 1, startPrice: 20, volatility: 0.001, minuteUsdt: 150_000, factorShare: 0.5 };
const PROFILES: Readonly<Record<string, SymbolProfile>> = { BTCUSDT: BTC, ETHUSDT: ETH };

/** Profile of a symbol: BTCUSDT and ETHUSDT have their own, all others are an altcoin at 20 USDT. */
export const symbolProfile = (symbol: string): SymbolProfile =>
  Object.hasOwn(PROFILES, symbol) ? (PROFILES[symbol] as SymbolProfile) : OTHER;

/** Notional cap in USDT, maintenance rate, highest leverage: the shape of Binance's USD-M tables for large and for small coins. */
type Tier = readonly [capUsdt: number, maintenanceRate: number, maxLeverage: number];
const LARGE: readonly Tier[] = [
  [50_000, 0.004, 125],
  [600_000, 0.005, 100],
  [3_000_000, 0.0065, 75],
  [12_000_000, 0.01, 50],
  [70_000_000, 0.02, 25],
  [100_000_000, 0.025, 20],
];
const SMALL: readonly Tier[] = [
  [5_000, 0.01, 50],
  [50_000, 0.02, 25],
  [600_000, 0.025, 20],
  [1_200_000, 0.05, 10],
  [3_000_000, 0.1, 5],
];

/**
 * Brackets of a table of tiers. The maintenance amount makes the margin continuous where brackets meet:
 * amountᵢ = amountᵢ₋₁ + floorᵢ · (rateᵢ − rateᵢ₋₁) (Binance, "Leverage and margin of USD-M futures").
 */
const marginBrackets = (tiers: readonly Tier[]): MarginBracket[] => {
  let floor = 0;
  let rateBefore = 0;
  let amount = 0;
  return tiers.map(([cap, rate, maxLeverage]) => {
    amount = Math.round((amount + floor * (rate - rateBefore)) * 1e6) / 1e6;
    const bracket = {
      notionalFloorUsdt: floor,
      notionalCapUsdt: cap,
      maintenanceMarginRate: rate,
      maintenanceAmountUsdt: amount,
      maxLeverage,
    };
    floor = cap;
    rateBefore = rate;
    return bracket;
  });
};

/** Trading rules of a simulated symbol, shaped like Binance's: tick 0.1 and lot 0.001 for BTCUSDT. */
export const simulatedInstrument = (symbol: string, index: number): Instrument => {
  const { tickSize, lotSize, startPrice } = symbolProfile(symbol);
  const large = Object.hasOwn(PROFILES, symbol);
  const lotsOf = (usdt: number): number => Math.max(1, Math.round(usdt / startPrice / lotSize));
  return {
    index: instrumentIndex(index),
    symbol,
    source: "simulator",
    tickSize,
    lotSize,
    minQtyLots: 1,
    maxQtyLots: lotsOf(20_000_000),
    maxMarketQtyLots: lotsOf(2_400_000),
    minPriceTicks: 1,
    maxPriceTicks: Math.round((startPrice * 1000) / tickSize),
    minNotionalUsdt: large ? 20 : 5,
    percentPriceUp: 1.05,
    percentPriceDown: 0.95,
    makerFeeRate: 0.0002,
    takerFeeRate: 0.0005,
    liquidationFeeRate: large ? 0.0125 : 0.015,
    fundingIntervalHours: 8,
    brackets: marginBrackets(large ? LARGE : SMALL),
  };
};
