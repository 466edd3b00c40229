import type { Funding } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { notionalUsdt, priceToTicks, ticksToPrice, usdtPerTickLot } from "../../domain/instrument.ts";
import type { Emit } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { Kline } from "../../domain/kline.ts";
import type { Ledger } from "../../domain/ledger.ts";
import { fundingFeeUsdt, isolatedLiquidationPrice, maxNotionalUsdt } from "../../domain/margin.ts";
import type { OrderRequest } from "../../domain/order.ts";
import { bracketLevels, directionOf, isConditional, sideOf, stopIdOf, targetIdOf, NO_BRACKET } from "../../domain/order.ts";
import type { Direction, Lots, Ticks } from "../../domain/units.ts";
import { InvariantError } from "../../domain/units.ts";
import type { FilterRefusal } from "./filters.ts";
import { refuseByFilter } from "./filters.ts";
import type { SimulatedVenueOptions } from "./options.ts";
import type { WorkingOrder } from "./workingOrder.ts";
import { isTriggered, trailingTrigger, triggersBelow, workingOrder } from "./workingOrder.ts";

/** Something on its way to the venue: an order, or the id of one to cancel. */
interface Request {
  readonly order: OrderRequest | null;
  readonly cancelId: string;
  readonly arrivesMs: number;
}

/**
 * One instrument at the simulated venue: what is on its way, what rests, what is held, and how a bar fills it
 * (design §7). Market orders fill at the open, then the bar is walked as a path: open → the extreme that hurts the
 * position → the other extreme; whatever lies on the way happens in that order, so the stop comes first.
 */
export class InstrumentBook {
  readonly instrument: Instrument;
  readonly #options: SimulatedVenueOptions;
  readonly #ledger: Ledger;
  readonly #usdtPerTickLot: number;
  #inbox: Request[] = [];
  #working: WorkingOrder[] = [];
  #funding: Funding[] = [];
  #lastTicks = 0;
  #leverage = 1;
  /** Isolated margin of the position, USDT. */
  #marginUsdt = 0;
  #liquidationTicks = 0;
  // The bar being walked.
  #kline: Kline | null = null;
  #emit: Emit = unbound;
  #capacityLots = Infinity;
  #insideBar = false;
  #sub = 0;
  #tradeCount = 0;

  constructor(instrument: Instrument, options: SimulatedVenueOptions, ledger: Ledger) {
    this.instrument = instrument;
    this.#options = options;
    this.#ledger = ledger;
    this.#usdtPerTickLot = usdtPerTickLot(instrument);
  }

  get openOrders(): readonly WorkingOrder[] {
    return this.#working;
  }

  enqueue(order: OrderRequest | null, cancelId: string, decidedAtMs: number, intervalMs: number): void {
    const { latencyMs } = this.#options;
    this.#inbox.push({ order, cancelId, arrivesMs: latencyMs < intervalMs ? decidedAtMs : decidedAtMs + latencyMs });
  }

  settle(funding: Funding): void {
    this.#funding.push(funding);
  }

