import type { Instrument, MarginBracket } from "./instrument.ts";
import { bracketFor } from "./instrument.ts";
import type { Direction } from "./units.ts";

/** What the liquidation price of one position depends on; prices in USDT, quantities in base units. */
export interface MarginInput {
  readonly direction: Direction;
  readonly qty: number;
  readonly entryPrice: number;
  /** Isolated: the position's own margin. Cross: the wallet balance. */
  readonly walletUsdt: number;
  /** Cross only: maintenance margin and unrealised PnL of all other positions. */
  readonly otherMaintenanceUsdt: number;
  readonly otherUnrealisedUsdt: number;
  readonly bracket: MarginBracket;
}

/**
 * Liquidation price by Binance's published formula (one-way mode):
 * LP = (WB − TMM + UPNL + cum − side·qty·EP) / (qty·MMR − side·qty).
 * Source: Binance support, "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts". A result ≤ 0 means that the
 * position cannot be liquidated.
 */
export const liquidationPrice = (input: MarginInput): number => {
  const { direction, qty, entryPrice, bracket } = input;
  const numerator =
    input.walletUsdt -
    input.otherMaintenanceUsdt +
    input.otherUnrealisedUsdt +
    bracket.maintenanceAmountUsdt -
    direction * qty * entryPrice;
  return numerator / (qty * (bracket.maintenanceMarginRate - direction));
};

/** Maintenance margin of a notional: notional × rate − amount of its bracket (USDT). */
export const maintenanceMarginUsdt = (instrument: Instrument, notional: number): number => {
  const bracket = bracketFor(instrument, notional);
  return notional * bracket.maintenanceMarginRate - bracket.maintenanceAmountUsdt;
};

/**
 * Isolated liquidation price. The bracket is that of the notional at the liquidation price itself (Binance's note to the
 * formula above), found by iterating from the entry's notional. Maintenance margin is continuous and convex in the notional,
 * so this is Newton's method on it: it ends at the one right bracket after at most as many rounds as there are brackets.
 */
export const isolatedLiquidationPrice = (
  instrument: Instrument,
  position: Readonly<Pick<MarginInput, "direction" | "qty" | "entryPrice">> & { readonly marginUsdt: number },
): number => {
  let notional = position.qty * position.entryPrice;
  let price = 0;
  for (let round = 0; round <= instrument.brackets.length; round += 1) {
    const bracket = bracketFor(instrument, notional);
    price = liquidationPrice({
      direction: position.direction,
      qty: position.qty,
      entryPrice: position.entryPrice,
      walletUsdt: position.marginUsdt,
      otherMaintenanceUsdt: 0,
      otherUnrealisedUsdt: 0,
      bracket,
    });
    const next = position.qty * Math.max(price, 0);
    if (bracketFor(instrument, next) === bracket) break;
    notional = next;
  }
  return price;
};

/**
 * What a position pays at a settlement: nominal value × rate; longs pay when the rate is positive, shorts receive.
 * Source: Binance support, "Introduction to Binance Futures Funding Rates".
 */
export const fundingFeeUsdt = (signedQty: number, markPrice: number, rate: number): number => signedQty * markPrice * rate;

/** Largest notional Binance allows at a leverage (the cap of the last bracket that still grants it), in USDT. */
export const maxNotionalUsdt = (instrument: Instrument, leverage: number): number => {
  let cap = 0;
  for (const bracket of instrument.brackets) if (bracket.maxLeverage >= leverage) cap = bracket.notionalCapUsdt;
  return cap;
};
