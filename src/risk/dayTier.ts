import type { Instrument } from "../domain/instrument.ts";
import { isOwnCondition } from "../domain/rejection.ts";
import type { RejectionReason } from "../domain/rejection.ts";
import type { InstrumentIndex } from "../domain/units.ts";
import type { Causes, LineTime } from "./causes.ts";
import type { DayLimits } from "./limits.ts";
import type { DayCounts } from "./readings.ts";

const RULES = { loss: "day.maxLossFraction", entries: "day.maxEntries", losses: "day.maxConsecutiveLosses" } as const;

/**
 * The UTC day: marked loss, entries, losing trades in a row, and by instrument the entries in a row that the venue refused. All causes and
 * counters clear at 00:00 UTC.
 */
export class DayTier {
  private readonly limits: DayLimits;
  private readonly causes: Causes;
  /** By instrument: what holds for it alone. */
  private readonly own: readonly Causes[];
  /** By instrument: the rule of refusals in a row. */
  private readonly refusalRules: readonly string[];
  /** By instrument: entries in a row that the venue refused. */
  private readonly refusalsInRow: number[];
  private startUsdt = NaN;
  private startedAtMs = -Infinity;
  private entries = 0;
  private lossesInRow = 0;

  constructor(limits: DayLimits, causes: Causes, instruments: readonly Instrument[], own: readonly Causes[]) {
    this.limits = limits;
    this.causes = causes;
    this.own = own;
    this.refusalRules = instruments.map(({ symbol }) => `day.maxVenueRefusals ${symbol}`);
    this.refusalsInRow = instruments.map(() => 0);
  }

  /** Equity at 00:00; the first call starts the first, shorter day. */
  roll(time: LineTime, equityUsdt: number): void {
    this.startUsdt = equityUsdt;
    this.startedAtMs = time.knownAtMs;
    this.entries = 0;
    this.lossesInRow = 0;
    for (const rule of Object.values(RULES)) this.causes.clear(time, rule);
    this.forgiveRefusals(time);
  }

  /** Marked equity may lose at most the fraction: a loss beyond it breaches, the limit itself does not. */
  equity(time: LineTime, equityUsdt: number): void {
    const { maxLossFraction } = this.limits;
    if (maxLossFraction === null) return;
    if (this.startUsdt - equityUsdt > maxLossFraction * this.startUsdt) {
      this.causes.raise(time, RULES.loss, "REDUCING", this.change(equityUsdt), -maxLossFraction);
    }
  }

  /** Somebody wants one more entry (or scale-in): beyond the day's count that raises the cause. */
  wantsEntry(time: LineTime): void {
    const { maxEntries } = this.limits;
    if (maxEntries === null || this.entries + 1 <= maxEntries) return;
    this.causes.raise(time, RULES.entries, "REDUCING", this.entries + 1, maxEntries);
  }

  /** An entry was approved: it counts unless the venue surely refuses it. */
  entered(): void {
    this.entries += 1;
  }

  /** Of equity since 00:00 UTC, as a fraction. */
  private change(equityUsdt: number): number {
    return equityUsdt / this.startUsdt - 1;
  }

  /** What the day's rules count. */
  counts(equityUsdt: number): DayCounts {
    return { change: this.change(equityUsdt), entries: this.entries, lossesInRow: this.lossesInRow };
  }

  /** The venue took an entry: a row of refusals ends. */
  entryTaken(instrument: InstrumentIndex): void {
    this.refusalsInRow[instrument] = 0;
  }

  /** The venue surely refused an entry of which nothing had filled: the day in which it was approved is given it back. */
  entryRefused(time: LineTime, instrument: InstrumentIndex, decidedAtMs: number, reason: RejectionReason): void {
    const { maxVenueRefusals } = this.limits;
    if (decidedAtMs >= this.startedAtMs) {
      this.entries -= 1;
      this.causes.clear(time, RULES.entries);
    }
    if (isOwnCondition(reason)) return;
    const inRow = (this.refusalsInRow[instrument] as number) + 1;
    this.refusalsInRow[instrument] = inRow;
    if (maxVenueRefusals === null || inRow < maxVenueRefusals) return;
    (this.own[instrument] as Causes).raise(time, this.refusalRules[instrument] as string, "REDUCING", inRow, maxVenueRefusals);
  }

  /** Rows of refusals and their causes end: at 00:00 UTC, and when a person resumes. */
  forgiveRefusals(time: LineTime): void {
    this.refusalsInRow.fill(0);
    for (const [index, own] of this.own.entries()) own.clear(time, this.refusalRules[index] as string);
  }

  tradeClosed(time: LineTime, pnlUsdt: number): void {
    // Written so that NaN counts as a loss.
    this.lossesInRow = pnlUsdt >= 0 ? 0 : this.lossesInRow + 1;
    const { maxConsecutiveLosses } = this.limits;
    if (maxConsecutiveLosses === null || this.lossesInRow <= maxConsecutiveLosses) return;
    this.causes.raise(time, RULES.losses, "REDUCING", this.lossesInRow, maxConsecutiveLosses);
  }
}
