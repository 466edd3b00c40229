import { RollingMoments } from "../rolling/rollingMoments.ts";
import { RollingSum } from "../rolling/rollingSum.ts";
import { RollingRank } from "./rollingRank.ts";

/** Number of a state, in the order of `REGIME_STATES` (src/domain/derived.ts). */
type RegimeState = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Bars in which volatility and trend are measured. */
export const REGIME_BARS = 240;

const DAY_MS = 86_400_000;
const QUARTER_HOUR_MS = 900_000;
/** Volatility is ranked among its own values at the quarter-hours of this time. */
const RANKED_MS = 30 * DAY_MS;
const RANKED_SAMPLES = RANKED_MS / QUARTER_HOUR_MS;
/** A day of samples makes the rank known. */
export const LEAST_SAMPLES = DAY_MS / QUARTER_HOUR_MS;
/** The samples stand gaps while no more than this share of their 30 days is missing. */
const MISSING_SHARE = 0.02;

/**
 * State of a volatility percentile `v` (0 to 1) and a trend statistic `t`: v ≥ 0.9 is high and v ≤ 0.1 low volatility, whatever the
 * trend; else |t| ≥ 2 is a strong and |t| ≥ 1 a weak trend in its direction; the rest is ranging.
 */
export const regimeStateOf = (v: number, t: number): RegimeState => {
  if (v >= 0.9) return 6;
  if (v <= 0.1) return 5;
  if (t >= 2) return 0;
  if (t >= 1) return 1;
  if (t <= -2) return 4;
  if (t <= -1) return 3;
  return 2;
};

/** t statistic of the mean of the last 240 log returns, mean / (sd / √240) with the sample's sd; known from 240 returns. */
export class RegimeTrend {
  private readonly returns = new RollingMoments(REGIME_BARS);

  add(logReturn: number): void {
    this.returns.add(logReturn);
  }

  get known(): boolean {
    return this.returns.full;
  }

  /** 0 without variance. */
  get t(): number {
    const variance = this.returns.sampleVariance;
    return variance > 0 ? this.returns.mean / Math.sqrt(variance / this.returns.count) : 0;
  }

  clear(): void {
    this.returns.clear();
  }
}

/**
 * Percentile of the realised volatility (root mean square) of the last 240 log returns among its own values at the closes of the UTC
 * quarter-hours of the trailing 30 days, the present one's included. Known with 240 returns and a day of samples.
 */
export class RegimeVolatility {
  private readonly squares = new RollingSum(REGIME_BARS);
  private readonly samples = new RollingRank(RANKED_SAMPLES);
  private readonly gaps = new Gaps();
  private lastCloseMs = NaN;
  private barMs = NaN;

  /** A bar with one before it: its log return, its close's time and its length. */
  add(logReturn: number, closeMs: number, barMs: number): void {
    this.squares.add(logReturn * logReturn);
    this.lastCloseMs = closeMs;
    this.barMs = barMs;
    if (closeMs % QUARTER_HOUR_MS !== 0) return;
    this.samples.expire(closeMs - RANKED_MS);
    if (this.squares.full) this.samples.add(this.squares.mean, closeMs);
  }

  get known(): boolean {
    return this.squares.full && this.samples.count >= LEAST_SAMPLES;
  }

  /** Share of the samples below the present value, ties counting half. Squares have the order of their roots. */
  get v(): number {
    return this.samples.rank(this.squares.mean);
  }

  /**
   * Bars are missing behind the last one: the 240 returns start anew and the samples stay. False if so much of the 30 days is missing
   * that all should start anew, which is for the caller to do.
   */
  gap(missingBars: number): boolean {
    if (!(this.barMs > 0)) return false;
    this.squares.clear();
    const missingMs = missingBars * this.barMs;
    const endMs = this.lastCloseMs + missingMs;
    return this.gaps.add(endMs, missingMs, endMs - RANKED_MS) < MISSING_SHARE * RANKED_MS;
  }

  clear(): void {
    this.squares.clear();
    this.samples.clear();
    this.gaps.clear();
    this.lastCloseMs = NaN;
    this.barMs = NaN;
  }
}

/**
 * Gaps of the trailing 30 days. Their number is bounded: all starts anew before `MISSING_SHARE` of the 30 days is missing, and a gap is
 * a bar at least (864 of them at one minute).
 */
class Gaps {
  private readonly endsMs: number[] = [];
  private readonly lengthsMs: number[] = [];

  /** Adds a gap and gives the time missing after `sinceMs`. */
  add(endMs: number, lengthMs: number, sinceMs: number): number {
    while (this.endsMs.length > 0 && (this.endsMs[0] as number) <= sinceMs) {
      this.endsMs.shift();
      this.lengthsMs.shift();
    }
    this.endsMs.push(endMs);
    this.lengthsMs.push(lengthMs);
    let missing = 0;
    for (const length of this.lengthsMs) missing += length;
    return missing;
  }

  clear(): void {
    this.endsMs.length = 0;
    this.lengthsMs.length = 0;
  }
}
