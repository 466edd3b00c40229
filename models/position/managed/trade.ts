import type { Direction } from "../../../src/domain/units.ts";
import { OBSERVATION_WIDTH } from "../observation.ts";
import type { ObservationExtras } from "../observation.ts";
import type { PositionView } from "../positionModule.ts";
import type { ManagedSettings } from "./settings.ts";

/** What the module remembers of one instrument: what it asked for, and the trade it is in. */
export class Trade implements ObservationExtras {
  readonly stopFraction: number;
  readonly timeLimitMinutes: number;
  readonly leverage: number;
  readonly worstFraction: number;
  /** The observation of the bar at hand. */
  readonly seen = new Float64Array(OBSERVATION_WIDTH);
  natr = NaN;
  partTaken = false;
  scaledIn = false;
  /** Tightest stop asked for in this trade, in ticks; 0: none. */
  askedStopTicks = 0;
  /** Best close of the trade so far. */
  best = 0.5;
  /** Side that was asked for and is spent; 0: none. */
  spent: Direction | 0 = 0;
  /** When it may be asked for again although the signal never left it. */
  untilMs = 0.5;
  private openedAtMs = NaN;

  constructor({ stopFraction, timeLimitMinutes, leverage, worstFraction }: ManagedSettings) {
    this.stopFraction = stopFraction;
    this.timeLimitMinutes = timeLimitMinutes;
    this.leverage = leverage;
    this.worstFraction = worstFraction;
  }

  /** A bar in a position: what belonged to a trade before is forgotten, and the best close follows. */
  follow({ position, bar }: PositionView): void {
    const { close } = bar;
    if (position.openedAtMs !== this.openedAtMs) {
      this.openedAtMs = position.openedAtMs;
      this.partTaken = false;
      this.scaledIn = false;
      this.askedStopTicks = 0;
      this.best = close;
    } else if (position.positionLots > 0 ? close > this.best : close < this.best) this.best = close;
  }

  /** Flat: the next position is another trade, even one opened at the same moment. */
  leave(): void {
    this.openedAtMs = NaN;
    this.partTaken = false;
    this.scaledIn = false;
  }
}
