import { lotsOfMargin, marginShortage } from "../../src/domain/entryMargin.ts";
import type { MarginAtHand } from "../../src/domain/entryMargin.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { notionalUsdt, usdtPerTickLot } from "../../src/domain/instrument.ts";
import { largestThatFits } from "../../src/domain/largestThatFits.ts";
import type { Direction } from "../../src/domain/units.ts";
import type { InstrumentExposure } from "../../src/risk/exposure.ts";
import type { PositionLimits } from "../../src/risk/limits.ts";
import { refuseMargin } from "../../src/risk/positionTier.ts";

/** Everything that judges the size of an entry: its terms, and what risk and venue know when it is asked for. */
export interface SizeFacts {
  readonly instrument: Instrument;
  readonly direction: Direction;
  readonly leverage: number;
  /** A limit order; false: a market order. */
  readonly isLimit: boolean;
  /** What risk counts the entry at. */
  readonly worstTicks: number;
  /** What the venue judges it by: its limit, or the last price. NaN before the first price. */
  readonly priceTicks: number;
  readonly limits: PositionLimits;
  readonly exposure: InstrumentExposure;
  readonly equityUsdt: number;
  /** Worst margin of all other instruments, USDT. */
  readonly othersUsdt: number;
  /** Whether the venue's filters of quantity and notional hold. */
  readonly filters: boolean;
  /** Null: the venue asks for no margin. */
  readonly atHand: MarginAtHand | null;
}

/** What refuses an entry for its size: a limit of risk by its name, or the venue's reason. */
export interface SizeRefusal {
  readonly reason: string;
  readonly value: number;
  readonly limit: number;
}

const VENUE_REASONS = {
  insufficientMargin: "the free margin (insufficientMargin)",
  leverageExceeded: "the largest position at this leverage (leverageExceeded)",
  leverageInvalid: "a leverage below 1 (leverageInvalid)",
} as const;

/** Lots of the largest entry that is not refused for its size; 0 when even the smallest one is, or something is not known. */
export const largestEntry = (facts: SizeFacts): number => {
  const most = mostLots(facts);
  const estimate = Math.min(most, lotsOfRisk(facts), lotsOfVenue(facts));
  const lots = largestThatFits(estimate, (qtyLots) => qtyLots <= most && refuse(facts, qtyLots) === null);
  return lots >= leastLots(facts) ? lots : 0;
};

/** Why `largestEntry` is 0: what refuses the smallest entry that the exchange takes. */
export const refuseSmallest = (facts: SizeFacts): SizeRefusal => {
  const { instrument, filters } = facts;
  const [least, most] = [leastLots(facts), mostLots(facts)];
  const order = filters && instrument.minNotionalUsdt > 0 ? `${instrument.minNotionalUsdt} USDT` : least === 1 ? "1 lot" : `${least} lots`;
  const refusal = least <= most ? refuse(facts, least) : { reason: "the largest quantity", value: least, limit: most };
  if (refusal === null || Number.isNaN(least)) return { reason: "the price or the account is not known yet", value: NaN, limit: NaN };
  return { ...refusal, reason: `the smallest order of ${order} is too large for ${refusal.reason}` };
};

/** Null: neither risk nor the venue's margin refuses the entry at this size. Smallest and largest quantity are left aside. */
const refuse = (facts: SizeFacts, qtyLots: number): SizeRefusal | null => {
  const { instrument, direction, leverage, worstTicks, priceTicks, limits, exposure, equityUsdt, othersUsdt, atHand } = facts;
  const { maxLeverage } = limits;
  if (maxLeverage !== null && leverage > maxLeverage) return { reason: "position.maxLeverage", value: leverage, limit: maxLeverage };
  const breach = refuseMargin({ direction, qtyLots, worstTicks, leverage }, exposure, limits, equityUsdt, othersUsdt);
  if (breach !== null) return { reason: breach.rule, value: breach.value, limit: breach.limit };
  const shortage = atHand === null ? null : marginShortage(instrument, { direction, qtyLots, priceTicks, leverage }, atHand);
  return shortage === null ? null : { reason: VENUE_REASONS[shortage.reason], value: shortage.asked, limit: shortage.limit };
};

/** By the margins that risk allows; not rounded, infinite without a limit. */
const lotsOfRisk = ({ limits, exposure, equityUsdt, othersUsdt, direction, worstTicks, leverage }: SizeFacts): number => {
  const { maxMarginFraction, maxAccountMarginFraction } = limits;
  const marginUsdt = Math.min(
    maxMarginFraction === null ? Infinity : maxMarginFraction * equityUsdt,
    maxAccountMarginFraction === null ? Infinity : maxAccountMarginFraction * equityUsdt - othersUsdt,
  );
  return exposure.lotsOfMargin(marginUsdt, { direction, worstTicks, leverage });
};

/** By the venue's margin; not rounded, infinite where it asks for none. */
const lotsOfVenue = ({ instrument, direction, priceTicks, leverage, atHand }: SizeFacts): number =>
  atHand === null ? Infinity : lotsOfMargin(instrument, { direction, priceTicks, leverage }, atHand);

/** Largest quantity of one order: the exchange's, and never so much that the cost of what is held could not be counted exactly. */
const mostLots = ({ instrument, filters, isLimit, worstTicks, exposure }: SizeFacts): number => {
  const { maxQtyLots, maxMarketQtyLots } = instrument;
  let exact = Math.floor(Number.MAX_SAFE_INTEGER / worstTicks) - Math.abs(exposure.positionLots);
  for (const { role, remainingLots } of exposure.orders.open) if (role === "entry") exact -= remainingLots;
  return Math.max(0, filters ? Math.min(exact, isLimit ? maxQtyLots : maxMarketQtyLots) : exact);
};

/** Smallest quantity that the exchange takes at this price; NaN without one. */
const leastLots = ({ instrument, filters, priceTicks }: SizeFacts): number => {
  if (!filters) return 1;
  const { minQtyLots, minNotionalUsdt } = instrument;
  const meets = (lots: number): boolean => notionalUsdt(instrument, priceTicks, lots) >= minNotionalUsdt;
  let lots = Math.max(1, Math.floor(minNotionalUsdt / (priceTicks * usdtPerTickLot(instrument))) - 1);
  // The division may be off by its rounding.
  while (!meets(lots) && lots < Number.MAX_SAFE_INTEGER) lots += 1;
  return Math.max(minQtyLots, lots);
};
