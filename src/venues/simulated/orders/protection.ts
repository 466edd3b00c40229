import type { Instrument } from "../../../domain/instrument.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import { bracketLevels, NO_BRACKET, sideOf } from "../../../domain/order.ts";
import { stopIdOf, targetIdOf } from "../../../domain/orders/orderIds.ts";
import type { Direction, Lots, Ticks } from "../../../domain/units.ts";

/** How often a bracket's stop and target have been placed, this time included; 0: it is not placed now. */
interface PlacedTimes {
  readonly stop: number;
  readonly target: number;
}

/** Calls `place` for each order of an entry's bracket that is to be placed: stop first, then target. */
export const placeBracket = (
  entry: OrderRequest,
  direction: Direction,
  entryTicks: number,
  times: PlacedTimes,
  place: (order: OrderRequest) => void,
): void => {
  const { stopTicks, targetTicks } = bracketLevels(entryTicks, direction, entry.bracket);
  const { clientOrderId } = entry;
  if (stopTicks > 0 && times.stop > 0) {
    place(protectiveOrder(entry, direction, stopIdOf(clientOrderId, times.stop), "stopMarket", stopTicks, "stop"));
  }
  if (targetTicks > 0 && times.target > 0) {
    place(protectiveOrder(entry, direction, targetIdOf(clientOrderId, times.target), "takeProfitMarket", targetTicks, "target"));
  }
};

/** It closes whatever the position is when it triggers: also what was scaled in, or filled later, under the same bracket. */
const protectiveOrder = (
  entry: OrderRequest,
  direction: Direction,
  clientOrderId: string,
  type: "stopMarket" | "takeProfitMarket",
  triggerTicks: Ticks,
  reason: string,
): OrderRequest => ({
  clientOrderId,
  planId: entry.planId,
  instrument: entry.instrument,
  side: sideOf(-direction as Direction),
  type,
  qtyLots: 0 as Lots,
  priceTicks: 0 as Ticks,
  triggerTicks,
  callbackFraction: 0,
  timeInForce: "GTC",
  reduceOnly: true,
  closePosition: true,
  bracket: NO_BRACKET,
  leverage: entry.leverage,
  expiresAtMs: Infinity,
  reason,
  decidedAtMs: entry.decidedAtMs,
});

/** How the exchange's own ids begin. */
export const LIQUIDATION_ID = "autoclose-";

/** What the exchange sends when it closes a position of `direction` itself; the id is Binance's, with the bar's time. */
export const liquidationOrder = (instrument: Instrument, direction: Direction, qtyLots: number, openMs: number): OrderRequest => ({
  clientOrderId: `${LIQUIDATION_ID}${openMs}`,
  planId: `${LIQUIDATION_ID}${openMs}`,
  instrument: instrument.index,
  side: sideOf(-direction as Direction),
  type: "market",
  qtyLots: qtyLots as Lots,
  priceTicks: 0 as Ticks,
  triggerTicks: 0 as Ticks,
  callbackFraction: 0,
  timeInForce: "IOC",
  reduceOnly: true,
  closePosition: false,
  bracket: NO_BRACKET,
  leverage: 1,
  expiresAtMs: Infinity,
  reason: "liquidation",
  decidedAtMs: openMs,
});
