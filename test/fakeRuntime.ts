import type { InferenceResult, ModelRuntime } from "../src/domain/ports.ts";
import { random } from "./lookahead.ts";

/** Rows are padded to a whole block, as the real runtime will: a row alone must not take another kernel than one in a batch. */
const BLOCK_ROWS = 8;

export interface FakeRuntimeOptions {
  readonly outputs?: number;
  /** What a call answers instead; null: the numbers. */
  readonly fails?: (call: Call) => Extract<InferenceResult, { readonly ok: false }>["reason"] | null;
  /** Changes outputs in place (`[rows, outputs]`), e.g. to plant a NaN. */
  readonly spoil?: (outputs: Float32Array, call: Call) => void;
}

interface Call {
  /** Count of the call, from 0. */
  readonly number: number;
  readonly layer: string;
  readonly rows: number;
  readonly paddedRows: number;
  readonly window: number;
  readonly features: number;
}

/**
 * A model without a model: fixed random weights over the whole window, in float32, one answer per row. Synchronous, deterministic,
 * batched; it remembers how it was called. Its output buffer is used again by the next call, as the real one's will be.
 */
export class FakeRuntime implements ModelRuntime {
  readonly calls: Call[] = [];
  readonly #options: FakeRuntimeOptions;
  readonly #weights = new Map<string, Float32Array>();
  #padded = new Float32Array(0);
  #outputs = new Float32Array(0);

  constructor(options: FakeRuntimeOptions = {}) {
    this.#options = options;
  }

  infer(layer: string, input: Float32Array, rows: number, window: number, features: number): InferenceResult {
    const { outputs = 3, fails, spoil } = this.#options;
    const size = window * features;
    if (input.length !== rows * size) throw new Error(`${input.length} numbers are not [${rows}, ${window}, ${features}]`);
    const paddedRows = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS;
    const call = { number: this.calls.length, layer, rows, paddedRows, window, features };
    this.calls.push(call);
    const reason = fails?.(call) ?? null;
    if (reason !== null) return { ok: false, reason };
    if (this.#padded.length < paddedRows * size) this.#padded = new Float32Array(paddedRows * size);
    if (this.#outputs.length < paddedRows * outputs) this.#outputs = new Float32Array(paddedRows * outputs);
    this.#padded.fill(0, rows * size, paddedRows * size);
    this.#padded.set(input);
    const weights = this.#weightsOf(layer, size, outputs);
    for (let row = 0; row < paddedRows; row += 1)
      for (let k = 0; k < outputs; k += 1) this.#outputs[row * outputs + k] = this.#answer(row, k, size, weights);
    spoil?.(this.#outputs, call);
    return { ok: true, outputs: this.#outputs, outputsPerRow: outputs };
  }

  #answer(row: number, k: number, size: number, weights: Float32Array): number {
    let sum = 0;
    for (let i = 0; i < size; i += 1) sum += (this.#padded[row * size + i] as number) * (weights[k * size + i] as number);
    return sum;
  }

  #weightsOf(layer: string, size: number, outputs: number): Float32Array {
    const key = `${layer} ${size} ${outputs}`;
    let weights = this.#weights.get(key);
    if (weights === undefined) {
      const next = random(Array.from(layer, (letter) => letter.charCodeAt(0)).reduce((sum, code) => sum * 31 + code, 7) % 1e9);
      weights = Float32Array.from({ length: size * outputs }, () => (next() - 0.5) / Math.sqrt(size));
      this.#weights.set(key, weights);
    }
    return weights;
  }
}
