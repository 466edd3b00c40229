/** Rows of a block: bounds what one retained row keeps alive. */
const BLOCK_ROWS = 256;

/**
 * Where a step writes one row of numbers a bar: `[256, width]` float64, row-major. A full block is left to those who hold its rows, and
 * a new one is begun, so a row is never overwritten.
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
