import { createHash } from "node:crypto";
import type { OperatorFunction } from "rxjs";
import type { FundingPayment, Fill, OrderCanceled, OrderExpired, OrderRejected } from "../domain/event.ts";
import type { ApprovedPlan, Gap, Intent, IntentAction, OrderSent, Refusal, RiskState, Signal } from "../domain/derived.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import type { OrderType, TimeInForce } from "../domain/order.ts";
import { stepOperator } from "../../operators/stepOperator.ts";

const BUFFER_BYTES = 1 << 17;
/** No record is larger: the strings in it are ids and rule names. */
const RECORD_BYTES_MAX = 2048;

// Positions in these lists are part of the hash: append only.
const INTENT_ACTIONS: readonly IntentAction[] = ["enter", "scaleIn", "reduce", "exit", "moveStop", "cancelEntries"];
const ORDER_TYPES: readonly OrderType[] = ["market", "limit", "stopMarket", "takeProfitMarket", "trailingStopMarket"];
const TIMES_IN_FORCE: readonly TimeInForce[] = ["GTC", "IOC", "FOK", "GTX"];

/**
 * SHA-256 over all decisions in line order (design §8), little-endian: every layer's outputs as raw float64 bits (one
 * canonical NaN), each intent, verdict, order, fill, payment and state change. No `seq`, wall clock, burst, path or run
 * name. Records are tagged with their kind; strings carry their length.
 */
export class DecisionHash {
  readonly #hash = createHash("sha256");
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #at = 0;
  /** Decision bars hashed. */
  decisions = 0;

  /** The digest of everything so far, in hex; more may follow. */
  digest(): string {
    this.#drain();
    return this.#hash.copy().digest("hex");
  }

  /** The one record per decision bar, written without calls: it is the hot path. NaN outputs are bits of the mask. */
  signal(item: Signal): void {
    this.decisions += 1;
    const at = this.#start(item.kind, item.instrument);
    const view = this.#view;
    const { pLong, pShort, pNeutral, netLong, netShort } = item;
    this.#bytes[at] = (item.ready ? 1 : 0) | (netLong === netLong ? 2 : 0) | (netShort === netShort ? 4 : 0);
    view.setFloat64(at + 1, item.knownAtMs, true);
    this.#at = at + 9;
    const sum = pLong + pShort + pNeutral;
    if (sum === sum) {
      view.setFloat64(at + 9, pLong, true);
      view.setFloat64(at + 17, pShort, true);
      view.setFloat64(at + 25, pNeutral, true);
      this.#at = at + 33;
    } else {
      this.#number(pLong);
      this.#number(pShort);
      this.#number(pNeutral);
    }
    if (netLong === netLong) this.#number(netLong);
    if (netShort === netShort) this.#number(netShort);
  }

  intent(item: Intent): void {
    this.#start(item.kind, item.instrument);
    this.#byte(INTENT_ACTIONS.indexOf(item.action));
    this.#byte(item.direction + 1);
    this.#byte((item.orderType === "limit" ? 1 : 0) | (item.postOnly ? 2 : 0));
    this.#number(item.qtyLots);
    this.#number(item.limitTicks);
    this.#number(item.worstTicks);
    this.#number(item.stopTicks);
    this.#number(item.bracket.stopFraction);
    this.#number(item.bracket.targetFraction);
    this.#number(item.leverage);
    this.#number(item.expiresAtMs);
    this.#text(item.planId);
    this.#text(item.reason);
  }

  verdict(item: ApprovedPlan | Refusal): void {
    this.#start(item.kind, item.instrument);
    if (item.kind === Kind.approvedPlan) return;
    this.#text(item.planId);
    this.#text(item.rule);
    this.#number(item.value);
    this.#number(item.limit);
  }

  order({ order, kind, instrument }: OrderSent): void {
    this.#start(kind, instrument);
    this.#byte((order.side === "buy" ? 1 : 0) | (order.reduceOnly ? 2 : 0) | (order.closePosition ? 4 : 0));
    this.#byte(ORDER_TYPES.indexOf(order.type));
    this.#byte(TIMES_IN_FORCE.indexOf(order.timeInForce));
    this.#number(order.priceTicks);
    this.#number(order.triggerTicks);
    this.#number(order.qtyLots);
    this.#number(order.callbackFraction);
    this.#number(order.bracket.stopFraction);
    this.#number(order.bracket.targetFraction);
    this.#number(order.leverage);
    this.#number(order.expiresAtMs);
    this.#text(order.clientOrderId);
  }

