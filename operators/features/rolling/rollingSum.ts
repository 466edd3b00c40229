/**
 * Sum of the last `window` values in O(1). It is kept as two doubles whose errors are added up apart (TwoSum of Knuth, The Art of
 * Computer Programming 2, 4.2.2), so that a spike that has left the window leaves no error behind and years of bars no drift.
 */
export class RollingSum {
  readonly window: number;
  /** Values held, at most `window`. */
  count = 0;
  private readonly values: Float64Array;
  private next = 0;
  /** 1 / count, so that means need no division; 0 when there are no values. */
  private share = 0.5;
  private high = 0.5;
  private low = 0.5;

  constructor(window: number) {
    this.window = window;
    this.values = new Float64Array(window);
    this.share = 0;
    this.high = 0;
    this.low = 0;
  }

  /** Adds a finite value; the oldest leaves a full window. */
  add(x: number): void {
    const at = this.next;
    const old = this.values[at] as number; // 0 until the window is full
    this.values[at] = x;
    this.next = at + 1 === this.window ? 0 : at + 1;
    if (this.count < this.window) {
      this.count += 1;
      this.share = 1 / this.count;
    }
    const high = this.high;
    const grown = high + x;
    const partOfX = grown - high;
    const fallen = grown - old;
    const partOfOld = fallen - grown;
    this.low += high - (grown - partOfX) + (x - partOfX) + (grown - (fallen - partOfOld) - (old + partOfOld));
    this.high = fallen;
  }

  get sum(): number {
    return this.high + this.low;
  }

  /** Mean of the values held; 0 when there are none. */
  get mean(): number {
    return (this.high + this.low) * this.share;
  }

  get full(): boolean {
    return this.count === this.window;
  }

  /** The value that will leave next, `window − 1` values before the newest once full; 0 before. */
  get oldest(): number {
    return this.values[this.next] as number;
  }

  clear(): void {
    this.values.fill(0);
    this.count = 0;
    this.share = 0;
    this.next = 0;
    this.high = 0;
    this.low = 0;
  }
}
