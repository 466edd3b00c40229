import { INPUT_OF } from "../../src/domain/kind.ts";
import type { Bar, KlineBlock } from "../../src/domain/kline.ts";
import { formatUtc } from "../../src/domain/time.ts";
import { DAY_MS, MINUTE_MS, UserError } from "../../src/domain/units.ts";
import { BeliefBlock } from "../beliefBlock.ts";
import { MISSING_SHARE_MAX } from "../normalize.ts";
import type { BookView, EventFeatureFamily, FeatureEvent, FeatureFamily } from "./feature.ts";
import { FeatureBar } from "./featureBar.ts";
import type { FeatureSet, Placed, PlacedFrame } from "./featureSet.ts";

/** A family at work on one time frame of one instrument. */
class Member {
  readonly family: FeatureFamily;
  readonly at: number;
  state: unknown;
  bars = 0;
  /** Bars until the columns are known again after a gap that the state stood. */
  waiting = 0;
  /** Bars after which all of its columns are known. */
  readonly warmUpBars: number;

  constructor({ family, at }: Placed<FeatureFamily>, from: number) {
    this.family = family;
    this.at = at - from;
    this.state = family.init();
    this.warmUpBars = Math.max(...family.columns.map(({ warmUpBars }) => warmUpBars));
  }

  step(bar: FeatureBar, out: Float64Array, from: number): void {
    const at = from + this.at;
    this.family.bar(this.state, bar, out, at);
    if (this.bars >= this.warmUpBars && this.waiting === 0) return;
    this.warm(out, at);
  }

  gap(missingBars: number): void {
    if (this.family.gap?.(this.state, missingBars) === true) this.waiting = this.family.gapWarmUpBars ?? 0;
    else this.restart();
  }

  restart(): void {
    this.state = this.family.init();
    this.bars = 0;
    this.waiting = 0;
  }

  /** What is not known yet becomes NaN. */
  private warm(out: Float64Array, at: number): void {
    const { columns } = this.family;
    if (this.bars < this.warmUpBars) this.bars += 1;
    if (this.waiting > 0) this.waiting -= 1;
    if (this.waiting > 0) out.fill(NaN, at, at + columns.length);
    for (let c = 0; c < columns.length; c += 1) if (this.bars < (columns[c] as { warmUpBars: number }).warmUpBars) out[at + c] = NaN;
  }
}

/** A longer time frame, with the columns of its last closed bar. */
class Frame {
  readonly timeframeMs: number;
  readonly at: number;
  readonly width: number;
  readonly members: readonly Member[];
  readonly bar = new FeatureBar();
  readonly held: Float64Array;
  readonly bars: number;
  readonly rootBars: number;
  /** Decision bars that may be missing before it starts anew; 0 for windows of up to a day. */
  readonly missingMax: number;
  missing = 0;
  sinceMissing = 0;
  readonly windowBars: number;
  /** Its bars must have opened here or later: one that began before the data did, or in a hole, is not whole. */
  wholeFromMs = NaN;

  constructor(frame: PlacedFrame) {
    this.timeframeMs = frame.timeframeMs;
    this.at = frame.at;
    this.width = frame.width;
    this.members = frame.families.map((placed) => new Member(placed, frame.at));
    this.held = new Float64Array(frame.width).fill(NaN);
    this.bars = frame.timeframeMs / MINUTE_MS;
    this.rootBars = Math.sqrt(this.bars);
    this.windowBars = this.bars * Math.max(...this.members.map(({ warmUpBars }) => warmUpBars));
    this.missingMax = this.windowBars * MINUTE_MS > DAY_MS ? MISSING_SHARE_MAX * this.windowBars : 0;
  }

  /** Windows over one day tolerate 2 % missing bars (docs/architecture.md#gaps). `toMs`: open time of the first bar behind the hole. */
  gap(missingBars: number, toMs: number): void {
    this.missing += missingBars;
    this.sinceMissing = 0;
    if (this.missing <= this.missingMax) return;
    this.missing = 0;
    this.wholeFromMs = toMs;
    this.bar.reset();
    this.held.fill(NaN);
    for (const member of this.members) member.restart();
  }

  /** A whole window without a hole forgets the holes before it. */
  passed(): void {
    this.sinceMissing += 1;
    if (this.sinceMissing >= this.windowBars) this.missing = 0;
  }
}

/** An event family at work on one instrument. */
interface Listener {
  readonly family: EventFeatureFamily;
  readonly at: number;
  readonly state: unknown;
  readonly mask: number;
  /** Its input has said something. */
  heard: boolean;
}

interface Pending {
  block: KlineBlock | undefined;
  row: number;
}

