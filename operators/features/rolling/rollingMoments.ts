import { RollingSum } from "./rollingSum.ts";

/**
 * Mean, variance and, to order 3 or 4, skewness and excess kurtosis of the last `window` values in O(1), from sums of powers. Meant
 * for values whose mean is not far from 0 against their spread (returns): the powers of levels such as prices would cancel, for those
 * there is `RollingVariance`.
 */
export class RollingMoments {
  readonly window: number;
  private readonly order: 2 | 3 | 4;
  private readonly first: RollingSum;
  private readonly second: RollingSum;
  private readonly third: RollingSum;
  private readonly fourth: RollingSum;

  constructor(window: number, order: 2 | 3 | 4 = 2) {
    this.window = window;
    this.order = order;
    this.first = new RollingSum(window);
    this.second = new RollingSum(window);
    this.third = new RollingSum(order >= 3 ? window : 1);
    this.fourth = new RollingSum(order >= 4 ? window : 1);
  }

  add(x: number): void {
    const square = x * x;
    this.first.add(x);
    this.second.add(square);
    if (this.order >= 3) this.third.add(square * x);
    if (this.order >= 4) this.fourth.add(square * square);
  }

  get count(): number {
    return this.first.count;
  }

  get full(): boolean {
    return this.first.full;
  }

  get mean(): number {
    return this.first.mean;
  }

  /** Mean of the squares. */
  get meanSquare(): number {
    return this.second.mean;
  }

  /** Of the values as a whole (divisor n), never below 0; what cancellation alone would leave counts as 0. */
  get variance(): number {
    const mean = this.first.mean;
    const square = this.second.mean;
    const variance = square - mean * mean;
    return variance > CANCELLED * square ? variance : 0;
  }

  /** Of a sample (divisor n − 1); 0 with fewer than two values. */
  get sampleVariance(): number {
    const n = this.first.count;
    return n < 2 ? 0 : (this.variance * n) / (n - 1);
  }

  /** Third standardised moment (no correction for the size of the sample); 0 without variance. Needs order 3. */
  get skewness(): number {
    const variance = this.variance;
    if (variance === 0) return 0;
    const mean = this.first.mean;
    const third = this.third.mean - mean * (3 * this.second.mean - 2 * mean * mean);
    return third / (variance * Math.sqrt(variance));
  }

  /** Fourth standardised moment less 3 (no correction for the size of the sample); 0 without variance. Needs order 4. */
  get excessKurtosis(): number {
    const variance = this.variance;
    if (variance === 0) return 0;
    const mean = this.first.mean;
    const square = mean * mean;
    const fourth = this.fourth.mean - 4 * mean * this.third.mean + 6 * square * this.second.mean - 3 * square * square;
    return fourth / (variance * variance) - 3;
  }

  clear(): void {
    this.first.clear();
    this.second.clear();
    this.third.clear();
    this.fourth.clear();
  }
}

/** Some 50 units of rounding: a difference of means below this share of them is rounding and not spread. */
const CANCELLED = 1e-14;
