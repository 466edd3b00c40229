import { stateClass } from "../src/domain/state/stateClass.ts";

/** Rows of a block: bounds what one retained row keeps alive. */
const BLOCK_ROWS = 256;

/**
 * A step writes one row of numbers a bar here: `[256, width]` float64, row-major. When a block is full, the step begins a new one. The old
 * block stays with the items that are views of its rows, so a row is never overwritten.
 */
export class BeliefBlock {
  readonly width: number;
  values: Float64Array;
  /** The row that `next` began. */
  row = -1;

  constructor(width: number) {
    this.width = width;
    this.values = new Float64Array(BLOCK_ROWS * width);
  }

  /** Begins a row and returns where it starts in `values`. */
  next(): number {
    this.row += 1;
    if (this.row === BLOCK_ROWS) {
      this.row = 0;
      this.values = new Float64Array(BLOCK_ROWS * this.width);
    }
    return this.row * this.width;
  }
}

stateClass("BeliefBlock", BeliefBlock);
