import type { Instrument } from "./instrument.ts";
import { usdtPerTickLot } from "./instrument.ts";
import type { IsolatedMargin } from "./isolatedMargin.ts";
import { maxNotionalUsdt } from "./margin.ts";
import type { Direction } from "./units.ts";

/** An entry at the price that it is margined at: its limit, or the last price. */
interface MarginedEntry {
  readonly direction: Direction;
  readonly qtyLots: number;
  readonly priceTicks: number;
  readonly leverage: number;
}

/** State of the account that an arriving entry meets at the venue. */
export interface MarginAtHand {
  readonly position: IsolatedMargin;
  /** Σ price × lots of the open entries of the same side, in tick·lots. */
  readonly openTickLots: number;
  /** Free for new orders: cash − isolated margins − margin that open entries reserve, USDT. */
  readonly availableUsdt: number;
  readonly takerFeeRate: number;
}

/** Why an entry is refused for its margin, what was asked for and what there is (leverage, or USDT). */
interface MarginShortage {
  readonly reason: "leverageInvalid" | "leverageExceeded" | "insufficientMargin";
  readonly asked: number;
  readonly limit: number;
}

/**
 * Isolated margin that an entry needs: `leverageExceeded` when position, open entries and this one exceed what the leverage allows, `insufficientMargin` when the
 * free wallet cannot carry initial margin and fee. What closes a position needs neither. Null: the account carries it.
 */
export const marginShortage = (
  instrument: Instrument,
  { direction, qtyLots, priceTicks, leverage }: MarginedEntry,
  { position, openTickLots, availableUsdt, takerFeeRate }: MarginAtHand,
): MarginShortage | null => {
  if (!(leverage >= 1)) return { reason: "leverageInvalid", asked: leverage, limit: 1 };
  const held = position.lots * direction;
  const openingLots = held < 0 ? Math.max(0, qtyLots + held) : qtyLots;
  if (openingLots === 0) return null;
  const unitUsdt = usdtPerTickLot(instrument);
  const added = openingLots * priceTicks * unitUsdt;
  const notional = (Math.max(0, held) * priceTicks + openTickLots) * unitUsdt + added;
  const largest = maxNotionalUsdt(instrument, leverage);
  if (exceeds(notional, largest)) return { reason: "leverageExceeded", asked: notional, limit: largest };
  // A flip frees the margin of what it closes, less the loss that closing realises.
  const freed = held < 0 ? position.marginUsdt - Math.max(0, position.lossUsdt(priceTicks)) : 0;
  const needed = added / leverage + added * takerFeeRate;
  const free = availableUsdt + freed;
  return exceeds(needed, free) ? { reason: "insufficientMargin", asked: needed, limit: free } : null;
};

/**
 * Whether an amount of USDT exceeds another by more than the error of doubles: a few operations on decimals, each with at most 2⁻⁵³ of its
 * result (IEEE 754), and the rest of a larger wallet, far below the exchange's own eight decimals.
 */
const exceeds = (askedUsdt: number, limitUsdt: number): boolean => askedUsdt > limitUsdt + Math.abs(limitUsdt) * 16 * Number.EPSILON + 1e-9;

/**
 * Lots of the largest entry that `marginShortage` lets pass, not rounded: as exact as a division. NaN where something is not known.
 */
export const lotsOfMargin = (
  instrument: Instrument,
  { direction, priceTicks, leverage }: Omit<MarginedEntry, "qtyLots">,
  { position, openTickLots, availableUsdt, takerFeeRate }: MarginAtHand,
): number => {
  const held = position.lots * direction;
  const unitUsdt = usdtPerTickLot(instrument);
  const freed = held < 0 ? position.marginUsdt - Math.max(0, position.lossUsdt(priceTicks)) : 0;
  const byLeverage = maxNotionalUsdt(instrument, leverage) / unitUsdt - Math.max(0, held) * priceTicks - openTickLots;
  const byWallet = (availableUsdt + freed) / (unitUsdt * (1 / leverage + takerFeeRate));
  return Math.max(0, -held) + Math.max(0, Math.min(byLeverage, byWallet) / priceTicks);
};
