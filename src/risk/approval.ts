import type { ApprovedPlan, Intent } from "../domain/derived.ts";
import type { PlannedOrders } from "../domain/orders/ownOrders.ts";
import { SealedPlan } from "./sealedPlan.ts";

/** Makes the only thing that `execute` accepts, after every rule passed. Only the gate may import this file (scripts/checkImports.ts). */
export const approve = (intent: Intent, planned: PlannedOrders): ApprovedPlan => new SealedPlan(intent, planned) as unknown as ApprovedPlan;
