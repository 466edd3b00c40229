import { priceToTicks } from "../../domain/instrument.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { InvariantError } from "../../domain/units.ts";
import type { TickBars } from "./tripleBarrier.ts";

/** The state of a bar of which nothing is known. */
const UNKNOWN_STATE = -1;

/**
 * The last bars of one instrument, column by column, with what labels and weights need. Rows are local: `first` is the number, since
 * the start, of row 0. Appending moves the rows still needed to the front when the columns are full.
 */
export class LabelRows implements TickBars {
  readonly intervalMs: number;
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** ln(close / close of the row before); 0 in the first row. A hole's move falls into the row after it. */
  readonly logReturn: Float64Array;
  readonly state: Int8Array;
  /** By side (long, short): labels that begin in a row less those that were last open in the row before. */
  readonly begins: readonly [Int32Array, Int32Array];
  /** By side: 1 / labels open in the row, 0 where there is none. */
  readonly share: readonly [Float64Array, Float64Array];
  length = 0;
  first = 0;
  private readonly instrument: Instrument;
  private lastClose = NaN;

  /** `neededRows`: the most rows that are ever asked for at a time. */
  constructor(instrument: Instrument, intervalMs: number, neededRows: number) {
    const capacity = 2 * neededRows;
    const doubles = (): Float64Array => new Float64Array(capacity);
    this.instrument = instrument;
    this.intervalMs = intervalMs;
    this.openTimeMs = doubles();
    this.open = doubles();
    this.high = doubles();
    this.low = doubles();
    this.logReturn = doubles();
    this.state = new Int8Array(capacity);
    this.begins = [new Int32Array(capacity), new Int32Array(capacity)];
    this.share = [doubles(), doubles()];
  }

  /** Number, since the start, of the last row; −1 before the first. */
  get last(): number {
    return this.first + this.length - 1;
  }

  /** Appends a bar; rows before number `neededFrom` may go. Throws when more rows are needed than was said. */
  append(openTimeMs: number, open: number, high: number, low: number, close: number, neededFrom: number): void {
    if (this.length === this.openTimeMs.length) this.drop(neededFrom - this.first);
    const at = this.length;
    this.openTimeMs[at] = openTimeMs;
    this.open[at] = priceToTicks(this.instrument, open);
    this.high[at] = priceToTicks(this.instrument, high);
    this.low[at] = priceToTicks(this.instrument, low);
    this.logReturn[at] = this.lastClose > 0 ? Math.log(close / this.lastClose) : 0;
    this.state[at] = UNKNOWN_STATE;
    this.lastClose = close;
    this.length = at + 1;
  }

  private drop(rows: number): void {
    if (rows <= 0) throw new InvariantError(`labels hold ${this.length} bars and need them all`);
    const { length } = this;
    const doubles = [this.openTimeMs, this.open, this.high, this.low, this.logReturn, ...this.share];
    for (const column of doubles) column.copyWithin(0, rows, length);
    this.state.copyWithin(0, rows, length);
    for (const column of this.begins) {
      column.copyWithin(0, rows, length);
      column.fill(0, length - rows);
    }
    this.first += rows;
    this.length -= rows;
  }
}
