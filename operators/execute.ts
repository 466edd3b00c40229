import type { OperatorFunction } from "rxjs";
import type { ApprovedPlan, Intent, TradeClosed } from "../src/domain/derived.ts";
import type { OrderAccepted, OrderCanceled, OrderExpired, OrderRejected, Fill } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { OrderRequest } from "../src/domain/order.ts";
import { isStopId, NO_BRACKET, sideOf } from "../src/domain/order.ts";
import { indexOfOrder, removeAt, removeOrder } from "../src/domain/orderList.ts";
import type { Venue } from "../src/domain/ports.ts";
import { isSureRefusal } from "../src/domain/rejection.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { InvariantError } from "../src/domain/units.ts";
import { isSealed } from "../src/risk/plan.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** An entry at the venue, or on its way there. */
interface SentEntry {
  readonly orderId: string;
  remainingLots: number;
}

/** The part of a venue that takes orders. */
type OrderDesk = Pick<Venue, "submit" | "cancel">;

/** A stop that the venue has, or a moved one on its way there. */
interface SentStop {
  readonly orderId: string;
  accepted: boolean;
  /** A newer stop protects in its place: it is asked to go, as soon as the venue has it. */
  replaced: boolean;
}

/** What `execute` remembers of one instrument: entries that may still rest, and stops in the order in which they were made. */
interface Sent {
  readonly entries: SentEntry[];
  readonly stops: SentStop[];
}

export interface ExecuteState {
  readonly venue: OrderDesk;
  readonly sent: readonly Sent[];
}

export const executeState = (instruments: readonly Instrument[], venue: OrderDesk): ExecuteState => ({
  venue,
  sent: instruments.map(() => ({ entries: [], stops: [] })),
});

const planStep = (state: ExecuteState, plan: ApprovedPlan, emit: Emit): void => {
  const { intent, orderId } = plan;
  if (!isSealed(plan)) throw new InvariantError(`plan ${intent.planId} did not pass risk`);
  const sent = state.sent[plan.instrument] as Sent;
  switch (intent.action) {
    case "enter":
    case "scaleIn":
      sent.entries.push({ orderId, remainingLots: intent.qtyLots });
      send(state, plan, entryOrder(intent, orderId), emit);
      return;
    case "reduce":
    case "exit":
      send(state, plan, exitOrder(intent, orderId), emit);
      return;
    case "moveStop":
      sent.stops.push({ orderId, accepted: false, replaced: false });
      send(state, plan, stopOrder(intent, orderId), emit);
      return;
    case "cancelEntries":
      for (const entry of sent.entries) state.venue.cancel(plan.instrument, entry.orderId, plan.knownAtMs);
      return;
  }
};

const send = (state: ExecuteState, { seq, instrument, knownAtMs }: ApprovedPlan, order: OrderRequest, emit: Emit): void => {
  emit({ kind: Kind.orderSent, seq, instrument, knownAtMs, order });
  state.venue.submit(order);
};

/**
 * Protection is replaced before it is withdrawn: the stops that the venue has go once it has a moved one, and a moved one goes at once
 * that arrives after its trade. A cancel names only what was there when it is sent.
 */
const acceptedStep = (state: ExecuteState, { instrument, clientOrderId, knownAtMs }: OrderAccepted): void => {
  const { stops } = state.sent[instrument] as Sent;
  const at = indexOfOrder(stops, clientOrderId);
  if (at < 0) {
    if (isStopId(clientOrderId)) stops.push({ orderId: clientOrderId, accepted: true, replaced: false });
    return;
  }
  const moved = stops[at] as SentStop;
  if (moved.accepted) return;
  moved.accepted = true;
  if (moved.replaced) state.venue.cancel(instrument, clientOrderId, knownAtMs);
  else
    for (const stop of stops) {
      if (stop === moved || stop.replaced || !stop.accepted) continue;
      stop.replaced = true;
      state.venue.cancel(instrument, stop.orderId, knownAtMs);
    }
};

