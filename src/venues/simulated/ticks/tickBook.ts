import type { BookDiff, BookSnapshot, Funding, MarkPrice, Trade } from "../../../domain/event.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import { priceToTicks, qtyToLots, ticksToPrice } from "../../../domain/instrument.ts";
import type { Emit } from "../../../domain/item.ts";
import { fundingFeeUsdt } from "../../../domain/margin.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import { isConditional } from "../../../domain/order.ts";
import { barState } from "../barState.ts";
import type { Receiver } from "../inbox.ts";
import { IsolatedPosition } from "../margin/isolatedPosition.ts";
import type { MarginHolder, Wallet } from "../margin/wallet.ts";
import { Matching } from "../matching.ts";
import type { SimulatedVenueOptions } from "../options.ts";
import { fillOnOf } from "../options.ts";
import { Admission } from "../orders/admission.ts";
import { awaitsTrigger, hasTriggered, isPast, reduces, trail, WorkingOrder } from "../orders/workingOrder.ts";
import { Tape } from "../tape.ts";
import { BookFills } from "./bookFills.ts";
import type { LineClock } from "./requests.ts";
import { Requests } from "./requests.ts";
import type { TickFills } from "./tickFills.ts";
import { TradeFills } from "./tradeFills.ts";

/**
 * One instrument at the simulated venue, filled by what the line tells of single trades or of the order book (docs/venue.md, "On
 * trades and on the book"). `TickFills` says what an order meets; here is what holds for both: the way of an order, triggers, money.
 */
export class TickBook implements MarginHolder, Receiver {
  private readonly instrument: Instrument;
  private readonly options: SimulatedVenueOptions;
  private readonly wallet: Wallet;
  private readonly position: IsolatedPosition;
  private readonly tape: Tape;
  private readonly admission: Admission;
  private readonly matching: Matching;
  private readonly fills: TickFills;
  private readonly requests: Requests;
  private readonly orders: WorkingOrder[] = [];
  /** Of a bar there is here the time, the last price, and the lots that the event can fill. */
  private readonly bar = barState();
  private markTicks = NaN;

  constructor(instrument: Instrument, options: SimulatedVenueOptions, wallet: Wallet, clock: LineClock) {
    this.instrument = instrument;
    this.options = options;
    this.wallet = wallet;
    this.position = new IsolatedPosition(instrument, options.margin);
    this.tape = new Tape(instrument);
    this.requests = new Requests(clock);
    this.bar.lastTicks = NaN;
    const { orders, position, tape, bar } = this;
    this.matching = new Matching({ instrument, options, orders, position, wallet, tape, bar, attachesBrackets: false });
    const parts = { instrument, options, position, matching: this.matching, bar };
    this.fills = fillOnOf(options.fillOn, instrument.symbol) === "book" ? new BookFills(parts) : new TradeFills(parts);
    this.admission = new Admission({ instrument, options, orders, position, wallet, touch: this.fills, oneCloseASide: true });
    wallet.share(this);
  }

  get marginUsdt(): number {
    return this.position.marginUsdt;
  }

  reservedUsdt(): number {
    return this.admission.reservedUsdt();
  }

  submit(order: OrderRequest): void {
    this.requests.submit(order);
  }

  cancel(cancelId: string, decidedAtMs: number): void {
    this.requests.cancel(cancelId, decidedAtMs);
  }

  // ---- what the line tells ----------------------------------------------------------------------------------------------

  /** A trade fills what it reaches; then the price that it made is looked at by stops, targets and liquidation. */
  trade(trade: Trade, emit: Emit): void {
    const priceTicks = priceToTicks(this.instrument, trade.price);
    if (this.isIdle()) {
      this.bar.lastTicks = priceTicks;
      return;
    }
    this.begin(trade, emit);
    if (this.fills.trade(trade, priceTicks, qtyToLots(this.instrument, trade.qty))) this.meet();
    this.fills.rest(this.orders);
    this.bar.lastTicks = priceTicks;
    if (this.options.triggerBy === "last") this.look(priceTicks, trade.eventTimeMs);
    this.end();
  }

  /** A book that changed fills what it holds; one that is not whole fills nothing. */
  book(message: BookDiff | BookSnapshot, emit: Emit): void {
    if (!this.fills.hear(message) || this.isIdle()) return;
    this.begin(message, emit);
    this.meet();
    this.fills.rest(this.orders);
    this.end();
  }

  mark(mark: MarkPrice, emit: Emit): void {
    this.markTicks = priceToTicks(this.instrument, mark.markPrice);
    if (this.options.triggerBy !== "mark" || this.isIdle()) return;
    this.begin(mark, emit);
    this.look(this.markTicks, mark.eventTimeMs);
    this.end();
  }

