import { priceToTicks } from "../../domain/instrument.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { KlineBlock } from "../../domain/kline.ts";
import { bracketLevels } from "../../domain/order.ts";
import type { Bracket } from "../../domain/order.ts";
import { InvariantError } from "../../domain/units.ts";
import type { Direction } from "../../domain/units.ts";

/** The columns a label looks at: rows in time order, holes allowed. A `KlineBlock` is one. */
export type LabelBars = Pick<KlineBlock, "length" | "intervalMs" | "openTimeMs" | "open" | "high" | "low" | "close">;

export interface LabelOptions {
  readonly bracket: Bracket;
  /** Time limit, counted from the entry bar's open. */
  readonly horizonMs: number;
  readonly instrument: Instrument;
}

type Touch = "target" | "stop" | "time";

/** What became of an entry at a bar's open. */
export interface Label {
  /** 1 target, −1 stop, 0 time. */
  readonly label: 1 | -1 | 0;
  readonly touch: Touch;
  readonly entryTicks: number;
  readonly exitTicks: number;
  /** Gross return as a fraction: direction · (exit − entry) / entry. */
  readonly return: number;
  /** Open time of the bar that the exit fell into. */
  readonly endMs: number;
  readonly exitRow: number;
  /** Last row during which the position is open: the exit row, or the one before it when the exit is at that row's open. */
  readonly heldToRow: number;
}

/**
 * Triple-barrier label (López de Prado, Advances in Financial Machine Learning, ch. 3) of one side, by the rules of the
 * simulated venue, so that labels and backtests are one truth:
 *
 * - Entry at the open of `entryRow`; levels by `bracketLevels`, live from then on, inside the entry bar too.
 * - A later bar that opens at or beyond a level exits at that open. Else it exits at the stop if it trades there, else at
 *   the target if it trades there: when one bar touches both, the stop counts.
 * - The first bar that closes at or after entry + horizon without a touch ends the trade: exit at the open of the next bar
 *   there is, even when that open lies beyond a level, because the market order fills first.
 *
 * Null when the data ends before the trade does. Throws `InvariantError` when `entryRow` is not a row.
 */
export const tripleBarrier = (bars: LabelBars, entryRow: number, direction: Direction, options: LabelOptions): Label | null => {
  if (!Number.isInteger(entryRow) || entryRow < 0 || entryRow >= bars.length)
    throw new InvariantError(`entry row ${entryRow} is not one of the ${bars.length} rows`);
  const deadlineMs = (bars.openTimeMs[entryRow] as number) + options.horizonMs;
  let toRow = entryRow;
  while (toRow < bars.length && (bars.openTimeMs[toRow] as number) + bars.intervalMs < deadlineMs) toRow += 1;
  // Through the bar that closes at the deadline and the one whose open is the exit.
  const found = labelOf(tickBars(bars, options.instrument, entryRow, Math.min(toRow + 2, bars.length)), 0, direction, options);
  return found && { ...found, exitRow: found.exitRow + entryRow, heldToRow: found.heldToRow + entryRow };
};

/** Rows of bars with prices as ticks; `close` plays no part. */
export type TickBars = Omit<LabelBars, "close">;

const tickBars = (bars: LabelBars, instrument: Instrument, fromRow: number, toRow: number): TickBars => {
  const ticksOf = (prices: Float64Array): Float64Array => prices.slice(fromRow, toRow).map((price) => priceToTicks(instrument, price));
  return {
    length: toRow - fromRow,
    intervalMs: bars.intervalMs,
    openTimeMs: bars.openTimeMs.subarray(fromRow, toRow),
    open: ticksOf(bars.open),
    high: ticksOf(bars.high),
    low: ticksOf(bars.low),
  };
};

/** `tripleBarrier` on prices that are ticks already; `entryRow` must be a row. O(bars that the trade lasts). */
export const labelOf = (
  bars: TickBars,
  entryRow: number,
  direction: Direction,
  options: Omit<LabelOptions, "instrument">,
): Label | null => {
  const { openTimeMs, intervalMs, length, open } = bars;
  // Signed prices: for both sides the stop is below and the target above. A level of 0 is none.
  const adverse = direction > 0 ? bars.low : bars.high;
  const favourable = direction > 0 ? bars.high : bars.low;
  const { stopTicks, targetTicks } = bracketLevels(open[entryRow] as number, direction, options.bracket);
  const stop = stopTicks > 0 ? direction * stopTicks : -Infinity;
  const target = targetTicks > 0 ? direction * targetTicks : Infinity;
  const deadlineMs = (openTimeMs[entryRow] as number) + options.horizonMs;
  for (let row = entryRow; row < length; row++) {
    if (row > entryRow) {
      const openTicks = open[row] as number;
      if ((openTimeMs[row - 1] as number) + intervalMs >= deadlineMs)
        return ended(bars, entryRow, direction, "time", openTicks, row, row - 1);
      if (direction * openTicks <= stop) return ended(bars, entryRow, direction, "stop", openTicks, row, row - 1);
      if (direction * openTicks >= target) return ended(bars, entryRow, direction, "target", openTicks, row, row - 1);
    }
    if (direction * (adverse[row] as number) <= stop) return ended(bars, entryRow, direction, "stop", stopTicks, row, row);
    if (direction * (favourable[row] as number) >= target) return ended(bars, entryRow, direction, "target", targetTicks, row, row);
  }
  return null;
};

const LABELS = { target: 1, stop: -1, time: 0 } as const;

const ended = (
  { open, openTimeMs }: TickBars,
  entryRow: number,
  direction: Direction,
  touch: Touch,
  exitTicks: number,
  exitRow: number,
  heldToRow: number,
): Label => {
  const entryTicks = open[entryRow] as number;
  return {
    label: LABELS[touch],
    touch,
    entryTicks,
    exitTicks,
    return: (direction * (exitTicks - entryTicks)) / entryTicks,
    endMs: openTimeMs[exitRow] as number,
    exitRow,
    heldToRow,
  };
};
