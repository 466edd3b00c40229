import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { Ring } from "../rolling/ring.ts";
import { RollingMoments } from "../rolling/rollingMoments.ts";

/** Longest sum of returns, in bars. */
const LONGEST = 60;

class RatioState {
  /** ln(close / first close). */
  path = 0.5;
  readonly paths = new Ring(LONGEST + 1);
  readonly single240 = new RollingMoments(240);
  readonly single1440 = new RollingMoments(1440);
  readonly sums5 = new RollingMoments(240 - 4);
  readonly sums15 = new RollingMoments(240 - 14);
  readonly sums60 = new RollingMoments(1440 - 59);

  constructor() {
    this.path = 0;
  }
}

/**
 * M(q) = VR(q) − 1 from the window's single returns and its overlapping sums of q of them, with the unbiased variances of Lo &
 * MacKinlay (1988), equations 12 to 14; 0 where nothing varies.
 */
const excessRatio = (single: RollingMoments, sums: RollingMoments, q: number): number => {
  const variance = single.sampleVariance;
  if (variance === 0) return 0;
  const drift = q * single.mean;
  const meanSquare = sums.meanSquare - drift * (2 * sums.mean - drift);
  return meanSquare / (q * (1 - q / single.window) * variance) - 1;
};

/** Whether the variance grows faster (trend) or slower (return to the mean) than the number of bars. */
export const varianceRatio = featureFamily<RatioState>({
  name: "varianceRatio",
  columns: featureColumns("Lo & MacKinlay, Stock market prices do not follow random walks (1988), eq. 12–14", [
    ["variance_ratio_5_240", "Var(sums of 5 r) / (5 Var(r)) − 1, overlapping, over 240 bars; 0 if r is constant", "1", 241],
    ["variance_ratio_15_240", "Var(sums of 15 r) / (15 Var(r)) − 1, overlapping, over 240 bars; 0 if r is constant", "1", 241],
    ["variance_ratio_60_1440", "Var(sums of 60 r) / (60 Var(r)) − 1, overlapping, over 1440 bars; 0 if r is constant", "1", 1441],
  ]),
  init: () => new RatioState(),
  bar(state, bar, out, at) {
    const path = state.path + bar.logReturn;
    state.path = path;
    state.paths.add(path);
    state.single240.add(bar.logReturn);
    state.single1440.add(bar.logReturn);
    state.sums5.add(path - state.paths.at(5));
    state.sums15.add(path - state.paths.at(15));
    state.sums60.add(path - state.paths.at(60));
    out[at] = excessRatio(state.single240, state.sums5, 5);
    out[at + 1] = excessRatio(state.single240, state.sums15, 15);
    out[at + 2] = excessRatio(state.single1440, state.sums60, 60);
  },
});
