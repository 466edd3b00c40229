import type { InstrumentIndex } from "../domain/units.ts";
import type { Cause, Causes, LineTime } from "./causes.ts";
import type { SystemLimits } from "./limits.ts";
import { sharpeUpperBound } from "./sharpeBound.ts";

const CONFIDENCE = 0.95;
const RULES = {
  drawdown: "system.maxDrawdownFraction",
  sharpe: "system.minSharpeUpperBound",
  intents: "system.maxIntentsPerSecond",
} as const;

/** Drawdown from the peak, the Sharpe ratio's upper bound, a strategy that ran away: the system itself is failing. */
export class SystemTier {
  private readonly limits: SystemLimits;
  private readonly causes: Causes;
  /** NaN: the next known equity is the peak. */
  private peakUsdt = NaN;
  private dayStartUsdt = NaN;
  /** One number a day since the start or the last resume. */
  private dailyReturns: number[] = [];
  /** By instrument: the second of line time that was asked in last, and how often. */
  private readonly askedSeconds: number[] = [];
  private readonly askedCounts: number[] = [];

  constructor(limits: SystemLimits, causes: Causes) {
    this.limits = limits;
    this.causes = causes;
  }

  /** At 00:00 UTC, and once at the start: closes the day's return. */
  roll(time: LineTime, equityUsdt: number): void {
    if (this.limits.resume === "nextDay" && this.causes.some(isSystem)) this.restart(time, equityUsdt, isSystem);
    else if (this.dayStartUsdt > 0) this.dailyReturns.push(equityUsdt / this.dayStartUsdt - 1);
    this.dayStartUsdt = equityUsdt;
    const { minSharpeUpperBound, sharpeMinDays } = this.limits;
    if (minSharpeUpperBound === null || this.dailyReturns.length < sharpeMinDays) return;
    const bound = sharpeUpperBound(this.dailyReturns, CONFIDENCE);
    if (bound < minSharpeUpperBound) this.causes.raise(time, RULES.sharpe, "HALTED", bound, minSharpeUpperBound);
  }

  equity(time: LineTime, equityUsdt: number): void {
    if (!(equityUsdt <= this.peakUsdt)) this.peakUsdt = equityUsdt;
    const { maxDrawdownFraction } = this.limits;
    if (maxDrawdownFraction === null) return;
    if (this.peakUsdt - equityUsdt >= maxDrawdownFraction * this.peakUsdt) {
      this.causes.raise(time, RULES.drawdown, "HALTED", 1 - equityUsdt / this.peakUsdt, maxDrawdownFraction);
    }
  }

  /** The strategy asks for something, approved or not: more than so many times a second of line time is a runaway. */
  asked(time: LineTime, instrument: InstrumentIndex): void {
    const { maxIntentsPerSecond } = this.limits;
    if (maxIntentsPerSecond === null) return;
    const second = Math.floor(time.knownAtMs / 1000);
    const asked = this.askedSeconds[instrument] === second ? (this.askedCounts[instrument] as number) + 1 : 1;
    this.askedSeconds[instrument] = second;
    this.askedCounts[instrument] = asked;
    if (asked > maxIntentsPerSecond) this.causes.raise(time, RULES.intents, "HALTED", asked, maxIntentsPerSecond);
  }

  /**
   * A person's `resume`: clears every HALTED cause. Peak and Sharpe window begin anew when one of them was the system's;
   * a person's own pause forgets no drawdown.
   */
  resume(time: LineTime, equityUsdt: number): void {
    const isHalt = (cause: Cause): boolean => cause.level === "HALTED";
    if (this.causes.some(isSystem)) this.restart(time, equityUsdt, isHalt);
    else this.causes.clearWhere(time, isHalt);
  }

  private restart(time: LineTime, equityUsdt: number, which: (cause: Cause) => boolean): void {
    this.peakUsdt = equityUsdt;
    this.dayStartUsdt = equityUsdt;
    this.dailyReturns = [];
    this.causes.clearWhere(time, which);
  }
}

const isSystem = (cause: Cause): boolean => cause.rule.startsWith("system.");
