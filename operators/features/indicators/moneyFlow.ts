import type { FeatureBar } from "../featureBar.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

/** Money flow index (Quong & Soudack 1989): typical price × volume of bars whose typical price rose and fell. Known from bar n + 1. */
export class MoneyFlow {
  private readonly inflow: RollingSum;
  private readonly outflow: RollingSum;
  private previousTypical = NaN;

  constructor(bars: number) {
    this.inflow = new RollingSum(bars);
    this.outflow = new RollingSum(bars);
  }

  add(bar: FeatureBar): void {
    const { typical } = bar;
    const before = this.previousTypical;
    this.previousTypical = typical;
    if (!(before > 0)) return;
    const flow = typical * bar.volume;
    const change = typical - before;
    const least = ROUNDING * typical;
    this.inflow.add(change > least ? flow : 0);
    this.outflow.add(-change > least ? flow : 0);
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

/** The same three prices in another order have another rounding of their mean: no change, for TA-Lib 0.8 too. */
const ROUNDING = 1e-13;
