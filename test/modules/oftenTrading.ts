import { positionModule } from "../../models/position/positionModule.ts";

/**
 * Trades at every bar and in every way, so that fills can be compared: what is held is sold at market; else it buys at market, with a
 * limit that crosses, and with a ladder of post-only limits below the close, which expire within the minute. `lots`: of each order.
 */
export default positionModule<{ bars: number }>((options) => {
  const lots = typeof options["lots"] === "number" ? options["lots"] : 20;
  return {
    name: "oftenTrading",
    init: () => ({ bars: 0 }),
    decide: (state, { bar, instrument, position }, propose) => {
      state.bars += 1;
      if (position.positionLots !== 0) {
        propose.exit("next bar");
        return;
      }
      const direction = state.bars % 4 < 2 ? 1 : -1;
      const closeTicks = Math.round(bar.close / instrument.tickSize);
      const bracket = { stopFraction: 0.004, targetFraction: 0.004 };
      const expiresAtMs = bar.openTimeMs + 115_000;
      const worstTicks = Math.round(closeTicks * (1 + direction * 0.01));
      const entry = { direction, qtyLots: lots, bracket, worstTicks, leverage: 2, expiresAtMs } as const;
      propose.enter(entry);
      propose.enter({ ...entry, limitTicks: closeTicks + direction * 200 });
      for (const away of [0, 10, 50, 100, 200, 400]) propose.enter({ ...entry, limitTicks: closeTicks - direction * away, postOnly: true });
    },
  };
});
