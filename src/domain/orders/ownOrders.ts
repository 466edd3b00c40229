import type { Fill, Intent } from "../derived.ts";
import type { Instrument } from "../instrument.ts";
import { Kind } from "../kind.ts";
import { bracketLevels, directionOf, NO_BRACKET } from "../order.ts";
import type { RejectionReason } from "../rejection.ts";
import { isSureRefusal } from "../rejection.ts";
import type { Direction } from "../units.ts";
import type { IdScope } from "./orderIds.ts";
import { clientOrderIdOf, NO_SCOPE, stopIdOf, targetIdOf } from "./orderIds.ts";
import { indexOfOrder, removeAt } from "./orderList.ts";
import type { OrderAnswer } from "./openOrders.ts";
import type { OrderChange, OwnOrder, OwnOrders } from "./ownOrder.ts";
import { statusAfter } from "./ownOrder.ts";
import { hasPlacedStop, hasStop, hasTarget, isPlaced, isProtected } from "./protection.ts";
import { tradeIds } from "./tradeIds.ts";

/** Market orders that one plan makes at most, when a position is larger than the venue takes at once. Those that follow close the rest. */
const SLICES_MAX = 10;
/** Reductions on their way at a time. A fill of one must not make more of them than it closes. */
const EXITS_MAX = 100;

export const ownOrders = (
  { maxMarketQtyLots }: Pick<Instrument, "maxMarketQtyLots">,
  attachesBrackets = true,
  scope: IdScope = NO_SCOPE,
): OwnOrders => ({
  scope,
  open: [],
  latest: null,
  leverage: 1,
  maxMarketQtyLots,
  attachesBrackets,
  heldLots: 0,
  made: NONE,
  owed: null,
  trades: tradeIds(),
});

/** What a plan does at the venue: orders to send, and orders to cancel before that. */
export interface PlannedOrders {
  readonly own: OwnOrders;
  readonly orders: readonly OwnOrder[];
  readonly withdrawn: readonly OwnOrder[];
}

const NONE: readonly OwnOrder[] = [];
// ---- what was approved --------------------------------------------------------------------------------------------------

/**
 * Enters the orders of a plan that passed. An intent means a state: `exit` withdraws the entries that rest as well, and closes in slices as
 * large as the venue takes. `worstTicks`: the price that risk counts an entry at.
 */
export const enterPlan = (own: OwnOrders, intent: Intent, worstTicks: number): PlannedOrders => {
  switch (intent.action) {
    case "enter":
    case "scaleIn":
      return {
        own,
        orders: [entered(own, orderOf(own, intent, { role: "entry", priceTicks: limitOf(intent), worstTicks }))],
        withdrawn: NONE,
      };
    case "reduce":
      return { own, orders: slices(own, intent), withdrawn: NONE };
    case "exit": {
      const withdrawn = withdrawEntries(own);
      return { own, orders: slices(own, intent), withdrawn };
    }
    case "moveStop":
      return { own, orders: [entered(own, movedStop(own, intent))], withdrawn: NONE };
    case "cancelEntries":
      return { own, orders: NONE, withdrawn: withdrawEntries(own) };
  }
};

/** Where a second close-position stop is refused, the move begins with a bridge. */
const movedStop = (own: OwnOrders, intent: Intent): OwnOrder => {
  const { planId, stopTicks: priceTicks } = intent;
  if (own.attachesBrackets) return orderOf(own, intent, { role: "stop", priceTicks, qtyLots: 0 });
  const orderId = clientOrderIdOf(own.scope, { planId, leg: "bridge" });
  return orderOf(own, intent, { role: "bridge", orderId, priceTicks, qtyLots: Math.abs(own.heldLots) });
};

const limitOf = ({ orderType, limitTicks }: Intent): number => (orderType === "limit" ? limitTicks : 0);

