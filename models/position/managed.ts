import { MINUTE_MS } from "../../src/domain/units.ts";
import { considerEntry } from "./managed/entering.ts";
import { manageHolding } from "./managed/holding.ts";
import { managedSettings } from "./managed/settings.ts";
import { Trade } from "./managed/trade.ts";
import { positionModule } from "./positionModule.ts";

/**
 * The shipped position manager: sizes by risk, enters with a bracket when L3 wants a side, scales in once on strength, moves the stop to
 * break-even and lets it trail by ATR, takes half of the profit on the way, and leaves at the time limit or when L3 speaks
 * for the other side. It reads the position through `observe`, the table that learned policies read too.
 *
 * A side is asked for once: it is spent until L3 speaks for the other one (P at least `exitProbability`) or `cooldownMinutes` have passed
 * since the last answer or the last moment in a position. Scaling in and taking part are asked for once a trade, a stop never twice at the
 * same place. Options and their defaults: docs/position.md. They are round numbers, chosen for their shares (trades on most days, every
 * way out occurs) and not for their profit.
 */
export default positionModule<Trade>((options) => {
  const settings = managedSettings(options);
  return {
    name: "managed",
    features: ["natr_14"],
    // With the other way to choose, no probability explains a run without a trade.
    ...(settings.enterBy === "probability" ? { enterProbability: settings.enterProbability } : {}),
    init: () => new Trade(settings),
    decide: (trade, view, propose) => {
      if (view.position.positionLots === 0) {
        trade.leave();
        trade.natr = view.x[0] as number;
        considerEntry(settings, trade, view, propose);
        return;
      }
      trade.untilMs = view.bar.knownAtMs + settings.cooldownMinutes * MINUTE_MS;
      trade.natr = view.x[0] as number;
      manageHolding(settings, trade, view, propose);
    },
  };
});
