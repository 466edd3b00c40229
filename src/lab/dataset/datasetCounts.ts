import type { FinishedLabel } from "../labels/labelStream.ts";

/** Why decision bars are no rows; each counts once, for the first of these that holds. */
interface Dropped {
  /** A column was not finite. */
  notWarm: number;
  notSampled: number;
  /** Its stop or its target is nearer to the entry than one tick. */
  belowTick: number;
  /** The data end before its labels or its regime target. */
  labelNotFinished: number;
}

const TOUCHES = ["stop", "time", "target"] as const;
const STATES = [-1, 0, 1, 2, 3, 4, 5, 6] as const;

/** What `dataset.json` says of all rows together: kept as they come. */
export class DatasetCounts {
  decisionBars = 0;
  readonly dropped: Dropped = { notWarm: 0, notSampled: 0, belowTick: 0, labelNotFinished: 0 };
  readonly gaps = { count: 0, missingBars: 0 };
  private rows = 0;
  private readonly all = new LabelCounts();
  private readonly bySymbol = new Map<string, LabelCounts>();
  /** By state + 1. */
  private readonly states = STATES.map(() => 0);
  private readonly weight = { sum: 0, min: Infinity, max: 0 };

  row(symbol: string, label: FinishedLabel): void {
    const { regimeTarget, weight } = label;
    this.rows += 1;
    let own = this.bySymbol.get(symbol);
    if (own === undefined) this.bySymbol.set(symbol, (own = new LabelCounts()));
    own.add(label);
    this.all.add(label);
    this.states[regimeTarget + 1] = (this.states[regimeTarget + 1] as number) + 1;
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
      baseRates: {
        long: shares(TOUCHES, this.all.long),
        short: shares(TOUCHES, this.all.short),
        regimeTarget: shares(STATES, this.states),
      },
      weight: { mean: weight.sum / rows, min: weight.min, max: weight.max },
      decisionBars: this.decisionBars,
      dropped: this.dropped,
      gaps: this.gaps,
      warnings: this.warnings(),
    };
  }

  private warnings(): string[] {
    const several = this.bySymbol.size > 1 ? this.all.warnings("all symbols together") : [];
    return [...[...this.bySymbol].flatMap(([symbol, counts]) => counts.warnings(symbol)), ...several];
  }
}

/** Rows by label + 1, of each side. */
class LabelCounts {
  readonly long = [0, 0, 0];
  readonly short = [0, 0, 0];

  add({ longLabel, shortLabel }: FinishedLabel): void {
    this.long[longLabel + 1] = (this.long[longLabel + 1] as number) + 1;
    this.short[shortLabel + 1] = (this.short[shortLabel + 1] as number) + 1;
  }

  /** A label that all rows have, or that none has: nothing can be learned of it. */
  warnings(whose: string): string[] {
    return (["long", "short"] as const).flatMap((side) => {
      const present = TOUCHES.filter((_, at) => (this[side][at] as number) > 0);
      if (present.length === TOUCHES.length) return [];
      const absent = TOUCHES.filter((touch) => !present.includes(touch));
      const what = present.length === 1 ? `only the label ${present[0]}` : `no row with the label ${absent.join(" or ")}`;
      return [`The ${side} side of ${whose} has ${what}: check labels.stop, labels.target, labels.horizonMinutes and the range.`];
    });
  }
}
