import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";

/**
 * The shape of the bar itself: body, shadows, place of the close, range. The body is a share of the range because (c − o) / (o σ) is
 * `return_1` again where trading never stops: their correlation on minutes of BTCUSDT is 0.9999.
 */
export const candle = featureFamily<null>({
  name: "candle",
  core: true,
  columns: featureColumns("Nison, Japanese Candlestick Charting Techniques (1991)", [
    ["candle_body", "(c − o) / (h − l); 0 if h = l", "fraction", 1],
    ["upper_shadow", "(h − max(o, c)) / (h − l); 0 if h = l", "fraction", 1],
    ["lower_shadow", "(min(o, c) − l) / (h − l); 0 if h = l", "fraction", 1],
    ["close_location", "(c − l) / (h − l); ½ if h = l", "fraction", 1],
    ["range", "ln(h / l) / σ", "σ", 1, "Parkinson, The extreme value method (1980)"],
  ]),
  init: () => null,
  bar(_, bar, out, at) {
    const { open, high, low, close, volatilityUnit } = bar;
    const range = high - low;
    const top = open > close ? open : close;
    const bottom = open > close ? close : open;
    out[at] = range > 0 ? (close - open) / range : 0;
    out[at + 1] = range > 0 ? (high - top) / range : 0;
    out[at + 2] = range > 0 ? (bottom - low) / range : 0;
    out[at + 3] = range > 0 ? (close - low) / range : 0.5;
    out[at + 4] = Math.log(high / low) / volatilityUnit;
  },
});
