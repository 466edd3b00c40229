import { trueFraction } from "../../../src/domain/order.ts";
import type { Signal } from "../../../src/domain/derived.ts";
import type { Direction } from "../../../src/domain/units.ts";
import { MINUTE_MS } from "../../../src/domain/units.ts";
import { Observed, observe } from "../observation.ts";
import type { PositionView, Proposals } from "../positionModule.ts";
import { tradableLots } from "../tradable.ts";
import type { ManagedSettings } from "./settings.ts";
import type { Trade } from "./trade.ts";

/** With `enterBy: netReturn`, whether L3 states what it expects of both sides; where it does not, probabilities decide. */
const states = ({ enterBy }: ManagedSettings, { netLong, netShort }: Signal): boolean =>
  enterBy === "netReturn" && !Number.isNaN(netLong) && !Number.isNaN(netShort);

/** Whether L3 speaks against a side; one that is not ready says NEUTRAL, which is no reason to leave. */
export const hasTurned = (settings: ManagedSettings, { signal }: PositionView, side: Direction): boolean =>
  states(settings, signal)
    ? (side > 0 ? signal.netShort : signal.netLong) > (settings.minNetReturn ?? 0)
    : (side > 0 ? signal.pShort : signal.pLong) >= settings.exitProbability;

/** The side to ask for; 0: none is likely enough, or expected to pay, or the one that would be is spent. */
const wantedSide = (settings: ManagedSettings, signal: Signal, spent: number, propose: Proposals): Direction | 0 => {
  const stated = states(settings, signal);
  const { pLong, pShort, netLong, netShort } = signal;
  const direction: Direction = (stated ? netLong >= netShort : pLong >= pShort) ? 1 : -1;
  if (direction === spent || (!stated && (direction > 0 ? pLong : pShort) < settings.enterProbability)) return 0;
  return expectedEnough(settings, direction > 0 ? netLong : netShort, stated, propose) ? direction : 0;
};

/** NaN, no statement, is not enough where one is asked for. */
const expectedEnough = ({ minNetReturn }: ManagedSettings, net: number, stated: boolean, propose: Proposals): boolean => {
  const least = minNetReturn ?? 0;
  if (stated ? net > least : minNetReturn === null || net >= least) return true;
  propose.wait("expected net return below minNetReturn", net, least);
  return false;
};

/** Flat: asks for an entry when a side is likely enough, expected to pay, not spent and large enough to trade. */
export const considerEntry = (settings: ManagedSettings, trade: Trade, view: PositionView, propose: Proposals): void => {
  const { signal } = view;
  if (trade.spent !== 0 && (view.bar.knownAtMs >= trade.untilMs || hasTurned(settings, view, trade.spent))) trade.spent = 0;
  if (view.entryPending) return;
  const direction = wantedSide(settings, signal, trade.spent, propose);
  if (direction === 0) return;
  observe(view, trade, trade.seen);
  const qtyLots = entryLots(settings, trade, view, direction, propose);
  if (qtyLots === 0) return;
  trade.spent = direction;
  trade.untilMs = view.bar.knownAtMs + settings.cooldownMinutes * MINUTE_MS;
  const { stopFraction, targetFraction, leverage } = settings;
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
