import { patternModule } from "../models/pattern/patternModule.ts";

interface Streak {
  close: number;
  /** Closes in a row in one direction, signed. */
  length: number;
}

/**
 * An L2 of one's own: how many closes in a row went one way, as P(up), P(down) and one number for its neighbour above
 * (`ownSignal.ts` reads it as `seen.pattern.embedding[0]`). It needs no feature, so it brings its own state.
 *
 * Run both: npm run backtest -- --pattern ./examples/ownPattern.ts --signal ./examples/ownSignal.ts --position managed
 */
export default patternModule<Streak>(() => ({
  name: "streak",
  features: [],
  embedding: ["streak"],
  onGap: "reset",
  init: () => ({ close: NaN, length: 0 }),
  decide: (state, { close }, out) => {
    const step = Math.sign(close - state.close);
    state.length = step === 0 || Number.isNaN(step) ? 0 : Math.sign(state.length) === step ? state.length + step : step;
    state.close = close;
    // After a streak the next hour is a little likelier to go the other way: a claim, not a finding.
    const tilt = state.length / (8 + 2 * Math.abs(state.length));
    out[0] = 0.35 - 0.3 * tilt;
    out[1] = 0.35 + 0.3 * tilt;
    out[2] = state.length / 10;
    return true;
  },
}));
