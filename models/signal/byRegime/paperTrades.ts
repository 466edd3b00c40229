import type { Instrument } from "../../../src/domain/instrument.ts";
import { priceToTicks } from "../../../src/domain/instrument.ts";
import type { BarView } from "../../../src/domain/kline.ts";
import type { Bracket } from "../../../src/domain/order.ts";
import { bracketLevels } from "../../../src/domain/order.ts";
import type { Direction } from "../../../src/domain/units.ts";

interface PaperTerms {
  readonly bracket: Bracket;
  /** Time limit, counted from the entry bar's open. */
  readonly horizonMs: number;
}

/** Told of every paper trade that ended. */
interface PaperRecord {
  ended(slot: number, grossReturn: number): void;
}

/**
 * Paper trades, at most one a cell and side at a time: decided at a bar's close, entered at the next bar's open, ended by stop, target
 * or time under the rules of the labels (`src/lab/labels/tripleBarrier.ts`), so that what is learnt from them is what labels and the venue say. Costs
 * are the record's. Slot 2·cell is the cell's long, 2·cell + 1 its short. A hole in time drops all that it spans: nobody knows how
 * they ended. O(open trades) a bar, allocates at entries only.
 */
export class PaperTrades {
  private readonly instrument: Instrument;
  private readonly terms: PaperTerms;
  private readonly record: PaperRecord;
  /** By slot: whether it has a trade. */
  private readonly busy: Uint8Array;
  /** Trades, compact. Prices are signed ticks: for both sides the stop lies below and the target above. */
  private readonly slots: Int32Array;
  private readonly entry: Float64Array;
  private readonly stop: Float64Array;
  private readonly target: Float64Array;
  private readonly deadlineMs: Float64Array;
  private count = 0;
  /** Trades from here on were decided at the last close and enter at the next open. */
  private entered = 0;
  private closeMs = 0.5;

  constructor(cells: number, instrument: Instrument, terms: PaperTerms, record: PaperRecord) {
    const slots = 2 * cells;
    this.instrument = instrument;
    this.terms = terms;
    this.record = record;
    this.busy = new Uint8Array(slots);
    this.slots = new Int32Array(slots);
    this.entry = new Float64Array(slots);
    this.stop = new Float64Array(slots);
    this.target = new Float64Array(slots);
    this.deadlineMs = new Float64Array(slots);
  }

  /** Trades that are open or enter at the next open. */
  get open(): number {
    return this.count;
  }

  /** Decides a long and a short of a cell at the close that `step` saw last, unless the cell has them. */
  request(cell: number): void {
    this.requestSlot(2 * cell);
    this.requestSlot(2 * cell + 1);
  }

  /** The next closed bar: entries at its open, exits at its open or inside. */
  step({ openTimeMs, timeframeMs, open, high, low }: BarView): void {
    const before = this.closeMs;
    this.closeMs = openTimeMs + timeframeMs;
    if (this.count === 0) return;
    if (openTimeMs !== before) {
      this.drop();
      return;
    }
    const openTicks: number = priceToTicks(this.instrument, open);
    while (this.entered < this.count) this.enter(this.entered++, openTicks, openTimeMs);
    const highTicks: number = priceToTicks(this.instrument, high);
    const lowTicks: number = priceToTicks(this.instrument, low);
    // Backwards: an ended trade's place is taken by the last one, which was looked at already.
    for (let i = this.count - 1; i >= 0; i -= 1) {
      const long = ((this.slots[i] as number) & 1) === 0;
      const exit = long
        ? this.exit(i, openTimeMs, openTicks, lowTicks, highTicks)
        : this.exit(i, openTimeMs, -openTicks, -highTicks, -lowTicks);
      if (exit === exit) this.end(i, exit);
    }
  }

  private requestSlot(slot: number): void {
    if (this.busy[slot] !== 0) return;
    this.busy[slot] = 1;
    this.slots[this.count] = slot;
    this.count += 1;
  }

  private enter(i: number, openTicks: number, openTimeMs: number): void {
    const direction: Direction = ((this.slots[i] as number) & 1) === 0 ? 1 : -1;
    const { stopTicks, targetTicks } = bracketLevels(openTicks, direction, this.terms.bracket);
    this.entry[i] = direction * openTicks;
    this.stop[i] = stopTicks > 0 ? direction * stopTicks : -Infinity;
    this.target[i] = targetTicks > 0 ? direction * targetTicks : Infinity;
    this.deadlineMs[i] = openTimeMs + this.terms.horizonMs;
  }

  /** Signed exit price of trade `i` in a bar of signed open, worst and best price; NaN: none. */
  private exit(i: number, openTimeMs: number, open: number, worst: number, best: number): number {
    const stop = this.stop[i] as number;
    const target = this.target[i] as number;
    // At the open of its own bar a trade has just been entered, between its levels and before its deadline.
    if (openTimeMs >= (this.deadlineMs[i] as number) || open <= stop || open >= target) return open;
    if (worst <= stop) return stop;
    return best >= target ? target : NaN;
  }

  private end(i: number, exit: number): void {
    const slot = this.slots[i] as number;
    const entry = this.entry[i] as number;
    const last = this.count - 1;
    this.slots[i] = this.slots[last] as number;
    this.entry[i] = this.entry[last] as number;
    this.stop[i] = this.stop[last] as number;
    this.target[i] = this.target[last] as number;
    this.deadlineMs[i] = this.deadlineMs[last] as number;
    this.count = last;
    this.entered = last;
    this.busy[slot] = 0;
    this.record.ended(slot, (exit - entry) / Math.abs(entry));
  }

  private drop(): void {
    for (let i = 0; i < this.count; i += 1) this.busy[this.slots[i] as number] = 0;
    this.count = 0;
    this.entered = 0;
  }
}
