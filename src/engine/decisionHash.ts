import type { OperatorFunction } from "rxjs";
import type { FundingPayment, OrderCanceled, OrderExpired, OrderRejected, OrderUnknown } from "../domain/event.ts";
import type { ApprovedPlan, Fill, Gap, Intent, OrderSent, Pattern, Refusal, Regime, RiskState, Signal } from "../domain/derived.ts";
import type { IntentAction } from "../domain/intentAction.ts";
import { REGIME_STATES } from "../domain/derived.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import { unscopedId } from "../domain/orders/orderIds.ts";
import type { OrderType, TimeInForce } from "../domain/order.ts";
import type { StepHandlers } from "../../operators/stepOperator.ts";
import { stepOperator } from "../../operators/stepOperator.ts";
import { codeOf } from "../venues/binance/rejectionCodes.ts";
import { canonical, RecordHash } from "./recordHash.ts";

// The codes are part of the hash: never renumbered.
const codeOfAction = (action: IntentAction): number => {
  switch (action) {
    case "enter":
      return 0;
    case "scaleIn":
      return 1;
    case "reduce":
      return 2;
    case "exit":
      return 3;
    case "moveStop":
      return 4;
    case "cancelEntries":
      return 5;
  }
};
const codeOfType = (type: OrderType): number => {
  switch (type) {
    case "market":
      return 0;
    case "limit":
      return 1;
    case "stopMarket":
      return 2;
    case "takeProfitMarket":
      return 3;
    case "trailingStopMarket":
      return 4;
  }
};
const codeOfTimeInForce = (timeInForce: TimeInForce): number => {
  switch (timeInForce) {
    case "GTC":
      return 0;
    case "IOC":
      return 1;
    case "FOK":
      return 2;
    case "GTX":
      return 3;
  }
};

/**
 * SHA-256 over all decisions in line order (docs/architecture.md#what-a-decision-hash-covers), little-endian: every layer's outputs
 * as raw float64 bits (one canonical NaN), each intent, verdict, order, fill, payment and state change. No `seq`, wall clock, burst, path
 *, run name or account, and no plan id beside the order id that is made of it.
 */
export class DecisionHash extends RecordHash {
  /** Decision bars hashed. */
  decisions = 0;

  /** The one record per decision bar. What is NaN is said by the flags. */
  signal(item: Signal): void {
    this.decisions += 1;
    const { netLong, netShort, confidence } = item;
    const hasLong = netLong === netLong;
    const hasShort = netShort === netShort;
    const hasConfidence = confidence === confidence;
    this.head(item, (item.ready ? 1 : 0) | (hasLong ? 2 : 0) | (hasShort ? 4 : 0) | (hasConfidence ? 8 : 0));
    const { at, numbers } = this;
    numbers[at] = item.knownAtMs;
    numbers[at + 1] = canonical(item.pLong);
    numbers[at + 2] = canonical(item.pShort);
    numbers[at + 3] = canonical(item.pNeutral);
    this.at = at + 4;
    if (hasLong) this.number(netLong);
    if (hasShort) this.number(netShort);
    if (hasConfidence) this.number(confidence);
  }

  /** A row of numbers that L1 or L2 says. */
  belief(item: Regime | Pattern, width: number): void {
    this.head(item, item.ready ? 1 : 0);
    if (!item.ready) return;
    const { at, numbers } = this;
    const { values, row } = item;
    const from = row * width;
    for (let i = 0; i < width; i += 1) numbers[at + i] = canonical(values[from + i] as number);
    this.at = at + width;
  }

  intent(item: Intent): void {
    const flags = (item.orderType === "limit" ? 1 : 0) | (item.postOnly ? 2 : 0);
    this.head(item, flags, codeOfAction(item.action), item.direction + 1);
    const { at, numbers } = this;
    numbers[at] = canonical(item.qtyLots);
    numbers[at + 1] = canonical(item.limitTicks);
    numbers[at + 2] = canonical(item.worstTicks);
    numbers[at + 3] = canonical(item.stopTicks);
    numbers[at + 4] = canonical(item.bracket.stopFraction);
    numbers[at + 5] = canonical(item.bracket.targetFraction);
    numbers[at + 6] = canonical(item.leverage);
    numbers[at + 7] = canonical(item.expiresAtMs);
    this.at = at + 8;
    this.text(item.reason);
  }

  approved(item: ApprovedPlan): void {
    this.head(item);
  }

  refused(item: Refusal): void {
    this.head(item);
    this.number(item.value);
    this.number(item.limit);
    this.text(item.rule);
  }

