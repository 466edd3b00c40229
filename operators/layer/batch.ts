import type { InferenceFailure } from "../../src/domain/event.ts";
import type { Emit, Item } from "../../src/domain/item.ts";
import type { Cause } from "./layerKind.ts";
import type { LayerSeat } from "./seat.ts";

/** Most rows of one inference: a burst has no more events (docs/architecture.md#bursts). A full batch goes before its barrier. */
export const BATCH_ROWS_MAX = 4096;
/** Items held at most; with that many the batch goes before its barrier. */
const HELD_ITEMS_MAX = 1 << 17;

/** A bar that waits for its belief. */
interface Pending<V> {
  readonly seat: LayerSeat<V>;
  readonly cause: Cause;
  readonly barTimeMs: number;
  /** Items held before its belief leaves. */
  readonly heldBefore: number;
  /** The window member that is asked, by its place among the members, and its row; −1: nobody is asked, for the reason in `fallback`. */
  readonly at: number;
  readonly row: number;
  readonly fallback: string;
  readonly failure: InferenceFailure["reason"] | null;
  /** The step member that speaks where nobody is asked or answers, what it said, and why it was not ready. */
  readonly step: string;
  readonly stepSaid: Float64Array;
  readonly stepReason: string;
}

/** Bars that wait for an inference, and every item behind the first of them. */
export class Batch<V> {
  held: Item[] = [];
  pending: Pending<V>[] = [];
  /** Of all members that are to be asked. */
  rows = 0;

  /** Passes an item on, or holds it while a bar waits. */
  pass(item: Item, emit: Emit): void {
    if (this.pending.length === 0) emit(item);
    else this.held.push(item);
  }

  /** `rowsMax`: of the member that serves. */
  isFull(rowsMax = BATCH_ROWS_MAX): boolean {
    return this.rows >= Math.min(rowsMax, BATCH_ROWS_MAX) || this.held.length >= HELD_ITEMS_MAX;
  }

  clear(): void {
    this.held = [];
    this.pending = [];
    this.rows = 0;
  }
}