/** Everything that the feature row of one instrument is made from. */
export class FeatureBook {
  readonly rows: BeliefBlock;
  private readonly base: readonly Member[];
  private readonly frames: readonly Frame[];
  private readonly listeners: readonly Listener[];
  private readonly ownFrom: number;
  private readonly bar = new FeatureBar();
  /** The decision bar that waits for its scales. */
  private readonly pending: Pending = { block: undefined, row: 0 };
  /** Families see no bar before the first good scales. */
  private scaled = false;
  private volatilityUnit = 0.5;
  private volumeBaseline = 0.5;
  private tradesBaseline = 0.5;

  constructor(set: FeatureSet) {
    this.rows = new BeliefBlock(set.columns.length);
    this.base = set.base.map((placed) => new Member(placed, 0));
    this.frames = set.frames.map((frame) => new Frame(frame));
    this.listeners = set.events.map(({ family, at }) => ({
      family,
      at,
      state: family.init(),
      mask: set.masks.get(family.input) as number,
      heard: false,
    }));
    this.ownFrom = set.ownFrom;
  }

  see(bar: Bar): void {
    const { pending } = this;
    if (pending.block !== bar.block) {
      if (pending.block === undefined) for (const frame of this.frames) frame.wholeFromMs = bar.openTimeMs;
      pending.block = bar.block;
    }
    pending.row = bar.row;
  }

  scale(volatilityUnit: number, volumeBaseline: number, tradesBaseline: number): void {
    this.volatilityUnit = volatilityUnit;
    this.volumeBaseline = volumeBaseline;
    this.tradesBaseline = tradesBaseline;
  }

  /** A closed bar of a longer time frame; it comes before the decision bar of its last minute, with the scales of the one before. */
  longerBar(bar: Bar): void {
    if (!this.scaled) return;
    const { timeframeMs } = bar;
    for (const frame of this.frames) {
      if (frame.timeframeMs !== timeframeMs || bar.openTimeMs < frame.wholeFromMs) continue;
      frame.bar.take(bar, this.volatilityUnit, this.volumeBaseline, this.tradesBaseline, frame.bars, frame.rootBars);
      for (const member of frame.members) member.step(frame.bar, frame.held, 0);
    }
  }

  /** The row of the decision bar; all klines' columns are unknown without scales. Returns the bar's open time. */
  decisionBar(scalesReady: boolean): number {
    const { rows, bar } = this;
    const from = rows.next();
    const { values } = rows;
    bar.take(this.pending as Pick<Bar, "block" | "row">, this.volatilityUnit, this.volumeBaseline, this.tradesBaseline, 1, 1);
    if (scalesReady) this.scaled = true;
    for (const member of this.base) if (this.scaled || member.family.scaled === false) member.step(bar, values, from);
    for (const frame of this.frames) {
      values.set(frame.held, from + frame.at);
      if (frame.missing > 0) frame.passed();
    }
    if (!scalesReady) values.fill(NaN, from, from + this.klineColumns());
    else if (this.ownFrom < this.base.length) this.requireOwn(values, from);
    for (const listener of this.listeners) this.listen(listener, values, from);
    return bar.openTimeMs;
  }

  event(event: FeatureEvent): void {
    const input = INPUT_OF[event.kind];
    for (const listener of this.listeners) {
      if (listener.family.input !== input) continue;
      listener.heard = true;
      listener.family.event?.(listener.state, event);
    }
  }

  bookChanged(book: BookView): void {
    for (const listener of this.listeners) {
      if (listener.family.input !== "book") continue;
      listener.heard = true;
      listener.family.book?.(listener.state, book);
    }
  }

  /** `missingBars` of the decision bar, the next one opens at `toMs`. */
  gap(missingBars: number, toMs: number): void {
    this.bar.reset();
    for (const member of this.base) member.gap(missingBars);
    for (const frame of this.frames) frame.gap(missingBars, toMs);
  }

  private listen(listener: Listener, values: Float64Array, from: number): void {
    const { family, at, state, mask } = listener;
    // A fresh row is all zeros.
    if (!listener.heard) values[from + mask] = 1;
    else {
      family.bar(state, this.bar, values, from + at);
      if (family.known(state, this.bar.closeMs)) return;
      values.fill(0, from + at, from + at + family.columns.length);
      values[from + mask] = 1;
    }
  }

  /** Columns before those of events. */
  private klineColumns(): number {
    const first = this.listeners[0];
    return first === undefined ? this.rows.width : first.at;
  }

  /** What a user's family says must be finite once it says that it is warm. */
  private requireOwn(values: Float64Array, from: number): void {
    for (let m = this.ownFrom; m < this.base.length; m += 1) {
      const { family, at, bars, waiting } = this.base[m] as Member;
      if (waiting > 0) continue;
      for (const [c, { name, warmUpBars }] of family.columns.entries()) {
        const value = values[from + at + c] as number;
        if (bars < warmUpBars || Number.isFinite(value)) continue;
        throw new UserError(
          `feature ${name} is ${value} at the bar that closed at ${formatUtc(this.bar.closeMs)}: it must be finite once it is warm`,
        );
      }
    }
  }
}
