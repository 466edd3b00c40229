import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { Ring } from "../rolling/ring.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

const WINDOW = 240;
const LONGEST = 32;
/** Σ (k − 2.5)² over k = 0 … 5 is 17.5; the slope is per ln 2. */
const SPREAD = 35 * Math.LN2;

class HurstState {
  /** ln(close / first close). */
  path = 0.5;
  readonly paths = new Ring(LONGEST + 1);
  /** Absolute changes over 1, 2, 4, 8, 16 and 32 bars. */
  readonly changes1 = new RollingSum(WINDOW);
  readonly changes2 = new RollingSum(WINDOW - 1);
  readonly changes4 = new RollingSum(WINDOW - 3);
  readonly changes8 = new RollingSum(WINDOW - 7);
  readonly changes16 = new RollingSum(WINDOW - 15);
  readonly changes32 = new RollingSum(WINDOW - 31);

  constructor() {
    this.path = 0;
  }

  add(logReturn: number): void {
    const path = this.path + logReturn;
    this.path = path;
    this.paths.add(path);
    this.changes1.add(Math.abs(logReturn));
    this.changes2.add(Math.abs(path - this.paths.at(2)));
    this.changes4.add(Math.abs(path - this.paths.at(4)));
    this.changes8.add(Math.abs(path - this.paths.at(8)));
    this.changes16.add(Math.abs(path - this.paths.at(16)));
    this.changes32.add(Math.abs(path - this.paths.at(32)));
  }
}

/**
 * The generalised Hurst exponent of first order: the slope of ln mean |change over q bars| on ln q. It reads absolute changes and not
 * squares, so one jump does not decide it as it decides a variance ratio.
 */
export const hurst = featureFamily<HurstState>({
  name: "hurst",
  columns: featureColumns("Di Matteo, Multi-scaling in finance (2007), q = 1", [
    [
      "hurst_240",
      "least-squares slope of ln mean |ln(c / c₋q)| on ln q for q = 1, 2, 4, 8, 16, 32 inside 240 bars, − ½; 0 if a mean is 0",
      "1",
      241,
    ],
  ]),
  init: () => new HurstState(),
  bar(state, bar, out, at) {
    state.add(bar.logReturn);
    const far = state.changes32.mean / state.changes1.mean;
    const middle = state.changes16.mean / state.changes2.mean;
    const near = state.changes8.mean / state.changes4.mean;
    // With weights k − 2.5 the slope is (5 ln far + 3 ln middle + ln near) / 2 / 17.5 / ln 2.
    const slope = (5 * Math.log(far) + 3 * Math.log(middle) + Math.log(near)) / SPREAD;
    out[at] = slope > -Infinity && slope < Infinity ? slope - 0.5 : 0;
  },
});
