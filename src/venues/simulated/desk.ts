import type { BookDiff, BookSnapshot, Funding, InstrumentRules, MarkPrice, Trade } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { priceToTicks, qtyToLots, ticksToPrice } from "../../domain/instrument.ts";
import type { Emit } from "../../domain/item.ts";
import type { Kline } from "../../domain/kline.ts";
import { fundingFeeUsdt } from "../../domain/margin.ts";
import type { OrderRequest } from "../../domain/order.ts";
import { isConditional } from "../../domain/order.ts";
import type { DeskParts } from "./deskParts.ts";
import { BarFills } from "./fills/barFills.ts";
import type { Triggers } from "./fills/barFills.ts";
import { BookFills } from "./fills/bookFills.ts";
import type { Fills } from "./fills/fills.ts";
import { TradeFills } from "./fills/tradeFills.ts";
import { IsolatedPosition } from "./margin/isolatedPosition.ts";
import type { MarginHolder, Wallet } from "./margin/wallet.ts";
import { marketState } from "./marketState.ts";
import { Matching } from "./matching.ts";
import type { VenueModels } from "./models/models.ts";
import type { SimulatedVenueOptions } from "./options.ts";
import { fillOnOf } from "./options.ts";
import { Admission } from "./orders/admission.ts";
import { awaitsTrigger, hasTriggered, isPast, reduces, trail, WorkingOrder } from "./orders/workingOrder.ts";
import type { LineClock, Receiver } from "./requests.ts";
import { Requests } from "./requests.ts";
import { Tape } from "./tape.ts";

/**
 * The desk of one instrument at the simulated venue: requests, working orders, position (docs/venue.md). `fills` says what orders meet. On
 * bars three things more are different: the desk attaches brackets, it pays funding at the next open, and a latency counts from the
 * decision.
 */
export class InstrumentDesk implements MarginHolder, Receiver, Triggers {
  private readonly parts: DeskParts;
  private readonly orders: WorkingOrder[] = [];
  private readonly position: IsolatedPosition;
  private readonly admission: Admission;
  private readonly matching: Matching;
  private readonly requests: Requests;
  private readonly fills: Fills;
  /** The way to fill, where it is the bars. */
  private readonly bars: BarFills | null;
  /** Rules that a later open brings into force. */
  private readonly changes: InstrumentRules[] = [];
  /** Settlements that a later open pays. */
  private readonly funding: Funding[] = [];
  /** Close of the bar before; NaN before the first. A number, not the bar: a young object stored here at every bar would cost a write barrier. */
  private lastPrice = NaN;
  private markTicks = NaN;

