import type { Instrument } from "../../../domain/instrument.ts";
import { notionalUsdt, ticksToPrice } from "../../../domain/instrument.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import { isConditional } from "../../../domain/order.ts";

/** Binance's error code, and its text with what was asked for and what is allowed. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

export const refusal = (code: number, message: string): Refusal => ({ code, message });

/** A number in a message, at most 10 significant digits. */
export const shown = (value: number): string => String(Number(value.toPrecision(10)));

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
  if (!Number.isInteger(price)) return refusal(-4014, `Price not increased by tick size: ${price} ticks asked`);
  if (!Number.isInteger(order.qtyLots)) return refusal(-4023, `Quantity not increased by step size: ${order.qtyLots} lots asked`);
  if (order.qtyLots <= 0 && !order.closePosition) return refusal(-4003, `Quantity less than or equal to zero: ${order.qtyLots} lots asked`);
  if (filters === "tickAndLot") return null;
  if (!CLIENT_ORDER_ID.test(order.clientOrderId)) return refusal(-4015, `Client order id is not valid: ${order.clientOrderId}`);
  return (
    refuseClosePosition(order) ??
    refuseQuantity(instrument, order) ??
    refusePrice(instrument, order, price, markTicks) ??
    refuseNotional(instrument, order, markTicks)
  );
};

const refuseClosePosition = (order: OrderRequest): Refusal | null => {
  if (!order.closePosition) return null;
  if (order.qtyLots !== 0) return refusal(-4137, `Quantity must be zero with closePosition equals true: ${order.qtyLots} lots asked`);
  return order.reduceOnly ? null : refusal(-4138, "Reduce only must be true with closePosition equals true");
};

const refuseQuantity = ({ minQtyLots, maxQtyLots, maxMarketQtyLots }: Instrument, order: OrderRequest): Refusal | null => {
  const { closePosition, qtyLots, type } = order;
  if (closePosition) return null;
  const max = type === "limit" ? maxQtyLots : maxMarketQtyLots;
  if (qtyLots < minQtyLots) return refusal(-4004, `Quantity less than min quantity: ${qtyLots} lots asked, at least ${minQtyLots}`);
  if (qtyLots > max) return refusal(-4005, `Quantity greater than max quantity: ${qtyLots} lots asked, at most ${max}`);
  return null;
};

const refusePrice = (instrument: Instrument, order: OrderRequest, priceTicks: number, markTicks: number): Refusal | null => {
  // A trailing stop has no price of its own.
  if (order.type === "market" || order.type === "trailingStopMarket") return null;
  const { minPriceTicks, maxPriceTicks, percentPriceUp, percentPriceDown } = instrument;
  const minTicks = Math.max(minPriceTicks, 1);
  const refused = (code: number, text: string, bound: string, boundTicks: number): Refusal => {
    const [price, limit] = [priceTicks, boundTicks].map((ticks) => shown(ticksToPrice(instrument, ticks)));
    return refusal(code, `${text}: ${price} asked, ${bound} ${limit}`);
  };
  if (priceTicks < minTicks) return refused(-4013, "Price less than min price", "at least", minTicks);
  if (priceTicks > maxPriceTicks) return refused(-4002, "Price greater than max price", "at most", maxPriceTicks);
  if (isConditional(order.type) || percentPriceUp === 0) return null;
  if (order.side === "buy" && priceTicks > markTicks * percentPriceUp)
    return refused(-4016, "Limit price can't be higher than the cap", "at most", markTicks * percentPriceUp);
  if (order.side === "sell" && priceTicks < markTicks * percentPriceDown)
    return refused(-4024, "Limit price can't be lower than the floor", "at least", markTicks * percentPriceDown);
  return null;
};

const refuseNotional = (instrument: Instrument, order: OrderRequest, markTicks: number): Refusal | null => {
  if (order.reduceOnly || order.closePosition) return null;
  const asked = notionalUsdt(instrument, order.type === "limit" ? order.priceTicks : markTicks, order.qtyLots);
  const { minNotionalUsdt } = instrument;
  return asked < minNotionalUsdt
    ? refusal(-4164, `Order's notional must be no smaller than ${minNotionalUsdt} USDT: asked ${shown(asked)}`)
    : null;
};
