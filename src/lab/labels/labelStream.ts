import type { Instrument } from "../../domain/instrument.ts";
import type { Bracket } from "../../domain/order.ts";
import { isBelowTick } from "../../domain/order.ts";
import { InvariantError } from "../../domain/units.ts";
import { LabelRows } from "./labelRows.ts";
import { lifeWeight } from "./lifeWeight.ts";
import type { WeightKind } from "./options.ts";
import { labelOf } from "./tripleBarrier.ts";
import type { Label } from "./tripleBarrier.ts";

/** Bars that the regime target looks ahead (docs/architecture.md#what-each-layer-says). */
export const REGIME_BARS = 240;

/** All that came of one decision. POOLED: one object per stream, overwritten at the next; copy what you keep. */
export interface FinishedLabel {
  /** 1 target, −1 stop, 0 time; gross return; close of the bar of the exit, when the label was known. */
  longLabel: number;
  longReturn: number;
  longEndMs: number;
  shortLabel: number;
  shortReturn: number;
  shortEndMs: number;
  /** Mean of the two sides' weights. */
  weight: number;
  /** State of the bar 240 bars later: its trailing rule spans exactly the next 240 bars. −1: unknown there. */
  regimeTarget: number;
}

interface LabelStreamOptions<T> {
  readonly instrument: Instrument;
  readonly intervalMs: number;
  readonly horizonMs: number;
  readonly weight: WeightKind;
  /** Gets every decision whose labels are final, in order. */
  readonly finished: (decision: T, label: FinishedLabel) => void;
  /** Gets every decision whose labels the data ends before; it counts nowhere. */
  readonly unfinished: (decision: T) => void;
  /** Gets every decision whose stop or target is asked nearer to the entry than one tick, where no level can stand; it counts nowhere. */
  readonly belowTick: (decision: T) => void;
}

interface Waiting<T> {
  readonly decision: T;
  /** Number of the decision bar's row; the entry is at the open of the next. */
  readonly row: number;
  readonly bracket: Bracket;
  /** Null until it is labelled. Their rows are local ones of that moment: use the lives below. */
  long: Label | null;
  short: Label | null;
  /** Bars of either life, from the entry bar on. */
  longBars: number;
  shortBars: number;
  /** Last row, by number, in which either side's position is open. */
  heldTo: number;
  state: number;
}

/** Bars between a decision and the row in which its longest label ends. */
const labelBars = (horizonMs: number, intervalMs: number): number => 1 + Math.max(1, Math.ceil(horizonMs / intervalMs));

/** Bars that must follow a decision bar before its labels are known: the longer of the label and the regime target. */
export const barsAhead = (horizonMs: number, intervalMs: number): number => Math.max(labelBars(horizonMs, intervalMs), REGIME_BARS);

/**
 * Labels, weights and regime target of the decisions of one instrument, as its bars come. A decision is final once every decision
 * whose label can overlap its own is labelled, and comes out then, in order. Held meanwhile: two horizons and 240 bars, however
 * long the data are.
 *
 * A label's life is the bars in which its position is open. Concurrency c_t of a side is the number of decisions given to `decide`
 * (and finished by the data) whose label of that side is open in bar t. Average uniqueness is the mean over the life of 1 / c_t,
 * return attribution |Σ_t r_t / c_t| over it, r_t being the bar's log return from close to close (López de Prado, Advances in
 * Financial Machine Learning, 4.3, 4.4 and 4.6; not normalised).
 */
export class LabelStream<T> {
  private readonly options: LabelStreamOptions<T>;
  private readonly rows: LabelRows;
  private readonly aheadBars: number;
  private waiting: Waiting<T>[] = [];
  /** Positions in `waiting`: the next to come out, the next to be labelled. */
  private nextOut = 0;
  private nextLabelled = 0;
  /** Number of the first row whose concurrency is not final, and the concurrency of the row before it by side. */
  private openRow = 0;
  private readonly concurrency: [number, number] = [0, 0];
  private readonly pooled: FinishedLabel = {
    longLabel: 0,
    longReturn: 0.5,
    longEndMs: 0.5,
    shortLabel: 0,
    shortReturn: 0.5,
    shortEndMs: 0.5,
    weight: 0.5,
    regimeTarget: 0,
  };

  constructor(options: LabelStreamOptions<T>) {
    const { instrument, intervalMs, horizonMs } = options;
    this.options = options;
    this.aheadBars = barsAhead(horizonMs, intervalMs);
    this.rows = new LabelRows(instrument, intervalMs, this.aheadBars + labelBars(horizonMs, intervalMs) + 8);
  }

  /** Log return of the last bar, close to close. */
  get logReturn(): number {
    return this.rows.logReturn[this.rows.length - 1] ?? 0;
  }

