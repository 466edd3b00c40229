import { besideTicks } from "../src/domain/order.ts";
import type { Direction } from "../src/domain/units.ts";
import { positionModule } from "../models/position/positionModule.ts";
import { priceToTicks, qtyToLots } from "../src/domain/instrument.ts";

interface Breakout {
  highs: number[];
  lows: number[];
  openedAtMs: number;
  /** Best close since the entry. */
  best: number;
}

/**
 * A position module of one's own: buys a new high of the last `bars` bars, sells a new low, whatever the signal says, and
 * lets a stop follow the price by `trailFraction` until it is hit. It trades `usdt` at a time, or what there is room for if that is less.
 */
export default positionModule<Breakout>((options) => {
  const bars = typeof options["bars"] === "number" ? options["bars"] : 1440;
  const usdt = typeof options["usdt"] === "number" ? options["usdt"] : 1000;
  const trailFraction = typeof options["trailFraction"] === "number" ? options["trailFraction"] : 0.005;
  return {
    name: "breakout",
    init: () => ({ highs: [], lows: [], openedAtMs: NaN, best: NaN }),
    decide: (state, view, propose) => {
      const { bar, instrument, position } = view;
      const full = state.highs.length === bars;
      const direction = full && bar.close > Math.max(...state.highs) ? 1 : full && bar.close < Math.min(...state.lows) ? -1 : 0;
      state.highs.push(bar.high);
      state.lows.push(bar.low);
      if (state.highs.length > bars) {
        state.highs.shift();
        state.lows.shift();
      }
      if (position.positionLots !== 0) {
        const side = position.positionLots > 0 ? 1 : -1;
        if (state.openedAtMs !== position.openedAtMs) state.best = bar.close;
        state.openedAtMs = position.openedAtMs;
        state.best = side > 0 ? Math.max(state.best, bar.close) : Math.min(state.best, bar.close);
        const bestTicks = Math.round(state.best / instrument.tickSize);
        const stopTicks = besideTicks(bestTicks, -side as Direction, (state.best * (1 - side * trailFraction)) / instrument.tickSize);
        if ((stopTicks - view.stopTicks) * side > 0 && !view.exitPending) propose.moveStop(stopTicks, "trailing-stop");
        return;
      }
      if (direction === 0 || view.entryPending) return;
      const worstTicks = priceToTicks(instrument, bar.close * 1.002);
      const qtyLots = Math.min(qtyToLots(instrument, usdt / bar.close), view.maxQtyLots(direction, worstTicks, 2));
      if (qtyLots === 0) return;
      propose.enter({ direction, qtyLots, bracket: { stopFraction: trailFraction, targetFraction: 0 }, worstTicks, leverage: 2 });
    },
  };
});
