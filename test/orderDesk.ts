import type { Intent } from "../src/domain/derived.ts";
import type { OrderCanceled } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import type { OwnOrder, OwnOrders } from "../src/domain/orders/ownOrder.ts";
import type { PlannedOrders } from "../src/domain/orders/ownOrders.ts";
import { answered, enterPlan, filled, ownOrders, tradeOver } from "../src/domain/orders/ownOrders.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { fill, intentOf, orderAccepted, orderRejected, orderUnknown } from "./items.ts";
import type { RejectionReason } from "../src/domain/rejection.ts";

/** Bracket of the entries of an `OrderDesk`. */
export const BRACKET = { stopFraction: 0.01, targetFraction: 0.02 };
export const idsOf = (orders: readonly OwnOrder[]): string[] => orders.map(({ orderId }) => orderId);

/** Our orders of one instrument with the position that the fills make, as `account` keeps them. */
export class OrderDesk {
  readonly orders: OwnOrders;
  positionLots = 0;
  #at = 0;

  constructor(maxMarketQtyLots = 0, attachesBrackets = true) {
    this.orders = ownOrders({ maxMarketQtyLots }, attachesBrackets);
  }
  /** Enters an approved intent `id`, of 10 lots unless it says otherwise. */
  plan(id: string, action: Intent["action"], terms: Partial<Intent> = {}, worstTicks = 1000): PlannedOrders {
    return enterPlan(this.orders, intentOf({ at: (this.#at += 1) }, action, { planId: id, ...terms }), worstTicks);
  }
  enter(id: string, terms: Partial<Intent> = {}): void {
    this.plan(id, "enter", { bracket: BRACKET, ...terms });
  }
  move(id: string, stopTicks: number, direction: Direction = 1): OwnOrder {
    return this.plan(id, "moveStop", { stopTicks: stopTicks as Ticks, direction }).orders[0] as OwnOrder;
  }
  /** `lots` > 0 are bought. */
  fill(id: string, lots: number, ticks = 1000, reduceOnly = false): void {
    const side = lots > 0 ? "buy" : "sell";
    filled(this.orders, fill({ at: 0 }, { side, ticks, lots: Math.abs(lots), clientOrderId: id, reduceOnly }), this.positionLots);
    const was = this.positionLots;
    this.positionLots += lots;
    if (was !== 0 && was * this.positionLots <= 0) tradeOver(this.orders, was > 0 ? 1 : -1);
  }
  accepted(...ids: readonly string[]): void {
    for (const id of ids) answered(this.orders, orderAccepted({ at: 0 }, id));
  }
  rejected(id: string, reason?: RejectionReason): void {
    answered(this.orders, orderRejected({ at: 0 }, id, reason));
  }
  unknown(id: string): void {
    answered(this.orders, orderUnknown({ at: 0 }, id));
  }
  /** `remainingLots`: what the venue says did not fill; by default what we know of it. */
  canceled(id: string, remainingLots = this.remainingOf(id)): void {
    answered(this.orders, {
      ...orderAccepted({ at: 0 }, id),
      kind: Kind.orderCanceled,
      remainingLots: remainingLots as Lots,
    } satisfies OrderCanceled);
  }
  /** The open orders in a line each. */
  get open(): string[] {
    return this.orders.open.map(({ orderId, role, status, remainingLots }) => `${orderId} ${role} ${status} ${remainingLots}`);
  }
  private remainingOf(id: string): number {
    return this.orders.open.find(({ orderId }) => orderId === id)?.remainingLots ?? 0;
  }
  of(id: string): OwnOrder {
    return this.orders.open.find(({ orderId }) => orderId === id) as OwnOrder;
  }
}
