import type { Causes, LineTime } from "./causes.ts";
import type { SystemLimits } from "./limits.ts";
import { sharpeUpperBound } from "./sharpeBound.ts";

const CONFIDENCE = 0.95;

/** Drawdown from the peak and the Sharpe ratio's upper bound: the account itself is failing. */
export class SystemTier {
  readonly #limits: SystemLimits;
  readonly #causes: Causes;
  #peakUsdt = NaN;
  #dayStartUsdt = NaN;
  #dailyReturns: number[] = [];

  constructor(limits: SystemLimits, causes: Causes) {
    this.#limits = limits;
    this.#causes = causes;
  }

  /** At 00:00 UTC, and once at the start: closes the day's return. */
  roll(time: LineTime, equityUsdt: number): void {
    if (Number.isNaN(this.#peakUsdt)) this.#peakUsdt = equityUsdt;
    if (this.#limits.resume === "nextDay") this.#resume(time, equityUsdt);
    if (this.#dayStartUsdt > 0) this.#dailyReturns.push(equityUsdt / this.#dayStartUsdt - 1);
    this.#dayStartUsdt = equityUsdt;
    const { minSharpeUpperBound, sharpeMinDays } = this.#limits;
    if (minSharpeUpperBound === null || this.#dailyReturns.length < sharpeMinDays) return;
    const bound = sharpeUpperBound(this.#dailyReturns, CONFIDENCE);
    if (bound < minSharpeUpperBound) this.#causes.raise(time, "system.minSharpeUpperBound", "HALTED", bound, minSharpeUpperBound);
  }

  equity(time: LineTime, equityUsdt: number): void {
    if (equityUsdt > this.#peakUsdt) this.#peakUsdt = equityUsdt;
    const { maxDrawdownFraction } = this.#limits;
    if (maxDrawdownFraction === null) return;
    if (this.#peakUsdt - equityUsdt >= maxDrawdownFraction * this.#peakUsdt) {
      this.#causes.raise(time, "system.maxDrawdownFraction", "HALTED", 1 - equityUsdt / this.#peakUsdt, maxDrawdownFraction);
    }
  }

  /** A person's `resume`: clears every HALTED cause, with a fresh peak and Sharpe window. */
  resume(time: LineTime, equityUsdt: number): void {
    this.#peakUsdt = equityUsdt;
    this.#dailyReturns = [];
    this.#causes.clearWhere(time, (cause) => cause.level === "HALTED");
  }

  /** Research: a breach ends at the next 00:00 UTC; a command's halt stays a person's to lift. */
  #resume(time: LineTime, equityUsdt: number): void {
    if (this.#causes.level !== "HALTED") return;
    this.#peakUsdt = equityUsdt;
    this.#dailyReturns = [];
    this.#causes.clearWhere(time, (cause) => cause.level === "HALTED" && cause.rule.startsWith("system."));
  }
}
