import { RollingRegression } from "../../../operators/features/rolling/rollingRegression.ts";
import { RollingVariance } from "../../../operators/features/rolling/rollingVariance.ts";
import { clamped, softened } from "./bounded.ts";
import type { GeometryBar } from "./geometryBar.ts";

/** Half width of the channel in standard deviations of the residuals. */
const WIDTH = 2;

/** Regression channel: the least-squares line of the last `window` log closes and two residual standard deviations on either side. */
export class Channel {
  private readonly line: RollingRegression;
  private readonly spread: RollingVariance;
  private readonly half: number;
  private readonly root: number;

  constructor(window: number) {
    this.line = new RollingRegression(window);
    this.spread = new RollingVariance(window);
    this.half = (window - 1) / 2;
    this.root = Math.sqrt(window);
  }

  add({ close }: GeometryBar): void {
    this.line.add(close);
    this.spread.add(close);
  }

  /** Where the close stands: 1 at or above the upper edge, −1 at or below the lower; 0 before the window is full. */
  position(close: number): number {
    if (!this.line.full) return 0;
    const residual = this.spread.variance * (1 - this.line.rSquared);
    if (!(residual > 0)) return 0;
    const expected = this.spread.mean + this.line.slope * this.half;
    return clamped((close - expected) / (WIDTH * Math.sqrt(residual)));
  }

  /** Slope × √window in volatility units, softened; 0 before the window is full. */
  slope(unit: number): number {
    return this.line.full ? softened((this.line.slope * this.root) / unit) : 0;
  }

  clear(): void {
    this.line.clear();
    this.spread.clear();
  }
}
