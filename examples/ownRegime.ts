import { regimeModule } from "../models/regime/regimeModule.ts";

/**
 * An L1 of one's own under the shipped L2, L3 and L4: the efficiency ratio (Kaufman 1995, net move over path) tells how much of a
 * trend there is, the sign of the hour's return its direction, and the hour's volatility against its last quarter what is loud.
 * Seven numbers from 0 to 1 that sum to 1; the shipped signal works with whatever says them.
 *
 * Run it: npm run backtest -- --regime ./examples/ownRegime.ts --pattern geometry --signal byRegime --position managed
 */
export default regimeModule(() => ({
  name: "efficiency",
  features: ["efficiency_ratio_30", "return_60", "volatility_ratio_15_60"],
  onGap: "keep",
  init: () => null,
  decide: (_state, _bar, out, { known, x: [efficiency = 0, change = 0, louder = 0] }) => {
    if (!known) return false;
    const loud = Math.max(0, Math.min(0.5, louder));
    const quiet = Math.max(0, Math.min(0.5, -louder));
    const rest = 1 - loud - quiet;
    out.fill(0);
    out[change > 0 ? 0 : 4] = rest * efficiency;
    out[2] = rest * (1 - efficiency);
    out[5] = quiet;
    out[6] = loud;
    return true;
  },
}));
