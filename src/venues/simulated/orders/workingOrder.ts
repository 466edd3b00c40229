import type { OrderRequest } from "../../domain/order.ts";
import { isConditional } from "../../domain/order.ts";

/** An accepted order with what is left of it. */
export interface WorkingOrder {
  readonly request: OrderRequest;
  remainingLots: number;
  /** Trigger of a conditional order; a trailing stop moves it. 0 for other types. */
  triggerTicks: number;
  /** A conditional order that triggered, or a market order: fills at the next price it gets. */
  active: boolean;
  /** Best price a trailing stop has seen, in ticks. */
  bestTicks: number;
  /** Arrived with this bar: a limit order that crosses the open takes liquidity. */
  fresh: boolean;
  /** Protection of an entry that filled inside the current bar: its target counts only if the close is beyond it. */
  afterEntryInBar: boolean;
  done: boolean;
}

export const workingOrder = (request: OrderRequest, lastTicks: number): WorkingOrder => ({
  request,
  remainingLots: request.qtyLots,
  triggerTicks: request.type === "trailingStopMarket" ? trailingTrigger(request, lastTicks) : request.triggerTicks,
  active: !isConditional(request.type) && request.type !== "limit",
  bestTicks: lastTicks,
  fresh: true,
  afterEntryInBar: false,
  done: false,
});

/** Trigger of a trailing stop for a best price: best × (1 ∓ callback), rounded towards the best (tighter). */
export const trailingTrigger = (request: OrderRequest, bestTicks: number): number =>
  request.side === "sell"
    ? Math.ceil(bestTicks * (1 - request.callbackFraction) - 1e-9)
    : Math.floor(bestTicks * (1 + request.callbackFraction) + 1e-9);

/** Whether a conditional order triggers when the price falls to it (a sell stop, a buy take-profit). */
export const triggersBelow = (request: OrderRequest): boolean =>
  request.type === "takeProfitMarket" ? request.side === "buy" : request.side === "sell";

/** Whether a price has reached the order's trigger. */
export const isTriggered = (order: WorkingOrder, priceTicks: number): boolean =>
  triggersBelow(order.request) ? priceTicks <= order.triggerTicks : priceTicks >= order.triggerTicks;
