import type { Funding } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { priceToTicks } from "../../domain/instrument.ts";
import type { Emit } from "../../domain/item.ts";
import type { Kline } from "../../domain/kline.ts";
import { fundingFeeUsdt } from "../../domain/margin.ts";
import type { OrderRequest } from "../../domain/order.ts";
import { goesDownFirst, meetingTicks, nextOnPath } from "./barPath.ts";
import { barState } from "./barState.ts";
import { Inbox } from "./inbox.ts";
import type { Receiver } from "./inbox.ts";
import { IsolatedPosition } from "./margin/isolatedPosition.ts";
import type { MarginHolder, Wallet } from "./margin/wallet.ts";
import { Matching } from "./matching.ts";
import type { SimulatedVenueOptions } from "./options.ts";
import { Admission } from "./orders/admission.ts";
import { awaitsTrigger, hasTriggered, isPast, reduces, ticksBetter, trail, WorkingOrder } from "./orders/workingOrder.ts";
import { Tape } from "./tape.ts";

/**
 * One instrument at the simulated venue: what is on its way, what rests, what is held, and how a bar fills it
 * (docs/venue.md). A bar is: funding; good-till-date; at the open liquidation, what is left of earlier orders, arrivals in
 * the order they were sent, triggers, limits; then the path through the bar; then trailing stops follow.
 */
export class InstrumentBook implements MarginHolder, Receiver {
  private readonly instrument: Instrument;
  private readonly options: SimulatedVenueOptions;
  private readonly wallet: Wallet;
  private readonly position: IsolatedPosition;
  private readonly tape: Tape;
  private readonly admission: Admission;
  private readonly matching: Matching;
  private readonly current = barState();
  private readonly inbox: Inbox;
  private readonly orders: WorkingOrder[] = [];
  private readonly funding: Funding[] = [];
  /** Close of the bar before; NaN before the first. A number, not the bar: a young object stored here at every bar would cost a write barrier. */
  private lastPrice = NaN;

  constructor(instrument: Instrument, options: SimulatedVenueOptions, wallet: Wallet) {
    this.instrument = instrument;
    this.options = options;
    this.wallet = wallet;
    this.position = new IsolatedPosition(instrument, options.margin);
    this.inbox = new Inbox(options.latencyMs);
    this.tape = new Tape(instrument);
    const { current } = this;
    const touch = {
      crosses: (order: OrderRequest): boolean => ticksBetter(order, current.openTicks) >= 1,
      takeableLots: (): number => current.capacityLots,
    };
    this.admission = new Admission({
      instrument,
      options,
      orders: this.orders,
      position: this.position,
      wallet,
      touch,
      oneCloseASide: false,
    });
    this.matching = new Matching({
      instrument,
      options,
      orders: this.orders,
      position: this.position,
      wallet,
      tape: this.tape,
      bar: this.current,
      attachesBrackets: true,
    });
    wallet.share(this);
  }

  get marginUsdt(): number {
    return this.position.marginUsdt;
  }

  reservedUsdt(): number {
    return this.admission.reservedUsdt();
  }

  submit(order: OrderRequest): void {
    this.inbox.submit(order);
  }

  cancel(cancelId: string, decidedAtMs: number): void {
    this.inbox.cancel(cancelId, decidedAtMs);
  }

  settle(funding: Funding): void {
    this.funding.push(funding);
  }

  /** Everything that happens at this venue inside one bar, in time order; in most bars that is nothing. */
  bar(kline: Kline, emit: Emit): void {
    const lastPrice = this.lastPrice;
    this.lastPrice = kline.close;
    const { position } = this;
    const idle = this.orders.length === 0 && this.inbox.size === 0 && this.funding.length === 0;
    if (!idle || (position.liquidationTicks !== 0 && this.mayLiquidate(kline))) this.trade(kline, lastPrice, emit);
  }