  /** Everything that happens at this venue inside one bar, in time order. */
  bar(kline: Kline, emit: Emit): void {
    const idle = this.#inbox.length === 0 && this.#working.length === 0 && this.#funding.length === 0;
    if (idle && (this.#positionLots === 0 || !this.#options.margin)) {
      this.#lastTicks = 0;
      this.#kline = kline;
      return;
    }
    // The last price before this bar: read late, so that idle bars cost nothing.
    const previous = this.#kline ?? kline;
    this.#lastTicks = priceToTicks(this.instrument, this.#kline === null ? kline.open : previous.close);
    this.#kline = kline;
    this.#emit = emit;
    this.#sub = 0;
    this.#insideBar = false;
    const { maxVolumeShare } = this.#options;
    this.#capacityLots = maxVolumeShare === null ? Infinity : Math.floor((kline.volume * maxVolumeShare) / this.instrument.lotSize + 1e-9);
    this.#payFunding(kline);
    this.#receive(kline.openTimeMs);
    if (this.#working.length > 0 || this.#positionLots !== 0) this.#match(kline);
    this.#endBar(kline);
  }

  get #positionLots(): number {
    return (this.#ledger.positions[this.instrument.index] as { positionLots: number }).positionLots;
  }

  // ---- what arrives -------------------------------------------------------------------------------------------------

  #payFunding(kline: Kline): void {
    if (this.#funding.length === 0) return;
    const due = this.#funding.filter((funding) => funding.eventTimeMs <= kline.openTimeMs);
    if (due.length === 0) return;
    this.#funding = this.#funding.filter((funding) => funding.eventTimeMs > kline.openTimeMs);
    if (!this.#options.funding || this.#positionLots === 0) return;
    for (const { eventTimeMs, rate, markPrice } of due) {
      const qty = Math.sign(this.#positionLots) * (Math.abs(this.#positionLots) * this.instrument.lotSize);
      const paidUsdt = fundingFeeUsdt(qty, Number.isNaN(markPrice) ? kline.open : markPrice, rate);
      this.#ledger.payFunding(this.instrument.index, paidUsdt);
      this.#emit({ kind: Kind.fundingPayment, ...this.#header(eventTimeMs), paidUsdt, rate });
    }
  }

  #receive(openTimeMs: number): void {
    if (this.#inbox.length > 0) {
      const arrived = this.#inbox.filter((request) => request.arrivesMs <= openTimeMs);
      // The inbox keeps what is still on its way; orders that fills of this very bar cause are appended behind.
      this.#inbox = arrived.length === this.#inbox.length ? [] : this.#inbox.filter((request) => request.arrivesMs > openTimeMs);
      for (const { order, cancelId } of arrived) {
        if (order === null) this.#cancel(cancelId);
        else this.#accept(order);
      }
    }
    for (const order of this.#working) {
      if (!order.done && order.request.expiresAtMs <= openTimeMs) this.#expire(order, "good-till-date");
    }
  }

  #accept(order: OrderRequest): void {
    const refused = this.#refusal(order);
    if (refused !== null) {
      this.#emit({ kind: Kind.orderRejected, ...this.#header(this.#openMs), clientOrderId: order.clientOrderId, ...refused });
      return;
    }
    if (!order.reduceOnly && !order.closePosition) this.#leverage = order.leverage;
    this.#rest(workingOrder(order, this.#lastTicks));
  }

  #rest(order: WorkingOrder): void {
    this.#working.push(order);
    const { seq, knownAtMs, openTimeMs } = this.#kline as Kline;
    this.#emit({
      kind: Kind.orderAccepted,
      seq,
      instrument: this.instrument.index,
      eventTimeMs: openTimeMs,
      receivedTimeMs: openTimeMs,
      knownAtMs,
      sub: (this.#sub += 1),
      clientOrderId: order.request.clientOrderId,
    });
  }

