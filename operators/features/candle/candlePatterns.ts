import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import type { FeatureBar } from "../featureBar.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

const WINDOW = 10;
/** Keeps the log of a ratio of ranges finite, in volatility units. */
const RANGE_FLOOR = 0.05;

class PatternState {
  open = NaN;
  high = NaN;
  low = NaN;
  close = NaN;
  /** Of the bars before this one, in volatility units. */
  readonly ranges = new RollingSum(WINDOW);
  /** Signed bodies, lower minus upper shadows, and ranges as fractions of the price, so that old bars weigh like new ones. */
  readonly bodies = new RollingSum(WINDOW);
  readonly shadows = new RollingSum(WINDOW);
  readonly spans = new RollingSum(WINDOW);
}

/** +1: a rising body around the falling one before; −1: a falling body around a rising one; else 0. */
const engulfing = (before: PatternState, { open, close }: FeatureBar): number => {
  if (before.close < before.open && close > open) return open <= before.close && close >= before.open ? 1 : 0;
  if (before.close > before.open && close < open) return open >= before.close && close <= before.open ? -1 : 0;
  return 0;
};

/** How the bar stands to those before it. */
export const candlePatterns = featureFamily<PatternState>({
  name: "candlePatterns",
  columns: featureColumns("Nison, Japanese Candlestick Charting Techniques (1991)", [
    ["inside_bar", "1 if h < h₋₁ and l > l₋₁", "flag", 2],
    ["engulfing", "1 if c₋₁ < o₋₁, o ≤ c₋₁ and c ≥ o₋₁; −1 if c₋₁ > o₋₁, o ≥ c₋₁ and c ≤ o₋₁, with bodies of opposite sign", "flag", 2],
    [
      "range_expansion_10",
      "ln((R + 0.05) / (mean of R over the 10 bars before + 0.05)), R = ln(h / l) / σ",
      "1",
      11,
      "Crabel, Day Trading with Short Term Price Patterns and Opening Range Breakout (1990)",
    ],
    ["body_share_10", "Σ₁₀ (c − o)/c / Σ₁₀ (h − l)/c", "fraction", 10],
    ["shadow_balance_10", "Σ₁₀ (lower − upper shadow)/c / Σ₁₀ (h − l)/c", "fraction", 10],
  ]),
  init: () => new PatternState(),
  bar(state, bar, out, at) {
    const { open, high, low, close } = bar;
    out[at] = high < state.high && low > state.low ? 1 : 0;
    out[at + 1] = engulfing(state, bar);
    const range = Math.log(high / low) / bar.volatilityUnit;
    out[at + 2] = Math.log((range + RANGE_FLOOR) / (state.ranges.mean + RANGE_FLOOR));
    state.ranges.add(range);
    const price = 1 / close;
    state.bodies.add((close - open) * price);
    // Lower shadow − upper shadow: (min(o, c) − l) − (h − max(o, c)).
    state.shadows.add((open + close - low - high) * price);
    state.spans.add((high - low) * price);
    const span = state.spans.sum;
    out[at + 3] = span > 0 ? state.bodies.sum / span : 0;
    out[at + 4] = span > 0 ? state.shadows.sum / span : 0;
    state.open = open;
    state.high = high;
    state.low = low;
    state.close = close;
  },
});
