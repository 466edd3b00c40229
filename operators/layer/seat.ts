import type { Instrument } from "../../src/domain/instrument.ts";
import { SeenBar } from "../seenBar.ts";
import type { SeenRow } from "../seenRow.ts";
import type { WindowRing } from "./windowRing.ts";

/** A step member of one instrument: its state, what it sees and what it said of the present bar. */
export interface StepSeat {
  state: unknown;
  readonly seen: SeenRow;
  readonly numbers: Float64Array;
  /** Why it is not ready; "" where it is. */
  reason: string;
}

/** One instrument at a layer of beliefs. */
export class LayerSeat<V> extends SeenBar {
  readonly instrument: Instrument;
  readonly voice: V;
  /** By step member; the first is the rule. */
  readonly steps: readonly StepSeat[];
  /** Null: the layer has no window member. */
  readonly ring: WindowRing | null;
  /** Somebody else than the serving member said the belief of this bar, by layer. */
  readonly fellBack = { regime: false, pattern: false };

  constructor(instrument: Instrument, voice: V, steps: readonly StepSeat[], ring: WindowRing | null) {
    super();
    this.instrument = instrument;
    this.voice = voice;
    this.steps = steps;
    this.ring = ring;
  }
}