  /** Takes the next closed bar, in time order, holes allowed; hands out what has become final. */
  bar(openTimeMs: number, open: number, high: number, low: number, close: number): void {
    const { rows } = this;
    rows.append(openTimeMs, open, high, low, close, Math.min(this.waiting[this.nextOut]?.row ?? rows.last, this.openRow));
    for (;;) {
      const next = this.waiting[this.nextLabelled];
      // One bar more than it takes: the state of the last bar is told after it.
      if (next === undefined || next.row + this.aheadBars >= rows.last) break;
      if (this.dropped(next)) {
        this.waiting.splice(this.nextLabelled, 1);
        continue;
      }
      if (!this.label(next)) throw new InvariantError(`the label of row ${next.row} has no end at row ${rows.last}`);
      this.nextLabelled += 1;
    }
    this.release((this.waiting[this.nextLabelled]?.row ?? rows.last) + 1);
  }

  /** States the trailing regime at the last bar. */
  regime(state: number): void {
    this.rows.state[this.rows.length - 1] = state;
  }

  /** Decides at the close of the last bar: both sides enter at the next bar's open. */
  decide(decision: T, bracket: Bracket): void {
    this.waiting.push({ decision, row: this.rows.last, bracket, long: null, short: null, longBars: 0, shortBars: 0, heldTo: -1, state: 0 });
  }

  /** The data end: hands out what can still be known and returns the rest as unfinished. */
  finish(): void {
    const rest = this.waiting.splice(this.nextLabelled);
    for (const next of rest) {
      if (this.dropped(next)) continue;
      if (this.label(next)) this.waiting.push(next);
      else this.options.unfinished(next.decision);
    }
    this.nextLabelled = this.waiting.length;
    this.release(this.rows.last + 1);
  }

  /** Whether a decision is one of `belowTick`, and told so; false before its entry is there. */
  private dropped({ row, bracket, decision }: Waiting<T>): boolean {
    const { rows } = this;
    if (row >= rows.last || !isBelowTick(rows.open[row + 1 - rows.first] as number, bracket)) return false;
    this.options.belowTick(decision);
    return true;
  }

  /** Labels both sides and counts them; false when the data do not reach far enough. */
  private label(next: Waiting<T>): boolean {
    const { rows } = this;
    const entryRow = next.row + 1 - rows.first;
    if (next.row + REGIME_BARS > rows.last) return false;
    const how = { bracket: next.bracket, horizonMs: this.options.horizonMs };
    const long = labelOf(rows, entryRow, 1, how);
    const short = long && labelOf(rows, entryRow, -1, how);
    if (long === null || short === null) return false;
    next.long = long;
    next.short = short;
    next.longBars = long.heldToRow + 1 - entryRow;
    next.shortBars = short.heldToRow + 1 - entryRow;
    next.heldTo = Math.max(long.heldToRow, short.heldToRow) + rows.first;
    next.state = rows.state[next.row + REGIME_BARS - rows.first] as number;
    for (const [side, { heldToRow }] of [long, short].entries()) {
      const begins = rows.begins[side as 0 | 1];
      begins[entryRow] = (begins[entryRow] as number) + 1;
      begins[heldToRow + 1] = (begins[heldToRow + 1] as number) - 1;
    }
    return true;
  }

  /** Makes the concurrency of all rows before number `endRow` final and hands out the decisions whose lives lie there. */
  private release(endRow: number): void {
    const { rows, concurrency } = this;
    for (; this.openRow < endRow; this.openRow += 1) {
      const row = this.openRow - rows.first;
      for (const side of [0, 1] as const) {
        const open = concurrency[side] + (rows.begins[side][row] as number);
        concurrency[side] = open;
        rows.share[side][row] = open > 0 ? 1 / open : 0;
      }
    }
    while (this.nextOut < this.nextLabelled) {
      const next = this.waiting[this.nextOut] as Waiting<T>;
      if (next.heldTo >= endRow) break;
      this.handOut(next);
      this.nextOut += 1;
    }
    if (this.nextOut < 1024) return;
    this.waiting = this.waiting.slice(this.nextOut);
    this.nextLabelled -= this.nextOut;
    this.nextOut = 0;
  }

  private handOut(next: Waiting<T>): void {
    const { pooled, rows } = this;
    const { weight } = this.options;
    const long = next.long as Label;
    const short = next.short as Label;
    const entryRow = next.row + 1 - rows.first;
    pooled.longLabel = long.label;
    pooled.longReturn = long.return;
    pooled.longEndMs = long.endMs + rows.intervalMs;
    pooled.shortLabel = short.label;
    pooled.shortReturn = short.return;
    pooled.shortEndMs = short.endMs + rows.intervalMs;
    const longWeight = lifeWeight(weight, rows.share[0], rows.logReturn, entryRow, next.longBars);
    pooled.weight = (longWeight + lifeWeight(weight, rows.share[1], rows.logReturn, entryRow, next.shortBars)) / 2;
    pooled.regimeTarget = next.state;
    this.options.finished(next.decision, pooled);
  }
}
