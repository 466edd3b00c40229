import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { LEAST_SAMPLES, REGIME_BARS, RegimeTrend, RegimeVolatility } from "../regime/regimeRule.ts";

const SOURCE = "the rule of the seven regime states";
/** 240 returns need a bar before them; of the samples, one comes with every 15 minutes. */
const KNOWN_AFTER_GAP = REGIME_BARS + 1;

class RegimeInputs {
  readonly volatility = new RegimeVolatility();
  readonly trend = new RegimeTrend();
}

/** What the regime rule reads. Its bars are those of one minute: the first day of samples is 1,440 of them. */
export const regimeInputs = featureFamily<RegimeInputs>({
  name: "regimeInputs",
  columns: featureColumns(SOURCE, [
    [
      "volatility_percentile_240",
      "share of s of the UTC quarter-hours of 30 days below s, ties half, s = √(mean₂₄₀(r²))",
      "share",
      REGIME_BARS + 15 * LEAST_SAMPLES,
    ],
    ["trend_t_240", "mean₂₄₀(r) / (sd₂₄₀(r) / √240)", "1", KNOWN_AFTER_GAP],
  ]),
  gapWarmUpBars: KNOWN_AFTER_GAP,
  init: () => new RegimeInputs(),
  gap: (state, missingBars) => {
    state.trend.clear();
    return state.volatility.gap(missingBars);
  },
  bar: (state, bar, out, at) => {
    const { volatility, trend } = state;
    if (bar.previousClose > 0) {
      volatility.add(bar.logReturn, bar.closeMs, bar.closeMs - bar.openTimeMs);
      trend.add(bar.logReturn);
    }
    out[at] = volatility.v;
    out[at + 1] = trend.t;
  },
});
