import { knownOptions, numberOption } from "../options.ts";
import { signalModule } from "./signalModule.ts";

const WHERE = "signal.options";

interface TrendState {
  fast: number;
  slow: number;
  close: number;
  sigma: number;
}

/**
 * The default signal, a plain trend rule: the distance between a fast and a slow EMA of closes, in units of the
 * volatility that the slow window would show by chance. Within the dead band the market has no trend and the rule is
 * NEUTRAL; beyond it P(side) grows with the distance.
 *
 * x = (fast − slow) / (close · σ · √slowBars), σ = EMA of |log return| over the slow window;
 * P(side of x) = 1 − exp(−(|x| / band)²), NEUTRAL the rest.
 * Options: `fastBars` 120, `slowBars` 480 (two hours over eight: round numbers, slow enough that fees do not decide, fast
 * enough to trade on most days; not fitted to profit), `band` 0.35. Warm after three slow windows; a gap starts it anew.
 */
export default signalModule<TrendState>((options) => {
  knownOptions(WHERE, options, ["fastBars", "slowBars", "band"]);
  const fastBars = numberOption(WHERE, options, "fastBars", { default: 120, min: 1, max: 100_000 });
  const slowBars = numberOption(WHERE, options, "slowBars", { default: 480, above: fastBars, max: 100_000 });
  const band = numberOption(WHERE, options, "band", { default: 0.35, above: 0, max: 100 });
  const fastAlpha = 2 / (fastBars + 1);
  const slowAlpha = 2 / (slowBars + 1);
  const chance = Math.sqrt(slowBars);
  return {
    name: "trend",
    warmUpBars: Math.ceil(3 * slowBars),
    onGap: "reset",
    init: () => ({ fast: NaN, slow: NaN, close: NaN, sigma: NaN }),
    decide: (state, bar, out) => {
      const { close } = bar;
      if (Number.isNaN(state.close)) {
        state.fast = close;
        state.slow = close;
        state.sigma = 0;
      } else {
        const change = Math.abs(Math.log(close / state.close));
        state.fast += fastAlpha * (close - state.fast);
        state.slow += slowAlpha * (close - state.slow);
        state.sigma += slowAlpha * (change - state.sigma);
      }
      state.close = close;
      // A market that does not move has no trend either.
      const scale = close * state.sigma * chance;
      const x = scale > 0 ? (state.fast - state.slow) / (scale * band) : 0;
      const p = 1 - Math.exp(-x * x);
      out.pLong = x > 0 ? p : 0;
      out.pShort = x < 0 ? p : 0;
      out.pNeutral = 1 - p;
    },
  };
});
