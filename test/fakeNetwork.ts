import type { InferenceOutcome, WindowMember } from "../models/windowMember.ts";
import { random } from "./lookahead.ts";

/** Rows are padded to a whole block, as a runtime of matrix models does: a row alone must not take another kernel than one in a batch. */
const BLOCK_ROWS = 8;

export interface FakeNetworkOptions {
  readonly name?: string;
  readonly seed?: number;
  readonly window: number;
  readonly features: readonly string[];
  readonly beliefs?: WindowMember["beliefs"];
  readonly upstreams?: WindowMember["upstreams"];
  /** What a call answers instead of numbers; null: the numbers. */
  readonly fails?: (call: Call) => Exclude<InferenceOutcome, "ok"> | null;
}

interface Call {
  /** Count of the call, from 0. */
  readonly number: number;
  readonly rows: number;
  readonly paddedRows: number;
}

/**
 * A member of L3 without a model: fixed random weights over the whole window, one answer per row. Deterministic and batched; it
 * remembers how it was called.
 */
export class FakeNetwork implements WindowMember {
  readonly name: string;
  readonly window: number;
  readonly features: readonly string[];
  readonly beliefs: WindowMember["beliefs"];
  readonly upstreams: NonNullable<WindowMember["upstreams"]>;
  readonly calls: Call[] = [];
  readonly #options: FakeNetworkOptions;
  #weights = new Float64Array(0);

  constructor(options: FakeNetworkOptions) {
    this.name = options.name ?? "fake@1";
    this.window = options.window;
    this.features = options.features;
    this.beliefs = options.beliefs ?? [];
    this.upstreams = options.upstreams ?? {};
    this.#options = options;
  }

  infer(input: Float64Array, rows: number, out: Float64Array): InferenceOutcome {
    const size = input.length / rows;
    const paddedRows = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS;
    const call = { number: this.calls.length, rows, paddedRows };
    this.calls.push(call);
    const failed = this.#options.fails?.(call) ?? null;
    if (failed !== null) return failed;
    if (this.#weights.length !== size) {
      const next = random(this.#options.seed ?? 1);
      this.#weights = Float64Array.from({ length: size }, () => next() - 0.5);
    }
    for (let row = 0; row < rows; row += 1) {
      let x = 0;
      for (let i = 0; i < size; i += 1) x += (input[row * size + i] as number) * (this.#weights[i] as number);
      const pLong = 0.5 + (0.5 * x) / (1 + Math.abs(x));
      out.set([pLong, 1 - pLong, 0, NaN, NaN, NaN], row * 6);
    }
    return "ok";
  }
}
