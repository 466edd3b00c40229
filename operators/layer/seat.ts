import type { Instrument } from "../../src/domain/instrument.ts";
import type { KlineBlock } from "../../src/domain/kline.ts";
import { Bar } from "../../src/domain/kline.ts";
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
export class LayerSeat<V> {
  readonly instrument: Instrument;
  readonly voice: V;
  /** By step member; the first is the rule. */
  readonly steps: readonly StepSeat[];
  /** Null: the layer has no window member. */
  readonly ring: WindowRing | null;
  /** Somebody else than the serving member said the belief of this bar, by layer. */
  readonly fellBack = { regime: false, pattern: false };
  /** The decision bar as block and row: storing each bar object here would pass V8's write barrier at every bar. */
  private block = undefined as unknown as KlineBlock;
  private row = 0;
  private seq = 0;

  constructor(instrument: Instrument, voice: V, steps: readonly StepSeat[], ring: WindowRing | null) {
    this.instrument = instrument;
    this.voice = voice;
    this.steps = steps;
    this.ring = ring;
  }

  see(bar: Bar): void {
    if (bar.block !== this.block) this.block = bar.block;
    this.row = bar.row;
    this.seq = bar.seq;
  }

  get bar(): Bar {
    return new Bar(this.block, this.row, this.seq, true, 1);
  }
}
