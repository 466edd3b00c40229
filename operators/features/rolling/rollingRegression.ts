import { RollingVariance } from "./rollingVariance.ts";

/**
 * Least-squares line of the last `window` values (levels, as for `RollingVariance`) against their position, in O(1) amortised: the
 * covariation with the position follows the window and is added up afresh every `window` values.
 */
export class RollingRegression {
  readonly window: number;
  private readonly levels: RollingVariance;
  private readonly meanPosition: number;
  /** Sum of the squared distances of the positions from their mean: n (n² − 1) / 12. */
  private readonly positionSpread: number;
  /** Sum of (position − mean position) × value. */
  private covariation = 0.5;
  private sinceAddedUp = 0;

  constructor(window: number) {
    this.window = window;
    this.levels = new RollingVariance(window);
    this.meanPosition = (window - 1) / 2;
    this.positionSpread = (window * (window * window - 1)) / 12;
    this.covariation = 0;
  }

  add(x: number): void {
    const { levels, meanPosition } = this;
    if (levels.full && this.sinceAddedUp < this.window) {
      // All positions fall by one: the sum of all distances from the mean, which is 0, is taken off.
      this.covariation += (meanPosition + 1) * levels.distance(levels.at(0)) + meanPosition * levels.distance(x);
      this.sinceAddedUp += 1;
      levels.add(x);
    } else {
      levels.add(x);
      if (levels.full) this.addUp();
    }
  }

  private addUp(): void {
    const { levels } = this;
    let covariation = 0;
    for (let i = 0; i < this.window; i += 1) covariation += (i - this.meanPosition) * levels.distance(levels.at(i));
    this.covariation = covariation;
    this.sinceAddedUp = 0;
  }

  /** Slope and r² are good once it is. */
  get full(): boolean {
    return this.levels.full;
  }

  /** Rise of the line per value. */
  get slope(): number {
    return this.covariation / this.positionSpread;
  }

  /** Share of the variance that the line explains, 0 to 1; 0 without variance. */
  get rSquared(): number {
    const variation = this.levels.variance * this.window;
    return variation > 0 ? Math.min(1, (this.covariation * this.covariation) / (variation * this.positionSpread)) : 0;
  }

  clear(): void {
    this.levels.clear();
    this.covariation = 0;
    this.sinceAddedUp = 0;
  }
}