  #refusal(order: OrderRequest): FilterRefusal | null {
    const filtered = refuseByFilter(this.instrument, order, this.#lastTicks, this.#options.filters);
    if (filtered !== null) return filtered;
    if (this.#working.some((other) => !other.done && other.request.clientOrderId === order.clientOrderId)) {
      return { code: -4116, message: "ClientOrderId is duplicated." };
    }
    const direction = directionOf(order.side);
    if ((order.reduceOnly || order.closePosition) && this.#positionLots * direction >= 0) {
      return { code: -2022, message: "ReduceOnly Order is rejected." };
    }
    if (isConditional(order.type)) {
      const triggered = isTriggered(workingOrder(order, this.#lastTicks), this.#lastTicks);
      return triggered ? { code: -2021, message: "Order would immediately trigger." } : null;
    }
    if (order.timeInForce === "GTX" && this.#crosses(order)) {
      return { code: -5022, message: "Due to the order could not be executed as maker, the Post Only order will be rejected." };
    }
    return order.reduceOnly ? null : this.#marginRefusal(order);
  }

  /** A limit order that the open would fill at once. */
  #crosses(order: OrderRequest): boolean {
    const openTicks = priceToTicks(this.instrument, (this.#kline as Kline).open);
    return order.side === "buy" ? order.priceTicks >= openTicks : order.priceTicks <= openTicks;
  }

  #marginRefusal(order: OrderRequest): FilterRefusal | null {
    if (!this.#options.margin) return null;
    const price = order.type === "limit" ? order.priceTicks : this.#lastTicks;
    const added = notionalUsdt(this.instrument, price, order.qtyLots);
    // An order against the position closes first: only what remains needs margin. A reduce-only order ahead of it in
    // this bar has the same effect, so it counts as already closed.
    const direction = directionOf(order.side);
    const closing = this.#working.some((other) => !other.done && other.active && other.request.reduceOnly);
    const held = this.#positionLots * direction < 0 || closing ? 0 : notionalUsdt(this.instrument, this.#lastTicks, this.#positionLots);
    if (held + added > maxNotionalUsdt(this.instrument, order.leverage)) {
      return { code: -2027, message: "Exceeded the maximum allowable position at current leverage." };
    }
    const needed = added / order.leverage + added * this.#takerFeeRate;
    const freed = closing || this.#positionLots * direction < 0 ? this.#marginUsdt : 0;
    return needed > this.#ledger.equityUsdt - this.#marginInUseUsdt() + freed ? { code: -2019, message: "Margin is insufficient." } : null;
  }

  /** Isolated margin of all positions; the venue hands in the sum over its books. */
  #marginInUseUsdt: () => number = () => this.#marginUsdt;
  shareMargin(total: () => number): void {
    this.#marginInUseUsdt = total;
  }
  get marginUsdt(): number {
    return this.#marginUsdt;
  }

  #cancel(clientOrderId: string): void {
    const order = this.#working.find((other) => !other.done && other.request.clientOrderId === clientOrderId);
    if (order === undefined) {
      this.#emit({ kind: Kind.orderRejected, ...this.#header(this.#openMs), clientOrderId, code: -2011, message: "Unknown order sent." });
      return;
    }
    order.done = true;
    const remainingLots = order.remainingLots as Lots;
    this.#emit({ kind: Kind.orderCanceled, ...this.#header(this.#openMs), clientOrderId, remainingLots });
  }

  #expire(order: WorkingOrder, reason: string): void {
    order.done = true;
    const { clientOrderId } = order.request;
    const remainingLots = order.remainingLots as Lots;
    this.#emit({ kind: Kind.orderExpired, ...this.#header(this.#openMs), clientOrderId, remainingLots, reason });
  }

  // ---- how a bar fills ------------------------------------------------------------------------------------------------

  #match(kline: Kline): void {
    const openTicks = priceToTicks(this.instrument, kline.open);
    this.#atOpen(openTicks);
    this.#insideBar = true;
    const highTicks = priceToTicks(this.instrument, kline.high);
    const lowTicks = priceToTicks(this.instrument, kline.low);
    if (this.#goesDownFirst()) {
      this.#walk(openTicks, lowTicks);
      this.#walk(lowTicks, highTicks);
    } else {
      this.#walk(openTicks, highTicks);
      this.#walk(highTicks, lowTicks);
    }
  }

  /** Towards what hurts the position; flat, towards the resting buys if there are any. */
  #goesDownFirst(): boolean {
    if (this.#positionLots !== 0) return this.#positionLots > 0;
    return this.#working.some((order) => !order.done && !order.request.reduceOnly && order.request.side === "buy");
  }

  #atOpen(openTicks: number): void {
    // By index: fills append the brackets of entries, which are live from here on.
    const arrived = this.#working.length;
    for (let i = 0; i < arrived; i += 1) {
      const order = this.#working[i] as WorkingOrder;
      if (!order.done && order.active) this.#takeAt(order, openTicks, true);
    }
    for (let i = 0; i < arrived; i += 1) {
      const order = this.#working[i] as WorkingOrder;
      if (!order.done && !order.active && isConditional(order.request.type) && isTriggered(order, openTicks)) {
        order.active = true;
        this.#takeAt(order, openTicks, true);
      }
    }
    if (this.#isLiquidatedAt(openTicks)) this.#liquidate(openTicks);
    for (let i = 0; i < arrived; i += 1) {
      const order = this.#working[i] as WorkingOrder;
      if (!order.done && order.request.type === "limit") this.#limitAtOpen(order, openTicks);
    }
  }

  #limitAtOpen(order: WorkingOrder, openTicks: number): void {
    const { side, priceTicks, timeInForce } = order.request;
    const better = side === "buy" ? priceTicks - openTicks : openTicks - priceTicks;
    // A fresh order that meets the open takes; one that rested needs the price to trade through it.
    const fills = order.fresh ? better >= 0 : better >= 1;
    if (fills && !(timeInForce === "FOK" && this.#capacityLots < order.remainingLots)) {
      this.#fill(order, Math.min(order.remainingLots, this.#capacityLots), openTicks, openTicks, !order.fresh);
    }
    if (!order.done && (timeInForce === "IOC" || timeInForce === "FOK")) this.#expire(order, timeInForce);
  }

