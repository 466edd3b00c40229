import type { InferenceFailure } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Cause } from "./layerKind.ts";

/** The item that tells a failed inference; before the belief of its bar, where there is one. */
export const failureOf = (
  layer: string,
  { seq, instrument, knownAtMs }: Cause,
  barTimeMs: number,
  reason: InferenceFailure["reason"],
): InferenceFailure => ({
  ...{ kind: Kind.inferenceFailure, seq, instrument, eventTimeMs: knownAtMs, receivedTimeMs: knownAtMs, knownAtMs },
  ...{ layer, barTimeMs, reason },
});
