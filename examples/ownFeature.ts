import { featureFamily } from "../operators/features/feature.ts";

const BARS = 30;

interface Window {
  /** Ring of the last closes. */
  readonly closes: Float64Array;
  bars: number;
}

/**
 * A feature family of one's own: one column, how far the close is from the middle of the last 30 closes, in volatility units. It reads a
 * `FeatureBar` and nothing else, so it cannot look ahead; prices count against prices only, so it knows no level. `ownFeatureSignal.ts`
 * reads it by name, and `riposte features` writes it beside the shipped ones.
 *
 * Run it: npm run backtest -- --set features.modules=./examples/ownFeature.ts --signal ./examples/ownFeatureSignal.ts --position managed
 */
export default featureFamily<Window>({
  name: "midDistance",
  columns: [
    {
      name: "mid_distance_30",
      formula: "(c / ½ (max(c, 30) + min(c, 30)) − 1) / (σ √30)",
      unit: "σ",
      source: "own",
      warmUpBars: BARS,
    },
  ],
  init: () => ({ closes: new Float64Array(BARS), bars: 0 }),
  bar: (state, { close, volatilityUnit }, out, at) => {
    state.closes[state.bars % BARS] = close;
    state.bars += 1;
    const middle = (Math.max(...state.closes) + Math.min(...state.closes)) / 2;
    out[at] = (close / middle - 1) / (volatilityUnit * Math.sqrt(BARS));
  },
});
