import type { Event, InferenceFailure } from "./event.ts";
import { Kind } from "./kind.ts";
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

  get count(): number {
    return this.reasons.size;
  }
}

const keyOf = (layer: string, instrument: InstrumentIndex, barTimeMs: number): string => `${layer} ${instrument} ${barTimeMs}`;

/** Takes a journal's failures out of its events: what is left enters the line, and the layers say the failures again. */
export const withoutFailures = (events: readonly Event[]): readonly Event[] =>
  events.some(({ kind }) => kind === Kind.inferenceFailure) ? events.filter(({ kind }) => kind !== Kind.inferenceFailure) : events;
