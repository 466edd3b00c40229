import { Kind } from "../../../src/domain/kind.ts";
import { DAY_MS } from "../../../src/domain/units.ts";
import { eventFeatureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { fresh } from "./freshness.ts";

/** Six intervals of 8 h: an archive that ends leaves the column unknown soon, one late settlement does not. */
const STALE_MS = 2 * DAY_MS;
const BASIS_POINTS = 10_000;
/** More than 30 days of hourly settlements. */
const CAPACITY = 1024;
/** A spread below this share of the largest rate is rounding. */
const ROUNDING = 1e-9;

class FundingState {
  knownAtMs = NaN;
  rate = 0.5;
  day = 0.5;
  week = 0.5;
  zscore = 0.5;
  position = 0.5;
  /** Settlements of the last 30 days, oldest first. */
  private readonly times = new Float64Array(CAPACITY);
  private readonly rates = new Float64Array(CAPACITY);
  private count = 0;

  /** A settlement; the windows end with it, not with the bar: three a day leave nothing to recompute at the bars between. */
  add(timeMs: number, rate: number): void {
    this.dropUntil(timeMs - 30 * DAY_MS);
    this.times[this.count] = timeMs;
    this.rates[this.count] = rate;
    this.count += 1;
    this.rate = rate;
    this.day = this.sumSince(timeMs - DAY_MS);
    this.week = this.sumSince(timeMs - 7 * DAY_MS);
    this.compare();
  }

  private dropUntil(timeMs: number): void {
    let old = this.count === CAPACITY ? 1 : 0;
    while (old < this.count && (this.times[old] as number) <= timeMs) old += 1;
    this.times.copyWithin(0, old, this.count);
    this.rates.copyWithin(0, old, this.count);
    this.count -= old;
  }

  private sumSince(timeMs: number): number {
    let sum = 0;
    for (let i = this.count - 1; i >= 0 && (this.times[i] as number) > timeMs; i -= 1) sum += this.rates[i] as number;
    return sum;
  }

  /** The newest rate against all of the 30 days. */
  private compare(): void {
    const { count, rates, rate } = this;
    let [sum, squares, lowest, highest] = [0, 0, rate, rate];
    for (let i = 0; i < count; i += 1) {
      const other = rates[i] as number;
      sum += other;
      lowest = Math.min(lowest, other);
      highest = Math.max(highest, other);
    }
    const mean = sum / count;
    for (let i = 0; i < count; i += 1) squares += ((rates[i] as number) - mean) * ((rates[i] as number) - mean);
    const varies = highest - lowest > ROUNDING * Math.max(Math.abs(lowest), Math.abs(highest));
    this.zscore = varies ? (rate - mean) / Math.sqrt(squares / count) : 0;
    this.position = varies ? (rate - lowest) / (highest - lowest) : 0.5;
  }
}

/** Settled funding: known from the first settlement on, unknown again when the last one is older than two days. */
export const funding = eventFeatureFamily<FundingState>({
  name: "funding",
  input: "funding",
  columns: featureColumns("Binance, funding rate history; windows end with the last settlement", [
    ["funding_rate", "10⁴ × last settled rate", "bp", 1],
    ["funding_sum_day", "10⁴ × Σ rates of 24 h", "bp", 1],
    ["funding_sum_week", "10⁴ × Σ rates of 7 days", "bp", 1],
    ["funding_zscore_30d", "(rate − mean) / sd (divisor n) of the rates of 30 days with it; 0 if they are equal", "1", 1],
    ["funding_extreme_30d", "(rate − min) / (max − min) of the rates of 30 days with it; ½ if they are equal", "fraction", 1],
  ]),
  init: () => new FundingState(),
  event(state, event) {
    if (event.kind !== Kind.funding || !Number.isFinite(event.rate)) return;
    state.knownAtMs = event.knownAtMs;
    state.add(event.eventTimeMs, event.rate);
  },
  known: (state, closeMs) => fresh(state.knownAtMs, closeMs, STALE_MS),
  bar(state, _, out, at) {
    out[at] = BASIS_POINTS * state.rate;
    out[at + 1] = BASIS_POINTS * state.day;
    out[at + 2] = BASIS_POINTS * state.week;
    out[at + 3] = state.zscore;
    out[at + 4] = state.position;
  },
});
