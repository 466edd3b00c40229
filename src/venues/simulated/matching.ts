import type { Instrument } from "../../domain/instrument.ts";
import { usdtPerTickLot } from "../../domain/instrument.ts";
import type { OrderRequest, OrderType } from "../../domain/order.ts";
import { directionOf } from "../../domain/order.ts";
import type { Direction } from "../../domain/units.ts";
import type { DeskParts } from "./deskParts.ts";
import type { IsolatedPosition } from "./margin/isolatedPosition.ts";
import type { Wallet } from "./margin/wallet.ts";
import type { MarketState } from "./marketState.ts";
import { checked } from "./models/checked.ts";
import type { FeeModel } from "./models/fees.ts";
import type { FillModel } from "./models/fillModel.ts";
import { liquidationOrder, placeBracket } from "./orders/protection.ts";
import { reduces, WorkingOrder } from "./orders/workingOrder.ts";
import type { Tape } from "./tape.ts";

/** Turns an order that meets a price into fills, and does what a fill brings with it: money, brackets, the end of reductions. */
export class Matching {
  private instrument: Instrument;
  private readonly fillModel: FillModel;
  private readonly fees: FeeModel;
  private readonly usdtPerTickLot: number;
  private readonly orders: WorkingOrder[];
  private readonly position: IsolatedPosition;
  private readonly wallet: Wallet;
  private readonly tape: Tape;
  private readonly market: MarketState;
  private readonly attachesBrackets: boolean;

  /** `attachesBrackets`: an entry's bracket goes live with the entry's first fill. */
  constructor({ instrument, models, orders, position, wallet, tape, market }: DeskParts, attachesBrackets: boolean) {
    this.attachesBrackets = attachesBrackets;
    this.instrument = instrument;
    this.fillModel = models.fill;
    this.fees = models.fees;
    this.usdtPerTickLot = usdtPerTickLot(instrument);
    this.orders = orders;
    this.position = position;
    this.wallet = wallet;
    this.tape = tape;
    this.market = market;
  }

  setRules(rules: Instrument): void {
    this.instrument = rules;
  }

  /** A market or triggered order takes at the fill model's price for `referenceTicks`, as far as the capacity goes. The rest stays. */
  take(order: WorkingOrder, referenceTicks: number): void {
    this.size(order);
    const direction = directionOf(order.request.side);
    this.fill(order, direction, this.takenTicks(order, referenceTicks, direction), referenceTicks, false);
  }

  /** An order takes at the market's price. A limit order takes with slippage too, but never beyond its limit. */
  takeAtMarket(order: WorkingOrder): void {
    const { request } = order;
    const referenceTicks = this.market.priceTicks;
    if (request.type !== "limit") {
      this.take(order, referenceTicks);
      return;
    }
    const direction = directionOf(request.side);
    const worst = this.takenTicks(order, referenceTicks, direction);
    const fillTicks = direction > 0 ? Math.min(worst, request.priceTicks) : Math.max(worst, request.priceTicks);
    this.fill(order, direction, fillTicks, referenceTicks, false);
  }

  /** A close-position order that takes asks for all that is held now. */
  size(order: WorkingOrder): void {
    if (order.request.closePosition) order.remainingLots = Math.abs(this.position.lots);
  }

  /** A limit order that rested: maker, no slippage. */
  make(order: WorkingOrder, priceTicks: number): void {
    this.fill(order, directionOf(order.request.side), priceTicks, priceTicks, true);
  }

  /**
   * Closes the whole position at `priceTicks`, whatever the volume, and takes the liquidation fee out of what is left of the
   * margin. Beyond the bankruptcy price the insurance fund pays: the loss ends at the isolated margin. All orders of the
   * instrument are withdrawn, as Binance does.
   */
  liquidate(priceTicks: number): void {
    const { lots } = this.position;
    const direction: Direction = lots > 0 ? 1 : -1;
    const qtyLots = Math.abs(lots);
    const bankruptTicks = this.position.bankruptcyTicks();
    const fillTicks = direction > 0 ? Math.max(priceTicks, bankruptTicks) : Math.min(priceTicks, bankruptTicks);
    const leftUsdt = this.position.marginUsdt - this.position.lossUsdt(fillTicks);
    const feeUsdt = Math.max(0, Math.min(fillTicks * qtyLots * this.usdtPerTickLot * this.instrument.liquidationFeeRate, leftUsdt));
    const request = liquidationOrder(this.instrument, direction, qtyLots, this.market.timeMs);
    this.book(request, -direction as Direction, qtyLots, fillTicks, fillTicks, feeUsdt, false);
    for (const order of this.orders) if (!order.done) this.expire(order, "liquidation");
  }