const orderOf = (own: OwnOrders, intent: Intent, terms: Partial<OwnOrder> & Pick<OwnOrder, "role">): OwnOrder => {
  const qtyLots = terms.qtyLots ?? intent.qtyLots;
  return {
    orderId: terms.orderId ?? clientOrderIdOf(own.scope, intent),
    planId: intent.planId,
    action: intent.action,
    direction: intent.direction,
    priceTicks: 0,
    worstTicks: 0,
    leverage: intent.leverage,
    bracket: terms.role === "entry" ? intent.bracket : NO_BRACKET,
    postOnly: terms.role === "entry" && intent.postOnly,
    expiresAtMs: terms.role === "entry" ? intent.expiresAtMs : Infinity,
    reason: intent.reason,
    decidedAtMs: intent.knownAtMs,
    remainingLots: qtyLots,
    status: "sent",
    confirmed: false,
    superseded: false,
    stopsPlaced: 0,
    ...terms,
    qtyLots,
  };
};

const entered = (own: OwnOrders, order: OwnOrder): OwnOrder => {
  own.open.push(order);
  return order;
};

const slices = (own: OwnOrders, intent: Intent): OwnOrder[] => {
  const largestLots = own.maxMarketQtyLots > 0 ? own.maxMarketQtyLots : Infinity;
  const orders: OwnOrder[] = [];
  for (let lots: number = intent.qtyLots; lots > 0 && orders.length < SLICES_MAX; lots -= largestLots) {
    const orderId = clientOrderIdOf(own.scope, { planId: intent.planId, slice: orders.length + 1 });
    orders.push(entered(own, orderOf(own, intent, { role: "exit", orderId, qtyLots: Math.min(lots, largestLots) })));
  }
  return orders;
};

const withdrawEntries = (own: OwnOrders): readonly OwnOrder[] => {
  const withdrawn = own.open.filter(isWithdrawable);
  for (const order of withdrawn) change(order, "cancelAsked");
  return withdrawn;
};

const isWithdrawable = ({ role, status }: OwnOrder): boolean => role === "entry" && status !== "cancelSent" && status !== "ending";

/** A cancel of the order leaves. False: one is on its way already. */
export const askToCancel = (order: OwnOrder): boolean => {
  if (order.status === "cancelSent" || order.status === "ending") return false;
  change(order, "cancelAsked");
  return true;
};

/** A newer stop protects in the place of this one, or its trade is over: it is to go. False when a cancel is on its way already. */
export const supersede = (order: OwnOrder): boolean => {
  order.superseded = true;
  return askToCancel(order);
};

// ---- what the venue says ------------------------------------------------------------------------------------------------

/** An answer of the venue. Answers that leave the outcome open end nothing. */
export const answered = (own: OwnOrders, item: OrderAnswer): void => {
  const at = indexOfOrder(own.open, item.clientOrderId);
  const order = own.open[at] ?? null;
  own.latest = order;
  if (order === null) return;
  if (item.kind === Kind.orderAccepted) {
    order.confirmed = true;
    change(order, "accepted");
    // A stop of the trade before that arrives only now is the one that the venue has: it would refuse another.
    if (order.role === "stop" && order.direction * own.heldLots > 0 && order.status !== "cancelSent") order.superseded = false;
  } else if (item.kind === Kind.orderUnknown || (item.kind === Kind.orderRejected && !endsOrder(order, item.reason)))
    change(order, "undecided");
  else if (item.kind !== Kind.orderRejected && owesFills(order, item.remainingLots)) endEarly(order, item.remainingLots);
  else {
    change(order, "ended");
    removeAt(own.open, at);
    if (item.kind === Kind.orderRejected && item.reason === "closePositionTaken") yieldTo(own, order);
  }
};

/** The venue has another stop of the side: it protects, or the refused one is owed until it has gone. */
const yieldTo = (own: OwnOrders, refused: OwnOrder): void => {
  const { role, action, direction, superseded } = refused;
  if (role !== "stop" || superseded || direction * own.heldLots <= 0) return;
  revive(own, direction);
  if (action !== "moveStop" && !isProtected(own)) own.owed = refused;
};

/** A refusal behind a cancel may be the cancel's own: the order may be working on, and is asked for. */
const endsOrder = ({ status }: OwnOrder, reason: RejectionReason): boolean =>
  status === "cancelSent" ? reason === "neverArrived" : isSureRefusal(reason);

