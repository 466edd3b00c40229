import type { Causes, LineTime } from "./causes.ts";
import type { DayLimits } from "./limits.ts";

const RULES = { loss: "day.maxLossFraction", entries: "day.maxEntries", losses: "day.maxConsecutiveLosses" } as const;

/** The UTC day: marked loss, entries and losing trades in a row. All causes and counters clear at 00:00 UTC. */
export class DayTier {
  private readonly limits: DayLimits;
  private readonly causes: Causes;
  private startUsdt = NaN;
  private entries = 0;
  private lossesInRow = 0;

  constructor(limits: DayLimits, causes: Causes) {
    this.limits = limits;
    this.causes = causes;
  }

  /** Equity at 00:00; the first call starts the first, shorter day. */
  roll(time: LineTime, equityUsdt: number): void {
    this.startUsdt = equityUsdt;
    this.entries = 0;
    this.lossesInRow = 0;
    for (const rule of Object.values(RULES)) this.causes.clear(time, rule);
  }

  /** Marked equity may lose at most the fraction: a loss beyond it breaches, the limit itself does not. */
  equity(time: LineTime, equityUsdt: number): void {
    const { maxLossFraction } = this.limits;
    if (maxLossFraction === null) return;
    if (this.startUsdt - equityUsdt > maxLossFraction * this.startUsdt) {
      this.causes.raise(time, RULES.loss, "REDUCING", equityUsdt / this.startUsdt - 1, -maxLossFraction);
    }
  }

  /** Somebody wants one more entry (or scale-in): beyond the day's count that raises the cause. */
  wantsEntry(time: LineTime): void {
    const { maxEntries } = this.limits;
    if (maxEntries === null || this.entries + 1 <= maxEntries) return;
    this.causes.raise(time, RULES.entries, "REDUCING", this.entries + 1, maxEntries);
  }

  /** An entry was approved: it counts, whatever the venue makes of it. */
  entered(): void {
    this.entries += 1;
  }

  tradeClosed(time: LineTime, pnlUsdt: number): void {
    // Written so that NaN counts as a loss.
    this.lossesInRow = pnlUsdt >= 0 ? 0 : this.lossesInRow + 1;
    const { maxConsecutiveLosses } = this.limits;
    if (maxConsecutiveLosses === null || this.lossesInRow <= maxConsecutiveLosses) return;
    this.causes.raise(time, RULES.losses, "REDUCING", this.lossesInRow, maxConsecutiveLosses);
  }
}
