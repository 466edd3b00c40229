import type { Direction } from "../../src/domain/units.ts";
import { MINUTE_MS } from "../../src/domain/units.ts";
import { knownOptions, numberOption } from "../options.ts";
import type { NumberRange } from "../options.ts";
import type { PositionView, Proposals } from "./positionModule.ts";
import { breakEvenTicks } from "./breakEven.ts";
import { positionModule } from "./positionModule.ts";
import { tradableLots } from "./tradable.ts";

const WHERE = "position.options";
/** A year. */
const MINUTES_MAX = 525_600;

/**
 * The default position manager, rule-based: enters with a bracket when a side is likely enough, moves the stop to
 * break-even once the price went far enough, leaves when its side is no longer likely or time is up.
 *
 * A side is asked for once: after an entry, and after a refusal, it is spent until the signal has left it (P below
 * `exitProbability`) or `cooldownMinutes` have passed since the last answer or the last moment in a position. So a refused
 * plan is not repeated at every bar, and a stop is not followed at once by the same trade. A signal that is not ready (after
 * a gap) has no opinion: it neither closes a position nor frees a side.
 *
 * Options (fractions of price unless said otherwise): `marginFraction` 0.05 of equity, `leverage` 5, `stopFraction`
 * 0.005, `targetFraction` 0.015, `enterProbability` 0.7, `exitProbability` 0.3 (of the own side), `breakEvenFraction`
 * 0.0075 (half of the target; 0: never), `breakEvenCostFraction` 0.0012 (locked in, to pay the round trip),
 * `timeLimitMinutes` 480 and `cooldownMinutes` 480 (the slow window of the default signal), `worstFraction`
 * 0.002 (how much above the close margin of an entry is reserved at).
 *
 * The defaults are round numbers, chosen for their shares (trades on most days, every exit occurs, costs bounded) and not
 * for their profit: this is a baseline for others to beat, it has no edge to claim.
 */
export default positionModule((options) => {
  const number = (name: string, range: NumberRange): number => numberOption(WHERE, options, name, range);
  const settings = {
    marginFraction: number("marginFraction", { default: 0.05, above: 0, max: 1 }),
    leverage: number("leverage", { default: 5, min: 1, max: 125 }),
    stopFraction: number("stopFraction", { default: 0.005, above: 0, max: 0.5 }),
    targetFraction: number("targetFraction", { default: 0.015, min: 0, max: 10 }),
    enterProbability: number("enterProbability", { default: 0.7, above: 0, max: 1 }),
    exitProbability: number("exitProbability", { default: 0.3, min: 0, max: 1 }),
    breakEvenFraction: number("breakEvenFraction", { default: 0.0075, min: 0, max: 10 }),
    breakEvenCostFraction: number("breakEvenCostFraction", { default: 0.0012, min: 0, max: 1 }),
    timeLimitMinutes: number("timeLimitMinutes", { default: 480, above: 0, max: MINUTES_MAX }),
    cooldownMinutes: number("cooldownMinutes", { default: 480, min: 0, max: MINUTES_MAX }),
    worstFraction: number("worstFraction", { default: 0.002, min: 0, max: 0.1 }),
  };
  knownOptions(WHERE, options, Object.keys(settings));
  return {
    name: "bracket",
    enterProbability: settings.enterProbability,
    init: (): Asked => ({ spent: 0, untilMs: 0 }),
    decide: (asked, view, propose) => {
      if (view.position.positionLots === 0) {
        if (!view.entryPending) consider(settings, asked, view, propose);
        return;
      }
      asked.untilMs = view.bar.knownAtMs + settings.cooldownMinutes * MINUTE_MS;
      manage(settings, view, propose);
    },
  };
});

interface Settings {
  readonly marginFraction: number;
  readonly leverage: number;
  readonly stopFraction: number;
  readonly targetFraction: number;
  readonly enterProbability: number;
  readonly exitProbability: number;
  readonly breakEvenFraction: number;
  readonly breakEvenCostFraction: number;
  readonly timeLimitMinutes: number;
  readonly cooldownMinutes: number;
  readonly worstFraction: number;
}

/** What was asked for last. */
interface Asked {
  /** Side that is spent; 0: none. */
  spent: Direction | 0;
  /** When it may be asked for again although the signal never left it. */
  untilMs: number;
}

/** Whether the signal no longer speaks for a side. */
const hasLeft = (settings: Settings, { signal }: PositionView, side: Direction): boolean =>
  signal.ready && (side > 0 ? signal.pLong : signal.pShort) < settings.exitProbability;

const consider = (settings: Settings, asked: Asked, view: PositionView, propose: Proposals): void => {
  const { signal, instrument, bar } = view;
  if (asked.spent !== 0 && (hasLeft(settings, view, asked.spent) || bar.knownAtMs >= asked.untilMs)) asked.spent = 0;
  const direction: Direction = signal.pLong >= signal.pShort ? 1 : -1;
  if (Math.max(signal.pLong, signal.pShort) < settings.enterProbability || direction === asked.spent) return;
  const closeTicks = bar.close / instrument.tickSize;
  const worstTicks = Math.ceil(closeTicks * (1 + settings.worstFraction));
  const wantedUsdt = settings.marginFraction * view.equityUsdt * settings.leverage;
  const wantedLots = wantedUsdt / (bar.close * instrument.lotSize);
  const qtyLots = tradableLots(view, wantedLots, view.maxQtyLots(direction, worstTicks, settings.leverage), propose);
  if (qtyLots === 0) return;
  asked.spent = direction;
  asked.untilMs = bar.knownAtMs + settings.cooldownMinutes * MINUTE_MS;
  propose.enter({
    direction,
    qtyLots,
    bracket: { stopFraction: settings.stopFraction, targetFraction: settings.targetFraction },
    worstTicks,
    leverage: settings.leverage,
  });
};

const manage = (settings: Settings, view: PositionView, propose: Proposals): void => {
  if (view.exitPending) return;
  const { position, bar, instrument } = view;
  const direction: Direction = position.positionLots > 0 ? 1 : -1;
  if (bar.knownAtMs - position.openedAtMs >= settings.timeLimitMinutes * MINUTE_MS) {
    propose.exit("time-limit");
    return;
  }
  if (hasLeft(settings, view, direction)) {
    propose.exit("signal");
    return;
  }
  if (settings.breakEvenFraction === 0) return;
  const gained = direction * (bar.close / instrument.tickSize / position.averageTicks - 1);
  if (gained < settings.breakEvenFraction) return;
  const stopTicks = breakEvenTicks(view, direction, settings.breakEvenCostFraction);
  if ((stopTicks - view.stopTicks) * direction > 0) propose.moveStop(stopTicks, "break-even");
};
