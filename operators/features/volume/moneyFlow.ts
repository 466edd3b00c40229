import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

const ROOT_60 = Math.sqrt(60);

class MoneyFlowState {
  readonly volume20 = new RollingSum(20);
  readonly volume60 = new RollingSum(60);
  readonly onBalance20 = new RollingSum(20);
  readonly onBalance60 = new RollingSum(60);
  readonly located20 = new RollingSum(20);
  readonly weightedReturn60 = new RollingSum(60);
}

/** Volume with the sign of the price change. */
export const moneyFlow = featureFamily<MoneyFlowState>({
  name: "moneyFlow",
  columns: featureColumns("Granville, New Key to Stock Market Profits (1963)", [
    ["obv_slope_20", "(OBV − OBV₋₂₀) / Σ₂₀ v = Σ₂₀ sign(r) v / Σ₂₀ v", "fraction", 21],
    ["obv_slope_60", "(OBV − OBV₋₆₀) / Σ₆₀ v = Σ₆₀ sign(r) v / Σ₆₀ v", "fraction", 61],
    [
      "chaikin_money_flow_20",
      "Σ₂₀ v ((c − l) − (h − c)) / (h − l) / Σ₂₀ v; a bar with h = l counts as 0",
      "fraction",
      20,
      "Chaikin; Achelis, Technical Analysis from A to Z (1995)",
    ],
    [
      "price_volume_trend_60",
      "√60 Σ₆₀ v r / (σ Σ₆₀ v)",
      "σ",
      61,
      "Achelis, Technical Analysis from A to Z (1995), per volume of the window",
    ],
  ]),
  init: () => new MoneyFlowState(),
  bar(state, bar, out, at) {
    const { volume, high, low, close, logReturn } = bar;
    const onBalance = logReturn > 0 ? volume : logReturn < 0 ? -volume : 0;
    const range = high - low;
    state.volume20.add(volume);
    state.volume60.add(volume);
    state.onBalance20.add(onBalance);
    state.onBalance60.add(onBalance);
    state.located20.add(range > 0 ? (volume * (close - low - (high - close))) / range : 0);
    state.weightedReturn60.add(volume * logReturn);
    const per20 = state.volume20.sum > 0 ? 1 / state.volume20.sum : 0;
    const per60 = state.volume60.sum > 0 ? 1 / state.volume60.sum : 0;
    out[at] = state.onBalance20.sum * per20;
    out[at + 1] = state.onBalance60.sum * per60;
    out[at + 2] = state.located20.sum * per20;
    out[at + 3] = (ROOT_60 * state.weightedReturn60.sum * per60) / bar.volatilityUnit;
  },
});