  fill(item: Fill): void {
    this.#start(item.kind, item.instrument);
    this.#byte((item.side === "buy" ? 1 : 0) | (item.maker ? 2 : 0) | (item.reduceOnly ? 4 : 0));
    this.#number(item.eventTimeMs);
    this.#number(item.priceTicks);
    this.#number(item.qtyLots);
    this.#number(item.feeUsdt);
    this.#number(item.slippageUsdt);
    this.#text(item.clientOrderId);
    this.#text(item.reason);
  }

  ended(item: OrderRejected | OrderCanceled | OrderExpired): void {
    this.#start(item.kind, item.instrument);
    this.#number(item.eventTimeMs);
    this.#number(item.kind === Kind.orderRejected ? item.code : item.remainingLots);
    this.#text(item.clientOrderId);
  }

  payment(item: FundingPayment): void {
    this.#start(item.kind, item.instrument);
    this.#number(item.eventTimeMs);
    this.#number(item.paidUsdt);
  }

  state(item: RiskState): void {
    this.#start(item.kind, item.instrument);
    this.#number(item.knownAtMs);
    this.#text(item.level);
    this.#text(item.causeLevel);
    this.#text(item.rule);
    this.#byte(item.active ? 1 : 0);
    this.#number(item.value);
    this.#number(item.limit);
  }

  gap(item: Gap): void {
    this.#start(item.kind, item.instrument);
    this.#number(item.fromMs);
    this.#number(item.toMs);
  }

  #start(kind: number, instrument: number): number {
    if (this.#at > BUFFER_BYTES - RECORD_BYTES_MAX) this.#drain();
    const at = this.#at;
    this.#bytes[at] = kind;
    this.#bytes[at + 1] = instrument;
    this.#bytes[at + 2] = instrument >> 8;
    this.#at = at + 3;
    return at + 3;
  }

  #byte(value: number): void {
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  #number(value: number): void {
    if (value === value) this.#view.setFloat64(this.#at, value, true);
    else {
      this.#view.setUint32(this.#at, 0, true);
      this.#view.setUint32(this.#at + 4, 0x7ff80000, true);
    }
    this.#at += 8;
  }

  /** Ids, enumerations, rule names and reasons: ASCII but for the symbols of some instruments, whose bytes are UTF-8. */
  #text(value: string): void {
    const { length } = value;
    if (length > 255) throw new RangeError(`a decision holds a text of ${length} characters: ${value.slice(0, 40)}…`);
    const bytes = this.#bytes;
    const from = this.#at + 1;
    bytes[from - 1] = length;
    for (let i = 0; i < length; i += 1) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        this.#utf8(value, from);
        return;
      }
      bytes[from + i] = code;
    }
    this.#at = from + length;
  }

  #utf8(value: string, from: number): void {
    const { written } = new TextEncoder().encodeInto(value, this.#bytes.subarray(from, from + 4 * 255));
    this.#at = from + written;
  }

  #drain(): void {
    this.#hash.update(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
  }
}

/** Puts the hash at the end of a line; decision bars that close up to `fromMs` only warm up and do not count. */
export const hashDecisions = (hash: DecisionHash, fromMs: number): OperatorFunction<Item, Item> =>
  stepOperator("decisionHash", () => hash, {
    [Kind.gap]: (h, item) => {
      if (item.knownAtMs > fromMs) h.gap(item);
    },
    [Kind.signal]: (h, item) => {
      if (item.knownAtMs > fromMs) h.signal(item);
    },
    [Kind.intent]: (h, item) => {
      h.intent(item);
    },
    [Kind.approvedPlan]: (h, item) => {
      h.verdict(item);
    },
    [Kind.refusal]: (h, item) => {
      h.verdict(item);
    },
    [Kind.orderSent]: (h, item) => {
      h.order(item);
    },
    [Kind.fill]: (h, item) => {
      h.fill(item);
    },
    [Kind.fundingPayment]: (h, item) => {
      h.payment(item);
    },
    [Kind.orderRejected]: (h, item) => {
      h.ended(item);
    },
    [Kind.orderCanceled]: (h, item) => {
      h.ended(item);
    },
    [Kind.orderExpired]: (h, item) => {
      h.ended(item);
    },
    [Kind.riskState]: (h, item) => {
      if (item.knownAtMs > fromMs) h.state(item);
    },
  });
