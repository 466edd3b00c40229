import { nearestTick } from "./nearestTick.ts";
import type { Direction, InstrumentIndex, Lots, Ticks } from "./units.ts";

export type OrderSide = "buy" | "sell";
/** The last three are conditional orders: a kind of their own with own ids, as on Binance. */
export type OrderType = "market" | "limit" | "stopMarket" | "takeProfitMarket" | "trailingStopMarket";
/** What a simulated venue fills orders by. */
export type FillOn = "bars" | "trades" | "book";
/** GTX is post-only. */
export type TimeInForce = "GTC" | "IOC" | "FOK" | "GTX";

export const isConditional = (type: OrderType): boolean =>
  type === "stopMarket" || type === "takeProfitMarket" || type === "trailingStopMarket";
export const sideOf = (direction: Direction): OrderSide => (direction > 0 ? "buy" : "sell");
export const directionOf = (side: OrderSide): Direction => (side === "buy" ? 1 : -1);

/** Protection that goes live with the entry's fill: distances from the fill price as fractions; 0 = none. */
export interface Bracket {
  readonly stopFraction: number;
  readonly targetFraction: number;
}
export const NO_BRACKET: Bracket = { stopFraction: 0, targetFraction: 0 };

/** What a venue is asked to place. Client order ids are a function of the intent: the same on every retry and restart. */
export interface OrderRequest {
  readonly clientOrderId: string;
  readonly planId: string;
  readonly instrument: InstrumentIndex;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly qtyLots: Lots;
  /** Limit price; 0 for other types. */
  readonly priceTicks: Ticks;
  /** Trigger price of a conditional order; 0 for other types. */
  readonly triggerTicks: Ticks;
  /** Trailing distance as a fraction of the best price seen; 0 for other types. */
  readonly callbackFraction: number;
  readonly timeInForce: TimeInForce;
  readonly reduceOnly: boolean;
  /** A conditional order for whatever the position is when it triggers. */
  readonly closePosition: boolean;
  /** Protection of an entry; `NO_BRACKET` otherwise. */
  readonly bracket: Bracket;
  readonly leverage: number;
  /** When a resting entry expires (ms, line time); Infinity = never. */
  readonly expiresAtMs: number;
  readonly reason: string;
  /** Line time of the decision. */
  readonly decidedAtMs: number;
}

/** The trigger prices of a bracket around an entry; 0 where the bracket has no such side, or no price is left for it. */
interface BracketLevels {
  readonly stopTicks: Ticks;
  readonly targetTicks: Ticks;
}

/**
 * Levels of a bracket, to the nearest tick: stop at entry × (1 ∓ stopFraction), target at entry × (1 ± targetFraction), each at least
 * one tick away from the entry on its own side. Half a tick goes against us: down for a long, which sells there, up for a short. A level
 * of a whole price below the entry or more is never reached and is none. `entryTicks` is whole.
 * Labels (`src/lab/labels/tripleBarrier.ts`), venues, risk and the recorder use this one function, so that they are one truth.
 */
export const bracketLevels = (entryTicks: number, direction: Direction, { stopFraction, targetFraction }: Bracket): BracketLevels => ({
  stopTicks: (stopFraction > 0 ? levelTicks(entryTicks, direction, -direction * stopFraction) : 0) as Ticks,
  targetTicks: (targetFraction > 0 ? levelTicks(entryTicks, direction, direction * targetFraction) : 0) as Ticks,
});

/**
 * Where an entry of `direction` is left, at a fraction of its price above (> 0) or below it (< 0), in whole ticks: the nearest, but at least
 * a tick away. 0 where there is none: at −1 or less, or below the lowest price.
 */
const levelTicks = (fromTicks: number, direction: Direction, fraction: number): number =>
  fraction <= -1 ? 0 : besideTicks(fromTicks, fraction > 0 ? 1 : -1, nearestTick(fromTicks, fraction, -direction as Direction));

/**
 * `ticks` as a price above (`side` 1) or below (−1) another one: the nearest whole tick, but at least a tick away, and no lower than one. 0
 * where no price is lower. A distance that rounds to nothing would be touched at once.
 */
export const besideTicks = (fromTicks: number, side: Direction, ticks: number): number => {
  const nearest = Math.round(ticks);
  if (side > 0) return Math.max(nearest, Math.floor(fromTicks) + 1);
  return Math.max(Math.min(nearest, Math.ceil(fromTicks) - 1), fromTicks > 1 ? 1 : 0);
};

/** How far a level at a fraction of the entry really is, as a fraction: what was asked, but at least a tick. */
export const trueFraction = (entryTicks: number, fraction: number): number => Math.max(fraction, 1 / entryTicks);

/** Whether a bracket asks for a level that is nearer to the entry than one tick. */
export const isBelowTick = (entryTicks: number, { stopFraction, targetFraction }: Bracket): boolean =>
  (stopFraction > 0 && stopFraction * entryTicks < 1) || (targetFraction > 0 && targetFraction * entryTicks < 1);
