import type { ApprovedPlan, Intent, RuleReading } from "../domain/derived.ts";
import { Kind } from "../domain/kind.ts";
import type { PlannedOrders } from "../domain/orders/ownOrders.ts";

/** An approved plan; the private field is its seal. Only `approval.ts` may make one (scripts/checkImports.ts). */
export class SealedPlan {
  readonly kind = Kind.approvedPlan;
  readonly seq: number;
  readonly instrument: Intent["instrument"];
  readonly knownAtMs: number;
  readonly intent: Intent;
  readonly own: PlannedOrders["own"];
  readonly orders: PlannedOrders["orders"];
  readonly withdrawn: PlannedOrders["withdrawn"];
  readonly readings: readonly RuleReading[];
  readonly #seal = true;

  constructor(intent: Intent, { own, orders, withdrawn }: PlannedOrders, readings: readonly RuleReading[]) {
    this.seq = intent.seq;
    this.instrument = intent.instrument;
    this.knownAtMs = intent.knownAtMs;
    this.intent = intent;
    this.own = own;
    this.orders = orders;
    this.withdrawn = withdrawn;
    this.readings = readings;
  }

  static isSealed(plan: object): boolean {
    return #seal in plan;
  }
}

/** Whether a plan was made by the gate. */
export const isSealed = (plan: ApprovedPlan): boolean => SealedPlan.isSealed(plan);
