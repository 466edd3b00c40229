import type { OrderRequest } from "../../../src/domain/order.ts";

/** An order at the oracle: what was asked, and what became of it so far. */
export interface Held {
  readonly request: OrderRequest;
  /** 1: buys. */
  readonly side: 1 | -1;
  /** Bar in which it was placed, counted from 0. */
  readonly placedIn: number;
  /** Last price when it arrived. */
  readonly lastTicks: number;
  left: number;
  /** It takes the next price: a market order, or a conditional one that has triggered. */
  taking: boolean;
  /** Trigger of a conditional order. */
  triggerTicks: number;
  /** Best price that a trailing stop has seen. */
  bestTicks: number;
  /** How many stops and targets its bracket has had. */
  stops: number;
  targets: number;
  gone: boolean;
}

export const sideOf = (request: OrderRequest): 1 | -1 => (request.side === "buy" ? 1 : -1);
export const onlyReduces = ({ reduceOnly, closePosition }: OrderRequest): boolean => reduceOnly || closePosition;
export const isConditionalRequest = ({ type }: OrderRequest): boolean => type !== "market" && type !== "limit";
export const isStopRequest = ({ type }: OrderRequest): boolean => type === "stopMarket" || type === "trailingStopMarket";
/** Conditional, and its trigger has not come. */
export const waits = (held: Held): boolean => isConditionalRequest(held.request) && !held.taking;
/** Which way the price must go to meet it: a stop buys higher, everything else buys lower. */
export const wayTo = (request: OrderRequest): 1 | -1 => (isStopRequest(request) === (request.side === "buy") ? 1 : -1);
/** Ticks by which a price is better than the limit. */
export const ticksBetterThan = ({ side, priceTicks }: OrderRequest, ticks: number): number =>
  side === "buy" ? priceTicks - ticks : ticks - priceTicks;
