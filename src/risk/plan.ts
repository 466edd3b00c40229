import type { ApprovedPlan, Intent } from "../domain/derived.ts";
import { Kind } from "../domain/kind.ts";
import { orderIdOf } from "../domain/order.ts";

/** An approved plan; the private field is its seal: nothing outside this file can make one that `isSealed` accepts. */
class SealedPlan {
  readonly kind = Kind.approvedPlan;
  readonly seq: number;
  readonly instrument: Intent["instrument"];
  readonly knownAtMs: number;
  readonly intent: Intent;
  readonly orderId: string;
  readonly #seal = true;

  constructor(intent: Intent) {
    this.seq = intent.seq;
    this.instrument = intent.instrument;
    this.knownAtMs = intent.knownAtMs;
    this.intent = intent;
    this.orderId = orderIdOf(intent);
  }

  static isSealed(plan: object): boolean {
    return #seal in plan;
  }
}

/** The intent that passed last: the line is synchronous, so right after `emit(intent)` this is the answer. */
let lastApproved: Intent | null = null;

/** Makes the only thing `execute` accepts. Called by the gate alone, after every rule passed. */
export const approve = (intent: Intent): ApprovedPlan => {
  lastApproved = intent;
  return new SealedPlan(intent) as unknown as ApprovedPlan;
};

/** Whether the gate let `intent` pass; to be asked directly after emitting it, before anything else is proposed. */
export const isApproved = (intent: Intent): boolean => intent === lastApproved;

/** Whether a plan was made by the gate. */
export const isSealed = (plan: ApprovedPlan): boolean => SealedPlan.isSealed(plan);
