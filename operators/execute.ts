import type { OperatorFunction } from "rxjs";
import type { AccountState, ApprovedPlan, Fill, TradeClosed } from "../src/domain/derived.ts";
import type { OpenOrders, OrderAccepted, PositionReport } from "../src/domain/event.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { OrderRequest, OrderType } from "../src/domain/order.ts";
import { sideOf } from "../src/domain/order.ts";
import type { OwnOrder, OwnOrders } from "../src/domain/orders/ownOrder.ts";
import type { OrderAnswer } from "../src/domain/orders/openOrders.ts";
import { mustAsk } from "../src/domain/orders/openOrders.ts";
import { askToCancel, supersede, withdrawSuperseded } from "../src/domain/orders/ownOrders.ts";
import { placedStops } from "../src/domain/orders/protection.ts";
import { knownSince } from "../src/domain/orders/tradeIds.ts";
import { moveOn, owedStop } from "../src/domain/orders/stopMove.ts";
import type { Venue } from "../src/domain/ports.ts";
import type { Direction, InstrumentIndex, Lots, Ticks } from "../src/domain/units.ts";
import { InvariantError } from "../src/domain/units.ts";
import { isSealed } from "../src/risk/sealedPlan.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** The part of a venue that takes orders. */
type OrderDesk = Pick<Venue, "submit" | "cancel" | "ask">;

interface ExecuteState {
  readonly venue: OrderDesk;
  /** By instrument, our orders, which `account` keeps: known from its first plan on. */
  readonly orders: OwnOrders[];
}

const planStep = ({ venue, orders }: ExecuteState, plan: ApprovedPlan, emit: Emit): void => {
  if (!isSealed(plan)) throw new InvariantError(`plan ${plan.intent.planId} did not pass risk`);
  if (orders[plan.instrument] !== plan.own) orders[plan.instrument] = plan.own;
  for (const { orderId } of plan.withdrawn) venue.cancel(plan.instrument, orderId, plan.knownAtMs);
  for (const order of plan.orders) send(venue, plan, order, emit);
};

/** Where the venue does not place brackets, protection leaves with the fill that asks for it. */
const fillStep = ({ venue, orders }: ExecuteState, fill: Fill, emit: Emit): void => {
  const own = orders[fill.instrument];
  if (own !== undefined) for (const order of own.made) send(venue, fill, order, emit);
};

const answerStep = ({ venue, orders }: ExecuteState, item: OrderAnswer, emit: Emit): void => {
  const own = orders[item.instrument];
  if (own === undefined) return;
  if (own.latest !== null && mustAsk(own.latest)) askFor(venue, item, own.latest);
  if (own.attachesBrackets) {
    if (item.kind === Kind.orderAccepted) replaceStops(venue, own, item);
    return;
  }
  const { latest } = own;
  if (latest?.superseded === true && latest.confirmed && latest.status !== "done" && askToCancel(latest))
    venue.cancel(item.instrument, latest.orderId, item.knownAtMs);
  const { cancel, send: moved } = moveOn(own);
  for (const { orderId } of cancel) venue.cancel(item.instrument, orderId, item.knownAtMs);
  const stop = moved ?? owedStop(own);
  if (stop !== null) send(venue, item, stop, emit);
};

/** A venue may keep a reduction with a quantity when its position is gone. */
const tradeStep = ({ venue, orders }: ExecuteState, trade: TradeClosed): void => {
  withdraw(venue, orders[trade.instrument], trade, true);
};

/** What the venue has not ended by itself is canceled, and a stop that is owed leaves. */
const accountStep = ({ venue, orders }: ExecuteState, account: AccountState, emit: Emit): void => {
  if (!account.atClose) {
    const own = orders[account.instrument];
    const stop = own === undefined ? null : owedStop(own);
    if (stop !== null) send(venue, account, stop, emit);
    return;
  }
  for (const [index, own] of orders.entries())
    withdraw(venue, own, { seq: account.seq, instrument: index as InstrumentIndex, knownAtMs: account.knownAtMs }, false);
};

const withdraw = (venue: OrderDesk, own: OwnOrders | undefined, { instrument, knownAtMs }: Cause, bridges: boolean): void => {
  if (own === undefined || own.attachesBrackets || own.open.length === 0) return;
  for (const { orderId } of withdrawSuperseded(own, bridges)) venue.cancel(instrument, orderId, knownAtMs);
};

