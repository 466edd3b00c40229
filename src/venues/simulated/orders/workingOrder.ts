import type { OrderRequest } from "../../../domain/order.ts";
import { isConditional } from "../../../domain/order.ts";
import { stateClass } from "../../../domain/state/stateClass.ts";
import type { QueuePlace } from "../fills/queuePlace.ts";

/** An accepted order with what is left of it. */
export class WorkingOrder {
  readonly request: OrderRequest;
  remainingLots: number;
  /** Trigger of a conditional order; a trailing stop moves it. 0 for other types. */
  triggerTicks: number;
  /** A market order, or a conditional one that triggered: it takes the next price there is. */
  active: boolean;
  /** Best price a trailing stop has seen, in ticks. */
  bestTicks: number;
  /** Where a limit order that rests stands in the queue; null: it does not rest, or fills on bars. */
  place: QueuePlace | null = null;
  /** On the book: exchange time at which a conditional order triggered. */
  triggeredMs = 0;
  /** How often the stop and the target of its bracket have been placed. */
  stopsPlaced = 0;
  targetsPlaced = 0;
  done = false;

  constructor(request: OrderRequest, lastTicks: number) {
    this.request = request;
    this.remainingLots = request.qtyLots;
    this.triggerTicks = request.type === "trailingStopMarket" ? trailingTrigger(request, lastTicks) : request.triggerTicks;
    this.active = request.type === "market";
    this.bestTicks = lastTicks;
  }
}

stateClass("WorkingOrder", WorkingOrder);

/** Orders that can only shrink the position. */
export const reduces = (request: OrderRequest): boolean => request.reduceOnly || request.closePosition;

/** Trigger of a trailing stop for a best price: best × (1 ∓ callback), rounded towards the best (it leaves earlier). */
const trailingTrigger = (request: OrderRequest, bestTicks: number): number =>
  request.side === "sell"
    ? Math.ceil(bestTicks * (1 - request.callbackFraction) - 1e-9)
    : Math.floor(bestTicks * (1 + request.callbackFraction) + 1e-9);

/** Moves a trailing stop by the extreme of a completed bar; it never moves away from the price. */
export const trail = (order: WorkingOrder, highTicks: number, lowTicks: number): void => {
  const selling = order.request.side === "sell";
  const extreme = selling ? highTicks : lowTicks;
  if (selling ? extreme <= order.bestTicks : extreme >= order.bestTicks) return;
  order.bestTicks = extreme;
  order.triggerTicks = trailingTrigger(order.request, extreme);
};

/** Whether a conditional order triggers when the price falls to it (a sell stop, a buy take-profit). */
const triggersBelow = (request: OrderRequest): boolean =>
  request.type === "takeProfitMarket" ? request.side === "buy" : request.side === "sell";

/** Whether a price is at or past a trigger. */
export const isPast = (request: OrderRequest, triggerTicks: number, priceTicks: number): boolean =>
  triggersBelow(request) ? priceTicks <= triggerTicks : priceTicks >= triggerTicks;

/** Whether the order waits for a trigger. */
export const awaitsTrigger = (order: WorkingOrder): boolean => !order.active && isConditional(order.request.type);

/** Whether the order waited for a trigger that has come. */
export const hasTriggered = (order: WorkingOrder): boolean => order.active && isConditional(order.request.type);

/** Whether a price that falls reaches the order (a buy limit, a sell stop), so that it is below the market. */
export const isBelowMarket = (request: OrderRequest): boolean =>
  request.type === "limit" ? request.side === "buy" : triggersBelow(request);

/** How many ticks a price is better than the limit; 0 at the limit, negative when it is worse. */
export const ticksBetter = (limit: OrderRequest, priceTicks: number): number =>
  limit.side === "buy" ? limit.priceTicks - priceTicks : priceTicks - limit.priceTicks;
