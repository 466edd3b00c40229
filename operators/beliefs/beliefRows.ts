import type { REGIME_STATES } from "../../src/domain/derived.ts";
import { InvariantError } from "../../src/domain/units.ts";

/** Numbers of each part of a stored row; 0 where the line has no such layer. */
export interface BeliefWidths {
  readonly regime: 0 | typeof REGIME_STATES.length;
  /** P(up), P(down) and the embedding. */
  readonly pattern: number;
  /** Feature columns that L4 reads. */
  readonly features: number;
}

/** Line time of the bar; instrument and flags; place in the table of who spoke (`saidTable.ts`). */
export const HEAD = 3;
/** pLong, pShort, pNeutral, netLong, netShort, confidence. */
export const SIGNAL = 6;
/** Flags of a row: which of its layers were ready. */
export const READY = { signal: 1, regime: 2, pattern: 4 } as const;
/** The instrument's index is what stands above the flags. */
export const FLAGS = 8;

/** Float64 numbers of a row. */
export const rowWords = ({ regime, pattern, features }: BeliefWidths): number => HEAD + SIGNAL + regime + pattern + features;

/**
 * Stored beliefs of decision bars in line order: parts one behind the other, each `[capacity, width]` float64, row-major, over one
 * buffer. Rows are appended once and never overwritten, so items may be views of them.
 */
export class BeliefRows {
  readonly widths: BeliefWidths;
  readonly capacity: number;
  readonly buffer: ArrayBuffer;
  readonly head: Float64Array;
  readonly signal: Float64Array;
  readonly regime: Float64Array;
  readonly pattern: Float64Array;
  readonly features: Float64Array;
  /** Rows that are filled. */
  length: number;

  /** `buffer` with `byteOffset` (a multiple of 8) holds `length` whole rows already; absent: an empty block. */
  constructor(widths: BeliefWidths, capacity: number, filled?: { readonly buffer: ArrayBuffer; readonly byteOffset: number }) {
    const { buffer, byteOffset } = filled ?? { buffer: new ArrayBuffer(capacity * rowWords(widths) * 8), byteOffset: 0 };
    this.widths = widths;
    this.capacity = capacity;
    this.buffer = buffer;
    this.length = filled === undefined ? 0 : capacity;
    let at = byteOffset;
    const part = (width: number): Float64Array => {
      const numbers = new Float64Array(buffer, at, capacity * width);
      at += numbers.byteLength;
      return numbers;
    };
    this.head = part(HEAD);
    this.signal = part(SIGNAL);
    this.regime = part(widths.regime);
    this.pattern = part(widths.pattern);
    this.features = part(widths.features);
  }

  /** The same rows in a block without room for more. */
  trimmed(): BeliefRows {
    if (this.length === this.capacity) return this;
    const { length } = this;
    const whole = new BeliefRows(this.widths, length);
    if (length === 0) throw new InvariantError("a block of beliefs without rows");
    whole.length = length;
    for (const name of ["head", "signal", "regime", "pattern", "features"] as const)
      whole[name].set(this[name].subarray(0, (this[name].length / this.capacity) * length));
    return whole;
  }
}
