import type { BookDiff, BookSnapshot, Trade } from "../../../domain/event.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import type { BarState } from "../barState.ts";
import type { IsolatedPosition } from "../margin/isolatedPosition.ts";
import type { Matching } from "../matching.ts";
import type { SimulatedVenueOptions } from "../options.ts";
import type { Touch } from "../orders/admission.ts";
import type { WorkingOrder } from "../orders/workingOrder.ts";

/** What fills are made with; shared with the instrument's book, which owns it. */
export interface TickFillsParts {
  readonly instrument: Instrument;
  readonly options: SimulatedVenueOptions;
  readonly position: IsolatedPosition;
  readonly matching: Matching;
  readonly bar: BarState;
}

/** What orders meet: the prints of the market, or its order book. */
export interface TickFills extends Touch {
  /** A trade; returns whether orders that arrive or wait to take are filled by it. */
  trade(trade: Trade, priceTicks: number, lots: number): boolean;
  /** A message of the book; returns whether orders are filled by what it shows. */
  hear(message: BookDiff | BookSnapshot): boolean;
  /** A price of the market where nothing has traded yet. */
  priceTicks(): number;
  /** An active order, or a limit order that crosses, takes what there is. */
  take(order: WorkingOrder): void;
  /** A limit order begins to rest. */
  place(order: WorkingOrder): void;
  /** The event fills orders that rest. */
  rest(orders: readonly WorkingOrder[]): void;
  /** A conditional order was set off by a price of this exchange time. */
  triggered(order: WorkingOrder, timeMs: number): void;
  /** The order has ended. */
  forget(order: WorkingOrder): void;
}

/** Limit orders, best price first, and first come first where prices are equal. */
export const byPriority = (orders: readonly WorkingOrder[]): WorkingOrder[] =>
  orders
    .filter(({ done, request }) => !done && request.type === "limit")
    .sort((a, b) => {
      if (a.request.side !== b.request.side) return a.request.side === "buy" ? -1 : 1;
      const dearer = b.request.priceTicks - a.request.priceTicks;
      return a.request.side === "buy" ? dearer : -dearer;
    });
