import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { RollingCovariance } from "../rolling/rollingCovariance.ts";
import { RollingSum } from "../rolling/rollingSum.ts";
import { logShare } from "./logShare.ts";

const WINDOW = 60;
/** Keeps bars without trades from counting without bound, and a still hour's log finite. */
const FLOOR = 0.01;

class ImpactState {
  readonly illiquidity = new RollingSum(WINDOW);
  readonly volumeAndReturn = new RollingCovariance(WINDOW);
}

/** How far volume moves the price. */
export const priceImpact = featureFamily<ImpactState>({
  name: "priceImpact",
  columns: featureColumns("Amihud, Illiquidity and stock returns (2002)", [
    ["amihud_60", "ln(mean₆₀ (|r| / σ / (v / V̄ + 0.01)) + 0.01), each bar with its own σ and V̄", "1", 61],
    [
      "volume_return_correlation_60",
      "correlation over 60 bars of ln(v / V̄ + 0.01) and r / σ, each with its own scales; 0 if one is constant",
      "1",
      61,
      "Karpoff, The relation between price changes and trading volume (1987)",
    ],
  ]),
  init: () => new ImpactState(),
  bar(state, bar, out, at) {
    const { volume, volumeBaseline } = bar;
    const move = bar.logReturn / bar.volatilityUnit;
    const ratio = volumeBaseline > 0 ? volume / volumeBaseline : 0;
    state.illiquidity.add(Math.abs(move) / (ratio + FLOOR));
    state.volumeAndReturn.add(logShare(volume, volumeBaseline), move);
    out[at] = Math.log(state.illiquidity.mean + FLOOR);
    out[at + 1] = state.volumeAndReturn.correlation;
  },
});
