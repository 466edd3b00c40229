import { usdtPerTickLot } from "../../../domain/instrument.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import type { DeskParts } from "../deskParts.ts";
import type { MarketState } from "../marketState.ts";
import type { Matching } from "../matching.ts";
import type { QueueModel } from "../models/queue.ts";
import { ticksBetter } from "../orders/workingOrder.ts";
import type { WorkingOrder } from "../orders/workingOrder.ts";
import { byPriority } from "./fills.ts";
import type { Fills } from "./fills.ts";
import { QueuePlace } from "./queuePlace.ts";

/**
 * Fills by single trades. A taking order takes the next print, at the price of the fill model. A resting order is filled by a print through
 * its price, or at it once the queue that is assumed before it is gone. No fill of a print is larger than the print.
 */
export class TradeFills implements Fills {
  private readonly matching: Matching;
  private readonly market: MarketState;
  private readonly queue: QueueModel;
  private readonly queueTickLots: number;
  private buyerIsMaker = false;

  constructor({ instrument, options, models, market }: DeskParts, matching: Matching) {
    this.matching = matching;
    this.market = market;
    this.queue = models.queue;
    this.queueTickLots = options.queueAheadUsdt / usdtPerTickLot(instrument);
  }

  crosses(order: OrderRequest): boolean {
    return ticksBetter(order, this.market.priceTicks) >= 1;
  }

  takeableLots(): number {
    return this.market.capacityLots;
  }

  trade(buyerIsMaker: boolean): boolean {
    this.buyerIsMaker = buyerIsMaker;
    return true;
  }

  book(): boolean {
    return false;
  }

  priceTicks(): number {
    return this.market.priceTicks;
  }

  take(order: WorkingOrder): void {
    this.matching.takeAtMarket(order);
  }

  place(order: WorkingOrder): void {
    order.place = new QueuePlace(this.queue, Math.ceil(this.queueTickLots / order.request.priceTicks - 1e-9), this.market.timeMs);
  }

  rest(orders: readonly WorkingOrder[]): void {
    const { timeMs, priceTicks } = this.market;
    for (const order of byPriority(orders)) {
      const { request } = order;
      const place = order.place as QueuePlace;
      if (timeMs <= place.sinceMs) continue;
      const better = ticksBetter(request, priceTicks);
      if (better < 0 || (better === 0 && this.buyerIsMaker !== (request.side === "buy"))) continue;
      if (better > 0) place.clear();
      fillReached(this.matching, this.market, order, place.trade(this.market.capacityLots));
    }
  }

  triggered(): void {
    // Takes the next print: this one set it off.
  }
}

/** Fills a resting order with the lots that reached it; what it takes no other order gets. */
export const fillReached = (matching: Matching, market: MarketState, order: WorkingOrder, reachedLots: number): void => {
  const left = market.capacityLots;
  market.capacityLots = Math.min(reachedLots, left);
  const took = matching.fillAt(order, order.request.priceTicks, order.request.priceTicks, true);
  market.capacityLots = left - took;
};