  /** Walks the price from one extreme to another; whatever lies on the way happens nearest first. */
  #walk(fromTicks: number, toTicks: number): void {
    let atTicks = fromTicks;
    const down = toTicks < fromTicks;
    for (;;) {
      const next = this.#nextOnPath(atTicks, toTicks, down);
      const liquidation = this.#liquidationOnPath(atTicks, toTicks, down);
      if (next === null && liquidation === 0) return;
      const nextTicks = next === null ? NaN : pathPrice(next);
      if (next === null || (liquidation !== 0 && (down ? liquidation > nextTicks : liquidation < nextTicks))) {
        atTicks = liquidation;
        this.#liquidate(liquidation);
      } else {
        atTicks = nextTicks;
        if (next.request.type === "limit") this.#fill(next, Math.min(next.remainingLots, this.#capacityLots), nextTicks, nextTicks, true);
        else {
          next.active = true;
          this.#takeAt(next, nextTicks, false);
        }
      }
    }
  }

  #nextOnPath(atTicks: number, toTicks: number, down: boolean): WorkingOrder | null {
    let best: WorkingOrder | null = null;
    let bestTicks = 0;
    for (const order of this.#working) {
      if (order.done || order.active || !this.#isOnPath(order, atTicks, toTicks, down)) continue;
      const price = pathPrice(order);
      // A stop wins a tie: it was accepted for that.
      if (best === null || (down ? price > bestTicks : price < bestTicks) || (price === bestTicks && order.request.type === "stopMarket")) {
        best = order;
        bestTicks = price;
      }
    }
    return best;
  }

  #isOnPath(order: WorkingOrder, atTicks: number, toTicks: number, down: boolean): boolean {
    const { request } = order;
    if (request.type === "limit") {
      if (this.#capacityLots <= 0) return false;
      return down
        ? request.side === "buy" && request.priceTicks <= atTicks && toTicks <= request.priceTicks - 1
        : request.side === "sell" && request.priceTicks >= atTicks && toTicks >= request.priceTicks + 1;
    }
    if (triggersBelow(request) !== down) return false;
    const reached = down ? order.triggerTicks <= atTicks && toTicks <= order.triggerTicks : order.triggerTicks >= atTicks && toTicks >= order.triggerTicks;
    if (!reached || !order.afterEntryInBar || request.type === "stopMarket") return reached;
    // When an entry filled inside the bar the extreme may lie before it; the close certainly lies behind it.
    return isTriggered(order, priceToTicks(this.instrument, (this.#kline as Kline).close));
  }

  /** A market or triggered order at a reference price, with slippage, as far as the bar's volume allows. */
  #takeAt(order: WorkingOrder, referenceTicks: number, atOpen: boolean): void {
    if (order.request.closePosition) order.remainingLots = Math.abs(this.#positionLots);
    const direction = directionOf(order.request.side);
    const fillTicks = slipped(referenceTicks, direction, this.#options.slippageFraction);
    if (order.request.timeInForce === "FOK" && atOpen && this.#capacityLots < order.remainingLots) {
      this.#expire(order, "FOK");
      return;
    }
    this.#fill(order, Math.min(order.remainingLots, this.#capacityLots), fillTicks, referenceTicks, false);
    if (!order.done && order.request.timeInForce === "IOC" && order.request.type === "market") this.#expire(order, "IOC");
  }

  #fill(order: WorkingOrder, wantedLots: number, priceTicks: number, referenceTicks: number, maker: boolean): void {
    const { request } = order;
    const direction = directionOf(request.side);
    let qtyLots = wantedLots;
    if (request.reduceOnly || request.closePosition) {
      const reducible = this.#positionLots * direction < 0 ? Math.abs(this.#positionLots) : 0;
      if (reducible === 0) {
        this.#expire(order, "position closed");
        return;
      }
      qtyLots = Math.min(qtyLots, reducible);
    }
    if (qtyLots <= 0) return;
    const wasPosition = this.#positionLots;
    order.remainingLots -= qtyLots;
    this.#capacityLots -= qtyLots;
    if (order.remainingLots === 0) order.done = true;
    const rate = maker ? this.#makerFeeRate : this.#takerFeeRate;
    this.#book(request, qtyLots, priceTicks, referenceTicks, notionalUsdt(this.instrument, priceTicks, qtyLots) * rate, maker);
    this.#afterFill(order, wasPosition, priceTicks);
  }

  #book(request: OrderRequest, qtyLots: number, priceTicks: number, referenceTicks: number, feeUsdt: number, maker: boolean): void {
    this.#tradeCount += 1;
    const kline = this.#kline as Kline;
    const fill = {
      kind: Kind.fill,
      seq: kline.seq,
      instrument: this.instrument.index,
      eventTimeMs: kline.openTimeMs,
      receivedTimeMs: kline.openTimeMs,
      knownAtMs: kline.knownAtMs,
      sub: (this.#sub += 1),
      clientOrderId: request.clientOrderId,
      tradeId: String(this.#tradeCount),
      planId: request.planId,
      side: request.side,
      priceTicks: priceTicks as Ticks,
      qtyLots: qtyLots as Lots,
      feeUsdt,
      slippageUsdt: Math.abs(priceTicks - referenceTicks) * qtyLots * this.#usdtPerTickLot,
      maker,
      reduceOnly: request.reduceOnly || request.closePosition,
      reason: request.reason,
    } as const;
    this.#ledger.fill(fill);
    this.#emit(fill);
  }

  /** Margin, liquidation price, brackets of a new entry, and orders that have nothing left to reduce. */
  #afterFill(order: WorkingOrder, wasPosition: number, priceTicks: number): void {
    const { request } = order;
    const position = this.#positionLots;
    const grew = position * wasPosition >= 0 && Math.abs(position) > Math.abs(wasPosition);
    const flipped = position * wasPosition < 0;
    if (this.#options.margin) this.#updateMargin(wasPosition, position, priceTicks);
    if (position === 0 || flipped) {
      for (const other of this.#working) {
        if (!other.done && (other.request.reduceOnly || other.request.closePosition) && directionOf(other.request.side) * position >= 0) {
          this.#expire(other, "position closed");
        }
      }
    }
    if ((grew || flipped) && (request.bracket.stopFraction > 0 || request.bracket.targetFraction > 0)) this.#protect(request, position, priceTicks);
  }

  #updateMargin(wasPosition: number, position: number, priceTicks: number): void {
    const added = notionalUsdt(this.instrument, priceTicks, 1) / this.#leverage;
    if (position === 0) this.#marginUsdt = 0;
    else if (position * wasPosition < 0) this.#marginUsdt = Math.abs(position) * added;
    else if (Math.abs(position) > Math.abs(wasPosition)) this.#marginUsdt += (Math.abs(position) - Math.abs(wasPosition)) * added;
    else this.#marginUsdt *= position / wasPosition;
    this.#liquidationTicks = position === 0 ? 0 : this.#computeLiquidationTicks(position);
  }

  #computeLiquidationTicks(position: number): number {
    const { averageTicks } = this.#ledger.positions[this.instrument.index] as { averageTicks: number };
    const direction: Direction = position > 0 ? 1 : -1;
    const price = isolatedLiquidationPrice(this.instrument, {
      direction,
      qty: Math.abs(position) * this.instrument.lotSize,
      entryPrice: ticksToPrice(this.instrument, averageTicks),
      marginUsdt: this.#marginUsdt,
    });
    if (price <= 0) return 0;
    const exact = price / this.instrument.tickSize;
    return direction > 0 ? Math.ceil(exact) : Math.floor(exact);
  }

  /** The bracket goes live with the fill, once per entry order: it closes whatever the position is then. */
  #protect(entry: OrderRequest, position: number, entryTicks: number): void {
    const direction: Direction = position > 0 ? 1 : -1;
    const levels = bracketLevels(entryTicks, direction, entry.bracket);
    const child = (id: string, type: "stopMarket" | "takeProfitMarket", triggerTicks: Ticks, reason: string): void => {
      if (triggerTicks <= 0 || this.#working.some((other) => !other.done && other.request.clientOrderId === id)) return;
      const order = workingOrder(
        {
          ...entry,
          clientOrderId: id,
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
          expiresAtMs: Infinity,
          reason,
        },
        this.#lastTicks,
      );
      order.afterEntryInBar = this.#insideBar;
      this.#rest(order);
    };
    child(stopIdOf(entry.clientOrderId), "stopMarket", levels.stopTicks, "stop");
    child(targetIdOf(entry.clientOrderId), "takeProfitMarket", levels.targetTicks, "target");
  }

  // ---- liquidation ------------------------------------------------------------------------------------------------------

  #isLiquidatedAt(priceTicks: number): boolean {
    if (this.#liquidationTicks === 0 || this.#positionLots === 0) return false;
    return this.#positionLots > 0 ? priceTicks <= this.#liquidationTicks : priceTicks >= this.#liquidationTicks;
  }

  #liquidationOnPath(atTicks: number, toTicks: number, down: boolean): number {
    if (!this.#isLiquidatedAt(toTicks) || down !== this.#positionLots > 0) return 0;
    return down ? Math.min(this.#liquidationTicks, atTicks) : Math.max(this.#liquidationTicks, atTicks);
  }

  /**
   * Closes the whole position at `priceTicks` with the liquidation fee. The loss ends at the isolated margin: beyond the
   * bankruptcy price the insurance fund pays, so a gap fills at that price and the fee takes what is left.
   */
  #liquidate(priceTicks: number): void {
    const position = this.#positionLots;
    const direction: Direction = position > 0 ? 1 : -1;
    const qtyLots = Math.abs(position);
    const { costTickLots } = this.#ledger.positions[this.instrument.index] as { costTickLots: number };
    const bankruptTicks = (costTickLots * this.#usdtPerTickLot - this.#marginUsdt) / (position * this.#usdtPerTickLot);
    const fillTicks = direction > 0 ? Math.max(priceTicks, Math.ceil(bankruptTicks)) : Math.min(priceTicks, Math.floor(bankruptTicks));
    const lossUsdt = (costTickLots - position * fillTicks) * this.#usdtPerTickLot;
    const fee = notionalUsdt(this.instrument, fillTicks, qtyLots) * this.instrument.liquidationFeeRate;
    const request = liquidationOrder(this.instrument, direction, qtyLots, this.#openMs);
    const order = workingOrder(request, priceTicks);
    order.done = true;
    this.#book(request, qtyLots, fillTicks, fillTicks, Math.max(0, Math.min(fee, this.#marginUsdt - lossUsdt)), false);
    this.#afterFill(order, position, fillTicks);
  }

  // ---- the end of a bar ---------------------------------------------------------------------------------------------------

  #endBar(kline: Kline): void {
    let live = 0;
    for (const order of this.#working) {
      if (order.done) continue;
      order.fresh = false;
      order.afterEntryInBar = false;
      if (order.request.type === "trailingStopMarket" && !order.active) this.#trail(order, kline);
      this.#working[live] = order;
      live += 1;
    }
    this.#working.length = live;
  }

  /** A trailing stop follows completed bars only. */
  #trail(order: WorkingOrder, kline: Kline): void {
    const extreme = priceToTicks(this.instrument, order.request.side === "sell" ? kline.high : kline.low);
    const better = order.request.side === "sell" ? extreme > order.bestTicks : extreme < order.bestTicks;
    if (!better) return;
    order.bestTicks = extreme;
    order.triggerTicks = trailingTrigger(order.request, extreme);
  }

  get #openMs(): number {
    return (this.#kline as Kline).openTimeMs;
  }
  get #takerFeeRate(): number {
    return this.#options.takerFeeRate ?? this.instrument.takerFeeRate;
  }
  get #makerFeeRate(): number {
    return this.#options.makerFeeRate ?? this.instrument.makerFeeRate;
  }

  #header(eventTimeMs: number): AccountItemHeader {
    const kline = this.#kline as Kline;
    return {
      seq: kline.seq,
      instrument: this.instrument.index,
      eventTimeMs,
      receivedTimeMs: eventTimeMs,
      knownAtMs: kline.knownAtMs,
      sub: (this.#sub += 1),
    };
  }
}

interface AccountItemHeader {
  readonly seq: number;
  readonly instrument: Instrument["index"];
  readonly eventTimeMs: number;
  readonly receivedTimeMs: number;
  readonly knownAtMs: number;
  readonly sub: number;
}

const unbound: Emit = () => {
  throw new InvariantError("the simulated venue emitted outside a bar");
};

/** Where on the path an order happens. */
const pathPrice = (order: WorkingOrder): number => (order.request.type === "limit" ? order.request.priceTicks : order.triggerTicks);

/** A price moved against the taker, to the next whole tick. */
const slipped = (referenceTicks: number, direction: Direction, fraction: number): number =>
  fraction === 0
    ? referenceTicks
    : direction > 0
      ? Math.ceil(referenceTicks * (1 + fraction) - 1e-9)
      : Math.floor(referenceTicks * (1 - fraction) + 1e-9);

const liquidationOrder = (instrument: Instrument, direction: Direction, qtyLots: number, openMs: number): OrderRequest => ({
  clientOrderId: `autoclose-${openMs}`,
  planId: `autoclose-${openMs}`,
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
