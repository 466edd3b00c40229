import type { Kind } from "../../src/domain/kind.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Emit } from "../../src/domain/item.ts";
import type { Bar } from "../../src/domain/kline.ts";
import type { InstrumentIndex } from "../../src/domain/units.ts";
import type { BeliefLayer, Upstreams } from "../../models/serving.ts";
import type { SeenRow } from "../seenRow.ts";

/** The last item that belongs to a decision bar before a layer's belief. */
export type Trigger = typeof Kind.bar | typeof Kind.featureRow | typeof Kind.regime | typeof Kind.pattern;

/** What step members of L1 to L3 have in common. */
export interface StepMember {
  readonly name: string;
  readonly onGap: "reset" | "keep";
  readonly features?: readonly string[];
  readonly upstreams?: Upstreams;
}

/** The bar that a belief is of. */
export interface Cause {
  readonly seq: number;
  readonly instrument: InstrumentIndex;
  readonly knownAtMs: number;
}

/** Who spoke, and why nobody or somebody else did; "" where there is no reason. */
export interface Spoken {
  readonly member: string;
  readonly reason: string;
  readonly fallback: string;
}

/** What differs between L1, L2 and L3. `M`: its step members; `V`: where its beliefs are written. Constant: it keeps no state. */
export interface LayerKind<M extends StepMember, V> {
  readonly layer: BeliefLayer;
  /** Kind of its beliefs. */
  readonly emits: Kind;
  /** Numbers of a belief. */
  readonly numbers: number;
  /** State of a step member for one instrument. */
  init(member: M, instrument: Instrument): unknown;
  /** Shows a step member a closed bar of a longer time frame. */
  longerBar?(member: M, state: unknown, bar: Bar): void;
  /**
   * Asks a step member about a decision bar: fills `out` and returns "", or says why the member is not ready. Throws where it says what
   * cannot be.
   */
  decide(member: M, state: unknown, bar: Bar, seen: SeenRow, out: Float64Array): string;
  /** What is wrong with numbers that a window member said; null: nothing. */
  flaw(numbers: Float64Array, at: number): "notFinite" | "invalid" | null;
  /** What a belief says that is not ready. */
  silence(numbers: Float64Array): void;
  voice(instrument: Instrument): V;
  say(voice: V, cause: Cause, numbers: Float64Array, at: number, spoken: Spoken, emit: Emit): void;
}