  private trade(kline: Kline, lastPrice: number, emit: Emit): void {
    this.begin(kline, lastPrice === lastPrice ? lastPrice : kline.open);
    this.tape.begin(kline.seq, kline.openTimeMs, kline.knownAtMs, emit);
    if (this.funding.length > 0) this.payFunding(kline);
    this.expireDated();
    this.open(kline.block.intervalMs);
    if (this.orders.length > 0 || this.position.lots !== 0) this.walk();
    this.end();
  }

  private begin(kline: Kline, lastPrice: number): void {
    const bar = this.current;
    const { maxVolumeShare } = this.options;
    bar.openTimeMs = kline.openTimeMs;
    bar.lastTicks = priceToTicks(this.instrument, lastPrice);
    bar.openTicks = priceToTicks(this.instrument, kline.open);
    bar.highTicks = priceToTicks(this.instrument, kline.high);
    bar.lowTicks = priceToTicks(this.instrument, kline.low);
    bar.closeTicks = priceToTicks(this.instrument, kline.close);
    bar.capacityLots = maxVolumeShare === null ? Infinity : wholeLots((kline.volume * maxVolumeShare) / this.instrument.lotSize);
    bar.grewInside = false;
  }

  /** Whether a bar can liquidate what is held; the one thing that happens without orders. */
  private mayLiquidate(kline: Kline): boolean {
    const { lots } = this.position;
    return this.position.isLiquidatedAt(priceToTicks(this.instrument, lots > 0 ? kline.low : kline.high));
  }

  // ---- at the open ----------------------------------------------------------------------------------------------------

  /** Settlements up to the open are paid by the position held before it: by mark price, or where the source has none by the open. */
  private payFunding(kline: Kline): void {
    let waiting = 0;
    for (const funding of this.funding) {
      if (funding.eventTimeMs > kline.openTimeMs) {
        this.funding[waiting] = funding;
        waiting += 1;
        continue;
      }
      if (!this.options.funding || this.position.lots === 0) continue;
      const markPrice = Number.isNaN(funding.markPrice) ? kline.open : funding.markPrice;
      const paidUsdt = fundingFeeUsdt(this.position.lots * this.instrument.lotSize, markPrice, funding.rate);
      this.wallet.cashUsdt -= paidUsdt;
      this.position.fund(paidUsdt);
      this.tape.funding(funding.eventTimeMs, paidUsdt, funding.rate);
    }
    this.funding.length = waiting;
  }

  private expireDated(): void {
    for (const order of this.orders) {
      if (order.request.expiresAtMs <= this.current.openTimeMs) this.matching.expire(order, "good-till-date");
    }
  }

  private open(intervalMs: number): void {
    const { openTicks } = this.current;
    const orders = this.orders;
    // Past the liquidation price the exchange was there first.
    if (this.position.isLiquidatedAt(openTicks)) this.matching.liquidate(openTicks);
    const before = orders.length;
    if (before > 0) {
      // Exits first: an entry that still waits for volume must not starve its own stop.
      this.takeRests(before, true);
      this.takeRests(before, false);
    }
    if (this.inbox.size > 0) this.inbox.deliver(this.current.openTimeMs, intervalMs, this);
    // Also a stop that was born past the open by its entry's slippage, at the end of the list.
    for (let i = 0; i < orders.length; i += 1) {
      const order = orders[i] as WorkingOrder;
      if (order.done || !awaitsTrigger(order)) continue;
      if (isPast(order.request, order.triggerTicks, openTicks)) this.trigger(order, openTicks);
    }
    for (let i = 0; i < before; i += 1) {
      const order = orders[i] as WorkingOrder;
      if (!order.done && order.request.type === "limit" && ticksBetter(order.request, openTicks) >= 1) this.matching.make(order, openTicks);
    }
  }

  /** What earlier bars' volume left of market and triggered orders. */
  private takeRests(count: number, reducing: boolean): void {
    for (let i = 0; i < count; i += 1) {
      const order = this.orders[i] as WorkingOrder;
      if (!order.done && order.active && reduces(order.request) === reducing) this.matching.take(order, this.current.openTicks);
    }
  }

