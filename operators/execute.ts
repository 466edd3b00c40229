import type { OperatorFunction } from "rxjs";
import type { AccountState, ApprovedPlan, Intent } from "../src/domain/derived.ts";
import type { OrderAccepted } from "../src/domain/event.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { OrderRequest } from "../src/domain/order.ts";
import { NO_BRACKET, sideOf } from "../src/domain/order.ts";
import type { OwnOrder } from "../src/domain/orders/ownOrder.ts";
import { placedStops, supersede } from "../src/domain/orders/ownOrders.ts";
import type { Venue } from "../src/domain/ports.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { InvariantError } from "../src/domain/units.ts";
import { isSealed } from "../src/risk/plan.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** The part of a venue that takes orders. */
type OrderDesk = Pick<Venue, "submit" | "cancel">;

interface ExecuteState {
  readonly venue: OrderDesk;
  /** The account, which holds our orders; null before its first state. */
  account: AccountState | null;
}

const planStep = ({ venue }: ExecuteState, plan: ApprovedPlan, emit: Emit): void => {
  const { intent, orders, withdrawn, seq, instrument, knownAtMs } = plan;
  if (!isSealed(plan)) throw new InvariantError(`plan ${intent.planId} did not pass risk`);
  for (const { orderId } of withdrawn) venue.cancel(instrument, orderId, knownAtMs);
  for (const each of orders) {
    const order = requestOf(intent, each);
    emit({ kind: Kind.orderSent, seq, instrument, knownAtMs, order });
    venue.submit(order);
  }
};

/**
 * Protection is replaced before it is withdrawn: the stops that the venue has go once it has a moved one, and a moved one goes at once
 * that arrives after its trade. A cancel names only what is there when it is sent.
 */
const acceptedStep = ({ venue, account }: ExecuteState, { instrument, knownAtMs }: OrderAccepted): void => {
  const own = account?.orders[instrument];
  const moved = own?.latest;
  if (own === undefined || moved?.action !== "moveStop") return;
  for (const stop of moved.superseded ? [moved] : placedStops(own, moved))
    if (supersede(stop)) venue.cancel(instrument, stop.orderId, knownAtMs);
};

const NO_TICKS = 0 as Ticks;

const requestOf = (intent: Intent, order: OwnOrder): OrderRequest => {
  switch (order.role) {
    case "entry":
      return entryOrder(intent, order);
    case "stop":
      return stopOrder(intent, order);
    case "exit":
      return exitOrder(intent, order);
    case "target":
      throw new InvariantError(`plan ${intent.planId} sends a target`);
  }
};

const entryOrder = (intent: Intent, { orderId, priceTicks }: OwnOrder): OrderRequest => ({
  clientOrderId: orderId,
  planId: intent.planId,
  instrument: intent.instrument,
  side: sideOf(intent.direction),
  type: intent.orderType,
  qtyLots: intent.qtyLots,
  priceTicks: priceTicks as Ticks,
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

const exitOrder = (intent: Intent, { orderId, qtyLots }: OwnOrder): OrderRequest => ({
  clientOrderId: orderId,
  planId: intent.planId,
  instrument: intent.instrument,
  side: sideOf(-intent.direction as Direction),
  type: "market",
  qtyLots: qtyLots as Lots,
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
const stopOrder = (intent: Intent, order: OwnOrder): OrderRequest => ({
  ...exitOrder(intent, order),
  type: "stopMarket",
  triggerTicks: order.priceTicks as Ticks,
  closePosition: true,
});

const HANDLERS: StepHandlers<ExecuteState> = {
  [Kind.accountState]: (state, account) => {
    if (state.account !== account) state.account = account;
  },
  [Kind.approvedPlan]: planStep,
  [Kind.orderAccepted]: acceptedStep,
};

/** Approved plans → orders: ids follow from the plan (a retry cannot double them), protection is never withdrawn first. */
export const execute = (venue: OrderDesk): OperatorFunction<Item, Item> =>
  stepOperator<ExecuteState>("execute", () => ({ venue, account: null }), HANDLERS, { emits: [Kind.orderSent] });
