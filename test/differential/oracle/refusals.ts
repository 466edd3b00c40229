import type { Instrument } from "../../../src/domain/instrument.ts";
import type { OrderRequest } from "../../../src/domain/order.ts";
import type { SimulatedVenueOptions } from "../../../src/venues/simulated/options.ts";
import { Exact } from "../exact.ts";
import type { Held } from "./held.ts";
import { isConditionalRequest, onlyReduces, sideOf, ticksBetterThan, waits, wayTo } from "./held.ts";
import type { Holding } from "./holding.ts";

/** What an instrument is asked by. */
export interface Asked {
  readonly instrument: Instrument;
  readonly options: SimulatedVenueOptions;
  /** Cash − margins − what open orders reserve, over all instruments. */
  readonly freeUsdt: () => Exact;
}

/** An instrument's orders and position when an order asks. */
interface Table {
  readonly asked: Asked;
  readonly open: readonly Held[];
  readonly holding: Holding;
}

/** The open at which an order arrives. */
interface Arrival {
  readonly lastTicks: number;
  readonly openTicks: number;
  /** Lots that the bar still gives. */
  readonly roomLots: number;
}

/** The code of the first row of the page's table that applies; null: the order is let in. */
export const refusalOf = (order: OrderRequest, table: Table, at: Arrival): number | null =>
  ofForm(order, table.asked, at) ??
  ofCrowd(order, table) ??
  ofReduction(order, table) ??
  ofPrice(order, at) ??
  // Conditional orders are asked for margin when they trigger.
  (isConditionalRequest(order) ? null : marginRefusalOf(order, order.type === "limit" ? order.priceTicks : at.lastTicks, table));

const ofForm = (order: OrderRequest, { instrument, options }: Asked, { lastTicks }: Arrival): number | null => {
  const { type, side, qtyLots, closePosition } = order;
  const limits = type === "limit";
  const price = limits ? order.priceTicks : order.triggerTicks;
  if (!Number.isInteger(price)) return -4014;
  if (!Number.isInteger(qtyLots)) return -4023;
  if (qtyLots <= 0 && !closePosition) return -4003;
  if (options.filters === "tickAndLot") return null;
  if (!/^[.A-Z:/a-z0-9_-]{1,36}$/.test(order.clientOrderId)) return -4015;
  if (closePosition && qtyLots !== 0) return -4137;
  if (closePosition && !order.reduceOnly) return -4138;
  if (!closePosition && qtyLots < instrument.minQtyLots) return -4004;
  if (!closePosition && qtyLots > (limits ? instrument.maxQtyLots : instrument.maxMarketQtyLots)) return -4005;
  if (type !== "market" && type !== "trailingStopMarket") {
    if (price < Math.max(1, instrument.minPriceTicks)) return -4013;
    if (price > instrument.maxPriceTicks) return -4002;
  }
  if (limits && instrument.percentPriceUp > 0) {
    const last = Exact.of(lastTicks);
    if (side === "buy" && Exact.of(price).isMoreThan(last.times(instrument.percentPriceUp))) return -4016;
    if (side === "sell" && last.times(instrument.percentPriceDown).isMoreThan(Exact.of(price))) return -4024;
  }
  if (onlyReduces(order)) return null;
  const notional = Exact.of(instrument.tickSize)
    .times(instrument.lotSize)
    .times(limits ? price : lastTicks)
    .times(qtyLots);
  return Exact.of(instrument.minNotionalUsdt).isMoreThan(notional) ? -4164 : null;
};

const ofCrowd = (order: OrderRequest, { open, asked: { options } }: Table): number | null => {
  if (open.some(({ gone, request }) => !gone && request.clientOrderId === order.clientOrderId)) return -4116;
  if (options.filters === "tickAndLot") return null;
  const conditional = isConditionalRequest(order);
  const alike = open.filter(({ gone, request }) => !gone && isConditionalRequest(request) === conditional).length;
  if (alike < 200) return null;
  return conditional ? -4045 : -2025;
};

const ofReduction = (order: OrderRequest, { holding }: Table): number | null =>
  onlyReduces(order) && holding.lots * sideOf(order) >= 0 ? -2022 : null;

const ofPrice = (order: OrderRequest, { lastTicks, openTicks, roomLots }: Arrival): number | null => {
  const { type, timeInForce, qtyLots } = order;
  if (type === "stopMarket" || type === "takeProfitMarket") return wayTo(order) * (lastTicks - order.triggerTicks) >= 0 ? -2021 : null;
  const takes = type === "market" || (type === "limit" && ticksBetterThan(order, openTicks) >= 1);
  if (timeInForce === "FOK" && (!takes || qtyLots > roomLots)) return -5021;
  return timeInForce === "GTX" && type === "limit" && takes ? -5022 : null;
};

/** Whether the account carries what may open a position, at this price. */
export const marginRefusalOf = (order: OrderRequest, ticks: number, { asked, open, holding }: Table): number | null => {
  const { instrument, options, freeUsdt } = asked;
  if (!options.margin || onlyReduces(order)) return null;
  if (!(order.leverage >= 1)) return -4028;
  const side = sideOf(order);
  const against = Math.max(0, -holding.lots * side);
  const opening = order.qtyLots - Math.min(order.qtyLots, against);
  if (opening === 0) return null;
  const added = holding.notionalUsdt(ticks, opening);
  let whole = added.plus(holding.notionalUsdt(ticks, Math.max(0, holding.lots * side)));
  for (const other of open) if (mayOpen(other) && sideOf(other.request) === side) whole = whole.plus(restUsdt(other, holding));
  const granting = instrument.brackets.filter(({ maxLeverage }) => maxLeverage >= order.leverage);
  if (whole.isMoreThan(Exact.of(granting.at(-1)?.notionalCapUsdt ?? 0))) return -2027;
  const freed = against === 0 ? Exact.ZERO : holding.marginUsdt.minus(Exact.ZERO.atLeast(holding.profitUsdt(ticks).negated()));
  const fee = added.times(options.takerFeeRate ?? instrument.takerFeeRate);
  return added.over(order.leverage).plus(fee).isMoreThan(freeUsdt().plus(freed)) ? -2019 : null;
};

/** Rests or waits for volume, and may open a position. */
const mayOpen = (held: Held): boolean => !held.gone && !waits(held) && !onlyReduces(held.request);

const restUsdt = ({ request, left, lastTicks, triggerTicks }: Held, holding: Holding): Exact =>
  holding.notionalUsdt(request.type === "limit" ? request.priceTicks : request.type === "market" ? lastTicks : triggerTicks, left);

/** Margin that the open orders of an instrument reserve. */
export const reservedUsdt = (open: readonly Held[], holding: Holding): Exact =>
  open.filter(mayOpen).reduce((sum, held) => sum.plus(restUsdt(held, holding).over(held.request.leverage)), Exact.ZERO);
