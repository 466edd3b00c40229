import type { ApprovedPlan, Intent, RuleReading } from "../domain/derived.ts";
import type { PlannedOrders } from "../domain/orders/ownOrders.ts";
import { SealedPlan } from "./sealedPlan.ts";

/** Makes the only thing that `execute` accepts, after every rule passed. Only the gate may import this file (scripts/checkImports.ts). */
export const approve = (intent: Intent, planned: PlannedOrders, readings: readonly RuleReading[] = []): ApprovedPlan =>
  new SealedPlan(intent, planned, readings) as unknown as ApprovedPlan;