/**
 * Protection is replaced before it is withdrawn: the stops that the venue has go once it has a moved one, and a moved one goes at once
 * that arrives after its trade. A cancel names only what is there when it is sent.
 */
const replaceStops = (venue: OrderDesk, own: OwnOrders, { instrument, knownAtMs }: OrderAccepted): void => {
  const moved = own.latest;
  if (moved?.action !== "moveStop") return;
  for (const stop of moved.superseded ? [moved] : placedStops(own, moved))
    if (supersede(stop)) venue.cancel(instrument, stop.orderId, knownAtMs);
};

/** What nobody knows is asked for, not sent again: under another id it would be there twice. */
const askFor = (venue: OrderDesk, { instrument, knownAtMs: askedAtMs }: Cause, { orderId: clientOrderId }: OwnOrder): void => {
  venue.ask({ what: "order", instrument, clientOrderId, askedAtMs });
};

const openOrdersStep = ({ venue, orders }: ExecuteState, item: OpenOrders): void => {
  for (const order of orders[item.instrument]?.open ?? [])
    if (mustAsk(order) || (!order.confirmed && order.decidedAtMs < item.askedAtMs)) askFor(venue, item, order);
};

/** A position that the fills do not explain: some of them were lost. */
const positionStep = ({ venue, orders }: ExecuteState, { instrument, positionLots, knownAtMs: askedAtMs }: PositionReport): void => {
  const own = orders[instrument];
  if (own !== undefined && own.heldLots !== positionLots)
    venue.ask({ what: "trades", instrument, sinceTradeId: knownSince(own.trades), askedAtMs });
};

interface Cause {
  readonly seq: number;
  readonly instrument: InstrumentIndex;
  readonly knownAtMs: number;
}

const send = (venue: OrderDesk, { seq, instrument, knownAtMs }: Cause, own: OwnOrder, emit: Emit): void => {
  const order = requestOf(own, instrument, knownAtMs);
  emit({ kind: Kind.orderSent, seq, instrument, knownAtMs, order });
  venue.submit(order);
};

const TYPES: Readonly<Record<Exclude<OwnOrder["role"], "entry">, OrderType>> = {
  exit: "market",
  stop: "stopMarket",
  bridge: "stopMarket",
  target: "takeProfitMarket",
};

const requestOf = (own: OwnOrder, instrument: InstrumentIndex, decidedAtMs: number): OrderRequest => {
  const { role, direction, priceTicks } = own;
  const opens = role === "entry";
  const type = role === "entry" ? (priceTicks > 0 ? "limit" : "market") : TYPES[role];
  return {
    clientOrderId: own.orderId,
    planId: own.planId,
    instrument,
    side: sideOf(opens ? direction : (-direction as Direction)),
    type,
    qtyLots: own.qtyLots as Lots,
    priceTicks: (opens ? priceTicks : 0) as Ticks,
    triggerTicks: (opens ? 0 : priceTicks) as Ticks,
    callbackFraction: 0,
    timeInForce: own.postOnly ? "GTX" : "GTC",
    reduceOnly: !opens,
    // Whatever the position is when it triggers.
    closePosition: role === "stop" || role === "target",
    bracket: own.bracket,
    leverage: own.leverage,
    expiresAtMs: own.expiresAtMs,
    reason: own.reason,
    decidedAtMs,
  };
};

const HANDLERS: StepHandlers<ExecuteState> = {
  [Kind.approvedPlan]: planStep,
  [Kind.fill]: fillStep,
  [Kind.tradeClosed]: tradeStep,
  [Kind.accountState]: accountStep,
  [Kind.orderAccepted]: answerStep,
  [Kind.orderRejected]: answerStep,
  [Kind.orderUnknown]: answerStep,
  [Kind.orderCanceled]: answerStep,
  [Kind.orderExpired]: answerStep,
  [Kind.openOrders]: openOrdersStep,
  [Kind.positionReport]: positionStep,
};

/**
 * Approved plans → orders, and the protection that the venue does not place itself. Ids follow from the plan (a retry cannot double them);
 * protection is never withdrawn first.
 */
export const execute = (venue: OrderDesk): OperatorFunction<Item, Item> =>
  stepOperator<ExecuteState>("execute", () => ({ venue, orders: [] }), HANDLERS, { emits: [Kind.orderSent] });
