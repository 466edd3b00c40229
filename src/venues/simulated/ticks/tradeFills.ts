import type { Trade } from "../../../domain/event.ts";
import { usdtPerTickLot } from "../../../domain/instrument.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import type { BarState } from "../barState.ts";
import type { Matching } from "../matching.ts";
import { ticksBetter } from "../orders/workingOrder.ts";
import type { WorkingOrder } from "../orders/workingOrder.ts";
import { QueuePlace } from "./queuePlace.ts";
import { byPriority } from "./tickFills.ts";
import type { TickFills, TickFillsParts } from "./tickFills.ts";

/**
 * Fills by single trades: taking orders at the next print ± slippage, resting ones when a print goes through their price, or at it once
 * the queue that is taken to stand before them is gone. No fill of a print is larger than it.
 */
export class TradeFills implements TickFills {
  private readonly matching: Matching;
  private readonly bar: BarState;
  private readonly queueTickLots: number;
  private readonly places = new Map<WorkingOrder, QueuePlace>();
  private print: Trade | null = null;

  constructor({ instrument, options, matching, bar }: TickFillsParts) {
    this.matching = matching;
    this.bar = bar;
    this.queueTickLots = options.queueAheadUsdt / usdtPerTickLot(instrument);
  }

  crosses(order: OrderRequest): boolean {
    return ticksBetter(order, this.bar.openTicks) >= 1;
  }

  takeableLots(): number {
    return this.bar.capacityLots;
  }

  trade(trade: Trade, priceTicks: number, lots: number): boolean {
    this.print = trade;
    this.bar.openTicks = priceTicks;
    this.bar.capacityLots = lots;
    return true;
  }

  hear(): boolean {
    return false;
  }

  priceTicks(): number {
    return this.bar.openTicks;
  }

  take(order: WorkingOrder): void {
    if (order.request.type === "limit") this.matching.crossLimit(order);
    else this.matching.take(order, this.bar.openTicks);
  }

  place(order: WorkingOrder): void {
    const aheadLots = Math.ceil(this.queueTickLots / order.request.priceTicks - 1e-9);
    this.places.set(order, new QueuePlace("pessimistic", aheadLots, (this.print as Trade).eventTimeMs));
  }

  rest(orders: readonly WorkingOrder[]): void {
    if (this.print === null || this.places.size === 0) return;
    const { eventTimeMs, buyerIsMaker } = this.print;
    for (const order of byPriority(orders)) {
      const place = this.places.get(order);
      if (place === undefined || eventTimeMs <= place.sinceMs) continue;
      const better = ticksBetter(order.request, this.bar.openTicks);
      if (better < 0 || (better === 0 && buyerIsMaker !== (order.request.side === "buy"))) continue;
      if (better > 0) place.clear();
      fillReached(this.matching, this.bar, order, place.trade(this.bar.capacityLots));
    }
  }

  triggered(): void {
    // Takes the next print: this one set it off.
  }

  forget(order: WorkingOrder): void {
    this.places.delete(order);
  }
}

/** Fills a resting order with the lots that reached it; what it takes no other order gets. */
export const fillReached = (matching: Matching, bar: BarState, order: WorkingOrder, reachedLots: number): void => {
  const left = bar.capacityLots;
  bar.capacityLots = Math.min(reachedLots, left);
  const took = matching.fillAt(order, order.request.priceTicks, order.request.priceTicks, true);
  bar.capacityLots = left - took;
};
