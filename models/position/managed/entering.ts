import { trueFraction } from "../../../src/domain/order.ts";
import type { Direction } from "../../../src/domain/units.ts";
import { MINUTE_MS } from "../../../src/domain/units.ts";
import { Observed, observe } from "../observation.ts";
import type { PositionView, Proposals } from "../positionModule.ts";
import { tradableLots } from "../tradable.ts";
import type { ManagedSettings } from "./settings.ts";
import type { Trade } from "./trade.ts";

/** Whether L3 speaks against a side; one that is not ready says NEUTRAL, which is no reason to leave. */
export const hasTurned = ({ exitProbability }: ManagedSettings, { signal }: PositionView, side: Direction): boolean =>
  (side > 0 ? signal.pShort : signal.pLong) >= exitProbability;

/** Flat: asks for an entry when a side is likely enough, expected to pay, not spent and large enough to trade. */
export const considerEntry = (settings: ManagedSettings, trade: Trade, view: PositionView, propose: Proposals): void => {
  const { signal } = view;
  const { pLong, pShort } = signal;
  if (trade.spent !== 0 && (view.bar.knownAtMs >= trade.untilMs || hasTurned(settings, view, trade.spent))) trade.spent = 0;
  const direction: Direction = pLong >= pShort ? 1 : -1;
  if ((direction > 0 ? pLong : pShort) < settings.enterProbability || direction === trade.spent || view.entryPending) return;
  const { minNetReturn, leverage, cooldownMinutes } = settings;
  // NaN, no statement, is not enough.
  const net = direction > 0 ? signal.netLong : signal.netShort;
  if (minNetReturn !== null && !(net >= minNetReturn)) {
    propose.wait("expected net return below minNetReturn", net, minNetReturn);
    return;
  }
  observe(view, trade, trade.seen);
  const qtyLots = entryLots(settings, trade, view, direction, propose);
  if (qtyLots === 0) return;
  trade.spent = direction;
  trade.untilMs = view.bar.knownAtMs + cooldownMinutes * MINUTE_MS;
  const { stopFraction, targetFraction } = settings;
  propose.enter({ direction, qtyLots, bracket: { stopFraction, targetFraction }, worstTicks: worstTicks(settings, view), leverage });
};

/**
 * Lots of an entry: the stop costs `riskFraction` of equity, times what is left of the day's permitted loss, but no more than there is
 * room for; 0: too small to trade.
 */
const entryLots = (settings: ManagedSettings, trade: Trade, view: PositionView, direction: Direction, propose: Proposals): number => {
  const { bar, instrument, equityUsdt } = view;
  const riskUsdt = settings.riskFraction * equityUsdt * (trade.seen[Observed.dayLossLeft] as number);
  const stopFraction = trueFraction(bar.close / instrument.tickSize, settings.stopFraction);
  const wanted = riskUsdt / (stopFraction * bar.close * instrument.lotSize);
  return tradableLots(view, wanted, view.maxQtyLots(direction, worstTicks(settings, view), settings.leverage), propose);
};

/** Price that margin of a market entry is reserved at, in ticks. */
export const worstTicks = (settings: ManagedSettings, { bar, instrument }: PositionView): number =>
  Math.ceil((bar.close / instrument.tickSize) * (1 + settings.worstFraction));
