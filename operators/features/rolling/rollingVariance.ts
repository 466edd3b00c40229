/**
 * Mean and variance of the last `window` values of a level (prices, log prices) in O(1) amortised. The squares of levels would cancel, so
 * it sums differences from an anchor near their mean. Every `window` values, and whenever a jump has come or gone, it moves the anchor to
 * the mean and adds up afresh: no drift, and calm after a jump has all its digits.
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
    let gone = 0;
    if (this.count === this.window) {
      gone = old * old;
      this.sum -= old;
      this.squares -= gone;
    } else {
      if (this.count === 0) this.anchor = x;
      this.count += 1;
    }
    const difference = x - this.anchor;
    this.sum += difference;
    this.squares += difference * difference;
    if (last || gone > JUMP * this.squares || this.offCentre()) this.addUp();
  }

  /** The anchor is so far off that most of the squares is its distance, and not for rounding's sake. */
  private offCentre(): boolean {
    const { sum, squares, count } = this;
    return sum * sum > OFF_CENTRE * count * squares && squares > count * this.floor;
  }

  /** Square of a distance that is nothing but rounding. */
  private get floor(): number {
    const least = ROUNDING * this.anchor;
    return least * least;
  }

  /** All over, from the mean. */
  private addUp(): void {
    const anchor = this.anchor + this.sum / this.count;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < this.count; i += 1) {
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

  /** Distance of a value from the mean, with all its digits. */
  distance(x: number): number {
    return this.count === 0 ? 0 : x - this.anchor - this.sum / this.count;
  }

  /** Of the values as a whole (divisor n), never below 0; what rounding alone would leave counts as 0. */
  get variance(): number {
    if (this.count === 0) return 0;
    const mean = this.sum / this.count;
    const variance = this.squares / this.count - mean * mean;
    return variance > this.floor ? variance : 0;
  }

  /** The `i`-th of a full window, 0 the oldest. */
  at(i: number): number {
    const place = this.next + i;
    return this.values[place < this.window ? place : place - this.window] as number;
  }

  clear(): void {
    this.count = 0;
    this.next = 0;
    this.anchor = 0;
    this.sum = 0;
    this.squares = 0;
  }
}

/** A value that leaves with so many times the squares of all the others leaves its rounding behind. */
const JUMP = 1e4;
const OFF_CENTRE = 0.999;
const ROUNDING = 1e-14;
