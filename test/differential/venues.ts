import type { Instrument, MarginBracket } from "../../src/domain/instrument.ts";
import { NO_MAXIMUM } from "../../src/domain/instrument.ts";
import { instrumentIndex } from "../../src/domain/units.ts";
import { DEFAULT_VENUE } from "../../src/venues/simulated/options.ts";
import type { SimulatedVenueOptions } from "../../src/venues/simulated/options.ts";
import type { Chance } from "../chance.ts";

/** Floor in USDT, rate and most leverage of each maintenance bracket: like those of a perpetual, but so close that accounts cross them. */
const TIERS = [
  [0, 0.004, 125],
  [5000, 0.005, 100],
  [10_000, 0.008, 75],
  [20_000, 0.01, 50],
  [40_000, 0.016, 40],
  [80_000, 0.025, 20],
  [160_000, 0.04, 10],
  [500_000, 0.05, 5],
  [2_000_000, 0.1, 2],
] as const;

/** The amount of each makes the margin continuous at its floor. */
const BRACKETS: readonly MarginBracket[] = TIERS.map(([floor, rate, maxLeverage], i) => ({
  notionalFloorUsdt: floor,
  notionalCapUsdt: TIERS[i + 1]?.[0] ?? 1e9,
  maintenanceMarginRate: rate,
  maintenanceAmountUsdt: TIERS.slice(1, i + 1).reduce(
    (sum, [from, more], k) => sum + Math.round(from * (more - TIERS[k]![1]) * 1000) / 1000,
    0,
  ),
  maxLeverage,
}));

const SIZES = [
  { tickSize: 1, lotSize: 1, startTicks: 1000 },
  { tickSize: 0.1, lotSize: 0.001, startTicks: 300_000 },
  { tickSize: 0.01, lotSize: 0.00001, startTicks: 2_000_000 },
  { tickSize: 0.0001, lotSize: 0.1, startTicks: 6200 },
  { tickSize: 0.5, lotSize: 0.01, startTicks: 4000 },
  { tickSize: 0.00001, lotSize: 1, startTicks: 62 },
] as const;

/** An instrument and the price at which its bars start. */
export const instrumentOf = (chance: Chance, index: number): { readonly instrument: Instrument; readonly startTicks: number } => {
  const { startTicks, ...sizes } = chance.pick(SIZES);
  const filtered = chance.of(0.3);
  const instrument: Instrument = {
    index: instrumentIndex(index),
    symbol: `I${index}USDT`,
    source: "exchange",
    ...sizes,
    minQtyLots: filtered ? chance.int(1, 5) : 1,
    maxQtyLots: NO_MAXIMUM,
    maxMarketQtyLots: filtered ? Math.ceil(20_000 / (startTicks * sizes.tickSize * sizes.lotSize)) : NO_MAXIMUM,
    minPriceTicks: filtered ? 2 : 1,
    maxPriceTicks: filtered ? startTicks * 3 : NO_MAXIMUM,
    minNotionalUsdt: filtered ? 5 : 0,
    percentPriceUp: filtered ? 1.05 : 0,
    percentPriceDown: filtered ? 0.95 : 0,
    makerFeeRate: 0.0002,
    takerFeeRate: 0.0005,
    liquidationFeeRate: chance.pick([0.0125, 0.005, 0]),
    fundingIntervalHours: 8,
    brackets: BRACKETS,
  };
  return { instrument, startTicks };
};

export const optionsOf = (chance: Chance): SimulatedVenueOptions => ({
  ...DEFAULT_VENUE,
  startUsdt: chance.pick([10_000, 10_000, 1000, 333.33, 1_000_000]),
  slippageFraction: chance.pick([0, 0.0001, 0.0001, 0.002, 0.01]),
  latencyMs: chance.pick([0, 250, 250, 59_999, 60_000, 150_000]),
  maxVolumeShare: chance.pick([null, 0.1, 0.1, 0.033, 1]),
  funding: chance.of(0.8),
  filters: chance.of(0.7) ? "all" : "tickAndLot",
  margin: chance.of(0.85),
  makerFeeRate: chance.pick([null, null, -0.0001, 0]),
  takerFeeRate: chance.pick([null, null, 0.0004, 0.00017]),
});
