import type { InferenceFailure } from "../../src/domain/event.ts";
import type { Emit, Item } from "../../src/domain/item.ts";
import { InvariantError } from "../../src/domain/units.ts";
import type { InferenceOutcome, WindowMember } from "../../models/windowMember.ts";
import type { Cause } from "./layerKind.ts";
import type { LayerSeat } from "./seat.ts";
import type { WindowPlace } from "./windowPlaces.ts";

/** Most rows of one inference: a burst has no more events (docs/architecture.md#bursts). A full batch goes before its barrier. */
export const BATCH_ROWS_MAX = 4096;
/** Items held at most; with that many the batch goes before its barrier. */
const HELD_ITEMS_MAX = 1 << 17;
/** The batch begins with this many rows and doubles, because live bursts are one row. */
const FIRST_BATCH_ROWS = 8;

/** A bar that waits for its belief. */
interface Pending<V> {
  readonly seat: LayerSeat<V>;
  readonly cause: Cause;
  readonly barTimeMs: number;
  /** Items held before its belief leaves. */
  readonly heldBefore: number;
  /** Its row in the batch; −1: the member is not asked, for the reason in `fallback`. */
  readonly row: number;
  readonly fallback: string;
  readonly failure: InferenceFailure["reason"] | null;
  /** What the rule said, and why it was not ready. */
  readonly rule: Float64Array;
  readonly ruleReason: string;
}

/** Bars that wait for one inference, and every item behind the first of them. */
export class Batch<V> {
  held: Item[] = [];
  pending: Pending<V>[] = [];
  rows = 0;
  private input = new Float64Array(0);
  private answers = new Float64Array(0);
  private unready: string[] = [];

  /** Passes an item on, or holds it while a bar waits. */
  pass(item: Item, emit: Emit): void {
    if (this.pending.length === 0) emit(item);
    else this.held.push(item);
  }

  /** `rowsMax`: of the member that serves. */
  isFull(rowsMax = BATCH_ROWS_MAX): boolean {
    return this.rows >= Math.min(rowsMax, BATCH_ROWS_MAX) || this.held.length >= HELD_ITEMS_MAX;
  }

  /** Copies a window into the batch and returns its row; −1: a number of it is unknown. The ring must hold the window. */
  add({ member, columns }: WindowPlace, { ring }: LayerSeat<V>): number {
    const size = member.window * columns.length;
    const row = this.rows;
    if (this.input.length < (row + 1) * size) {
      const larger = new Float64Array(Math.max(FIRST_BATCH_ROWS, 2 * row) * size);
      larger.set(this.input.subarray(0, row * size));
      this.input = larger;
    }
    if (ring?.copy(member.window, columns, this.input, row * size) !== true) return -1;
    this.rows = row + 1;
    return row;
  }

  /** Asks the member about all rows. `numbers`: of one belief. */
  infer({ member, columns }: WindowPlace, numbers: number): Answers {
    const { rows } = this;
    if (rows === 0) return { outcome: "ok", numbers: this.answers, unready: this.unready };
    if (this.answers.length < rows * numbers) this.answers = new Float64Array(rows * numbers);
    const out = this.answers.subarray(0, rows * numbers);
    out.fill(NaN);
    this.unready = Array.from({ length: rows }, () => "");
    const outcome = member.infer(this.input.subarray(0, rows * member.window * columns.length), rows, out, this.unready);
    requireOutcome(member, outcome, this.unready, rows);
    return { outcome, numbers: out, unready: this.unready };
  }

  clear(): void {
    this.held = [];
    this.pending = [];
    this.rows = 0;
  }
}

interface Answers {
  readonly outcome: InferenceOutcome;
  readonly numbers: Float64Array;
  readonly unready: readonly string[];
}

const requireOutcome = ({ name }: WindowMember, outcome: string, unready: readonly string[], rows: number): void => {
  if (unready.length !== rows) throw new InvariantError(`member ${name} gave ${unready.length} reasons for ${rows} rows`);
  if (outcome !== "ok" && outcome !== "late" && outcome !== "crashed")
    throw new InvariantError(`member ${name} ended an inference with ${outcome}`);
};
