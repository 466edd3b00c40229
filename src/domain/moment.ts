import type { Bar } from "./kline.ts";

/**
 * A moment is one close time of the decision bar, over all instruments of a run. It closes with the bar of the last instrument; where one is
 * missing, `MOMENT_GRACE_MS` after the close. Plain data.
 */
export interface Moment {
  readonly instruments: number;
  /** Close time of the newest moment; −∞ before the first. */
  closeMs: number;
  /** Bars of it that have arrived. */
  bars: number;
  /** It waits for bars. */
  open: boolean;
}

/** How long after its close a moment waits for the bars of all instruments, in line time. */
export const MOMENT_GRACE_MS = 2000;

export const moment = (instruments: number): Moment => ({ instruments, closeMs: -Infinity, bars: 0, open: false });

/** When the bar closes, by the exchange's clock. */
export const closeOf = (bar: Bar): number => bar.openTimeMs + bar.timeframeMs;

/** Place of a bar in its moment: more bars are awaited, it closes the moment, or the moment has closed without it. */
type Arrival = "awaited" | "last" | "late";

/** Takes a decision bar. A bar of a later moment ends one that is still open: `momentClosed` has closed that one before. */
export const arrive = (state: Moment, closeMs: number): Arrival => {
  if (closeMs > state.closeMs) {
    state.closeMs = closeMs;
    state.bars = 0;
    state.open = true;
  } else if (!state.open || closeMs < state.closeMs) return "late";
  state.bars += 1;
  if (state.bars < state.instruments) return "awaited";
  state.open = false;
  return "last";
};
