import { priceToTicks } from "../domain/instrument.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { KlineBlock } from "../domain/kline.ts";
import { bracketLevels } from "../domain/order.ts";
import type { Bracket } from "../domain/order.ts";
import { InvariantError } from "../domain/units.ts";
import type { Direction } from "../domain/units.ts";

/** The columns a label looks at, rows in time order, holes allowed; a `KlineBlock` is one. */
export type LabelBars = Pick<KlineBlock, "intervalMs" | "openTimeMs" | "open" | "high" | "low" | "close"> & {
  /** Rows used; default all. */
  readonly length?: number;
};

export interface LabelOptions {
  readonly bracket: Bracket;
  /** Time limit from the entry bar's open. */
  readonly horizonMs: number;
  readonly instrument: Instrument;
}

export type Touch = "target" | "stop" | "time";

/** What became of an entry at the open of a bar. */
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

const TOUCH_LABELS = { target: 1, stop: -1, time: 0 } as const;

/**
 * Triple-barrier label (López de Prado, Advances in Financial Machine Learning, ch. 3) of one side, by the rules of the
 * simulated venue, so that labels and backtests are one truth:
 *
 * - Entry at the open of `entryRow`; levels by `bracketLevels`, live from then on, in the entry bar too.
 * - A later bar that opens at or beyond a level exits at that open. Else low ≤ stop exits at the stop (long; mirrored for
 *   short), else high ≥ target at the target: when one bar touches both, the stop counts.
 * - The first bar that closes at or after entry time + horizon without a touch ends the trade: exit at the open of the next
 *   bar there is, even when that open lies beyond a level.
 *
 * Null when the data ends before the trade does. Throws `InvariantError` when `entryRow` is not a row.
 */
export const tripleBarrier = (bars: LabelBars, entryRow: number, direction: Direction, options: LabelOptions): Label | null => {
  const ticks = tickBars(bars, options.instrument, entryRow);
  if (!Number.isInteger(entryRow) || entryRow < 0 || entryRow >= ticks.length)
    throw new InvariantError(`entry row ${entryRow} is not one of ${ticks.length} rows`);
};
