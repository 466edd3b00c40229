/**
 * Wilder's smoothing, weight 1 / n for the newest value (Wilder 1978, New Concepts in Technical Trading Systems). Its first n values are
 * averaged evenly, as he and TA-Lib do.
 */
export class Wilder {
  readonly periods: number;
  /** Values added, at most `periods`. */
  count = 0;
  value = 0.5;
  private readonly weight: number;
  private sum = 0.5;

  constructor(periods: number) {
    this.periods = periods;
    this.weight = 1 / periods;
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
