import { signalModule } from "../models/signal/signalModule.ts";

/**
 * The reference workload: EMA(20) over EMA(50) of 1-minute closes is LONG, under it SHORT, equal NEUTRAL (which a
 * following position keeps). alpha = 2 / (n + 1), both averages start at the first close; a gap is simply skipped.
 */
export default signalModule(() => ({
  name: "emaCross",
  warmUpBars: 0,
  onGap: "keep",
  init: () => ({ fast: NaN, slow: NaN }),
  decide: (state, bar, out) => {
    const { close } = bar;
    if (Number.isNaN(state.fast)) {
      state.fast = close;
      state.slow = close;
    } else {
      state.fast += (2 / 21) * (close - state.fast);
      state.slow += (2 / 51) * (close - state.slow);
    }
    out.pLong = state.fast > state.slow ? 1 : 0;
    out.pShort = state.fast < state.slow ? 1 : 0;
    out.pNeutral = state.fast === state.slow ? 1 : 0;
  },
}));
