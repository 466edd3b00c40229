import { featureFamily } from "../feature.ts";
import { featureColumn } from "../featureColumn.ts";
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
  columns: [
    emaDistanceColumn(10),
    emaDistanceColumn(20),
    emaDistanceColumn(50),
    featureColumn("macd_12_26", "(ema(c, 12) − ema(c, 26)) / (c σ)", "σ", APPEL, 26),
    featureColumn("macd_signal_9", "ema(ema(c, 12) − ema(c, 26), 9) / (c σ)", "σ", APPEL, 34),
    featureColumn("macd_histogram", "macd_12_26 − macd_signal_9", "σ", APPEL, 34),
    featureColumn("adx_14", "wilder(|+DI − −DI| / (+DI + −DI), 14)", "share", WILDER, 28),
    featureColumn("di_plus_14", "wilder(+DM, 14) / wilder(TR, 14)", "share", WILDER, 15),
    featureColumn("di_minus_14", "wilder(−DM, 14) / wilder(TR, 14)", "share", WILDER, 15),
  ],
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
