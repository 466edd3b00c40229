import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { DirectionalMovement } from "../indicators/directionalMovement.ts";
import { Macd } from "../indicators/macd.ts";
import { Ema } from "../rolling/ema.ts";
import { emaDistance, emaDistanceColumn } from "./emaDistance.ts";

const APPEL = "Appel 1979, The Moving Average Convergence-Divergence Trading Method; TA-Lib MACD";
const WILDER = "Wilder 1978, New Concepts in Technical Trading Systems; TA-Lib ADX, PLUS_DI, MINUS_DI";

class TrendState {
  readonly ema10 = new Ema(10);
  readonly ema20 = new Ema(20);
  readonly ema50 = new Ema(50);
  readonly macd = new Macd(12, 26, 9);
  readonly movement = new DirectionalMovement(14);
}

/** Direction and strength of the trend, on every time frame. */
export const trend = featureFamily<TrendState>({
  name: "trend",
  core: true,
  columns: featureColumns(APPEL, [
    emaDistanceColumn(10),
    emaDistanceColumn(20),
    emaDistanceColumn(50),
    ["macd_12_26", "(ema₁₂(c) − ema₂₆(c)) / (c σ)", "σ", 26],
    ["macd_signal_9", "ema₉(ema₁₂(c) − ema₂₆(c)) / (c σ)", "σ", 34],
    ["macd_histogram", "macd_12_26 − macd_signal_9", "σ", 34],
    ["adx_14", "wilder₁₄(|+DI − −DI| / (+DI + −DI))", "share", 28, WILDER],
    ["di_plus_14", "wilder₁₄(+DM) / wilder₁₄(TR)", "share", 15, WILDER],
    ["di_minus_14", "wilder₁₄(−DM) / wilder₁₄(TR)", "share", 15, WILDER],
  ]),
  init: () => new TrendState(),
  bar: (state, bar, out, at) => {
    const { close, volatilityUnit } = bar;
    const { macd, movement } = state;
    out[at] = emaDistance(state.ema10, close, volatilityUnit);
    out[at + 1] = emaDistance(state.ema20, close, volatilityUnit);
    out[at + 2] = emaDistance(state.ema50, close, volatilityUnit);
    macd.add(close);
    movement.add(bar);
    const scale = 1 / (close * volatilityUnit);
    out[at + 3] = macd.line * scale;
    out[at + 4] = macd.signal * scale;
    out[at + 5] = (macd.line - macd.signal) * scale;
    out[at + 6] = movement.adx;
    out[at + 7] = movement.plusDi;
    out[at + 8] = movement.minusDi;
  },
});
