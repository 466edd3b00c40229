import type { BookDiff, BookSnapshot } from "../../../domain/event.ts";
import type { Touch } from "../orders/admission.ts";
import type { WorkingOrder } from "../orders/workingOrder.ts";

/**
 * A way to fill: what orders meet. There are three, the bars, the prints of the market and its order book. All else about an order is the
 * same for them (`desk.ts`).
 */
export interface Fills extends Touch {
  /** A print is there; `market` holds its price and lots. Returns whether orders that arrive, or wait to take, are filled by it. */
  trade(buyerIsMaker: boolean): boolean;
  /** A message of the book is there. Returns whether orders are filled by what the book shows now. */
  book(message: BookDiff | BookSnapshot): boolean;
  /** A price of the market where nothing has traded yet. */
  priceTicks(): number;
  /** An active order, or a limit order that crosses, takes what there is. */
  take(order: WorkingOrder): void;
  /** A limit order begins to rest. */
  place(order: WorkingOrder): void;
  /** The event fills orders that wait for a price. */
  rest(orders: readonly WorkingOrder[]): void;
  /** A price has triggered a conditional order, which is active from now on. */
  triggered(order: WorkingOrder, priceTicks: number): void;
}

/** Orders that stand in a queue, best price first, and first come first where prices are equal. */
export const byPriority = (orders: readonly WorkingOrder[]): WorkingOrder[] =>
  orders
    .filter(({ done, place }) => !done && place !== null)
    .sort((a, b) => {
      if (a.request.side !== b.request.side) return a.request.side === "buy" ? -1 : 1;
      const dearer = b.request.priceTicks - a.request.priceTicks;
      return a.request.side === "buy" ? dearer : -dearer;
    });
