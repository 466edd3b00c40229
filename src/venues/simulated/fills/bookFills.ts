import type { BookDiff, BookSnapshot } from "../../../domain/event.ts";
import type { OrderRequest, OrderSide } from "../../../domain/order.ts";
import type { DeskParts } from "../deskParts.ts";
import type { MarketState } from "../marketState.ts";
import type { Matching } from "../matching.ts";
import type { QueueModel } from "../models/queue.ts";
import { ticksBetter } from "../orders/workingOrder.ts";
import type { WorkingOrder } from "../orders/workingOrder.ts";
import { DisplayedBook } from "./displayedBook.ts";
import { byPriority } from "./fills.ts";
import type { Fills } from "./fills.ts";
import { QueuePlace } from "./queuePlace.ts";
import { fillReached } from "./tradeFills.ts";

/**
 * Fills by the order book. A taking order walks its levels. A resting order queues behind what its level showed; it is filled by the trades
 * that get as far, by trades through its price, and by the other side when that comes to stand at its price. While the book is broken
 * nothing is filled.
 */
export class BookFills implements Fills {
  private readonly matching: Matching;
  private readonly market: MarketState;
  private readonly queue: QueueModel;
  private readonly shown: DisplayedBook;
  /** Side that rested in the print of this event; null: the event is of the book. */
  private makerSide: OrderSide | null = null;

  constructor({ instrument, models, market }: DeskParts, matching: Matching) {
    this.matching = matching;
    this.market = market;
    this.queue = models.queue;
    this.shown = new DisplayedBook(instrument);
  }

  crosses(order: OrderRequest): boolean {
    return this.shown.takeable(order.side, order.priceTicks, 1).length > 0;
  }

  takeableLots(order: OrderRequest): number {
    return this.shown.takeable(order.side, limitOf(order), order.qtyLots).reduce((sum, { lots }) => sum + lots, 0);
  }

  trade(buyerIsMaker: boolean): boolean {
    this.makerSide = buyerIsMaker ? "buy" : "sell";
    return false;
  }

  book(message: BookDiff | BookSnapshot): boolean {
    this.makerSide = null;
    return this.shown.hear(message);
  }

  priceTicks(): number {
    return this.shown.middleTicks;
  }

  take(order: WorkingOrder): void {
    this.matching.size(order);
    if (order.triggeredMs > this.market.timeMs) return;
    const { request } = order;
    const levels = this.shown.takeable(request.side, limitOf(request), order.remainingLots);
    const bestTicks = levels[0]?.priceTicks ?? 0;
    for (const { priceTicks, lots } of levels) {
      this.market.capacityLots = lots;
      const took = this.matching.fillAt(order, priceTicks, bestTicks, false);
      this.shown.take(request.side, priceTicks, took);
      if (order.done) return;
    }
  }

  place(order: WorkingOrder): void {
    const { side, priceTicks } = order.request;
    order.place = new QueuePlace(this.queue, this.shown.shownLots(side, priceTicks), this.shown.timeMs);
  }

  rest(orders: readonly WorkingOrder[]): void {
    if (!this.shown.whole) return;
    for (const order of byPriority(orders)) {
      const place = order.place as QueuePlace;
      if (this.makerSide === null) this.restInBook(order, place);
      else this.restInTrade(order, place);
    }
  }

  /** It takes from the first book that is no older than the trigger. */
  triggered(order: WorkingOrder): void {
    order.triggeredMs = this.market.timeMs;
  }

  /**
   * At the price itself only trades against the order's side count, and only those that the book does not show yet: it has moved the
   * order up already for the others.
   */
  private restInTrade(order: WorkingOrder, place: QueuePlace): void {
    const { timeMs, priceTicks, capacityLots } = this.market;
    if (timeMs <= place.sinceMs) return;
    const better = ticksBetter(order.request, priceTicks);
    if (better < 0) return;
    if (better > 0) place.clear();
    else if (order.request.side !== this.makerSide || timeMs <= this.shown.timeMs) return;
    fillReached(this.matching, this.market, order, place.trade(capacityLots));
  }

  private restInBook(order: WorkingOrder, place: QueuePlace): void {
    const { side, priceTicks } = order.request;
    place.show(this.shown.shownLots(side, priceTicks), this.queue);
    for (const level of this.shown.takeable(side, priceTicks, order.remainingLots)) {
      place.clear();
      this.market.capacityLots = level.lots;
      this.shown.take(side, level.priceTicks, this.matching.fillAt(order, priceTicks, priceTicks, true));
      if (order.done) return;
    }
  }
}

/** Worst price that an order takes. */
const limitOf = ({ type, side, priceTicks }: OrderRequest): number =>
  type === "limit" ? priceTicks : side === "buy" ? Infinity : -Infinity;
