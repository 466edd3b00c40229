import type { OpenOrders, OrderAccepted, OrderCanceled, OrderExpired, OrderRejected, OrderUnknown } from "../event.ts";
import type { OwnOrder, OwnOrders } from "./ownOrder.ts";
import { statusAfter } from "./ownOrder.ts";

/** What a venue says of an order, apart from its fills. */
export type OrderAnswer = OrderAccepted | OrderRejected | OrderUnknown | OrderCanceled | OrderExpired;

/**
 * The venue's list of open orders: what it lacks of ours is unknown, unless it was sent after the question. So is what it lists although a
 * cancel has left: that cancel may be lost.
 */
export const compared = (own: OwnOrders, { askedAtMs, clientOrderIds }: OpenOrders): void => {
  own.latest = null;
  for (const order of own.open) {
    if (order.decidedAtMs >= askedAtMs) continue;
    if (!clientOrderIds.includes(order.orderId)) order.status = statusAfter(order.status, "missed");
    else if (order.status === "cancelSent") order.status = statusAfter(order.status, "undecided");
  }
};

/** Whether only the venue can tell what becomes of the order. */
export const mustAsk = ({ status }: OwnOrder): boolean => status === "unknown" || status === "ending";