  /** An order is there: refused, or accepted and, if it is not to wait, filled at once. */
  arrive(request: OrderRequest): void {
    const refused = this.admission.refuse(request, this.current);
    if (refused !== null) {
      this.tape.rejected(request.clientOrderId, refused);
      return;
    }
    const order = new WorkingOrder(request, this.current.lastTicks);
    this.orders.push(order);
    this.tape.accepted(request.clientOrderId);
    if (request.expiresAtMs <= this.current.openTimeMs) this.matching.expire(order, "good-till-date");
    else if (request.type === "market") this.matching.take(order, this.current.openTicks);
    else if (request.type === "limit") this.matching.takeLimit(order);
  }

  /** A conditional order that has triggered is a market order of another id on the exchange: too late for a cancel. */
  withdraw(clientOrderId: string): void {
    for (const order of this.orders) {
      if (order.done || hasTriggered(order) || order.request.clientOrderId !== clientOrderId) continue;
      order.done = true;
      this.tape.canceled(clientOrderId, order.remainingLots);
      return;
    }
    this.tape.rejected(clientOrderId, { reason: "unknownOrder", message: "" });
  }

  // ---- inside the bar -----------------------------------------------------------------------------------------------------

  /**
   * Walks the price along the path; what lies on the way happens nearest first, liquidation before an order at the same
   * price. An entry that fills on the way starts the path anew from there, so that its stop is met before its target.
   */
  private walk(): void {
    const bar = this.current;
    let atTicks = bar.openTicks;
    let down = goesDownFirst(this.position.lots, this.orders);
    let back = false;
    for (;;) {
      const toTicks = down ? bar.lowTicks : bar.highTicks;
      const order = nextOnPath(this.orders, atTicks, toTicks, down, bar);
      const orderTicks = order === null ? (down ? -Infinity : Infinity) : meetingTicks(order, atTicks, down);
      if (this.isLiquidatedOnPath(toTicks, down)) {
        const { liquidationTicks } = this.position;
        const ticks = down ? Math.min(liquidationTicks, atTicks) : Math.max(liquidationTicks, atTicks);
        if (down ? ticks >= orderTicks : ticks <= orderTicks) {
          atTicks = ticks;
          this.matching.liquidate(ticks);
          continue;
        }
      }
      if (order === null) {
        if (back) return;
        back = true;
        atTicks = toTicks;
        down = !down;
        continue;
      }
      atTicks = orderTicks;
      const was = this.position.lots;
      if (order.request.type === "limit") this.matching.make(order, orderTicks);
      else this.trigger(order, orderTicks);
      const now = this.position.lots;
      if (now !== 0 && (was * now <= 0 || Math.abs(now) > Math.abs(was))) {
        bar.grewInside = true;
        down = now > 0;
        back = false;
      }
    }
  }

  private isLiquidatedOnPath(toTicks: number, down: boolean): boolean {
    const { lots } = this.position;
    return lots !== 0 && lots > 0 === down && this.position.isLiquidatedAt(toTicks);
  }

  /** A conditional entry is asked for margin only now; what it cannot carry is refused. */
  private trigger(order: WorkingOrder, priceTicks: number): void {
    const refused = this.admission.refuseMargin(order.request, priceTicks);
    if (refused === null) {
      order.active = true;
      this.matching.take(order, priceTicks);
      return;
    }
    order.done = true;
    this.tape.rejected(order.request.clientOrderId, refused);
  }

  // ---- the end of a bar ---------------------------------------------------------------------------------------------------

  private end(): void {
    const { highTicks, lowTicks } = this.current;
    const orders = this.orders;
    let open = 0;
    for (const order of orders) {
      if (order.done) continue;
      if (order.request.type === "trailingStopMarket" && !order.active) trail(order, highTicks, lowTicks);
      orders[open] = order;
      open += 1;
    }
    while (orders.length > open) orders.pop();
  }
}

/** Three operations on decimals err by less than 2⁻⁵⁰ of their result (IEEE 754): that must not cost a lot of a large volume. */
const wholeLots = (lots: number): number => Math.floor(lots * (1 + 2 ** -50) + 1e-9);