/** Whether the venue has counted fills of an order that ended which we have not been told. An order for the whole position has no count. */
const owesFills = (order: OwnOrder, remainingLots: number): boolean =>
  order.status === "ending" || (order.qtyLots > 0 && order.remainingLots > remainingLots);

/** What is left to come of it are those fills alone. */
const endEarly = (order: OwnOrder, remainingLots: number): void => {
  if (order.status !== "ending") order.remainingLots -= remainingLots;
  change(order, "endedEarly");
};

type FilledOrder = Pick<Fill, "clientOrderId" | "side" | "qtyLots" | "priceTicks" | "reduceOnly">;

/** A fill, before the account books it: `positionLots` is still the position that it met. */
export const filled = (own: OwnOrders, fill: FilledOrder, positionLots: number): void => {
  const { qtyLots, priceTicks } = fill;
  const at = indexOfOrder(own.open, fill.clientOrderId);
  const order = own.open[at] ?? null;
  const wasLots = positionLots * directionOf(fill.side);
  const opens = wasLots + qtyLots > 0;
  own.latest = order;
  own.made = NONE;
  if (opens && !fill.reduceOnly) {
    const leverage = order?.leverage ?? 1;
    own.leverage = wasLots > 0 ? Math.min(own.leverage, leverage) : leverage;
  }
  if (order === null) return;
  order.confirmed = true;
  if (opens && order.role === "entry") {
    if (own.attachesBrackets) expectStop(own, order, priceTicks);
    else own.made = protection(own, order, priceTicks, Math.max(0, wasLots) + qtyLots);
  }
  if (order.qtyLots > 0) order.remainingLots -= qtyLots;
  const done = order.qtyLots > 0 && order.remainingLots <= 0;
  change(order, done ? "filled" : "partFilled");
  if (done) removeAt(own.open, at);
  if (done && order.role === "bridge" && order.stopsPlaced === 0 && !order.superseded && -wasLots > qtyLots) own.owed = order;
};

/**
 * The round trip of `direction` is over, and with it its protection and its exits; after a turn the new stop stays. A moved stop that is
 * still on its way must not become the next trade's. Protection that we sent is kept until the venue says that it has gone.
 */
export const tradeOver = (own: OwnOrders, direction: Direction): void => {
  const { open } = own;
  own.owed = null;
  for (let at = open.length - 1; at >= 0; at -= 1) {
    const order = open[at] as OwnOrder;
    if (order.role === "entry" || (order.role !== "exit" && order.direction !== direction)) continue;
    if (order.role !== "exit" && order !== own.latest && !(own.attachesBrackets && isPlaced(own, order))) order.superseded = true;
    else {
      change(order, "ended");
      removeAt(open, at);
    }
  }
};

const change = (order: OwnOrder, what: OrderChange): void => {
  order.status = statusAfter(order.status, what);
};

/** The venue places the bracket with the entry's first fill, and anew when no stop of the position is there any more (docs/venue.md). */
const expectStop = (own: OwnOrders, entry: OwnOrder, priceTicks: number): void => {
  const { direction, orderId, bracket } = entry;
  const { stopTicks } = bracketLevels(priceTicks, direction, bracket);
  if (stopTicks === 0 || (entry.stopsPlaced > 0 && hasPlacedStop(own, direction))) return;
  entry.stopsPlaced += 1;
  own.open.push(protective(entry, "stop", stopIdOf(orderId, entry.stopsPlaced), stopTicks));
};

