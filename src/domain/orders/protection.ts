import type { Direction } from "../units.ts";
import type { OwnOrder, OwnOrders } from "./ownOrder.ts";

// The protection of a position, as our orders say.

/** Whether the venue has the stop: it has confirmed it, or it places it itself. */
export const isPlaced = ({ attachesBrackets }: OwnOrders, { confirmed, action }: OwnOrder): boolean =>
  confirmed || (attachesBrackets && action !== "moveStop");

export const hasPlacedStop = (own: OwnOrders, side: Direction): boolean => {
  for (const order of own.open) if (isStop(order) && order.direction === side && isPlaced(own, order)) return true;
  return false;
};

const isStop = ({ role, superseded }: OwnOrder): boolean => (role === "stop" || role === "bridge") && !superseded;

/** Stops that the venue has and that a newer one takes the place of. */
export const placedStops = (own: OwnOrders, newer: OwnOrder): OwnOrder[] =>
  own.open.filter((order) => order !== newer && isStop(order) && order.direction === newer.direction && isPlaced(own, order));

/**
 * Whether a stop protects the whole position, or is on its way. A bridge protects as many lots as it has; while the old stop has not gone
 * yet, the new one is to come.
 */
export const isProtected = ({ open, heldLots }: OwnOrders): boolean => {
  let bridged = 0;
  let moving = false;
  for (const order of open) {
    if (order.role === "stop") moving = true;
    if (!isStop(order)) continue;
    if (order.role === "stop") return true;
    bridged += order.remainingLots;
  }
  return bridged > 0 && (moving || bridged >= Math.abs(heldLots));
};

/** The tightest stop in ticks, one on its way included; 0 without one. */
export const stopTicks = (own: OwnOrders): number => tightest(own, false);

/** The tightest stop that the venue has; 0 without one. */
export const workingStopTicks = (own: OwnOrders): number => tightest(own, true);

/** Direction of the position that a working stop protects; 1 without one. */
export const stopDirection = ({ open }: OwnOrders): Direction => open.find((order) => isStop(order) && order.confirmed)?.direction ?? 1;

const tightest = ({ open }: OwnOrders, working: boolean): number => {
  let ticks = 0;
  for (const order of open) {
    if (!isStop(order) || (working && !order.confirmed)) continue;
    if (ticks === 0 || (order.priceTicks - ticks) * order.direction > 0) ticks = order.priceTicks;
  }
  return ticks;
};

// Of the same side: when a position turns, the orders of the old side are still there. While a stop is moved, the old one is there until its
// cancel arrives, and the new one follows; without either, a bridge protects as many lots as it has.
export const hasStop = ({ open }: OwnOrders, side: Direction, heldLots: number): boolean => {
  const ofSide = open.filter(({ direction }) => direction === side);
  const bridges = ofSide.filter((order) => order.role === "bridge" && !order.superseded);
  if (bridges.length === 0) return ofSide.some(isStop);
  return ofSide.some(({ role }) => role === "stop") || lotsOf(bridges) >= heldLots;
};
const lotsOf = (orders: readonly OwnOrder[]): number => orders.reduce((lots, { remainingLots }) => lots + remainingLots, 0);
export const hasTarget = ({ open }: OwnOrders, side: Direction): boolean =>
  open.some(({ role, superseded, direction }) => role === "target" && !superseded && direction === side);
