import type { FeatureBar } from "../featureBar.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

/**
 * Money flow index (Quong & Soudack 1989): typical price × volume of bars whose typical price rose and fell. Known from bar n + 1. A
 * change within the share `tie` of the price is none: three prices may add up to what they did before but for rounding, and rounding
 * is another one in other units. TA-Lib has no such share.
 */
export class MoneyFlow {
  private readonly inflow: RollingSum;
  private readonly outflow: RollingSum;
  private previousTypical = NaN;
  private readonly tie: number;

  constructor(bars: number, tie = 0) {
    this.tie = tie;
    this.inflow = new RollingSum(bars);
    this.outflow = new RollingSum(bars);
  }

  add(bar: FeatureBar): void {
    const { typical } = bar;
    const before = this.previousTypical;
    this.previousTypical = typical;
    if (!(before > 0)) return;
    const flow = typical * bar.volume;
    const rounding = this.tie * before;
    const change = typical - before;
    this.inflow.add(change > rounding ? flow : 0);
    this.outflow.add(change < -rounding ? flow : 0);
  }

  /** Of both kinds of bars, in quote units. */
  get total(): number {
    return this.inflow.sum + this.outflow.sum;
  }

  /** Inflow's share of both, 0 to 1; 0 without flow. */
  get share(): number {
    const total = this.total;
    return total > 0 ? this.inflow.sum / total : 0;
  }
}
