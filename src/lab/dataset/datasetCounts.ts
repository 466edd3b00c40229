import type { FinishedLabel } from "../labels/labelStream.ts";

/** Why decision bars are no rows; each counts once, for the first of these that holds. */
export interface Dropped {
  /** A column was not finite. */
  notWarm: number;
  notSampled: number;
  /** The data end before its labels or its regime target. */
  labelNotFinished: number;
}

const TOUCHES = ["stop", "time", "target"] as const;
const STATES = [-1, 0, 1, 2, 3, 4, 5, 6] as const;

/** What `dataset.json` says of all rows together: kept as they come. */
export class DatasetCounts {
  decisionBars = 0;
  readonly dropped: Dropped = { notWarm: 0, notSampled: 0, labelNotFinished: 0 };
  readonly gaps = { count: 0, missingBars: 0 };
  private rows = 0;
  /** By label + 1, and by state + 1. */
  private readonly long = [0, 0, 0];
  private readonly short = [0, 0, 0];
  private readonly states = STATES.map(() => 0);
  private readonly weight = { sum: 0, min: Infinity, max: 0 };

  row({ longLabel, shortLabel, regimeTarget, weight }: FinishedLabel): void {
    this.rows += 1;
    for (const [counts, at] of [
      [this.long, longLabel + 1],
      [this.short, shortLabel + 1],
      [this.states, regimeTarget + 1],
    ] as const)
      counts[at] = (counts[at] as number) + 1;
    this.weight.sum += weight;
    this.weight.min = Math.min(this.weight.min, weight);
    this.weight.max = Math.max(this.weight.max, weight);
  }

  /** Base rates as shares of the rows, and the weights' mean: weight ÷ mean adds up to the number of rows. */
  summary() {
    const { rows, weight } = this;
    const shares = (names: readonly (string | number)[], counts: readonly number[]): Record<string, number> =>
      Object.fromEntries(names.map((name, at) => [name, (counts[at] as number) / rows]));
    return {
      baseRates: { long: shares(TOUCHES, this.long), short: shares(TOUCHES, this.short), regimeTarget: shares(STATES, this.states) },
      weight: { mean: weight.sum / rows, min: weight.min, max: weight.max },
      decisionBars: this.decisionBars,
      dropped: this.dropped,
      gaps: this.gaps,
    };
  }
}
