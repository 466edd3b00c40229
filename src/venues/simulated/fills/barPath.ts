import type { MarketState } from "../marketState.ts";
import type { WorkingOrder } from "../orders/workingOrder.ts";
import { awaitsTrigger, isBelowMarket, isPast, reduces } from "../orders/workingOrder.ts";

/** The bar that a path leads through. */
export interface BarState {
  /** Its price is the open, its capacity what is left of the bar's volume. */
  readonly market: MarketState;
  highTicks: number;
  lowTicks: number;
  closeTicks: number;
  /** The position grew, or turned, on the way through the bar: its favourable extreme may have come before. */
  grewInside: boolean;
}

/**
 * A bar does not say in which order it made its extremes. The path through it is the one that hurts: towards the extreme
 * that is adverse to the position first, then to the other. Flat, towards the oldest entry that waits, so that the way back
 * can still hurt it.
 */
export const goesDownFirst = (positionLots: number, orders: readonly WorkingOrder[]): boolean => {
  if (positionLots !== 0) return positionLots > 0;
  for (const { done, active, request } of orders) if (!done && !active && !reduces(request)) return isBelowMarket(request);
  return true;
};

/** Price at which the path meets the order: its own, or where the path is now if the price is past it already. */
export const meetingTicks = (order: WorkingOrder, atTicks: number, down: boolean): number => {
  const price = order.request.type === "limit" ? order.request.priceTicks : order.triggerTicks;
  return down ? Math.min(price, atTicks) : Math.max(price, atTicks);
};

/** The order that the way from `atTicks` to `toTicks` meets first, or null. Where several meet at one price, a stop comes first. */
export const nextOnPath = (
  orders: readonly WorkingOrder[],
  atTicks: number,
  toTicks: number,
  down: boolean,
  bar: Readonly<BarState>,
): WorkingOrder | null => {
  let best: WorkingOrder | null = null;
  let bestTicks = 0;
  for (const order of orders) {
    if (order.done || order.active || !isMet(order, atTicks, toTicks, down, bar)) continue;
    const price = meetingTicks(order, atTicks, down);
    if (best === null || (down ? price > bestTicks : price < bestTicks) || (price === bestTicks && isStop(order) && !isStop(best))) {
      best = order;
      bestTicks = price;
    }
  }
  return best;
};

const isStop = ({ request }: WorkingOrder): boolean => request.type === "stopMarket" || request.type === "trailingStopMarket";

const isMet = (order: WorkingOrder, atTicks: number, toTicks: number, down: boolean, bar: Readonly<BarState>): boolean => {
  const { request } = order;
  if (isBelowMarket(request) !== down) return false;
  // Of a position that grew inside this bar the favourable extreme may lie before that; the close certainly lies behind it.
  const reachTicks = bar.grewInside && reduces(request) && !isStop(order) ? bar.closeTicks : toTicks;
  if (!awaitsTrigger(order)) {
    // A limit needs a price one tick through it, and volume. One that the price is past already waits for the next open.
    if (bar.market.capacityLots <= 0) return false;
    return down
      ? request.priceTicks <= atTicks && reachTicks < request.priceTicks
      : request.priceTicks >= atTicks && reachTicks > request.priceTicks;
  }
  return isPast(request, order.triggerTicks, reachTicks);
};
