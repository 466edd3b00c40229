import type { Serving } from "../../models/serving.ts";
import type { Layers } from "../layers.ts";
import type { Batch } from "./batch.ts";
import type { LayerKind, Spoken, StepMember, Trigger } from "./layerKind.ts";
import type { MemberRows } from "./memberRows.ts";
import type { LayerSeat } from "./seat.ts";
import type { ShadowBars } from "./shadowBars.ts";
import type { WindowPlace } from "./windowPlaces.ts";

/** A layer's members as the line needs them; the same for every subscription. */
export interface Members<M extends StepMember, V> {
  readonly kind: LayerKind<M, V>;
  readonly layers: Layers;
  readonly trigger: Trigger;
  readonly names: readonly string[];
  readonly steps: readonly M[];
  /** By member: its place in `steps`; −1: a window member. */
  readonly stepAt: readonly number[];
  /** By member; null: a step member. */
  readonly places: readonly (WindowPlace | null)[];
  /** By member: what stands beside a belief that it said itself. */
  readonly spoken: readonly Spoken[];
}

interface Layer<M extends StepMember, V> {
  readonly members: Members<M, V>;
  readonly seats: readonly LayerSeat<V>[];
  /** Of the whole line. */
  serving: Serving;
  /** Who serves here, by its place among the members. */
  at: number;
  /** By instrument: who serves there in its place, until the next swap; −1: nobody. Null: nobody anywhere. */
  canaries: Int32Array | null;
  /** Of whatever layer: until the next swap. */
  canariesStand: boolean;
  /** Null: the layer has no window member. */
  readonly batch: Batch<V> | null;
  /** By member: its rows of the batch; null: a step member. */
  readonly rows: readonly (MemberRows | null)[];
  /** Null: nobody is compared here. */
  readonly shadows: ShadowBars | null;
}

export type AnyLayer = Layer<StepMember, unknown>;
export type AnySeat = LayerSeat<unknown>;
