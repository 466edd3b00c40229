import type { ApprovedPlan, Intent } from "../domain/derived.ts";
import { Kind } from "../domain/kind.ts";

/** Intents that passed; weak, so that the register never outlives the items. */
const approvedIntents = new WeakSet<Intent>();

/** Makes the only thing `execute` accepts. Called by the gate alone, after every rule passed. */
export const approve = (intent: Intent): ApprovedPlan => {
  approvedIntents.add(intent);
  return {
    kind: Kind.approvedPlan,
    seq: intent.seq,
    instrument: intent.instrument,
    knownAtMs: intent.knownAtMs,
    intent,
  } as unknown as ApprovedPlan;
};

/** Whether the gate let this intent pass. The line is synchronous: after `emit(intent)` the answer is final. */
export const isApproved = (intent: Intent): boolean => approvedIntents.has(intent);
