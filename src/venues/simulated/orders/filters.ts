import type { Instrument } from "../../../domain/instrument.ts";
import { notionalUsdt } from "../../../domain/instrument.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import { isConditional } from "../../../domain/order.ts";

/** Binance's error code and text for an order that is refused. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

export const refusal = (code: number, message: string): Refusal => ({ code, message });

/**
 * The filters of `exchangeInfo` and the checks of the parameters, in the order Binance applies them; null when the order
 * passes. `markTicks` is the last price. `tickAndLot` checks only that prices and quantities are whole ticks and lots.
 * Codes: Binance USD-M error codes (−4xxx).
 */
export const refuseByFilter = (
  instrument: Instrument,
  order: OrderRequest,
  markTicks: number,
  filters: "all" | "tickAndLot",
): Refusal | null => {
  const price = order.type === "limit" ? order.priceTicks : order.triggerTicks;
  if (!Number.isInteger(price)) return refusal(-4014, "Price not increased by tick size.");
  if (!Number.isInteger(order.qtyLots)) return refusal(-4023, "Quantity not increased by step size.");
  if (order.qtyLots <= 0 && !order.closePosition) return refusal(-4003, "Quantity less than or equal to zero.");
  if (filters === "tickAndLot") return null;
  if (!CLIENT_ORDER_ID.test(order.clientOrderId)) return refusal(-4015, "Client order id is not valid.");
  return (
    refuseClosePosition(order) ??
    refuseQuantity(instrument, order) ??
    refusePrice(instrument, order, price, markTicks) ??
    refuseNotional(instrument, order, markTicks)
  );
};

const refuseClosePosition = (order: OrderRequest): Refusal | null => {
  if (!order.closePosition) return null;
  if (order.qtyLots !== 0) return refusal(-4137, "Quantity must be zero with closePosition equals true.");
  return order.reduceOnly ? null : refusal(-4138, "Reduce only must be true with closePosition equals true.");
};

const refuseQuantity = (instrument: Instrument, order: OrderRequest): Refusal | null => {
  if (order.closePosition) return null;
  const max = order.type === "limit" ? instrument.maxQtyLots : instrument.maxMarketQtyLots;
  if (order.qtyLots < instrument.minQtyLots) return refusal(-4004, "Quantity less than min quantity.");
  if (order.qtyLots > max) return refusal(-4005, "Quantity greater than max quantity.");
  return null;
};

const refusePrice = (instrument: Instrument, order: OrderRequest, price: number, markTicks: number): Refusal | null => {
  // A trailing stop has no price of its own.
  if (order.type === "market" || order.type === "trailingStopMarket") return null;
  if (price < Math.max(instrument.minPriceTicks, 1)) return refusal(-4013, "Price less than min price.");
  if (price > instrument.maxPriceTicks) return refusal(-4002, "Price greater than max price.");
  if (isConditional(order.type) || instrument.percentPriceUp === 0) return null;
  if (order.side === "buy" && price > markTicks * instrument.percentPriceUp)
    return refusal(-4016, "Limit price can't be higher than the cap.");
  if (order.side === "sell" && price < markTicks * instrument.percentPriceDown)
    return refusal(-4024, "Limit price can't be lower than the floor.");
  return null;
};

const refuseNotional = (instrument: Instrument, order: OrderRequest, markTicks: number): Refusal | null => {
  if (order.reduceOnly || order.closePosition) return null;
  const price = order.type === "limit" ? order.priceTicks : markTicks;
  return notionalUsdt(instrument, price, order.qtyLots) < instrument.minNotionalUsdt
    ? refusal(-4164, `Order's notional must be no smaller than ${instrument.minNotionalUsdt} (unless you choose reduce only).`)
    : null;
};
