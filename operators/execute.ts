import type { OperatorFunction } from "rxjs";
import type { ApprovedPlan, Intent } from "../src/domain/derived.ts";
import type { OrderAccepted, OrderCanceled, OrderExpired, OrderRejected, Fill } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { OrderRequest } from "../src/domain/order.ts";
import { entryIdOf, exitIdOf, movedStopIdOf, NO_BRACKET, sideOf, stopIdOf } from "../src/domain/order.ts";
import type { Venue } from "../src/domain/ports.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { InvariantError } from "../src/domain/units.ts";
import { isSealed } from "../src/risk/plan.ts";
import { stepOperator } from "./stepOperator.ts";

/** What `execute` remembers of one instrument: entries that may still rest, and the stop that protects. */
interface Sent {
  entryIds: string[];
  stopId: string;
  /** Stop on its way that replaces `stopId` once accepted; "" when none. */
  nextStopId: string;
}

export interface ExecuteState {
  readonly venue: Venue;
  readonly sent: readonly Sent[];
}

export const executeState = (instruments: readonly Instrument[], venue: Venue): ExecuteState => ({
  venue,
  sent: instruments.map(() => ({ entryIds: [], stopId: "", nextStopId: "" })),
});

const planStep = (state: ExecuteState, plan: ApprovedPlan, emit: Emit): void => {
  const { intent } = plan;
  if (!isSealed(plan)) throw new InvariantError(`plan ${intent.planId} did not pass risk`);
  const sent = state.sent[plan.instrument] as Sent;
  switch (intent.action) {
    case "enter":
    case "scaleIn": {
      const entry = entryOrder(intent);
      sent.entryIds.push(entry.clientOrderId);
      send(state, plan.seq, entry, emit);
      if (intent.action === "enter") sent.stopId = stopIdOf(entry.clientOrderId);
      return;
    }
    case "reduce":
    case "exit":
      send(state, plan.seq, exitOrder(intent), emit);
      return;
    case "moveStop":
      sent.nextStopId = movedStopIdOf(intent.planId);
      send(state, plan.seq, stopOrder(intent), emit);
      return;
    case "cancelEntries":
      for (const id of sent.entryIds) state.venue.cancel(plan.instrument, id, plan.knownAtMs);
      return;
  }
};

const send = (state: ExecuteState, seq: number, request: OrderRequest, emit: Emit): void => {
  emit({ kind: Kind.orderSent, seq, instrument: request.instrument, knownAtMs: request.decidedAtMs, order: request });
  state.venue.submit(request);
};

/** Protection is replaced before it is withdrawn: the old stop goes once the venue has the new one. */
const acceptedStep = (state: ExecuteState, item: OrderAccepted): void => {
  const sent = state.sent[item.instrument] as Sent;
  if (item.clientOrderId !== sent.nextStopId) return;
  if (sent.stopId !== "") state.venue.cancel(item.instrument, sent.stopId, item.knownAtMs);
  sent.stopId = sent.nextStopId;
  sent.nextStopId = "";
};

const endedStep = (state: ExecuteState, item: OrderRejected | OrderCanceled | OrderExpired): void => {
  forget(state.sent[item.instrument] as Sent, item.clientOrderId);
};

const fillStep = (state: ExecuteState, fill: Fill): void => {
  // A market entry cannot rest; a limit entry that filled in part may: it is forgotten when it ends or at the next plan.
  if (!fill.maker) forget(state.sent[fill.instrument] as Sent, fill.clientOrderId);
};

const forget = (sent: Sent, clientOrderId: string): void => {
  const at = sent.entryIds.indexOf(clientOrderId);
  if (at >= 0) sent.entryIds.splice(at, 1);
  if (sent.stopId === clientOrderId) sent.stopId = "";
  if (sent.nextStopId === clientOrderId) sent.nextStopId = "";
};

const entryOrder = (intent: Intent): OrderRequest => {
  const limit = intent.orderType === "limit";
  return order(intent, entryIdOf(intent.planId), intent.direction, {
    type: intent.orderType,
    qtyLots: intent.qtyLots,
    priceTicks: limit ? intent.limitTicks : (0 as Ticks),
    triggerTicks: 0 as Ticks,
    timeInForce: intent.postOnly ? "GTX" : "GTC",
    reduceOnly: false,
    closePosition: false,
    bracket: intent.bracket,
  });
};

const exitOrder = (intent: Intent): OrderRequest =>
  order(intent, exitIdOf(intent.planId), -intent.direction as Direction, {
    type: "market",
    qtyLots: intent.qtyLots,
    priceTicks: 0 as Ticks,
    triggerTicks: 0 as Ticks,
    timeInForce: "GTC",
    reduceOnly: true,
    closePosition: false,
    bracket: NO_BRACKET,
  });

const stopOrder = (intent: Intent): OrderRequest =>
  order(intent, movedStopIdOf(intent.planId), -intent.direction as Direction, {
    type: "stopMarket",
    qtyLots: 0 as Lots,
    priceTicks: 0 as Ticks,
    triggerTicks: intent.stopTicks,
    timeInForce: "GTC",
    reduceOnly: true,
    closePosition: true,
    bracket: NO_BRACKET,
  });

type OrderTerms = Pick<
  OrderRequest,
  "type" | "qtyLots" | "priceTicks" | "triggerTicks" | "timeInForce" | "reduceOnly" | "closePosition" | "bracket"
>;

const order = (intent: Intent, clientOrderId: string, direction: Direction, terms: OrderTerms): OrderRequest => ({
  clientOrderId,
  planId: intent.planId,
  instrument: intent.instrument,
  side: sideOf(direction),
  type: terms.type,
  qtyLots: terms.qtyLots,
  priceTicks: terms.priceTicks,
  triggerTicks: terms.triggerTicks,
  callbackFraction: 0,
  timeInForce: terms.timeInForce,
  reduceOnly: terms.reduceOnly,
  closePosition: terms.closePosition,
  bracket: terms.bracket,
  leverage: intent.leverage,
  expiresAtMs: intent.expiresAtMs,
  reason: intent.reason,
  decidedAtMs: intent.knownAtMs,
});

/** Approved plans → orders: ids follow from the plan (a retry cannot double them), protection is never withdrawn first. */
export const execute = (instruments: readonly Instrument[], venue: Venue): OperatorFunction<Item, Item> =>
  stepOperator("execute", () => executeState(instruments, venue), {
    [Kind.approvedPlan]: planStep,
    [Kind.orderAccepted]: acceptedStep,
    [Kind.orderRejected]: endedStep,
    [Kind.orderCanceled]: endedStep,
    [Kind.orderExpired]: endedStep,
    [Kind.fill]: fillStep,
  });
