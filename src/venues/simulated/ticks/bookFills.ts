import type { BookDiff, BookSnapshot, Trade } from "../../../domain/event.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import type { BarState } from "../barState.ts";
import type { Matching } from "../matching.ts";
import type { QueueModel } from "../options.ts";
import { ticksBetter } from "../orders/workingOrder.ts";
import type { WorkingOrder } from "../orders/workingOrder.ts";
import { DisplayedBook } from "./displayedBook.ts";
import { QueuePlace } from "./queuePlace.ts";
import { byPriority } from "./tickFills.ts";
import type { TickFills, TickFillsParts } from "./tickFills.ts";
import { fillReached } from "./tradeFills.ts";

/**
 * Fills by the order book: taking orders walk its levels; resting ones queue behind what their level showed and are filled by the
 * trades that get as far, by trades through their price, and by the other side when it comes to stand at their price. While the book is
 * broken nothing is filled.
 */
export class BookFills implements TickFills {
  private readonly matching: Matching;
  private readonly bar: BarState;
  private readonly model: QueueModel;
  private readonly shown: DisplayedBook;
  private readonly places = new Map<WorkingOrder, QueuePlace>();
  private readonly triggeredMs = new Map<WorkingOrder, number>();
  /** The trade of this event; null: the event is of the book. */
  private print: Trade | null = null;
  private printTicks = 0;

  constructor({ instrument, options, matching, bar }: TickFillsParts) {
    this.matching = matching;
    this.bar = bar;
    this.model = options.queue;
    this.shown = new DisplayedBook(instrument);
  }

  crosses(order: OrderRequest): boolean {
    return this.shown.takeable(order.side, order.priceTicks, 1).length > 0;
  }

  takeableLots(order: OrderRequest): number {
    return this.shown.takeable(order.side, limitOf(order), order.qtyLots).reduce((sum, { lots }) => sum + lots, 0);
  }

  trade(trade: Trade, priceTicks: number, lots: number): boolean {
    this.print = trade;
    this.printTicks = priceTicks;
    this.bar.capacityLots = lots;
    return false;
  }

  hear(message: BookDiff | BookSnapshot): boolean {
    this.print = null;
    return this.shown.hear(message);
  }

  priceTicks(): number {
    return this.shown.middleTicks;
  }

  take(order: WorkingOrder): void {
    if ((this.triggeredMs.get(order) ?? -Infinity) > this.bar.openTimeMs) return;
    const { request } = order;
    const levels = this.shown.takeable(request.side, limitOf(request), order.remainingLots);
    const bestTicks = levels[0]?.priceTicks ?? 0;
    for (const { priceTicks, lots } of levels) {
      this.bar.capacityLots = lots;
      const took = this.matching.fillAt(order, priceTicks, bestTicks, false);
      this.shown.take(request.side, priceTicks, took);
      if (order.done) return;
    }
  }

  place(order: WorkingOrder): void {
    const { side, priceTicks } = order.request;
    this.places.set(order, new QueuePlace(this.model, this.shown.shownLots(side, priceTicks), this.shown.timeMs));
  }

  rest(orders: readonly WorkingOrder[]): void {
    if (this.places.size === 0 || !this.shown.whole) return;
    for (const order of byPriority(orders)) {
      const place = this.places.get(order);
      if (place === undefined) continue;
      if (this.print === null) this.restInBook(order, place);
      else this.restInTrade(order, place, this.print);
    }
  }

  triggered(order: WorkingOrder, timeMs: number): void {
    this.triggeredMs.set(order, timeMs);
  }

  forget(order: WorkingOrder): void {
    this.places.delete(order);
    this.triggeredMs.delete(order);
  }

  /**
   * At the price itself only trades against the order's side count, and only those that the book does not show yet: it has moved the
   * order up already for the others.
   */
  private restInTrade(order: WorkingOrder, place: QueuePlace, { eventTimeMs, buyerIsMaker }: Trade): void {
    if (eventTimeMs <= place.sinceMs) return;
    const better = ticksBetter(order.request, this.printTicks);
    if (better < 0) return;
    if (better > 0) place.clear();
    else if (buyerIsMaker !== (order.request.side === "buy") || eventTimeMs <= this.shown.timeMs) return;
    fillReached(this.matching, this.bar, order, place.trade(this.bar.capacityLots));
  }

  private restInBook(order: WorkingOrder, place: QueuePlace): void {
    const { side, priceTicks } = order.request;
    place.show(this.shown.shownLots(side, priceTicks));
    for (const level of this.shown.takeable(side, priceTicks, order.remainingLots)) {
      place.clear();
      this.bar.capacityLots = level.lots;
      this.shown.take(side, level.priceTicks, this.matching.fillAt(order, priceTicks, priceTicks, true));
      if (order.done) return;
    }
  }
}

/** Worst price that an order takes. */
const limitOf = ({ type, side, priceTicks }: OrderRequest): number =>
  type === "limit" ? priceTicks : side === "buy" ? Infinity : -Infinity;
