import type { Instrument } from "../../domain/instrument.ts";
import { usdtPerTickLot } from "../../domain/instrument.ts";
import type { OrderRequest, OrderType } from "../../domain/order.ts";
import { directionOf } from "../../domain/order.ts";
import type { Direction } from "../../domain/units.ts";
import type { BarState } from "./barState.ts";
import type { IsolatedPosition } from "./margin/isolatedPosition.ts";
import type { Wallet } from "./margin/wallet.ts";
import type { SimulatedVenueOptions } from "./options.ts";
import { liquidationOrder, placeBracket } from "./orders/protection.ts";
import { reduces, ticksBetter, WorkingOrder } from "./orders/workingOrder.ts";
import type { Tape } from "./tape.ts";

/** What a book's matching works on; shared with the book, which owns it. */
interface MatchingParts {
  readonly instrument: Instrument;
  readonly options: SimulatedVenueOptions;
  readonly orders: WorkingOrder[];
  readonly position: IsolatedPosition;
  readonly wallet: Wallet;
  readonly tape: Tape;
  readonly bar: BarState;
  /** Brackets go live with the fill of their entry, by themselves. */
  readonly attachesBrackets: boolean;
}

/** Turns an order that meets a price into fills, and does all that a fill brings with it: money, brackets, orders left over. */
export class Matching {
  private readonly instrument: Instrument;
  private readonly slippageFraction: number;
  private readonly makerFeeRate: number;
  private readonly takerFeeRate: number;
  private readonly usdtPerTickLot: number;
  private readonly orders: WorkingOrder[];
  private readonly position: IsolatedPosition;
  private readonly wallet: Wallet;
  private readonly tape: Tape;
  private readonly bar: BarState;
  private readonly attachesBrackets: boolean;

  constructor({ instrument, options, orders, position, wallet, tape, bar, attachesBrackets }: MatchingParts) {
    this.attachesBrackets = attachesBrackets;
    this.instrument = instrument;
    this.slippageFraction = options.slippageFraction;
    this.makerFeeRate = options.makerFeeRate ?? instrument.makerFeeRate;
    this.takerFeeRate = options.takerFeeRate ?? instrument.takerFeeRate;
    this.usdtPerTickLot = usdtPerTickLot(instrument);
    this.orders = orders;
    this.position = position;
    this.wallet = wallet;
    this.tape = tape;
    this.bar = bar;
  }

  /** A market or triggered order at a reference price ± slippage, as far as the bar's volume allows; the rest stays. */
  take(order: WorkingOrder, referenceTicks: number): void {
    const { request } = order;
    if (request.closePosition) order.remainingLots = Math.abs(this.position.lots);
    const direction = directionOf(request.side);
    this.fill(order, direction, slipped(referenceTicks, direction, this.slippageFraction), referenceTicks, false);
    if (!order.done && request.type === "market" && request.timeInForce === "IOC") this.expire(order, "IOC");
  }

  /** A limit order that arrives: where it meets a better open it takes; what then must not wait, ends. */
  takeLimit(order: WorkingOrder): void {
    const { request } = order;
    if (ticksBetter(request, this.bar.openTicks) >= 1) this.crossLimit(order);
    if (!order.done && (request.timeInForce === "IOC" || request.timeInForce === "FOK")) this.expire(order, request.timeInForce);
  }

  /** A limit order that meets a better price takes, with slippage, but never beyond its limit. */
  crossLimit(order: WorkingOrder): void {
    const { request } = order;
    const { openTicks } = this.bar;
    const direction = directionOf(request.side);
    const worst = slipped(openTicks, direction, this.slippageFraction);
    const fillTicks = direction > 0 ? Math.min(worst, request.priceTicks) : Math.max(worst, request.priceTicks);
    this.fill(order, direction, fillTicks, openTicks, false);
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
    const request = liquidationOrder(this.instrument, direction, qtyLots, this.bar.openTimeMs);
    this.book(request, -direction as Direction, qtyLots, fillTicks, fillTicks, feeUsdt, false);
    for (const order of this.orders) if (!order.done) this.expire(order, "liquidation");
  }

  expire(order: WorkingOrder, reason: string): void {
    order.done = true;
    this.tape.expired(order.request.clientOrderId, order.remainingLots, reason);
  }

  /**
   * One fill at a price that is known, as far as `bar.capacityLots` goes; `referenceTicks`: the price that slippage is counted from.
   * Returns the lots that it took.
   */
  fillAt(order: WorkingOrder, priceTicks: number, referenceTicks: number, maker: boolean): number {
    const before = this.bar.capacityLots;
    this.fill(order, directionOf(order.request.side), priceTicks, referenceTicks, maker);
    return before - this.bar.capacityLots;
  }

  private fill(order: WorkingOrder, direction: Direction, priceTicks: number, referenceTicks: number, maker: boolean): void {
    const { request } = order;
    const was = this.position.lots;
    let qtyLots = Math.min(order.remainingLots, this.bar.capacityLots);
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
    this.bar.capacityLots -= qtyLots;
    if (order.remainingLots === 0) order.done = true;
    const feeUsdt = priceTicks * qtyLots * this.usdtPerTickLot * (maker ? this.makerFeeRate : this.takerFeeRate);
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

/** A price moved against the taker, to the next whole tick, never below one. */
const slipped = (referenceTicks: number, direction: Direction, fraction: number): number => {
  if (fraction === 0) return referenceTicks;
  return direction > 0
    ? Math.ceil(referenceTicks * (1 + fraction) - 1e-9)
    : Math.max(1, Math.floor(referenceTicks * (1 - fraction) + 1e-9));
};
