import { priceToTicks } from "../../../domain/instrument.ts";
import type { Kline } from "../../../domain/kline.ts";
import type { OrderRequest } from "../../../domain/order.ts";
import type { DeskParts } from "../deskParts.ts";
import type { Matching } from "../matching.ts";
import { checked } from "../models/checked.ts";
import { ticksBetter } from "../orders/workingOrder.ts";
import type { WorkingOrder } from "../orders/workingOrder.ts";
import { goesDownFirst, meetingTicks, nextOnPath } from "./barPath.ts";
import type { BarState } from "./barPath.ts";
import type { Fills } from "./fills.ts";

/** Who decides whether a conditional order that met its price may go on. */
export interface Triggers {
  trigger(order: WorkingOrder, priceTicks: number): void;
}

/**
 * Fills by bars. What takes meets the open; what waits meets the open, and then a path through the bar (docs/venue.md, "A bar, step by
 * step"). A triggered order takes at once, at the price that triggered it.
 */
export class BarFills implements Fills {
  private readonly parts: DeskParts;
  private readonly matching: Matching;
  private readonly triggers: Triggers;
  readonly bar: BarState;

  constructor(parts: DeskParts, matching: Matching, triggers: Triggers) {
    this.parts = parts;
    this.matching = matching;
    this.triggers = triggers;
    this.bar = { market: parts.market, highTicks: 0, lowTicks: 0, closeTicks: 0, grewInside: false };
  }

  /** A bar opens; `lastPrice`: the last price before it. */
  open(kline: Kline, lastPrice: number): void {
    const { instrument, market, models } = this.parts;
    market.lastTicks = priceToTicks(instrument, lastPrice);
    market.priceTicks = priceToTicks(instrument, kline.open);
    market.capacityLots = wholeLots(checked("fill", models.fill.barLots(instrument, kline.volume), 0));
  }

  /** The bar passes: what waits meets its open, then the path through it. */
  pass(kline: Kline): void {
    const { bar } = this;
    const { instrument, orders } = this.parts;
    bar.highTicks = priceToTicks(instrument, kline.high);
    bar.lowTicks = priceToTicks(instrument, kline.low);
    bar.closeTicks = priceToTicks(instrument, kline.close);
    bar.grewInside = false;
    this.rest(orders);
    this.walk();
  }

  crosses(order: OrderRequest): boolean {
    return ticksBetter(order, this.parts.market.priceTicks) >= 1;
  }

  takeableLots(): number {
    return this.parts.market.capacityLots;
  }

  trade(): boolean {
    return false;
  }

  book(): boolean {
    return false;
  }

  priceTicks(): number {
    return this.parts.market.priceTicks;
  }

  take(order: WorkingOrder): void {
    this.matching.takeAtMarket(order);
  }

  place(): void {
    // A bar shows no queue.
  }

  triggered(order: WorkingOrder, priceTicks: number): void {
    this.matching.take(order, priceTicks);
  }

  rest(orders: readonly WorkingOrder[]): void {
    const openTicks = this.parts.market.priceTicks;
    for (const order of orders)
      if (!order.done && order.request.type === "limit" && this.crosses(order.request)) this.matching.make(order, openTicks);
  }

  /**
   * Walks the price along the path. What lies on the way happens nearest first, liquidation before an order at the same price. An entry
   * that fills on the way starts the path anew from there, so that its stop is met before its target.
   */
  private walk(): void {
    const { bar } = this;
    const { orders, position, market } = this.parts;
    let atTicks = market.priceTicks;
    let down = goesDownFirst(position.lots, orders);
    let back = false;
    for (;;) {
      const toTicks = down ? bar.lowTicks : bar.highTicks;
      const order = nextOnPath(orders, atTicks, toTicks, down, bar);
      const orderTicks = order === null ? (down ? -Infinity : Infinity) : meetingTicks(order, atTicks, down);
      if (this.isLiquidatedOnPath(toTicks, down)) {
        const { liquidationTicks } = position;
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
      const was = position.lots;
      if (order.request.type === "limit") this.matching.make(order, orderTicks);
      else this.triggers.trigger(order, orderTicks);
      const now = position.lots;
      if (now !== 0 && (was * now <= 0 || Math.abs(now) > Math.abs(was))) {
        bar.grewInside = true;
        down = now > 0;
        back = false;
      }
    }
  }

  private isLiquidatedOnPath(toTicks: number, down: boolean): boolean {
    const { position } = this.parts;
    return position.lots !== 0 && position.lots > 0 === down && position.isLiquidatedAt(toTicks);
  }
}

/** Three operations on decimals err by less than 2⁻⁵⁰ of their result (IEEE 754): that must not cost a lot of a large volume. */
const wholeLots = (lots: number): number => Math.floor(lots * (1 + 2 ** -50) + 1e-9);
