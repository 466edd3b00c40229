/**
 * Exponential moving average with weight 2 / (n + 1) for the newest value, or another one. Its first n values are averaged evenly, as TA-Lib seeds it:
 * a start that weighs the first value alone would bias it for many times n values.
 */
export class Ema {
  readonly periods: number;
  /** Values added, at most `periods`. */
  count = 0;
  value = 0.5;
  private readonly weight: number;
  private sum = 0.5;

  constructor(periods: number, weight = 2 / (periods + 1)) {
    this.periods = periods;
    this.weight = weight;
    this.clear();
  }

  /** Adds a finite value and gives the average. */
  add(x: number): number {
    if (this.count < this.periods) {
      this.count += 1;
      this.sum += x;
      this.value = this.sum / this.count;
    } else this.value += (x - this.value) * this.weight;
    return this.value;
  }

  /** At least `periods` values were added. */
  get full(): boolean {
    return this.count === this.periods;
  }

  clear(): void {
    this.count = 0;
    this.value = 0;
    this.sum = 0;
  }
}

/** Wilder's smoothing: weight 1 / n (Wilder 1978, New Concepts in Technical Trading Systems), with the same start. */
export const wilder = (periods: number): Ema => new Ema(periods, 1 / periods);
