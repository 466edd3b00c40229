import { MINUTE_MS } from "../domain/units.ts";
import { joinRuns } from "../report/page/runs.js";
import type { RegimeSeries } from "./runRecord.ts";

/** What is merged first: nobody trades a state of five minutes. */
const FIRST_CELL_MS = 5 * MINUTE_MS;

/**
 * Run-length encoding of one symbol's regime, in at most `capacity` runs: when they are full, each stretch of 5, 10, 20 …
 * minutes becomes the state that lasted longest in it, until a quarter of the room is free again.
 */
export class RegimeRuns {
  readonly #capacity: number;
  #fromMs: number[] = [];
  #state: number[] = [];
  #cellMs = 0;

  /** `capacity` from 8 up. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** From `timeMs` on the state is this one; −1 is unknown. Times ascend. */
  say(timeMs: number, state: number): void {
    if (this.#state.at(-1) === state) return;
    if (this.#fromMs.at(-1) === timeMs) this.#takeBack();
    if (this.#state.at(-1) === state) return;
    this.#fromMs.push(timeMs);
    this.#state.push(state);
    if (this.#state.length > this.#capacity) this.#merge(timeMs);
  }

  /** The runs up to `endMs`, where the last one ends. */
  series(symbol: string, endMs: number): RegimeSeries {
    return { symbol, ...joinRuns(this.#runs(endMs), this.#cellMs), mergedMs: this.#cellMs };
  }

  /** A state that was replaced at the same time was none. */
  #takeBack(): void {
    this.#fromMs.pop();
    this.#state.pop();
  }

  #runs(endMs: number): { readonly fromMs: readonly number[]; readonly toMs: readonly number[]; readonly state: readonly number[] } {
    const toMs = this.#fromMs.map((_, run) => this.#fromMs[run + 1] ?? endMs);
    return { fromMs: this.#fromMs, toMs, state: this.#state };
  }

  /** The run that starts at `nowMs` has no length yet and stays as it is. */
  #merge(nowMs: number): void {
    const state = this.#state.at(-1) as number;
    while (this.#state.length > 0.75 * this.#capacity) {
      this.#cellMs = Math.max(FIRST_CELL_MS, 2 * this.#cellMs);
      const joined = joinRuns(this.#runs(nowMs), this.#cellMs);
      this.#fromMs = [...joined.fromMs, nowMs];
      this.#state = [...joined.state, state];
    }
  }
}