/** The bracket that is ours to send: a position has one stop and one target, those of the entry that asked for them first. */
const protection = (own: OwnOrders, entry: OwnOrder, priceTicks: number, heldLots: number): readonly OwnOrder[] => {
  const { direction, orderId, bracket } = entry;
  const { stopTicks, targetTicks } = bracketLevels(priceTicks, direction, bracket);
  const made: OwnOrder[] = [];
  entry.stopsPlaced += 1;
  // Its own first fill opens a trade, which takes over nothing of the one before but a stop that is on its way: that one arrives first.
  const late = entry.stopsPlaced > 1 ? NONE : own.open.filter((order) => isLate(order, direction));
  if (entry.stopsPlaced > 1) revive(own, direction);
  for (const order of late) order.superseded = false;
  if (late.length > 0 && stopTicks > 0) own.owed = protective(entry, "stop", stopIdOf(orderId), stopTicks);
  if (stopTicks > 0 && !hasStop(own, direction, heldLots))
    made.push(protective(entry, "stop", stopIdOf(orderId, entry.stopsPlaced), stopTicks));
  if (targetTicks > 0 && !hasTarget(own, direction))
    made.push(protective(entry, "target", targetIdOf(orderId, entry.stopsPlaced), targetTicks));
  own.open.push(...made);
  return made;
};

const isLate = ({ role, superseded, direction, status }: OwnOrder, side: Direction): boolean =>
  role === "stop" && superseded && direction === side && status === "sent";

/** The trade was not over: a fill of its entry came after that of its exit. What the venue still has of its protection protects on. */
const revive = ({ open }: OwnOrders, side: Direction): void => {
  for (const order of open)
    if (order.superseded && order.direction === side && order.status !== "cancelSent" && order.status !== "ending")
      order.superseded = false;
};

const protective = (entry: OwnOrder, role: "stop" | "target", orderId: string, priceTicks: number): OwnOrder => {
  const { planId, action, direction, leverage, decidedAtMs } = entry;
  return {
    ...{ orderId, planId, role, action, direction, leverage, decidedAtMs },
    ...{ qtyLots: 0, remainingLots: 0, priceTicks, worstTicks: 0, bracket: NO_BRACKET },
    ...{ postOnly: false, expiresAtMs: Infinity, reason: role },
    ...{ status: "sent", confirmed: false, superseded: false, stopsPlaced: 0 },
  };
};

// ---- what is on its way -------------------------------------------------------------------------------------------------

/** Entries on their way or resting. */
export const pendingEntries = (own: OwnOrders): number => ordersOf(own, "entry");

const ordersOf = ({ open }: OwnOrders, role: OwnOrder["role"]): number => {
  let orders = 0;
  for (const order of open) if (order.role === role) orders += 1;
  return orders;
};

/** Whether an entry is on its way or rests that nobody has asked to cancel. */
export const mustWithdraw = ({ open }: OwnOrders): boolean => {
  for (const order of open) if (isWithdrawable(order)) return true;
  return false;
};

/** Superseded protection that the venue still has and nobody has asked to cancel; it is marked. `bridges`: those alone. */
export const withdrawSuperseded = ({ open }: OwnOrders, bridges: boolean): readonly OwnOrder[] =>
  open.filter((order) => order.superseded && order.confirmed && (!bridges || order.role === "bridge") && askToCancel(order));

/** Whether the cancel of an entry has not been answered yet, or fills of before it are still to come. */
export const awaitsCancel = ({ open }: OwnOrders): boolean => {
  for (const { role, status } of open) if (role === "entry" && (status === "cancelSent" || status === "ending")) return true;
  return false;
};

/** Whether an entry without a bracket of its own is on its way: it counted on the protection of a position. */
export const awaitsScaleIn = ({ open }: OwnOrders): boolean => {
  for (const order of open) if (order.action === "scaleIn" && isWithdrawable(order)) return true;
  return false;
};

/** Lots that reductions on their way take off. */
export const exitLots = ({ open }: OwnOrders): number => {
  let lots = 0;
  for (const { role, remainingLots } of open) if (role === "exit") lots += remainingLots;
  return lots;
};

/** Whether one more reduction may be sent. */
export const mayExit = (own: OwnOrders): boolean => ordersOf(own, "exit") < EXITS_MAX;

/** Whether an order of the plan is open: the gate approved it. */
export const hasPlan = ({ open }: OwnOrders, planId: string): boolean => {
  for (let at = open.length - 1; at >= 0; at -= 1) if ((open[at] as OwnOrder).planId === planId) return true;
  return false;
};
