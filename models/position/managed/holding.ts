import { besideTicks } from "../../../src/domain/order.ts";
import type { Direction } from "../../../src/domain/units.ts";
import { breakEvenTicks } from "../breakEven.ts";
import { Observed, observe } from "../observation.ts";
import type { PositionView, Proposals } from "../positionModule.ts";
import { isTradable } from "../tradable.ts";
import { hasTurned, worstTicks } from "./entering.ts";
import type { ManagedSettings } from "./settings.ts";
import type { Trade } from "./trade.ts";

/** In a position: leaves it, or moves its stop, takes part of it off and scales in, in this order. Nothing while an exit is on its way. */
export const manageHolding = (settings: ManagedSettings, trade: Trade, view: PositionView, propose: Proposals): void => {
  trade.follow(view);
  if (view.exitPending) return;
  const side: Direction = view.position.positionLots > 0 ? 1 : -1;
  observe(view, trade, trade.seen);
  if (seen(trade, Observed.timeInTrade) >= 1) propose.exit("time-limit");
  else if (settings.exitBySignal && hasTurned(settings, view, side)) propose.exit("signal");
  else if (moveStop(settings, trade, view, side, propose)) {
    takePart(settings, trade, view, propose);
    scaleIn(settings, trade, view, side, propose);
  }
};

const seen = (trade: Trade, column: number): number => trade.seen[column] as number;

/**
 * The tighter of break-even (average entry and costs, once the price gained enough) and the trailing stop (best completed close less a
 * multiple of ATR). A trailing level that the close has passed already is an exit. True: the position stays.
 */
const moveStop = (settings: ManagedSettings, trade: Trade, view: PositionView, side: Direction, propose: Proposals): boolean => {
  const { breakEven, trail } = settings;
  const { position, instrument, bar } = view;
  const closeTicks = bar.close / instrument.tickSize;
  const bestTicks = trade.best / instrument.tickSize;
  const bestStops = (side * (bestTicks / position.averageTicks - 1)) / settings.stopFraction;
  const atr = trail.atrMultiple * seen(trade, Observed.natr) * closeTicks;
  const trails = atr > 0 && bestStops >= trail.atStops;
  const trailing = trails ? besideTicks(Math.round(bestTicks), -side as Direction, bestTicks - side * atr) : NaN;
  // Both compare signed: for a short the lower stop is the tighter one. NaN is never tighter.
  if (side * (trailing - closeTicks) >= 0) {
    propose.exit("trailing-stop");
    return false;
  }
  const armed = breakEven.atStops > 0 && seen(trade, Observed.unrealisedStops) >= breakEven.atStops;
  const even = armed ? breakEvenTicks(view, side, breakEven.costFraction) : NaN;
  const isTrailing = !(side * (even - trailing) >= 0) && trailing === trailing;
  const stopTicks = isTrailing ? trailing : even;
  if (isTighter(side, stopTicks, view.stopTicks) && isTighter(side, stopTicks, trade.askedStopTicks)) {
    trade.askedStopTicks = stopTicks;
    propose.moveStop(stopTicks, isTrailing ? "trailing-stop" : "break-even");
  }
  return true;
};

/** Whether a stop is tighter than one there is (0: none). A stop of NaN ticks is none to propose. */
const isTighter = (side: Direction, stopTicks: number, than: number): boolean =>
  stopTicks > 0 && (than === 0 || side * (stopTicks - than) > 0);

/** Takes a share of the position off, once a trade, when the price has gained enough and both parts are large enough to trade. */
const takePart = ({ part }: ManagedSettings, trade: Trade, view: PositionView, propose: Proposals): void => {
  if (trade.partTaken || part.share === 0 || seen(trade, Observed.unrealisedStops) < part.atStops) return;
  const heldLots = Math.abs(view.position.positionLots);
  const qtyLots = Math.floor(heldLots * part.share);
  const { minQtyLots } = view.instrument;
  if (qtyLots < minQtyLots || heldLots - qtyLots < minQtyLots) return;
  trade.partTaken = true;
  propose.reduce(qtyLots, "take-half");
};

/** Adds a share of the position, once a trade and before any was taken off, when price and signal both speak for it. */
const scaleIn = (settings: ManagedSettings, trade: Trade, view: PositionView, side: Direction, propose: Proposals): void => {
  const { atStops, share, probability } = settings.scaleIn;
  if (trade.scaledIn || trade.partTaken || share === 0 || seen(trade, Observed.entryPending) !== 0) return;
  const p = seen(trade, side > 0 ? Observed.signalLong : Observed.signalShort);
  if (seen(trade, Observed.unrealisedStops) < atStops || p < probability) return;
  const terms = { worstTicks: worstTicks(settings, view), leverage: settings.leverage };
  const wanted = Math.floor(Math.abs(view.position.positionLots) * share * seen(trade, Observed.dayLossLeft));
  const qtyLots = Math.min(wanted, view.maxQtyLots(side, terms.worstTicks, terms.leverage));
  if (!isTradable(view, qtyLots)) return;
  trade.scaledIn = true;
  propose.scaleIn({ qtyLots, ...terms });
};