  constructor(instrument: Instrument, options: SimulatedVenueOptions, models: VenueModels, wallet: Wallet, clock: LineClock) {
    const fillOn = fillOnOf(options.fillOn, instrument.symbol);
    const onBars = fillOn === "bars";
    this.position = new IsolatedPosition(instrument, options.margin);
    const { position, orders } = this;
    const parts = { instrument, options, models, wallet, position, orders, market: marketState(), tape: new Tape(instrument) };
    this.parts = parts;
    this.matching = new Matching(parts, onBars);
    this.bars = onBars ? new BarFills(parts, this.matching, this) : null;
    this.fills = this.bars ?? (fillOn === "book" ? new BookFills(parts, this.matching) : new TradeFills(parts, this.matching));
    this.admission = new Admission({ ...parts, touch: this.fills, oneCloseASide: !onBars });
    this.requests = new Requests(models.latency, onBars ? null : clock);
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

  /** Trading rules changed. Orders that rest stay; those that arrive later meet the new rules. What happened inside a bar met the old ones. */
  rules(change: InstrumentRules): void {
    if (this.bars === null) this.setRules(change.rules);
    else this.changes.push(change);
  }

  private dueRules(openTimeMs: number): void {
    while ((this.changes[0]?.eventTimeMs ?? Infinity) <= openTimeMs) this.setRules((this.changes.shift() as InstrumentRules).rules);
  }

  private setRules(rules: Instrument): void {
    this.parts.instrument = rules;
    this.position.setRules(rules);
    this.matching.setRules(rules);
    this.admission.setRules(rules);
  }

  // ---- events of the line -----------------------------------------------------------------------------------------------

  /** Everything that happens inside one bar, in time order; in most bars that is nothing. */
  bar(kline: Kline, emit: Emit): void {
    const { lastPrice } = this;
    this.lastPrice = kline.close;
    if (this.changes.length > 0) this.dueRules(kline.openTimeMs);
    const idle = this.orders.length === 0 && this.requests.size === 0 && this.funding.length === 0;
    // The ordinary bar is short, so that V8 inlines it.
    if (!idle || (this.position.liquidationTicks !== 0 && this.mayLiquidate(kline))) this.busyBar(kline, lastPrice, emit);
  }

  private busyBar(kline: Kline, lastPrice: number, emit: Emit): void {
    const { bars } = this;
    if (bars === null) return;
    const { market } = this.parts;
    bars.open(kline, lastPrice === lastPrice ? lastPrice : kline.open);
    this.begin(kline.seq, kline.openTimeMs, kline.knownAtMs, emit);
    if (this.funding.length > 0) this.payDue(kline);
    this.expireDated();
    // Past the liquidation price the exchange was there first.
    if (this.position.isLiquidatedAt(market.priceTicks)) this.matching.liquidate(market.priceTicks);
    this.meet(kline.block.intervalMs);
    this.triggerPast(market.priceTicks);
    this.drop();
    if (this.orders.length === 0 && this.position.liquidationTicks === 0) return;
    bars.pass(kline);
    this.follow(bars.bar.highTicks, bars.bar.lowTicks);
    this.drop();
  }

  /** A trade fills what it reaches. Then its price may trigger stops, targets and liquidation. */
  trade(trade: Trade, emit: Emit): void {
    if (this.bars !== null) return;
    const { instrument, options, market } = this.parts;
    const priceTicks = priceToTicks(instrument, trade.price);
    const looked = options.triggerBy === "last";
    if (this.isIdle() && !(looked && this.position.isLiquidatedAt(priceTicks))) {
      market.lastTicks = priceTicks;
      return;
    }
    this.beginTick(trade, emit);
    market.priceTicks = priceTicks;
    market.capacityLots = qtyToLots(instrument, trade.qty);
    if (this.fills.trade(trade.buyerIsMaker)) this.meet(0);
    this.fills.rest(this.orders);
    market.lastTicks = priceTicks;
    if (looked) this.look(priceTicks);
    this.drop();
  }

  /** A book that changed fills what it holds. A broken book fills nothing. */
  book(message: BookDiff | BookSnapshot, emit: Emit): void {
    if (!this.fills.book(message) || this.isIdle()) return;
    this.beginTick(message, emit);
    this.meet(0);
    this.fills.rest(this.orders);
    this.drop();
  }

  mark(mark: MarkPrice, emit: Emit): void {
    if (this.bars !== null) return;
    const { instrument, options } = this.parts;
    this.markTicks = priceToTicks(instrument, mark.markPrice);
    if (options.triggerBy !== "mark" || (this.isIdle() && !this.position.isLiquidatedAt(this.markTicks))) return;
    this.beginTick(mark, emit);
    this.look(this.markTicks);
    this.drop();
  }

  /** The position that is held now pays at once. On bars the position that is held before the next open pays. */
  settle(funding: Funding, emit: Emit): void {
    if (this.bars !== null) {
      this.funding.push(funding);
      return;
    }
    const { instrument, market, tape } = this.parts;
    tape.begin(funding.seq, funding.eventTimeMs, funding.knownAtMs, emit);
    this.pay(funding, ticksToPrice(instrument, this.markTicks === this.markTicks ? this.markTicks : market.lastTicks));
  }

  // ---- inside an event ----------------------------------------------------------------------------------------------------

  private isIdle(): boolean {
    return this.orders.length === 0 && this.requests.size === 0;
  }

  /** Whether a bar can liquidate what is held; the one thing that happens without orders. */
  private mayLiquidate(kline: Kline): boolean {
    const { lots } = this.position;
    return this.position.isLiquidatedAt(priceToTicks(this.parts.instrument, lots > 0 ? kline.low : kline.high));
  }

  private begin(seq: number, timeMs: number, knownAtMs: number, emit: Emit): void {
    this.parts.market.timeMs = timeMs;
    this.parts.tape.begin(seq, timeMs, knownAtMs, emit);
  }

  private beginTick({ seq, eventTimeMs, knownAtMs }: Trade | BookDiff | BookSnapshot | MarkPrice, emit: Emit): void {
    this.parts.market.capacityLots = 0;
    this.begin(seq, eventTimeMs, knownAtMs, emit);
    this.requests.deliverCancels(Math.min(eventTimeMs, knownAtMs), this);
    this.expireDated();
  }

  private payDue(kline: Kline): void {
    let waiting = 0;
    for (const funding of this.funding) {
      if (funding.eventTimeMs > kline.openTimeMs) {
        this.funding[waiting] = funding;
        waiting += 1;
      } else this.pay(funding, kline.open);
    }
    this.funding.length = waiting;
  }

  /** The price is the mark price of the settlement, or `price` where the source has none. Without a price nothing is paid. */
  private pay(funding: Funding, price: number): void {
    const { instrument, options, position, tape, wallet } = this.parts;
    const markPrice = Number.isNaN(funding.markPrice) ? price : funding.markPrice;
    if (!options.funding || position.lots === 0 || Number.isNaN(markPrice)) return;
    const paidUsdt = fundingFeeUsdt(position.lots * instrument.lotSize, markPrice, funding.rate);
    wallet.cashUsdt -= paidUsdt;
    position.fund(paidUsdt);
    tape.funding(funding.eventTimeMs, paidUsdt, funding.rate);
  }

  private expireDated(): void {
    const { timeMs } = this.parts.market;
    for (const order of this.orders) if (!order.done && order.request.expiresAtMs <= timeMs) this.matching.expire(order, "good-till-date");
  }

  /** Active orders take first, exits before entries: an entry that waits for volume must not starve its own stop. Then requests arrive. */
  private meet(barMs: number): void {
    const before = this.orders.length;
    if (before > 0) {
      this.takeRests(before, true);
      this.takeRests(before, false);
    }
    if (this.requests.size > 0) this.requests.deliver(this.parts.market.timeMs, barMs, this);
  }

  private takeRests(count: number, reducing: boolean): void {
    for (let i = 0; i < count; i += 1) {
      const order = this.orders[i] as WorkingOrder;
      if (!order.done && order.active && reduces(order.request) === reducing) this.take(order);
    }
  }

  /** A market or triggered order takes what there is. The rest waits, or expires with IOC. */
  private take(order: WorkingOrder): void {
    this.fills.take(order);
    if (!order.done && order.request.type === "market" && order.request.timeInForce === "IOC") this.matching.expire(order, "IOC");
  }

  /** Drops the orders that are done. */
  private drop(): void {
    const { orders } = this;
    let open = 0;
    for (const order of orders) {
      if (order.done) continue;
      orders[open] = order;
      open += 1;
    }
    // Popped one by one, the array keeps its storage.
    while (orders.length > open) orders.pop();
  }

  // ---- requests arrive ----------------------------------------------------------------------------------------------------

  /** An order arrives. It is refused, or accepted and filled as far as it meets its price. */
  arrive(request: OrderRequest): void {
    const { market, tape } = this.parts;
    const lastTicks = market.lastTicks === market.lastTicks ? market.lastTicks : this.fills.priceTicks();
    const byMark = this.parts.options.triggerBy === "mark" && isConditional(request.type) && this.markTicks === this.markTicks;
    const at = { lastTicks: byMark ? this.markTicks : lastTicks };
    const refused = this.admission.refuse(request, at);
    if (refused !== null) {
      tape.rejected(request.clientOrderId, refused);
      return;
    }
    const order = new WorkingOrder(request, at.lastTicks);
    this.orders.push(order);
    tape.accepted(request.clientOrderId);
    if (request.expiresAtMs <= market.timeMs) this.matching.expire(order, "good-till-date");
    else if (request.type === "market") this.take(order);
    else if (request.type === "limit") this.arriveLimit(order);
  }

  /** A limit order takes where it crosses. The rest of it begins to rest, or expires as its time in force says. */
  private arriveLimit(order: WorkingOrder): void {
    const { timeInForce } = order.request;
    if (this.fills.crosses(order.request)) this.fills.take(order);
    if (order.done) return;
    if (timeInForce === "IOC" || timeInForce === "FOK") this.matching.expire(order, timeInForce);
    else this.fills.place(order);
  }

  /** A conditional order that has triggered is a market order of another id on the exchange, so a cancel comes too late. */
  withdraw(clientOrderId: string): void {
    const { tape } = this.parts;
    for (const order of this.orders) {
      if (order.done || hasTriggered(order) || order.request.clientOrderId !== clientOrderId) continue;
      order.done = true;
      tape.canceled(clientOrderId, order.remainingLots);
      return;
    }
    tape.rejected(clientOrderId, { reason: "unknownOrder", message: "" });
  }

  // ---- triggers -----------------------------------------------------------------------------------------------------------

  /** The price of a trade or a mark liquidates first, then triggers conditional orders. Trailing stops follow it. */
  private look(priceTicks: number): void {
    if (this.position.isLiquidatedAt(priceTicks)) this.matching.liquidate(priceTicks);
    this.triggerPast(priceTicks);
    this.follow(priceTicks, priceTicks);
  }

  /** Triggers the orders that the price is past. A stop that its entry's slippage puts past it joins the end of the list and triggers too. */
  private triggerPast(priceTicks: number): void {
    const { orders } = this;
    for (let i = 0; i < orders.length; i += 1) {
      const order = orders[i] as WorkingOrder;
      if (!order.done && awaitsTrigger(order) && isPast(order.request, order.triggerTicks, priceTicks)) this.trigger(order, priceTicks);
    }
  }

  /** A conditional entry needs margin only now. Without it the entry is refused. */
  trigger(order: WorkingOrder, priceTicks: number): void {
    const refused = this.admission.refuseMargin(order.request, priceTicks);
    if (refused === null) {
      order.active = true;
      this.fills.triggered(order, priceTicks);
      return;
    }
    order.done = true;
    this.parts.tape.rejected(order.request.clientOrderId, refused);
  }

  /** Trailing stops follow the extremes of a completed bar, or a single price. */
  private follow(highTicks: number, lowTicks: number): void {
    for (const order of this.orders)
      if (!order.done && !order.active && order.request.type === "trailingStopMarket") trail(order, highTicks, lowTicks);
  }
}
