import type { Instrument, MarginBracket } from "../../src/domain/instrument.ts";
import { NO_MAXIMUM } from "../../src/domain/instrument.ts";
import { instrumentIndex } from "../../src/domain/units.ts";
import { DEFAULT_VENUE } from "../../src/venues/simulated/options.ts";
import type { SimulatedVenueOptions } from "../../src/venues/simulated/options.ts";
import type { Chance } from "../chance.ts";

/** Maintenance brackets like those of a large perpetual, low enough that a test account meets several. */
const BRACKETS: readonly MarginBracket[] = [
  { notionalFloorUsdt: 0, notionalCapUsdt: 50_000, maintenanceMarginRate: 0.004, maintenanceAmountUsdt: 0, maxLeverage: 125 },
  { notionalFloorUsdt: 50_000, notionalCapUsdt: 250_000, maintenanceMarginRate: 0.005, maintenanceAmountUsdt: 50, maxLeverage: 100 },
  { notionalFloorUsdt: 250_000, notionalCapUsdt: 1_000_000, maintenanceMarginRate: 0.01, maintenanceAmountUsdt: 1300, maxLeverage: 50 },
  {
    notionalFloorUsdt: 1_000_000,
    notionalCapUsdt: 10_000_000,
    maintenanceMarginRate: 0.025,
    maintenanceAmountUsdt: 16_300,
    maxLeverage: 20,
  },
  {
    notionalFloorUsdt: 10_000_000,
    notionalCapUsdt: 30_000_000,
    maintenanceMarginRate: 0.05,
    maintenanceAmountUsdt: 266_300,
    maxLeverage: 5,
  },
];

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
