import type { InferenceFailure } from "./event.ts";
import type { InstrumentIndex } from "./units.ts";

/**
 * Inferences that failed when a journal was written, by layer, instrument and bar. They are known before its replay begins: a layer does
 * not ask for such a row and says the failure itself, wherever the bursts of the replay end.
 */
export class InferenceFailures {
  private readonly reasons = new Map<string, InferenceFailure["reason"]>();

  add({ layer, instrument, barTimeMs, reason }: InferenceFailure): void {
    this.reasons.set(keyOf(layer, instrument, barTimeMs), reason);
  }

  /** Null: the inference did not fail. */
  reason(layer: string, instrument: InstrumentIndex, barTimeMs: number): InferenceFailure["reason"] | null {
    return this.reasons.get(keyOf(layer, instrument, barTimeMs)) ?? null;
  }
}

const keyOf = (layer: string, instrument: InstrumentIndex, barTimeMs: number): string => `${layer} ${instrument} ${barTimeMs}`;