/** A trade takes its stops along. A moved one that is still on its way must not become the next trade's. */
const closedStep = (state: ExecuteState, { instrument }: TradeClosed): void => {
  const { stops } = state.sent[instrument] as Sent;
  for (let i = stops.length - 1; i >= 0; i -= 1) {
    const stop = stops[i] as SentStop;
    if (stop.accepted) removeAt(stops, i);
    else stop.replaced = true;
  }
};

const endedStep = (state: ExecuteState, item: OrderRejected | OrderCanceled | OrderExpired): void => {
  const { instrument, clientOrderId } = item;
  // A refused cancel, or an answer that was lost, does not tell whether the order is working: it may still fill, and be canceled.
  if (item.kind === Kind.orderRejected && !isSureRefusal(item.code)) return;
  const sent = state.sent[instrument] as Sent;
  removeOrder(sent.entries, clientOrderId);
  removeOrder(sent.stops, clientOrderId);
};

/** An entry is done with when all of it filled: what is left of one may rest, and be withdrawn. */
const fillStep = (state: ExecuteState, fill: Fill): void => {
  const sent = state.sent[fill.instrument] as Sent;
  const at = indexOfOrder(sent.entries, fill.clientOrderId);
  if (at < 0) return;
  const entry = sent.entries[at] as SentEntry;
  entry.remainingLots -= fill.qtyLots;
  if (entry.remainingLots <= 0) removeAt(sent.entries, at);
};

const NO_TICKS = 0 as Ticks;

const entryOrder = (intent: Intent, clientOrderId: string): OrderRequest => ({
  clientOrderId,
  planId: intent.planId,
  instrument: intent.instrument,
  side: sideOf(intent.direction),
  type: intent.orderType,
  qtyLots: intent.qtyLots,
  priceTicks: intent.orderType === "limit" ? intent.limitTicks : NO_TICKS,
  triggerTicks: NO_TICKS,
  callbackFraction: 0,
  timeInForce: intent.postOnly ? "GTX" : "GTC",
  reduceOnly: false,
  closePosition: false,
  bracket: intent.bracket,
  leverage: intent.leverage,
  expiresAtMs: intent.expiresAtMs,
  reason: intent.reason,
  decidedAtMs: intent.knownAtMs,
});

const exitOrder = (intent: Intent, clientOrderId: string): OrderRequest => ({
  clientOrderId,
  planId: intent.planId,
  instrument: intent.instrument,
  side: sideOf(-intent.direction as Direction),
  type: "market",
  qtyLots: intent.qtyLots,
  priceTicks: NO_TICKS,
  triggerTicks: NO_TICKS,
  callbackFraction: 0,
  timeInForce: "GTC",
  reduceOnly: true,
  closePosition: false,
  bracket: NO_BRACKET,
  leverage: intent.leverage,
  expiresAtMs: Infinity,
  reason: intent.reason,
  decidedAtMs: intent.knownAtMs,
});

/** A stop for whatever the position is when it triggers. */
const stopOrder = (intent: Intent, clientOrderId: string): OrderRequest => ({
  ...exitOrder(intent, clientOrderId),
  type: "stopMarket",
  qtyLots: 0 as Lots,
  triggerTicks: intent.stopTicks,
  closePosition: true,
});

const HANDLERS: StepHandlers<ExecuteState> = {
  [Kind.approvedPlan]: planStep,
  [Kind.orderAccepted]: acceptedStep,
  [Kind.orderRejected]: endedStep,
  [Kind.orderCanceled]: endedStep,
  [Kind.orderExpired]: endedStep,
  [Kind.fill]: fillStep,
  [Kind.tradeClosed]: closedStep,
};

/** Approved plans → orders: ids follow from the plan (a retry cannot double them), protection is never withdrawn first. */
export const execute = (instruments: readonly Instrument[], venue: OrderDesk): OperatorFunction<Item, Item> =>
  stepOperator("execute", () => executeState(instruments, venue), HANDLERS, { emits: [Kind.orderSent] });
