import type { Bar } from "../domain/kline.ts";
import { DAY_MS, HOUR_MS } from "../domain/units.ts";
import type { Causes, LineTime } from "./causes.ts";
import type { ShockLimits, SystemLimits } from "./limits.ts";
import { RealisedVolatility } from "./realisedVolatility.ts";

/** Windows over one day tolerate 2 % missing bars (docs/architecture.md#gaps). */
const TOLERATED_MISSING = 0.02;
const HOUR = 0;
const MONTH = 1;
const DAY = 2;
const MONTH_BEFORE = 3;

/** Shock (the hour against its 30 days) and the system's volatility halt (the day against the 30 days before it). */
export class VolatilityTier {
  private readonly shock: ShockLimits;
  private readonly system: SystemLimits;
  private readonly causes: Causes;
  private readonly shockRule: string;
  private readonly systemRule: string;
  private volatility: RealisedVolatility | null = null;
  private calmSinceMs = NaN;

  constructor(shock: ShockLimits, system: SystemLimits, causes: Causes, symbol: string) {
    this.shock = shock;
    this.system = system;
    this.causes = causes;
    this.shockRule = `shock.maxVolatilityRatio ${symbol}`;
    this.systemRule = `system.maxVolatilityRatio ${symbol}`;
  }

  /** `judge` false only fills the windows. */
  bar(time: LineTime, bar: Bar, judge: boolean): void {
    const { timeframeMs } = bar;
    this.volatility ??= new RealisedVolatility(windows(timeframeMs));
    // A bar without a price is a hole: the next one says how deep.
    if (!this.volatility.push(Math.round(bar.openTimeMs / timeframeMs), bar.close)) return;
    if (!judge) return;
    this.checkShock(time);
    this.checkSystem(time);
  }

  private checkShock(time: LineTime): void {
    const { maxVolatilityRatio, clearVolatilityRatio, clearMs } = this.shock;
    if (maxVolatilityRatio === null) return;
    const rule = this.shockRule;
    const ratio = this.ratio(HOUR, MONTH);
    if (ratio > maxVolatilityRatio) this.causes.raise(time, rule, "REDUCING", ratio, maxVolatilityRatio);
    if (!this.causes.has(rule)) return;
    // An hour with a hole in it is not known to be calm.
    const calm = ratio < clearVolatilityRatio && (this.volatility as RealisedVolatility).isKnown(HOUR, 0);
    if (!calm) this.calmSinceMs = NaN;
    else if (Number.isNaN(this.calmSinceMs)) this.calmSinceMs = time.knownAtMs;
    if (time.knownAtMs - this.calmSinceMs >= clearMs) {
      this.calmSinceMs = NaN;
      this.causes.clear(time, rule);
    }
  }

  private checkSystem(time: LineTime): void {
    const { maxVolatilityRatio } = this.system;
    if (maxVolatilityRatio === null) return;
    const ratio = this.ratio(DAY, MONTH_BEFORE);
    if (ratio > maxVolatilityRatio) this.causes.raise(time, this.systemRule, "HALTED", ratio, maxVolatilityRatio);
  }

  /**
   * Realised volatility of a window over the rms of a longer one, both per bar, so that their lengths cancel. The window
   * is judged by what is known of it, the return across a hole included: a hole may hide calm, never a shock. NaN, which
   * breaches nothing and clears nothing, while the longer one is not known.
   */
  private ratio(window: number, baseline: number): number {
    const volatility = this.volatility as RealisedVolatility;
    if (!volatility.isKnown(baseline, TOLERATED_MISSING)) return NaN;
    return Math.sqrt(volatility.meanSquare(window) / volatility.meanSquare(baseline));
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
