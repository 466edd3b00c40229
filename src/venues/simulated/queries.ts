import type { OperatorFunction } from "rxjs";
import type { AccountEvent, OrderFilled, OrderAccepted, OrderCanceled, OrderExpired, OrderRejected } from "../../domain/event.ts";
import type { Emit, Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { OrderRequest } from "../../domain/order.ts";
import { directionOf } from "../../domain/order.ts";
import type { VenueQuery } from "../../domain/ports.ts";
import { FILLED } from "../../domain/ports.ts";
import { isSureRefusal } from "../../domain/rejection.ts";
import type { InstrumentIndex, Lots } from "../../domain/units.ts";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";

/** Orders and trades of one instrument that are remembered at least, each; twice as many are dropped to that at once. */
const REMEMBERED = 500;

/** What the venue has said of one order. */
interface ToldOrder {
  /** Lots that may still fill; 0: the whole position (or nobody said). */
  qtyLots: number;
  readonly fills: OrderFilled[];
  accepted: OrderAccepted | null;
  end: OrderRejected | OrderCanceled | OrderExpired | null;
  filled: boolean;
}
interface Told {
  readonly orders: Map<string, ToldOrder>;
  readonly trades: OrderFilled[];
  positionLots: number;
}

/** What the venue was asked and what it has said, by instrument. Plain data. */
interface QueryDesk {
  asked: VenueQuery[];
  readonly told: readonly Told[];
}

export const queryDesk = (instruments: number): QueryDesk => ({
  asked: [],
  told: Array.from({ length: instruments }, () => ({ orders: new Map(), trades: [], positionLots: 0 })),
});

/** An order is on its way. */
export const noteOrder = ({ told }: QueryDesk, { instrument, clientOrderId, qtyLots }: OrderRequest): void => {
  const { orders } = told[instrument] as Told;
  // Again under the id of one that is open: the venue will refuse it.
  if (!orders.has(clientOrderId) || !isOpen(orders.get(clientOrderId) as ToldOrder)) remember(orders, clientOrderId, qtyLots);
};

const remember = (orders: Map<string, ToldOrder>, id: string, qtyLots: number): ToldOrder => {
  const order: ToldOrder = { qtyLots, fills: [], accepted: null, end: null, filled: false };
  orders.delete(id);
  orders.set(id, order);
  if (orders.size >= 2 * REMEMBERED) forgetOldest(orders);
  return order;
};

const forgetOldest = (orders: Map<string, ToldOrder>): void => {
  let extra = orders.size - REMEMBERED;
  for (const [id, order] of orders) {
    if (extra === 0) return;
    if (isOpen(order) || isOnItsWay(order)) continue;
    orders.delete(id);
    extra -= 1;
  }
};

const isOpen = ({ accepted, end, filled }: ToldOrder): boolean => accepted !== null && end === null && !filled;
const isOnItsWay = ({ accepted, end, fills }: ToldOrder): boolean => accepted === null && end === null && fills.length === 0;

// ---- what the venue says ------------------------------------------------------------------------------------------------

const noteAnswer = ({ told }: QueryDesk, item: OrderAccepted | OrderRejected | OrderCanceled | OrderExpired): void => {
  if (item.kind === Kind.orderRejected && !isSureRefusal(item.reason)) return;
  const { orders } = told[item.instrument] as Told;
  // Brackets that the venue attaches were never sent.
  const order = orders.get(item.clientOrderId) ?? remember(orders, item.clientOrderId, 0);
  if (item.kind === Kind.orderAccepted) order.accepted = item;
  else if (item.kind !== Kind.orderRejected || !isOpen(order)) order.end = item;
};

const noteFill = ({ told }: QueryDesk, fill: OrderFilled): void => {
  const at = told[fill.instrument] as Told;
  at.positionLots += directionOf(fill.side) * fill.qtyLots;
  at.trades.push(fill);
  if (at.trades.length >= 2 * REMEMBERED) at.trades.splice(0, REMEMBERED);
  const order = at.orders.get(fill.clientOrderId);
  if (order === undefined) return;
  order.fills.push(fill);
  const lots = order.fills.reduce((sum, { qtyLots }) => sum + qtyLots, 0);
  order.filled = order.qtyLots > 0 ? lots >= order.qtyLots : at.positionLots === 0;
};

// ---- what it answers ----------------------------------------------------------------------------------------------------

interface Cause {
  readonly seq: number;
  readonly knownAtMs: number;
}

const answer = (desk: QueryDesk, cause: Cause, emit: Emit): void => {
  if (desk.asked.length === 0) return;
  const waiting: VenueQuery[] = [];
  for (const query of desk.asked) {
    const said = answerOf(desk.told[query.instrument] as Told, query, cause);
    if (said === null) waiting.push(query);
    else for (const [at, item] of said.entries()) emit({ ...item, seq: cause.seq, knownAtMs: cause.knownAtMs, sub: at + 1 });
  }
  desk.asked = waiting;
};

/** Null: the order is still on its way. */
const answerOf = (told: Told, query: VenueQuery, { seq, knownAtMs }: Cause): readonly AccountEvent[] | null => {
  const { instrument, askedAtMs } = query;
  const head = { seq, instrument, eventTimeMs: knownAtMs, receivedTimeMs: knownAtMs, knownAtMs, sub: 0 };
  switch (query.what) {
    case "order":
      return orderAgain(told.orders.get(query.clientOrderId), { ...head, clientOrderId: query.clientOrderId });
    case "openOrders": {
      const open = [...told.orders].filter(([, order]) => isOpen(order));
      return [{ kind: Kind.openOrders, ...head, askedAtMs, clientOrderIds: open.map(([id]) => id) }];
    }
    case "position":
      return [{ kind: Kind.positionReport, ...head, positionLots: told.positionLots as Lots, entryPrice: NaN }];
    case "trades":
      return told.trades.filter(({ tradeId }) => tradeId > query.sinceTradeId);
  }
};

type OrderHead = Omit<OrderAccepted, "kind">;

const orderAgain = (order: ToldOrder | undefined, head: OrderHead): readonly AccountEvent[] | null => {
  if (order === undefined) return [{ kind: Kind.orderRejected, ...head, reason: "neverArrived", message: "" }];
  if (isOnItsWay(order)) return null;
  if (order.end !== null) return [...order.fills, order.end];
  if (!order.filled && order.accepted !== null) return [...order.fills, order.accepted];
  return [...order.fills, { kind: Kind.orderExpired, ...head, remainingLots: 0 as Lots, reason: FILLED }];
};

const onEvent = (desk: QueryDesk, event: Cause & { readonly instrument: InstrumentIndex }, emit: Emit): void => {
  answer(desk, event, emit);
};

const HANDLERS: StepHandlers<QueryDesk> = {
  [Kind.orderAccepted]: noteAnswer,
  [Kind.orderRejected]: noteAnswer,
  [Kind.orderCanceled]: noteAnswer,
  [Kind.orderExpired]: noteAnswer,
  [Kind.orderFilled]: noteFill,
  [Kind.kline]: onEvent,
  [Kind.trade]: onEvent,
  [Kind.bookSnapshot]: onEvent,
  [Kind.bookDiff]: onEvent,
  [Kind.timer]: onEvent,
};

const EMITS = {
  emits: [
    ...[Kind.orderAccepted, Kind.orderRejected, Kind.orderCanceled, Kind.orderExpired, Kind.orderFilled],
    ...[Kind.openOrders, Kind.positionReport],
  ],
} as const;

/** Answers queries behind the next event, from what the venue before it has said. */
export const answerQueries = (init: () => QueryDesk): OperatorFunction<Item, Item> => stepOperator("venueQueries", init, HANDLERS, EMITS);
