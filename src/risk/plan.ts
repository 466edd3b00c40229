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

/** The plan made last: the line is synchronous, so right after `emit(intent)` this is the answer. */
let lastPlan: ApprovedPlan | null = null;

/** Makes the only thing `execute` accepts. Called by the gate alone, after every rule passed. */
export const approve = (intent: Intent): ApprovedPlan => {
  lastPlan = new SealedPlan(intent) as unknown as ApprovedPlan;
  return lastPlan;
};

/** What the gate made of `intent`, null when it refused; to be asked directly after emitting it, before the next proposal. */
export const planOf = (intent: Intent): ApprovedPlan | null => (lastPlan?.intent === intent ? lastPlan : null);

/** Whether a plan was made by the gate. */
export const isSealed = (plan: ApprovedPlan): boolean => SealedPlan.isSealed(plan);
