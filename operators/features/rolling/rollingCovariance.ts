import { RollingMoments } from "./rollingMoments.ts";
import { RollingSum } from "./rollingSum.ts";

/**
 * Correlation and least-squares slope of the last `window` pairs in O(1), from sums of products. Meant, like `RollingMoments`, for
 * values whose mean is not far from 0 against their spread.
 */
export class RollingCovariance {
  private readonly x: RollingMoments;
  private readonly y: RollingMoments;
  private readonly products: RollingSum;

  constructor(window: number) {
    this.x = new RollingMoments(window);
    this.y = new RollingMoments(window);
    this.products = new RollingSum(window);
  }

  add(x: number, y: number): void {
    this.x.add(x);
    this.y.add(y);
    this.products.add(x * y);
  }

  /** Of the pairs as a whole (divisor n). */
  get covariance(): number {
    return this.products.mean - this.x.mean * this.y.mean;
  }

  /** Pearson's, −1 to 1; 0 where x or y does not vary. */
  get correlation(): number {
    const variances = this.x.variance * this.y.variance;
    return variances > 0 ? Math.max(-1, Math.min(1, this.covariance / Math.sqrt(variances))) : 0;
  }

  /** Of the line of y on x; 0 where x does not vary. */
  get slope(): number {
    const variance = this.x.variance;
    return variance > 0 ? this.covariance / variance : 0;
  }
}
