import { signalModule } from "../models/signal/signalModule.ts";

/**
 * A signal module that stands on the side that is paid: longs pay shorts while funding is positive. When the last settled rate is among
 * the highest of its 30 days (and positive) it wants the short, among the lowest (and negative) the long, and in between it says
 * NEUTRAL. It is no arbitrage: the price risk is whole, only the stop bounds it. Option `extreme`: share of the 30-day range from
 * either end that counts as extreme.
 *
 * Run it: npm run backtest -- --config examples/fundingCarry.json
 */
export default signalModule((options) => {
  const extreme = typeof options["extreme"] === "number" ? options["extreme"] : 0.2;
  return {
    name: "fundingCarry",
    warmUpBars: 0,
    onGap: "keep",
    // A history without funding says mask_funding 1 and 0 everywhere else.
    features: ["funding_rate", "funding_extreme_30d", "mask_funding"],
    init: () => null,
    decide: (_state, _bar, out, { known, x: [rate = 0, place = 0.5, missing = 1] }) => {
      if (!known || missing === 1) return;
      const paid = rate > 0 && place >= 1 - extreme ? -1 : rate < 0 && place <= extreme ? 1 : 0;
      out.pLong = paid > 0 ? 1 : 0;
      out.pShort = paid < 0 ? 1 : 0;
      out.pNeutral = paid === 0 ? 1 : 0;
    },
  };
});