  /** Paid at once by what is held, at the mark price of the settlement, or where the source has none at the last mark or trade. */
  settle({ seq, eventTimeMs, knownAtMs, markPrice, rate }: Funding, emit: Emit): void {
    if (!this.options.funding || this.position.lots === 0) return;
    const ticks = this.markTicks === this.markTicks ? this.markTicks : this.bar.lastTicks;
    const price = markPrice === markPrice ? markPrice : ticksToPrice(this.instrument, ticks);
    if (price !== price) return;
    const paidUsdt = fundingFeeUsdt(this.position.lots * this.instrument.lotSize, price, rate);
    this.wallet.cashUsdt -= paidUsdt;
    this.position.fund(paidUsdt);
    this.tape.begin(seq, eventTimeMs, knownAtMs, emit);
    this.tape.funding(eventTimeMs, paidUsdt, rate);
  }

  private isIdle(): boolean {
    return this.orders.length === 0 && this.requests.size === 0 && this.position.lots === 0;
  }

  private begin({ seq, eventTimeMs, knownAtMs }: Trade | BookDiff | BookSnapshot | MarkPrice, emit: Emit): void {
    this.bar.openTimeMs = eventTimeMs;
    this.bar.capacityLots = 0;
    this.tape.begin(seq, eventTimeMs, knownAtMs, emit);
    this.requests.deliverCancels(Math.min(eventTimeMs, knownAtMs), this);
    for (const order of this.orders) if (order.request.expiresAtMs <= eventTimeMs) this.expireDated(order);
  }

  private expireDated(order: WorkingOrder): void {
    if (!order.done) this.matching.expire(order, "good-till-date");
  }

  /** What is there already takes first, exits before entries; then what arrives, as it was sent. */
  private meet(): void {
    const before = this.orders.length;
    this.takeRests(before, true);
    this.takeRests(before, false);
    this.requests.deliver(this.bar.openTimeMs, this);
  }

  private takeRests(count: number, reducing: boolean): void {
    for (let i = 0; i < count; i += 1) {
      const order = this.orders[i] as WorkingOrder;
      if (!order.done && order.active && reduces(order.request) === reducing) this.take(order);
    }
  }

  /** A market or triggered order takes what there is; the rest waits, or ends with IOC. */
  private take(order: WorkingOrder): void {
    const { request } = order;
    if (request.closePosition) order.remainingLots = Math.abs(this.position.lots);
    this.fills.take(order);
    if (!order.done && request.type === "market" && request.timeInForce === "IOC") this.matching.expire(order, "IOC");
  }

  /** An order is there: refused, or accepted and, as far as it meets its price, filled at once. */
  arrive(request: OrderRequest): void {
    const lastTicks = this.bar.lastTicks === this.bar.lastTicks ? this.bar.lastTicks : this.fills.priceTicks();
    const byMark = this.options.triggerBy === "mark" && isConditional(request.type) && this.markTicks === this.markTicks;
    const at = { lastTicks: byMark ? this.markTicks : lastTicks };
    const refused = this.admission.refuse(request, at);
    if (refused !== null) {
      this.tape.rejected(request.clientOrderId, refused);
      return;
    }
    const order = new WorkingOrder(request, at.lastTicks);
    this.orders.push(order);
    this.tape.accepted(request.clientOrderId);
    if (request.expiresAtMs <= this.bar.openTimeMs) this.expireDated(order);
    else if (request.type === "market") this.take(order);
    else if (request.type === "limit") this.arriveLimit(order);
  }

  /** What crosses takes; what is left of it rests, or ends as its time in force says. */
  private arriveLimit(order: WorkingOrder): void {
    const { timeInForce } = order.request;
    if (this.fills.crosses(order.request)) this.fills.take(order);
    if (order.done) return;
    if (timeInForce === "IOC" || timeInForce === "FOK") this.matching.expire(order, timeInForce);
    else this.fills.place(order);
  }

  withdraw(clientOrderId: string): void {
    for (const order of this.orders) {
      if (order.done || hasTriggered(order) || order.request.clientOrderId !== clientOrderId) continue;
      order.done = true;
      this.tape.canceled(clientOrderId, order.remainingLots);
      return;
    }
    this.tape.rejected(clientOrderId, { reason: "unknownOrder", message: "" });
  }

  // ---- triggers ---------------------------------------------------------------------------------------------------------

  /** What a price sets off. A triggered order takes from the next trade or book on; brackets of fills of this event are looked at too. */
  private look(priceTicks: number, timeMs: number): void {
    if (this.position.isLiquidatedAt(priceTicks)) this.matching.liquidate(priceTicks);
    for (const order of this.orders) {
      if (order.done || !awaitsTrigger(order)) continue;
      if (isPast(order.request, order.triggerTicks, priceTicks)) this.trigger(order, priceTicks, timeMs);
      else if (order.request.type === "trailingStopMarket") trail(order, priceTicks, priceTicks);
    }
  }

  private trigger(order: WorkingOrder, priceTicks: number, timeMs: number): void {
    const refused = this.admission.refuseMargin(order.request, priceTicks);
    if (refused === null) {
      order.active = true;
      this.fills.triggered(order, timeMs);
      return;
    }
    order.done = true;
    this.tape.rejected(order.request.clientOrderId, refused);
  }

  private end(): void {
    const { orders } = this;
    let open = 0;
    for (const order of orders) {
      if (order.done) {
        this.fills.forget(order);
        continue;
      }
      orders[open] = order;
      open += 1;
    }
    orders.length = open;
  }
}
