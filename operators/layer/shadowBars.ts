import type { InstrumentIndex } from "../../src/domain/units.ts";
import { MemberRows } from "./memberRows.ts";

/** A judged bar that waits for the barrier of its burst. */
interface ShadowBar {
  readonly seq: number;
  readonly instrument: InstrumentIndex;
  readonly knownAtMs: number;
  /** By compared member: its row; −1: it is not asked. */
  readonly rows: Int32Array;
  /** As they will be said; until then what the rule says where a member is asked. */
  readonly values: Float64Array;
  readonly own: Uint8Array;
}

/** Members of a layer that are compared: asked apart from the one that serves, at judged bars, once a burst. Held at most: the bars of a burst. */
export class ShadowBars {
  /** Places among the layer's members. */
  readonly compared: readonly number[];
  readonly everyMs: number;
  /** By instrument, 1: it is not compared there. */
  readonly leftOut: Uint8Array;
  /** By compared member. */
  readonly rows: readonly MemberRows[];
  pending: ShadowBar[] = [];

  constructor(compared: readonly number[], everyMs: number, leftOut: Uint8Array) {
    this.compared = compared;
    this.everyMs = everyMs;
    this.leftOut = leftOut;
    this.rows = compared.map(() => new MemberRows());
  }
}