  order(item: OrderSent): void {
    const { order } = item;
    const flags = (order.side === "buy" ? 1 : 0) | (order.reduceOnly ? 2 : 0) | (order.closePosition ? 4 : 0);
    this.head(item, flags, codeOfType(order.type), codeOfTimeInForce(order.timeInForce));
    const { at, numbers } = this;
    numbers[at] = canonical(order.priceTicks);
    numbers[at + 1] = canonical(order.triggerTicks);
    numbers[at + 2] = canonical(order.qtyLots);
    numbers[at + 3] = canonical(order.callbackFraction);
    numbers[at + 4] = canonical(order.bracket.stopFraction);
    numbers[at + 5] = canonical(order.bracket.targetFraction);
    numbers[at + 6] = canonical(order.leverage);
    numbers[at + 7] = canonical(order.expiresAtMs);
    this.at = at + 8;
    this.text(unscopedId(order.clientOrderId));
  }

  fill(item: Fill): void {
    this.head(item, (item.side === "buy" ? 1 : 0) | (item.maker ? 2 : 0) | (item.reduceOnly ? 4 : 0));
    const { at, numbers } = this;
    numbers[at] = canonical(item.eventTimeMs);
    numbers[at + 1] = canonical(item.priceTicks);
    numbers[at + 2] = canonical(item.qtyLots);
    numbers[at + 3] = canonical(item.feeUsdt);
    numbers[at + 4] = canonical(item.slippageUsdt);
    this.at = at + 5;
    this.text(unscopedId(item.clientOrderId));
    this.text(item.reason);
  }

  ended(item: OrderRejected | OrderCanceled | OrderExpired): void {
    this.head(item);
    this.number(item.eventTimeMs);
    this.number(item.kind === Kind.orderRejected ? codeOf(item.reason) : item.remainingLots);
    this.text(unscopedId(item.clientOrderId));
  }

  undecided(item: OrderUnknown): void {
    this.head(item);
    this.number(item.eventTimeMs);
    this.text(unscopedId(item.clientOrderId));
  }

  payment(item: FundingPayment): void {
    this.head(item);
    this.number(item.eventTimeMs);
    this.number(item.paidUsdt);
  }

  state(item: RiskState): void {
    this.head(item, item.active ? 1 : 0);
    this.number(item.knownAtMs);
    this.number(item.value);
    this.number(item.limit);
    this.text(item.level);
    this.text(item.causeLevel);
    this.text(item.rule);
  }

  gap(item: Gap): void {
    this.head(item);
    this.number(item.fromMs);
    this.number(item.toMs);
  }
}

interface HashedLine {
  readonly hash: DecisionHash;
  readonly fromMs: number;
}

const HANDLERS: StepHandlers<HashedLine> = {
  [Kind.gap]: ({ hash, fromMs }, item) => {
    if (item.knownAtMs > fromMs) hash.gap(item);
  },
  [Kind.regime]: ({ hash, fromMs }, item) => {
    if (item.knownAtMs > fromMs) hash.belief(item, REGIME_STATES.length);
  },
  [Kind.pattern]: ({ hash, fromMs }, item) => {
    if (item.knownAtMs > fromMs) hash.belief(item, item.width);
  },
  [Kind.signal]: ({ hash, fromMs }, item) => {
    if (item.knownAtMs > fromMs) hash.signal(item);
  },
  [Kind.intent]: ({ hash }, item) => {
    hash.intent(item);
  },
  [Kind.approvedPlan]: ({ hash }, item) => {
    hash.approved(item);
  },
  [Kind.refusal]: ({ hash }, item) => {
    hash.refused(item);
  },
  [Kind.orderSent]: ({ hash }, item) => {
    hash.order(item);
  },
  [Kind.fill]: ({ hash }, item) => {
    hash.fill(item);
  },
  [Kind.fundingPayment]: ({ hash }, item) => {
    hash.payment(item);
  },
  [Kind.orderRejected]: ({ hash }, item) => {
    hash.ended(item);
  },
  [Kind.orderUnknown]: ({ hash }, item) => {
    hash.undecided(item);
  },
  [Kind.orderCanceled]: ({ hash }, item) => {
    hash.ended(item);
  },
  [Kind.orderExpired]: ({ hash }, item) => {
    hash.ended(item);
  },
  [Kind.riskState]: ({ hash, fromMs }, item) => {
    if (item.knownAtMs > fromMs) hash.state(item);
  },
};

/** Puts the hash at the end of a line; decision bars that close up to `fromMs` only warm up and do not count. */
export const hashDecisions = (hash: DecisionHash, fromMs: number): OperatorFunction<Item, Item> =>
  stepOperator("decisionHash", () => ({ hash, fromMs }), HANDLERS, { emits: [] });
