import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { RollingAutocorrelation } from "../rolling/rollingAutocorrelation.ts";

class SerialState {
  readonly hour = new RollingAutocorrelation(60, [1]);
  readonly fourHours = new RollingAutocorrelation(240, [1, 5]);
}

/** Whether returns go on or come back. */
export const serialCorrelation = featureFamily<SerialState>({
  name: "serialCorrelation",
  columns: featureColumns("Box & Jenkins, Time Series Analysis, 2.1.5: Σ (r − m)(r₋ₖ − m) / Σ (r − m)² inside the window, m its mean", [
    ["autocorrelation_1_60", "of r at lag 1 over 60 bars; 0 if r is constant", "1", 61],
    ["autocorrelation_1_240", "of r at lag 1 over 240 bars; 0 if r is constant", "1", 241],
    ["autocorrelation_5_240", "of r at lag 5 over 240 bars; 0 if r is constant", "1", 241],
  ]),
  init: () => new SerialState(),
  bar(state, bar, out, at) {
    state.hour.add(bar.logReturn);
    state.fourHours.add(bar.logReturn);
    out[at] = state.hour.at(0);
    out[at + 1] = state.fourHours.at(0);
    out[at + 2] = state.fourHours.at(1);
  },
});
