import type { Instrument } from "../../../domain/instrument.ts";
import { notionalUsdt, ticksToPrice } from "../../../domain/instrument.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import { isConditional } from "../../../domain/order.ts";
import type { RejectionReason } from "../../../domain/rejection.ts";
import { isClientOrderId } from "../../binance/clientOrderId.ts";

/** Why an order is refused, and what was asked for and what is allowed. */
export interface Refusal {
  readonly reason: RejectionReason;
  readonly message: string;
}

export const refusal = (reason: RejectionReason, message: string): Refusal => ({ reason, message });

/** A number in a message, at most 10 significant digits. */
export const shown = (value: number): string => String(Number(value.toPrecision(10)));

/**
 * The filters of `exchangeInfo` and the checks of the parameters, in the order Binance applies them; null when the order
 * passes. `markTicks` is the last price. `tickAndLot` checks only that prices and quantities are whole ticks and lots.
 */
export const refuseByFilter = (
  instrument: Instrument,
  order: OrderRequest,
  markTicks: number,
  filters: "all" | "tickAndLot",
): Refusal | null => {
  const price = order.type === "limit" ? order.priceTicks : order.triggerTicks;
  if (!Number.isInteger(price)) return refusal("priceBetweenTicks", `${price} ticks asked`);
  if (!Number.isInteger(order.qtyLots)) return refusal("qtyBetweenLots", `${order.qtyLots} lots asked`);
  if (order.qtyLots <= 0 && !order.closePosition) return refusal("qtyNotPositive", `${order.qtyLots} lots asked`);
  if (filters === "tickAndLot") return null;
  if (!isClientOrderId(order.clientOrderId)) return refusal("clientOrderIdInvalid", order.clientOrderId);
  return (
    refuseClosePosition(order) ??
    refuseQuantity(instrument, order) ??
    refusePrice(instrument, order, price, markTicks) ??
    refuseNotional(instrument, order, markTicks)
  );
};

const refuseClosePosition = (order: OrderRequest): Refusal | null => {
  if (!order.closePosition) return null;
  if (order.qtyLots !== 0) return refusal("closePositionWithQty", `${order.qtyLots} lots asked`);
  return order.reduceOnly ? null : refusal("closePositionNotReduceOnly", "");
};

const refuseQuantity = ({ minQtyLots, maxQtyLots, maxMarketQtyLots }: Instrument, order: OrderRequest): Refusal | null => {
  const { closePosition, qtyLots, type } = order;
  if (closePosition) return null;
  const max = type === "limit" ? maxQtyLots : maxMarketQtyLots;
  if (qtyLots < minQtyLots) return refusal("tooSmall", `${qtyLots} lots asked, at least ${minQtyLots}`);
  if (qtyLots > max) return refusal("tooLarge", `${qtyLots} lots asked, at most ${max}`);
  return null;
};

const refusePrice = (instrument: Instrument, order: OrderRequest, priceTicks: number, markTicks: number): Refusal | null => {
  // A trailing stop has no price of its own.
  if (order.type === "market" || order.type === "trailingStopMarket") return null;
  const { minPriceTicks, maxPriceTicks, percentPriceUp, percentPriceDown } = instrument;
  const minTicks = Math.max(minPriceTicks, 1);
  const refused = (reason: RejectionReason, bound: string, boundTicks: number): Refusal => {
    const [price, limit] = [priceTicks, boundTicks].map((ticks) => shown(ticksToPrice(instrument, ticks)));
    return refusal(reason, `${price} asked, ${bound} ${limit}`);
  };
  if (priceTicks < minTicks) return refused("priceTooLow", "at least", minTicks);
  if (priceTicks > maxPriceTicks) return refused("priceTooHigh", "at most", maxPriceTicks);
  if (isConditional(order.type) || percentPriceUp === 0) return null;
  if (order.side === "buy" && priceTicks > markTicks * percentPriceUp)
    return refused("priceAboveCap", "at most", markTicks * percentPriceUp);
  if (order.side === "sell" && priceTicks < markTicks * percentPriceDown)
    return refused("priceBelowFloor", "at least", markTicks * percentPriceDown);
  return null;
};

const refuseNotional = (instrument: Instrument, order: OrderRequest, markTicks: number): Refusal | null => {
  if (order.reduceOnly || order.closePosition) return null;
  const asked = notionalUsdt(instrument, order.type === "limit" ? order.priceTicks : markTicks, order.qtyLots);
  const { minNotionalUsdt } = instrument;
  return asked < minNotionalUsdt ? refusal("notionalTooSmall", `${shown(asked)} USDT asked, at least ${minNotionalUsdt}`) : null;
};
