import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import type { FeatureBar } from "../featureBar.ts";
import { PriceChannel } from "../indicators/priceChannel.ts";
import { Trix } from "../indicators/trix.ts";
import { Ema } from "../rolling/ema.ts";
import { RollingRegression } from "../rolling/rollingRegression.ts";
import { emaDistance, emaDistanceColumn } from "./emaDistance.ts";

const AROON = "Chande 1995; TA-Lib AROON / 100";
const LINE = "Least squares; Draper & Smith 1998, Applied Regression Analysis, 1.2";
const LINE_BARS = 60;

class LongTrendState {
  readonly ema100 = new Ema(100);
  readonly ema200 = new Ema(200);
  readonly ema480 = new Ema(480);
  /** Aroon looks 25 bars back, the present one not counted. */
  readonly channel = new PriceChannel(26);
  readonly trix = new Trix(30);
  readonly line = new RollingRegression(LINE_BARS);
  /** ln(close / first close): logs of prices themselves would lose digits of their small differences. */
  private logClose = 0.5;

  constructor() {
    this.logClose = 0;
  }

  add(bar: FeatureBar): void {
    this.channel.add(bar);
    this.trix.add(bar.close);
    this.logClose += bar.logReturn;
    this.line.add(this.logClose);
  }
}

/** Slower and smoother views of the trend. */
export const longTrend = featureFamily<LongTrendState>({
  name: "longTrend",
  columns: featureColumns(AROON, [
    emaDistanceColumn(100),
    emaDistanceColumn(200),
    emaDistanceColumn(480),
    ["aroon_up_25", "(25 − bars since the highest h of 26 bars) / 25", "share", 26],
    ["aroon_down_25", "(25 − bars since the lowest l of 26 bars) / 25", "share", 26],
    ["trix_30", "(e / e₋₁ − 1) / σ, e = ema₃₀(ema₃₀(ema₃₀(c)))", "σ", 89, "Hutson 1983; TA-Lib TRIX / 100"],
    ["slope_60", "b √60 / σ, b = slope of ln c over 60 bars", "σ", LINE_BARS, LINE],
    ["r2_60", "r² of the line of ln c over 60 bars", "share", LINE_BARS, LINE],
  ]),
  init: () => new LongTrendState(),
  bar: (state, bar, out, at) => {
    const { close, volatilityUnit } = bar;
    state.add(bar);
    out[at] = emaDistance(state.ema100, close, volatilityUnit);
    out[at + 1] = emaDistance(state.ema200, close, volatilityUnit);
    out[at + 2] = emaDistance(state.ema480, close, volatilityUnit);
    out[at + 3] = (25 - state.channel.highAge) / 25;
    out[at + 4] = (25 - state.channel.lowAge) / 25;
    out[at + 5] = state.trix.value / volatilityUnit;
    out[at + 6] = (state.line.slope * ROOT_LINE_BARS) / volatilityUnit;
    out[at + 7] = state.line.rSquared;
  },
});

const ROOT_LINE_BARS = Math.sqrt(LINE_BARS);