  expire(order: WorkingOrder, reason: string): void {
    order.done = true;
    this.tape.expired(order.request.clientOrderId, order.remainingLots, reason);
  }

  /**
   * One fill at a price that is known, as far as `market.capacityLots` goes; `referenceTicks`: the price that slippage is counted from.
   * Returns the lots that it took.
   */
  fillAt(order: WorkingOrder, priceTicks: number, referenceTicks: number, maker: boolean): number {
    const before = this.market.capacityLots;
    this.fill(order, directionOf(order.request.side), priceTicks, referenceTicks, maker);
    return before - this.market.capacityLots;
  }

  private takenTicks(order: WorkingOrder, referenceTicks: number, direction: Direction): number {
    return againstUs(
      checked("fill", this.fillModel.takenTicks(this.instrument, referenceTicks, direction, order.remainingLots), 0),
      direction,
    );
  }

  private fill(order: WorkingOrder, direction: Direction, priceTicks: number, referenceTicks: number, maker: boolean): void {
    const { request } = order;
    const was = this.position.lots;
    let qtyLots = Math.min(order.remainingLots, this.market.capacityLots);
    if (reduces(request)) {
      const reducible = was * direction < 0 ? Math.abs(was) : 0;
      if (reducible === 0) {
        this.expire(order, "position closed");
        return;
      }
      qtyLots = Math.min(qtyLots, reducible);
    }
    if (qtyLots <= 0) return;
    order.remainingLots -= qtyLots;
    this.market.capacityLots -= qtyLots;
    if (order.remainingLots === 0) order.done = true;
    const notionalUsdt = priceTicks * qtyLots * this.usdtPerTickLot;
    const feeUsdt = checked("fee", this.fees.feeUsdt(this.instrument, notionalUsdt, maker), -Infinity);
    this.book(request, direction, qtyLots, priceTicks, referenceTicks, feeUsdt, maker);
    const now = this.position.lots;
    if (now * direction <= 0) {
      if (now === 0) this.expireReductions();
      return;
    }
    // The position grew, or turned: nothing is left for orders that reduce the old side.
    if (was * direction < 0) this.expireReductions();
    if (this.attachesBrackets && (request.bracket.stopFraction > 0 || request.bracket.targetFraction > 0))
      this.protect(order, direction, priceTicks);
  }

  private book(
    request: OrderRequest,
    direction: Direction,
    qtyLots: number,
    priceTicks: number,
    referenceTicks: number,
    feeUsdt: number,
    maker: boolean,
  ): void {
    this.wallet.cashUsdt += this.position.fill(direction, qtyLots, priceTicks, request.leverage) - feeUsdt;
    this.tape.fill(request, qtyLots, priceTicks, referenceTicks, feeUsdt, maker);
  }

  /** Orders that may only reduce expire as soon as there is nothing of their side to reduce. */
  private expireReductions(): void {
    const { lots } = this.position;
    for (const order of this.orders) {
      if (!order.done && reduces(order.request) && directionOf(order.request.side) * lots >= 0) this.expire(order, "position closed");
    }
  }

  /**
   * The bracket goes live with the first fill of its entry, at levels around that fill. Where the position closed in between and the entry
   * fills on, what no order closes any more is placed anew, under an id of its own.
   */
  private protect(entry: WorkingOrder, direction: Direction, entryTicks: number): void {
    const times = {
      stop: this.nextTime(entry.stopsPlaced, direction, "stopMarket"),
      target: this.nextTime(entry.targetsPlaced, direction, "takeProfitMarket"),
    };
    placeBracket(entry.request, direction, entryTicks, times, (request) => {
      if (this.isOpen(request.clientOrderId)) return;
      if (request.type === "stopMarket") entry.stopsPlaced = times.stop;
      else entry.targetsPlaced = times.target;
      this.orders.push(new WorkingOrder(request, entryTicks));
      this.tape.accepted(request.clientOrderId);
    });
  }

  /** 0: the position is closed by an order of this type already. */
  private nextTime(placed: number, direction: Direction, type: OrderType): number {
    return placed > 0 && this.closes(direction, type) ? 0 : placed + 1;
  }

  private isOpen(clientOrderId: string): boolean {
    for (const { done, request } of this.orders) if (!done && request.clientOrderId === clientOrderId) return true;
    return false;
  }

  /** Whether an order of this type waits that closes a position of `direction` whole. */
  private closes(direction: Direction, type: OrderType): boolean {
    for (const { done, request } of this.orders) {
      if (!done && request.closePosition && request.type === type && directionOf(request.side) !== direction) return true;
    }
    return false;
  }
}

/** A price in whole ticks, never below one. */
const againstUs = (ticks: number, direction: Direction): number =>
  direction > 0 ? Math.ceil(ticks - 1e-9) : Math.max(1, Math.floor(ticks + 1e-9));
