import { InvariantError } from "../../src/domain/units.ts";
import type { InferenceOutcome, WindowMember } from "../../models/windowMember.ts";
import type { WindowPlace } from "./windowPlaces.ts";
import type { WindowRing } from "./windowRing.ts";

/** The rows begin with this many and double, because live bursts are one row. */
const FIRST_ROWS = 8;

/** The rows of one inference of a window member. */
export class MemberRows {
  rows = 0;
  private input = new Float64Array(0);
  private answers = new Float64Array(0);
  private unready: string[] = [];

  /** Copies a window and returns its row; −1: a number of it is unknown. The ring must hold the window. */
  add({ member, columns }: WindowPlace, ring: WindowRing | null): number {
    const size = member.window * columns.length;
    const row = this.rows;
    if (this.input.length < (row + 1) * size) {
      const larger = new Float64Array(Math.max(FIRST_ROWS, 2 * row) * size);
      larger.set(this.input.subarray(0, row * size));
      this.input = larger;
    }
    if (ring?.copy(member.window, columns, this.input, row * size) !== true) return -1;
    this.rows = row + 1;
    return row;
  }

  /** Asks the member about all rows, which are gone then. `numbers`: of one belief. */
  infer({ member, columns }: WindowPlace, numbers: number): Answers {
    const { rows } = this;
    this.rows = 0;
    if (rows === 0) return { outcome: "ok", numbers: this.answers, unready: this.unready };
    if (this.answers.length < rows * numbers) this.answers = new Float64Array(rows * numbers);
    const out = this.answers.subarray(0, rows * numbers);
    out.fill(NaN);
    this.unready = Array.from({ length: rows }, () => "");
    const outcome = member.infer(this.input.subarray(0, rows * member.window * columns.length), rows, out, this.unready);
    requireOutcome(member, outcome, this.unready, rows);
    return { outcome, numbers: out, unready: this.unready };
  }
}

/** What a member said of its rows. */
export interface Answers {
  readonly outcome: InferenceOutcome;
  readonly numbers: Float64Array;
  readonly unready: readonly string[];
}

const requireOutcome = ({ name }: WindowMember, outcome: string, unready: readonly string[], rows: number): void => {
  if (unready.length !== rows) throw new InvariantError(`member ${name} gave ${unready.length} reasons for ${rows} rows`);
  if (outcome !== "ok" && outcome !== "late" && outcome !== "crashed")
    throw new InvariantError(`member ${name} ended an inference with ${outcome}`);
};
