import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
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
  columns: featureColumns("Andersen & Bollerslev 1998", [
    ["realised_volatility_20", "√(mean₂₀(r²)) / σ", "ratio", 21],
    ["atr_14", "ATR₁₄ / (c σ)", "ratio", 15, "Wilder 1978, New Concepts in Technical Trading Systems; TA-Lib ATR"],
  ]),
  init: () => new VolatilityState(),
  bar: (state, bar, out, at) => {
    const { logReturn, volatilityUnit } = bar;
    if (bar.previousClose > 0) state.squares.add(logReturn * logReturn);
    out[at] = Math.sqrt(Math.max(0, state.squares.mean)) / volatilityUnit;
    out[at + 1] = state.atr.add(bar) / (bar.close * volatilityUnit);
  },
});
