import type { Shadow } from "../../domain/derived.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Bar } from "../../domain/kline.ts";
import { DAY_MS, MINUTE_MS, utcDayStart } from "../../domain/units.ts";
import { LabelStream } from "../labels/labelStream.ts";
import type { Outcome } from "./scores.ts";

/** A day is looked at when the one behind it is over: by then its labels have long been known. */
const LOOK_AFTER_MS = 2 * DAY_MS;

/** A judged bar: what was said of it, by layer, and what became of it. */
export interface JudgedBar {
  readonly instrument: number;
  readonly knownAtMs: number;
  readonly said: Map<string, Shadow>;
  outcome: Outcome | null;
}

/** A day that can be looked at, with the bars of it whose labels were known then. */
interface JudgedDay {
  readonly dayMs: number;
  /** 00:00 UTC at which what the look decides can be done. */
  readonly atMs: number;
  readonly bars: readonly JudgedBar[];
}

interface JudgedDaysOptions {
  readonly instruments: readonly Instrument[];
  /** Bars that close up to this time only warm up. */
  readonly fromMs: number;
  readonly everyMs: number;
  readonly stop: number;
  readonly target: number;
  readonly horizonMs: number;
}

/**
 * Joins judged bars with their labels, and hands out whole days. Which bars belong to a day is settled by the line's bars alone, so it does not
 * depend on when, within a burst, beliefs arrive. Held: the bars of three days.
 */
export class JudgedDays {
  private readonly options: JudgedDaysOptions;
  private readonly streams: readonly LabelStream<JudgedBar>[];
  /** By day, in line order. */
  private readonly days = new Map<number, JudgedBar[]>();
  /** By instrument and time, bars whose beliefs may still come. */
  private readonly bars: readonly Map<number, JudgedBar>[];
  private over: JudgedDay[] = [];

  constructor(options: JudgedDaysOptions) {
    const { instruments, horizonMs } = options;
    const ignored = (): void => undefined;
    this.options = options;
    this.bars = instruments.map(() => new Map<number, JudgedBar>());
    this.streams = instruments.map(
      (instrument) =>
        new LabelStream<JudgedBar>({
          ...{ instrument, horizonMs, intervalMs: MINUTE_MS, weight: "uniqueness" },
          finished: (bar, { longReturn, shortReturn, regimeTarget }) => {
            bar.outcome = { longReturn, shortReturn, state: regimeTarget };
          },
          ...{ unfinished: ignored, belowTick: ignored },
        }),
    );
  }

  bar({ base, instrument, knownAtMs, openTimeMs, open, high, low, close }: Bar): void {
    if (!base) return;
    const { fromMs, everyMs, stop, target } = this.options;
    for (const dayMs of this.days.keys()) if (knownAtMs >= dayMs + LOOK_AFTER_MS) this.close(dayMs, midnightFrom(knownAtMs));
    const stream = this.streams[instrument] as LabelStream<JudgedBar>;
    stream.bar(openTimeMs, open, high, low, close);
    if (knownAtMs <= fromMs || knownAtMs % everyMs !== 0) return;
    const judged: JudgedBar = { instrument, knownAtMs, said: new Map(), outcome: null };
    stream.decide(judged, { stopFraction: stop, targetFraction: target });
    (this.bars[instrument] as Map<number, JudgedBar>).set(knownAtMs, judged);
    const dayMs = utcDayStart(knownAtMs);
    const day = this.days.get(dayMs);
    if (day === undefined) this.days.set(dayMs, [judged]);
    else day.push(judged);
  }

  /** The trailing state at an instrument's last bar, of which the target of a bar 240 bars ago is made. */
  state(instrument: number, state: number): void {
    this.streams[instrument]?.regime(state);
  }

  shadow(shadow: Shadow): void {
    this.bars[shadow.instrument]?.get(shadow.knownAtMs)?.said.set(shadow.layer, shadow);
  }

  /** Days that are over, in order; behind a barrier, when all their beliefs are there. */
  takeOver(): readonly JudgedDay[] {
    if (this.over.length === 0) return [];
    const { over } = this;
    this.over = [];
    for (const { bars } of over) for (const { instrument, knownAtMs } of bars) this.bars[instrument]?.delete(knownAtMs);
    return over;
  }

  /** The data end: what is known of the last days is all there is. */
  finish(): void {
    for (const stream of this.streams) stream.finish();
    for (const dayMs of this.days.keys()) this.close(dayMs, dayMs + LOOK_AFTER_MS);
  }

  private close(dayMs: number, atMs: number): void {
    const bars = this.days.get(dayMs) ?? [];
    this.days.delete(dayMs);
    for (const { outcome, instrument, knownAtMs } of bars) if (outcome === null) this.bars[instrument]?.delete(knownAtMs);
    this.over.push({ dayMs, atMs, bars: bars.filter(({ outcome }) => outcome !== null) });
  }
}

/** The first 00:00 UTC at or behind a time. */
const midnightFrom = (timeMs: number): number => utcDayStart(timeMs + DAY_MS - 1);
