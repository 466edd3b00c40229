import { featureFamily } from "../feature.ts";
import { featureColumn } from "../featureColumn.ts";
import { AverageTrueRange } from "../indicators/averageTrueRange.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

class VolatilityState {
  readonly squares = new RollingSum(20);
  readonly atr = new AverageTrueRange(14);
}

/** Size of the last bars' moves against the usual one, on every time frame. */
export const volatility = featureFamily<VolatilityState>({
  name: "volatility",
  core: true,
  columns: [
    featureColumn("realised_volatility_20", "√(mean(r², 20)) / σ", "ratio", "Andersen & Bollerslev 1998", 21),
    featureColumn("atr_14", "ATR(14) / (c σ)", "ratio", "Wilder 1978, New Concepts in Technical Trading Systems; TA-Lib ATR", 15),
  ],
  init: () => new VolatilityState(),
  bar: (state, bar, out, at) => {
    const { logReturn, volatilityUnit } = bar;
    if (bar.previousClose > 0) state.squares.add(logReturn * logReturn);
    out[at] = Math.sqrt(Math.max(0, state.squares.mean)) / volatilityUnit;
    out[at + 1] = state.atr.add(bar) / (bar.close * volatilityUnit);
  },
});
