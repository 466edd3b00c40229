import type { Bar } from "../domain/kline.ts";
import { DAY_MS, HOUR_MS } from "../domain/units.ts";
import type { Causes, LineTime } from "./causes.ts";
import type { ShockLimits, SystemLimits } from "./limits.ts";
import { RealisedVolatility } from "./realisedVolatility.ts";

/** Windows over one day tolerate 2 % missing bars (design §3); the hour and the day tolerate none. */
const TOLERATED_MISSING = 0.02;
const HOUR = 0;
const MONTH = 1;
const DAY = 2;
const MONTH_BEFORE = 3;

/** Shock (the hour against its 30 days) and the system's volatility halt (the day against the 30 days before it). */
export class VolatilityTier {
  readonly #shock: ShockLimits;
  readonly #system: SystemLimits;
  readonly #causes: Causes;
  readonly #symbol: string;
  #volatility: RealisedVolatility | null = null;
  #calmSinceMs = NaN;

  constructor(shock: ShockLimits, system: SystemLimits, causes: Causes, symbol: string) {
    this.#shock = shock;
    this.#system = system;
    this.#causes = causes;
    this.#symbol = symbol;
  }

  /** `judge` false only fills the windows. */
  bar(time: LineTime, bar: Bar, judge: boolean): void {
    const { timeframeMs } = bar;
    this.#volatility ??= new RealisedVolatility(windows(timeframeMs));
    this.#volatility.push(Math.round(bar.openTimeMs / timeframeMs), bar.close);
    if (!judge) return;
    this.#checkShock(time);
    this.#checkSystem(time);
  }

  #checkShock(time: LineTime): void {
    const { maxVolatilityRatio, clearVolatilityRatio, clearMs } = this.#shock;
    if (maxVolatilityRatio === null) return;
    const rule = `shock.maxVolatilityRatio ${this.#symbol}`;
    const ratio = this.#ratio(HOUR, MONTH);
    if (ratio > maxVolatilityRatio) this.#causes.raise(time, rule, "REDUCING", ratio, maxVolatilityRatio);
    if (!this.#causes.has(rule)) return;
    // A ratio that is unknown after a gap is not calm.
    if (!(ratio < clearVolatilityRatio)) this.#calmSinceMs = NaN;
    else if (Number.isNaN(this.#calmSinceMs)) this.#calmSinceMs = time.knownAtMs;
    if (time.knownAtMs - this.#calmSinceMs >= clearMs) {
      this.#calmSinceMs = NaN;
      this.#causes.clear(time, rule);
    }
  }

  #checkSystem(time: LineTime): void {
    const { maxVolatilityRatio } = this.#system;
    if (maxVolatilityRatio === null) return;
    const ratio = this.#ratio(DAY, MONTH_BEFORE);
    if (ratio > maxVolatilityRatio) this.#causes.raise(time, `system.maxVolatilityRatio ${this.#symbol}`, "HALTED", ratio, maxVolatilityRatio);
  }

  /** Realised volatility of a window over the rms of a longer one, both per bar, so that their lengths cancel. */
  #ratio(window: number, baseline: number): number {
    const volatility = this.#volatility as RealisedVolatility;
    return volatility.rms(window, window === DAY ? TOLERATED_MISSING : 0) / volatility.rms(baseline, TOLERATED_MISSING);
  }
}

const windows = (timeframeMs: number): { readonly fromBars: number; readonly toBars: number }[] => {
  const hour = Math.max(1, Math.round(HOUR_MS / timeframeMs));
  const day = Math.max(1, Math.round(DAY_MS / timeframeMs));
  return [
    { fromBars: 0, toBars: hour },
    { fromBars: 0, toBars: 30 * day },
    { fromBars: 0, toBars: day },
    { fromBars: day, toBars: 31 * day },
  ];
};
