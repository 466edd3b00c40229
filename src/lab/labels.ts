import { priceToTicks } from "../domain/instrument.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { KlineBlock } from "../domain/kline.ts";
import { bracketLevels } from "../domain/order.ts";
import type { Bracket } from "../domain/order.ts";
import { InvariantError } from "../domain/units.ts";
import type { Direction } from "../domain/units.ts";

/** The columns a label looks at: rows in time order, holes allowed. A `KlineBlock` is one. */
export type LabelBars = Pick<KlineBlock, "length" | "intervalMs" | "openTimeMs" | "open" | "high" | "low" | "close">;

export interface LabelOptions {
  readonly bracket: Bracket;
  /** Time limit, counted from the entry bar's open. */
  readonly horizonMs: number;
  readonly instrument: Instrument;
}

export type Touch = "target" | "stop" | "time";

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
  return found && { ...found, exitRow: found.exitRow + entryRow };
};

/** Labels of one side for every row, by row; entries whose data ends too early have label 0, return NaN and exitRow −1. */
export interface LabelColumns {
  readonly label: Int8Array;
  readonly return: Float64Array;
  readonly entryTicks: Float64Array;
  readonly exitTicks: Float64Array;
  readonly endMs: Float64Array;
  readonly exitRow: Int32Array;
}

/** `tripleBarrier` of both sides for an entry at each row's open; prices become ticks once. O(rows · bars a trade lasts). */
export const labelBothSides = (bars: LabelBars, options: LabelOptions): { readonly long: LabelColumns; readonly short: LabelColumns } => {
  const ticks = tickBars(bars, options.instrument, 0, bars.length);
  const side = (direction: Direction): LabelColumns => {
    const columns = emptyColumns(bars.length);
    for (let row = 0; row < bars.length; row++) {
      const found = labelOf(ticks, row, direction, options);
      columns.entryTicks[row] = ticks.open[row] as number;
      if (found === null) continue;
      columns.label[row] = found.label;
      columns.return[row] = found.return;
      columns.exitTicks[row] = found.exitTicks;
      columns.endMs[row] = found.endMs;
      columns.exitRow[row] = found.exitRow;
    }
    return columns;
  };
  return { long: side(1), short: side(-1) };
};

const emptyColumns = (rows: number): LabelColumns => ({
  label: new Int8Array(rows),
  return: new Float64Array(rows).fill(NaN),
  entryTicks: new Float64Array(rows),
  exitTicks: new Float64Array(rows).fill(NaN),
  endMs: new Float64Array(rows).fill(NaN),
  exitRow: new Int32Array(rows).fill(-1),
});

/** Rows of bars with prices as ticks; `close` plays no part. */
type TickBars = Omit<LabelBars, "close">;

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

const LABELS = { target: 1, stop: -1, time: 0 } as const;

const labelOf = (bars: TickBars, entryRow: number, direction: Direction, options: LabelOptions): Label | null => {
  const { openTimeMs, intervalMs, length, open } = bars;
  // Signed prices: for both sides the stop is below and the target above. A level of 0 is none.
  const [adverse, favourable] = direction > 0 ? [bars.low, bars.high] : [bars.high, bars.low];
  const entryTicks = open[entryRow] as number;
  const { stopTicks, targetTicks } = bracketLevels(entryTicks, direction, options.bracket);
  const stop = stopTicks > 0 ? direction * stopTicks : -Infinity;
  const target = targetTicks > 0 ? direction * targetTicks : Infinity;
  const deadlineMs = (openTimeMs[entryRow] as number) + options.horizonMs;
  const exit = (touch: Touch, exitTicks: number, exitRow: number): Label => ({
    label: LABELS[touch],
    touch,
    entryTicks,
    exitTicks,
    return: (direction * (exitTicks - entryTicks)) / entryTicks,
    endMs: openTimeMs[exitRow] as number,
    exitRow,
  });
  for (let row = entryRow; row < length; row++) {
    if (row > entryRow) {
      const openTicks = open[row] as number;
      if ((openTimeMs[row - 1] as number) + intervalMs >= deadlineMs) return exit("time", openTicks, row);
      if (direction * openTicks <= stop) return exit("stop", openTicks, row);
      if (direction * openTicks >= target) return exit("target", openTicks, row);
    }
    if (direction * (adverse[row] as number) <= stop) return exit("stop", stopTicks, row);
    if (direction * (favourable[row] as number) >= target) return exit("target", targetTicks, row);
  }
  return null;
};
