import type { Instrument } from "../../../domain/instrument.ts";
import { ticksToPrice, usdtPerTickLot } from "../../../domain/instrument.ts";
import { marginShortage } from "../../../domain/entryMargin.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import { directionOf, isConditional } from "../../../domain/order.ts";
import type { IsolatedPosition } from "../margin/isolatedPosition.ts";
import type { Wallet } from "../margin/wallet.ts";
import type { DeskParts } from "../deskParts.ts";
import type { MarketState } from "../marketState.ts";
import type { SimulatedVenueOptions } from "../options.ts";
import type { Refusal } from "./filters.ts";
import { refusal, refuseByFilter, shown } from "./filters.ts";
import type { WorkingOrder } from "./workingOrder.ts";
import { awaitsTrigger, isPast, reduces } from "./workingOrder.ts";

/** MAX_NUM_ORDERS of every USD-M symbol; conditional orders have a limit of the same size. */
const MAX_OPEN_ORDERS = 200;

/** What an arriving order meets. */
export interface Touch {
  /** Whether a limit order would take at once. */
  crosses(order: OrderRequest): boolean;
  /** Lots that a market order, or a limit order that crosses, could take at once. */
  takeableLots(order: OrderRequest): number;
}

interface AdmissionParts extends DeskParts {
  readonly touch: Touch;
  /** The venue refuses a second close-position order of a type and side; false: it accepts it, as where it attaches brackets. */
  readonly oneCloseASide: boolean;
}

/** Decides what is let in: every refusal with its reason. */
export class Admission {
  private instrument: Instrument;
  private readonly options: SimulatedVenueOptions;
  private readonly orders: readonly WorkingOrder[];
  private readonly position: IsolatedPosition;
  private readonly wallet: Wallet;
  private readonly touch: Touch;
  private readonly oneCloseASide: boolean;
  /** Null: the instrument's own. */
  private readonly takerFeeRate: number | null;
  private readonly usdtPerTickLot: number;

  constructor({ instrument, options, models, orders, position, wallet, touch, oneCloseASide }: AdmissionParts) {
    this.oneCloseASide = oneCloseASide;
    this.instrument = instrument;
    this.options = options;
    this.orders = orders;
    this.position = position;
    this.wallet = wallet;
    this.touch = touch;
    this.takerFeeRate = models.fees.takerFeeRate;
    this.usdtPerTickLot = usdtPerTickLot(instrument);
  }

  /** Orders that arrive from now on meet these rules. */
  setRules(rules: Instrument): void {
    this.instrument = rules;
  }

  /** Null when the order is let in. */
  refuse(order: OrderRequest, at: Pick<MarketState, "lastTicks">): Refusal | null {
    return (
      refuseByFilter(this.instrument, order, at.lastTicks, this.options.filters) ??
      this.refuseCrowding(order) ??
      this.refuseReduction(order) ??
      this.refuseSecondClose(order) ??
      this.refuseAtPrice(order, at) ??
      // A conditional order is asked for margin when it triggers, as on Binance.
      (isConditional(order.type) ? null : this.refuseMargin(order, order.type === "limit" ? order.priceTicks : at.lastTicks))
    );
  }

  /** Whether the account carries an entry at a price; what only reduces needs no margin. */
  refuseMargin(order: OrderRequest, priceTicks: number): Refusal | null {
    if (!this.options.margin || reduces(order)) return null;
    const { qtyLots, leverage } = order;
    let openTickLots = 0;
    for (const other of this.orders) {
      if (other.request.side === order.side && isOpenEntry(other)) openTickLots += other.remainingLots * entryTicks(other);
    }
    const shortage = marginShortage(
      this.instrument,
      { direction: directionOf(order.side), qtyLots, priceTicks, leverage },
      {
        position: this.position,
        openTickLots,
        availableUsdt: this.wallet.availableUsdt(),
        takerFeeRate: this.takerFeeRate ?? this.instrument.takerFeeRate,
      },
    );
    if (shortage === null) return null;
    const { reason, asked, limit } = shortage;
    if (reason === "leverageInvalid") return refusal(reason, shown(leverage));
    return reason === "leverageExceeded"
      ? refusal(reason, `${shown(asked)} USDT asked, at most ${shown(limit)} at ${leverage}x`)
      : refusal(reason, `${shown(asked)} USDT asked with fee, ${shown(limit)} free`);
  }

  /** Initial margin of entries that rest or wait for volume, USDT. Conditional orders reserve none until they trigger. */
  reservedUsdt(): number {
    let sum = 0;
    for (const order of this.orders) {
      if (isOpenEntry(order)) sum += (order.remainingLots * entryTicks(order)) / order.request.leverage;
    }
    return sum * this.usdtPerTickLot;
  }

  private refuseCrowding(order: OrderRequest): Refusal | null {
    const conditional = isConditional(order.type);
    let sameKind = 0;
    for (const other of this.orders) {
      if (other.done) continue;
      if (other.request.clientOrderId === order.clientOrderId) return refusal("duplicateId", order.clientOrderId);
      if (isConditional(other.request.type) === conditional) sameKind += 1;
    }
    if (sameKind < MAX_OPEN_ORDERS || this.options.filters !== "all") return null;
    return conditional ? refusal("tooManyConditionalOrders", String(MAX_OPEN_ORDERS)) : refusal("tooManyOrders", String(MAX_OPEN_ORDERS));
  }

  private refuseReduction(order: OrderRequest): Refusal | null {
    if (!reduces(order) || this.position.lots * directionOf(order.side) < 0) return null;
    return refusal("reduceOnlyRejected", "no position on the other side");
  }

  private refuseSecondClose({ closePosition, type, side }: OrderRequest): Refusal | null {
    if (!this.oneCloseASide || !closePosition) return null;
    for (const { done, request } of this.orders)
      if (!done && request.closePosition && request.type === type && request.side === side)
        return refusal("closePositionTaken", request.clientOrderId);
    return null;
  }

  private refuseAtPrice(order: OrderRequest, at: Pick<MarketState, "lastTicks">): Refusal | null {
    if (order.type === "stopMarket" || order.type === "takeProfitMarket") {
      if (!isPast(order, order.triggerTicks, at.lastTicks)) return null;
      return refusal("wouldTriggerAtOnce", `trigger ${this.price(order.triggerTicks)}, last price ${this.price(at.lastTicks)}`);
    }
    if (order.timeInForce === "FOK") {
      const fills = order.type === "market" || this.touch.crosses(order);
      const takeable = fills ? this.touch.takeableLots(order) : 0;
      if (fills && order.qtyLots <= takeable) return null;
      return refusal("couldNotFillAtOnce", `${order.qtyLots} lots asked, ${takeable} to be had`);
    }
    if (order.type === "limit" && order.timeInForce === "GTX" && this.touch.crosses(order)) {
      return refusal("postOnlyWouldTake", `limit ${this.price(order.priceTicks)}`);
    }
    return null;
  }

  private price(ticks: number): string {
    return shown(ticksToPrice(this.instrument, ticks));
  }
}

const isOpenEntry = (order: WorkingOrder): boolean => !order.done && !awaitsTrigger(order) && !reduces(order.request);

/** Price at which an open entry is margined: its limit, its trigger, or the last price when it arrived. */
const entryTicks = ({ request, triggerTicks, bestTicks }: WorkingOrder): number =>
  request.type === "limit" ? request.priceTicks : request.type === "market" ? bestTicks : triggerTicks;
