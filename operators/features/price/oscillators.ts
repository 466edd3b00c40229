import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { PriceChannel } from "../indicators/priceChannel.ts";
import { RelativeStrength } from "../indicators/relativeStrength.ts";
import { RollingVariance } from "../rolling/rollingVariance.ts";

const BOLLINGER = "Bollinger 2001, Bollinger on Bollinger Bands; TA-Lib BBANDS";

class OscillatorState {
  readonly strength = new RelativeStrength(14);
  readonly closes = new RollingVariance(20);
  readonly channel14 = new PriceChannel(14);
  readonly channel20 = new PriceChannel(20);
}

/** Where the close lies in its recent range, on every time frame. */
export const oscillators = featureFamily<OscillatorState>({
  name: "oscillators",
  core: true,
  columns: featureColumns(BOLLINGER, [
    ["rsi_14", "(u − d) / (u + d), u and d = wilder₁₄(rises and falls of c)", "−1 to 1", 15, "Wilder 1978; TA-Lib RSI / 50 − 1"],
    ["bollinger_position_20", "(c − mean₂₀(c)) / sd₂₀(c)", "sd", 20],
    ["bollinger_width_20", "sd₂₀(c) / (c σ)", "ratio", 20],
    ["stochastic_k_14", "(c − min₁₄(l)) / (max₁₄(h) − min₁₄(l))", "share", 14, "Lane 1984; TA-Lib STOCHF"],
    ["donchian_position_20", "(c − min₂₀(l)) / (max₂₀(h) − min₂₀(l))", "share", 20, "Donchian 1960"],
  ]),
  init: () => new OscillatorState(),
  bar: (state, bar, out, at) => {
    const { close } = bar;
    const { strength, closes, channel14, channel20 } = state;
    strength.add(bar);
    closes.add(close);
    channel14.add(bar);
    channel20.add(bar);
    const deviation = Math.sqrt(closes.variance);
    out[at] = strength.balance;
    out[at + 1] = deviation > 0 ? closes.distance(close) / deviation : 0;
    out[at + 2] = deviation / (close * bar.volatilityUnit);
    out[at + 3] = channel14.position(close);
    out[at + 4] = channel20.position(close);
  },
});
