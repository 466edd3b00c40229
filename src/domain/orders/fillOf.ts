import type { Fill } from "../derived.ts";
import type { OrderFilled } from "../event.ts";
import { Kind } from "../kind.ts";
import { directionOf } from "../order.ts";
import { legOf, nameOf } from "./orderIds.ts";
import type { Leg } from "./orderIds.ts";
import { indexOfOrder } from "./orderList.ts";
import type { OwnOrder, OwnOrders } from "./ownOrder.ts";

/** Why an order existed that is not in our list any more, or was never sent by us. */
const REASONS: Readonly<Record<Leg, string>> = { main: "unknown", stop: "stop", target: "target", bridge: "bridge" };

/** What an instrument's money is counted by. */
export interface FillUnits {
  readonly usdtPerTickLot: number;
  /** Last price in ticks; NaN before the first. */
  readonly markTicks: number;
}

/**
 * A trade that the exchange told, joined with our order. Where that is not in our list (a target that the venue attached, a fill that came
 * late) its id tells plan and leg.
 */
export const fillOf = (own: OwnOrders, item: OrderFilled, units: FillUnits): Fill => {
  const { clientOrderId, liquidation } = item;
  const order = own.open[indexOfOrder(own.open, clientOrderId)] ?? null;
  const leg = liquidation ? "main" : legOf(clientOrderId);
  return {
    kind: Kind.fill,
    seq: item.seq,
    instrument: item.instrument,
    knownAtMs: item.knownAtMs,
    eventTimeMs: item.eventTimeMs,
    clientOrderId,
    tradeId: item.tradeId,
    planId: order?.planId ?? (liquidation ? clientOrderId : nameOf(clientOrderId).planId),
    leg,
    side: item.side,
    priceTicks: item.priceTicks,
    qtyLots: item.qtyLots,
    feeUsdt: item.feeUsdt,
    slippageUsdt: slippageTicks(order, item, units.markTicks) * item.qtyLots * units.usdtPerTickLot,
    maker: item.maker,
    reduceOnly: order === null ? liquidation || leg !== "main" : order.role !== "entry",
    reason: order?.reason ?? (liquidation ? "liquidation" : REASONS[leg]),
  };
};

/** Where the venue does not say it, against what the order asked for (limit or trigger), or against the last price. */
const slippageTicks = (order: OwnOrder | null, { priceTicks, referenceTicks, side }: OrderFilled, markTicks: number): number => {
  if (referenceTicks > 0) return Math.abs(priceTicks - referenceTicks);
  const asked = order !== null && order.priceTicks > 0 ? order.priceTicks : markTicks;
  return Number.isNaN(asked) ? 0 : Math.max(0, (priceTicks - asked) * directionOf(side));
};
