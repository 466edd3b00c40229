/**
 * Mean and variance of the last `window` values of a level (prices, log prices) in O(1) amortised. It sums differences from an anchor
 * near them and takes the newest value as anchor, adding up afresh, every `window` values: the squares of levels would cancel, and the
 * fresh sums leave no drift.
 */
export class RollingVariance {
  readonly window: number;
  /** Values held, at most `window`. */
  count = 0;
  private readonly values: Float64Array;
  private next = 0;
  private anchor = 0.5;
  private sum = 0.5;
  private squares = 0.5;

  constructor(window: number) {
    this.window = window;
    this.values = new Float64Array(window);
    this.clear();
  }

  add(x: number): void {
    const at = this.next;
    const old = (this.values[at] as number) - this.anchor;
    this.values[at] = x;
    const last = at + 1 === this.window;
    this.next = last ? 0 : at + 1;
    if (this.count < this.window) {
      if (this.count === 0) this.anchor = x;
      this.count += 1;
    } else {
      this.sum -= old;
      this.squares -= old * old;
    }
    const difference = x - this.anchor;
    this.sum += difference;
    this.squares += difference * difference;
    if (last) this.addUp(x);
  }

  /** All over, from the full ring. */
  private addUp(anchor: number): void {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < this.window; i += 1) {
      const difference = (this.values[i] as number) - anchor;
      sum += difference;
      squares += difference * difference;
    }
    this.anchor = anchor;
    this.sum = sum;
    this.squares = squares;
  }

  get full(): boolean {
    return this.count === this.window;
  }

  /** Mean of the values held; 0 when there are none. */
  get mean(): number {
    return this.count === 0 ? 0 : this.anchor + this.sum / this.count;
  }

  /** The newest value's distance from the mean; `x` is the newest value. */
  distance(x: number): number {
    return this.count === 0 ? 0 : x - this.anchor - this.sum / this.count;
  }

  /** Of the values as a whole (divisor n), never below 0; what cancellation alone would leave counts as 0. */
  get variance(): number {
    if (this.count === 0) return 0;
    const mean = this.sum / this.count;
    const square = this.squares / this.count;
    const variance = square - mean * mean;
    return variance > CANCELLED * square ? variance : 0;
  }

  clear(): void {
    this.count = 0;
    this.next = 0;
    this.anchor = 0;
    this.sum = 0;
    this.squares = 0;
  }
}

/** A difference of means below this share of them is rounding and not spread. */
const CANCELLED = 1e-13;
