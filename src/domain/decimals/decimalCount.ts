import { DAY_MS } from "../units.ts";
import { BUCKETS, Fineness } from "./fineness.ts";
import type { Decimals } from "./seen.ts";
import { DECIMALS_MAX, shownOf, significantOf, UNSEEN } from "./written.ts";

/** Rows of a UTC day per row that must be finer before the day's numbers are. */
const ROWS_PER_FINE_ROW = 100;
/** A source that pads to a fixed width pads to eight decimals or more (the archive and REST of Binance spot). */
const PADDED_DECIMALS = 8;
/** Different numbers that all end in a zero before that zero is no decimal: by chance one of ten ends in it. */
const DIFFERENT_MAX = 100;

/**
 * Counts the decimals of one column of a file or of an answer, in which a row may have several numbers (a bar's four prices): `see`
 * each, then end the `row`.
 *
 * - Trailing zeros count: `100.00` shows 2. They do not where every number has the same eight or more decimals, and not where at least
 *   100 different numbers all end in them.
 * - A day's decimals are the most that at least one of a hundred of its rows reaches; rarer ones are strays (sums of old spot trades,
 *   noise). The column's are those of its finest day, so they do not depend on how days are put into files.
 */
export class DecimalCount {
  /** Rows by their finest number. */
  readonly fineness = new Fineness();
  /** By UTC day: rows by shown decimals, then by significant ones. */
  private readonly days = new Map<number, Int32Array>();
  private day: Int32Array = new Int32Array(0);
  private dayNumber = NaN;
  private narrowest = Infinity;
  private widest = -1;
  private readonly different = new Set<number>();
  // The row that is not ended yet.
  private shown = UNSEEN;
  private significant = UNSEEN;
  private finest = NaN;

  /** Takes one number of the row: its `writtenDecimals` and its value. */
  see(written: number, value: number): void {
    if (written === UNSEEN) return;
    const shown = shownOf(written);
    const significant = significantOf(written);
    if (shown < this.narrowest) this.narrowest = shown;
    if (shown > this.widest) this.widest = shown;
    if (this.different.size < DIFFERENT_MAX) this.different.add(value);
    if (shown > this.shown) this.shown = shown;
    if (significant <= this.significant) return;
    this.significant = significant;
    this.finest = value;
  }

  /** Ends the row, whose time decides the day. */
  row(timeMs: number): void {
    const { shown, significant } = this;
    if (shown === UNSEEN) return;
    const dayNumber = Math.floor(timeMs / DAY_MS);
    if (dayNumber !== this.dayNumber) this.turnTo(dayNumber);
    const { day } = this;
    day[shown] = (day[shown] as number) + 1;
    day[BUCKETS + significant] = (day[BUCKETS + significant] as number) + 1;
    this.fineness.add(significant, timeMs, this.finest);
    this.shown = UNSEEN;
    this.significant = UNSEEN;
  }

  /** Null where no number was seen. */
  get decimals(): Decimals | null {
    if (this.widest < 0) return null;
    const pads = this.narrowest === this.widest && this.widest >= PADDED_DECIMALS;
    let [shown, significant] = [0, 0];
    for (const day of this.days.values()) {
      const [byShown, bySignificant] = [day.subarray(0, BUCKETS), day.subarray(BUCKETS)];
      const ofDay = typical(pads ? bySignificant : byShown);
      shown = Math.max(shown, ofDay);
      significant = Math.max(
        significant,
        bySignificant.subarray(0, ofDay + 1).findLastIndex((rows) => rows > 0),
      );
    }
    return { significant, shown, padded: shown > significant && this.different.size >= DIFFERENT_MAX };
  }

  private turnTo(dayNumber: number): void {
    let day = this.days.get(dayNumber);
    if (day === undefined) this.days.set(dayNumber, (day = new Int32Array(2 * BUCKETS)));
    this.day = day;
    this.dayNumber = dayNumber;
  }
}

/** The most decimals that at least one of a hundred rows reaches. */
const typical = (rowsByDecimals: Int32Array): number => {
  const total = rowsByDecimals.reduce((sum, rows) => sum + rows, 0);
  let finer = 0;
  for (let decimals = DECIMALS_MAX; decimals > 0; decimals -= 1) {
    finer += rowsByDecimals[decimals] as number;
    if (finer > 0 && finer * ROWS_PER_FINE_ROW >= total) return decimals;
  }
  return 0;
};
