import type { Instrument } from "../domain/instrument.ts";
import type { InstrumentIndex } from "../domain/units.ts";
import { MINUTE_MS } from "../domain/units.ts";
import type { Causes, LineTime } from "./causes.ts";
import type { DataLimits } from "./limits.ts";

const RULES = {
  gap: "data.gap",
  stream: "data.stream",
  inference: "data.maxInferenceFailuresPerMinute",
  book: "data.book",
} as const;

/**
 * Gaps, stale or broken streams and failing inference: no new risk until the line was whole for `healthyMs`. A broken order book: none
 * on its instrument until it is whole again.
 */
export class DataTier {
  private readonly limits: DataLimits;
  private readonly causes: Causes;
  private readonly instruments: readonly Instrument[];
  /** By instrument: what holds for it alone. */
  private readonly own: readonly Causes[];
  private readonly badSinceMs = new Map<string, number>();
  private readonly brokenStreams = new Set<string>();
  /** Times of the last failures, at most as many as breach. */
  private readonly failuresMs: number[] = [];

  constructor(limits: DataLimits, causes: Causes, instruments: readonly Instrument[], own: readonly Causes[]) {
    this.limits = limits;
    this.causes = causes;
    this.instruments = instruments;
    this.own = own;
  }

  gap(time: LineTime, missingBars: number): void {
    this.bad(time, RULES.gap, missingBars, 0);
  }

  /** A stream is healthy again when the same one, of the same instrument, says so. */
  stream(time: LineTime, stream: string, broken: boolean): void {
    if (broken) {
      this.brokenStreams.add(stream);
      this.bad(time, RULES.stream, this.brokenStreams.size, 0);
    } else if (this.brokenStreams.delete(stream)) {
      // Health counts from the moment the last broken stream is back.
      this.badSinceMs.set(RULES.stream, time.knownAtMs);
    }
  }

  /** The book of `instrument` is not to be believed from now on. */
  bookBroke(time: LineTime, instrument: InstrumentIndex): void {
    if (this.limits.healthyMs !== null) (this.own[instrument] as Causes).raise(time, this.bookRule(instrument), "REDUCING", 1, 0);
  }

  /** A top of the book of `instrument`, so it is whole; called with every one, some 30 a second. */
  bookWhole(time: LineTime, instrument: InstrumentIndex): void {
    const own = this.own[instrument] as Causes;
    if (own.restricted) own.clear(time, this.bookRule(instrument));
  }

  private bookRule(instrument: InstrumentIndex): string {
    return `${RULES.book} ${(this.instruments[instrument] as Instrument).symbol}`;
  }

  inferenceFailed(time: LineTime): void {
    const { maxInferenceFailuresPerMinute: max } = this.limits;
    if (max === null) return;
    this.failuresMs.push(time.knownAtMs);
    if (this.failuresMs.length > max) this.failuresMs.shift();
    const first = this.failuresMs[0] as number;
    if (this.failuresMs.length >= max && time.knownAtMs - first < MINUTE_MS) this.bad(time, RULES.inference, max, max);
    // A single failure is no breach, but no health either.
    else if (this.causes.has(RULES.inference)) this.badSinceMs.set(RULES.inference, time.knownAtMs);
  }

  /** Whether `tick` has anything to clear. */
  get unhealthy(): boolean {
    return this.badSinceMs.size > 0;
  }

  /** Called with every bar or timer: clears what was healthy long enough. */
  tick(time: LineTime): void {
    const { healthyMs } = this.limits;
    for (const [rule, sinceMs] of this.badSinceMs) {
      if (rule === RULES.stream && this.brokenStreams.size > 0) continue;
      if (time.knownAtMs - sinceMs < (healthyMs ?? 0)) continue;
      this.badSinceMs.delete(rule);
      this.causes.clear(time, rule);
    }
  }

  private bad(time: LineTime, rule: string, value: number, limit: number): void {
    if (this.limits.healthyMs === null) return;
    this.badSinceMs.set(rule, time.knownAtMs);
    this.causes.raise(time, rule, "REDUCING", value, limit);
  }
}
