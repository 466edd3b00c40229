import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { RollingMoments } from "../rolling/rollingMoments.ts";

class DistributionState {
  readonly hour = new RollingMoments(60, 4);
  readonly fourHours = new RollingMoments(240, 4);
}

/** sign(x) ln(1 + |x|). */
const compressed = (x: number): number => (x < 0 ? -Math.log(1 - x) : Math.log(1 + x));

/**
 * The shape of the distribution of returns. One jump takes the skew of n values to √n and their kurtosis to n, so both are compressed
 * by a log: at most 2.8 and 5.5 over 240 bars.
 */
export const distribution = featureFamily<DistributionState>({
  name: "distribution",
  columns: featureColumns("Moments with divisor n, as scipy.stats.skew and kurtosis (Fisher's, bias=True)", [
    ["skew_60", "S = m₃ / m₂^1.5 of r over 60 bars; sign(S) ln(1 + |S|)", "1", 61],
    ["skew_240", "S = m₃ / m₂^1.5 of r over 240 bars; sign(S) ln(1 + |S|)", "1", 241],
    ["kurtosis_60", "K = m₄ / m₂² − 3 of r over 60 bars; sign(K) ln(1 + |K|)", "1", 61],
    ["kurtosis_240", "K = m₄ / m₂² − 3 of r over 240 bars; sign(K) ln(1 + |K|)", "1", 241],
  ]),
  init: () => new DistributionState(),
  bar(state, bar, out, at) {
    state.hour.add(bar.logReturn);
    state.fourHours.add(bar.logReturn);
    out[at] = compressed(state.hour.skewness);
    out[at + 1] = compressed(state.fourHours.skewness);
    out[at + 2] = compressed(state.hour.excessKurtosis);
    out[at + 3] = compressed(state.fourHours.excessKurtosis);
  },
});
