import { featureFamily } from "../feature.ts";
import type { ColumnRow } from "../featureColumns.ts";
import { featureColumns } from "../featureColumns.ts";
import type { FeatureBar } from "../featureBar.ts";
import { AverageTrueRange } from "../indicators/averageTrueRange.ts";
import { RollingMoments } from "../rolling/rollingMoments.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

const REALISED = "Andersen & Bollerslev 1998";

/** Yang & Zhang's weight of the open-to-close variance, for 240 bars: 0.34 / (1.34 + (n + 1) / (n − 1)). */
const OPEN_TO_CLOSE_SHARE = 0.34 / (1.34 + 241 / 239);
/** 2 ln 2 − 1. */
const GARMAN_KLASS = 2 * Math.LN2 - 1;

/** Log prices of a bar from its open, as the estimators from ranges use them. */
class RangeState {
  readonly atr = new AverageTrueRange(14);
  readonly squares15 = new RollingSum(15);
  readonly squares60 = new RollingSum(60);
  readonly squares240 = new RollingSum(240);
  readonly squares1440 = new RollingSum(1440);
  readonly parkinson = new RollingSum(30);
  readonly garmanKlass = new RollingSum(60);
  readonly rogersSatchell120 = new RollingSum(120);
  readonly rogersSatchell240 = new RollingSum(240);
  /** ln(open / close before). */
  readonly overnight = new RollingMoments(240);
  readonly openToClose = new RollingMoments(240);

  add(bar: FeatureBar): void {
    const high = Math.log(bar.high / bar.open);
    const low = Math.log(bar.low / bar.open);
    const close = Math.log(bar.close / bar.open);
    const range = high - low;
    const rogersSatchell = high * (high - close) + low * (low - close);
    this.parkinson.add(range * range);
    this.garmanKlass.add(range * range * 0.5 - GARMAN_KLASS * close * close);
    this.rogersSatchell120.add(rogersSatchell);
    if (!(bar.previousClose > 0)) return;
    const square = bar.logReturn * bar.logReturn;
    this.squares15.add(square);
    this.squares60.add(square);
    this.squares240.add(square);
    this.squares1440.add(square);
    this.rogersSatchell240.add(rogersSatchell);
    this.overnight.add(bar.logReturn - close);
    this.openToClose.add(close);
  }

  get yangZhang(): number {
    const share = OPEN_TO_CLOSE_SHARE;
    return this.overnight.sampleVariance + share * this.openToClose.sampleVariance + (1 - share) * this.rogersSatchell240.mean;
  }
}

/** Rounding may leave a sum of zeros a hair below 0. */
const root = (variance: number): number => Math.sqrt(Math.max(0, variance));

const logRatio = (a: number, b: number): number => (a > 0 && b > 0 ? Math.log(a / b) : 0);

/** Volatility from returns and from ranges over minutes to a day. */
export const ranges = featureFamily<RangeState>({
  name: "ranges",
  columns: featureColumns(REALISED, [
    ["natr_14", "ATR₁₄ / c", "fraction", 15, "Wilder 1978; TA-Lib NATR / 100"],
    ...[15, 60, 240, 1440].map((n): ColumnRow => [`realised_volatility_${n}`, `√(meanₙ(r²)) / σ, n = ${n}`, "ratio", n + 1]),
    ["volatility_ratio_15_60", "ln(√(mean₁₅(r²)) / √(mean₆₀(r²)))", "1", 61],
    ["volatility_ratio_60_1440", "ln(√(mean₆₀(r²)) / √(mean₁₄₄₀(r²)))", "1", 1441],
    ["parkinson_30", "√(mean₃₀(ln(h / l)²) / (4 ln 2)) / σ", "ratio", 30, "Parkinson 1980"],
    ["garman_klass_60", "√(mean₆₀(½ ln(h / l)² − (2 ln 2 − 1) ln(c / o)²)) / σ", "ratio", 60, "Garman & Klass 1980"],
    ["rogers_satchell_120", "√(mean₁₂₀(ln(h / c) ln(h / o) + ln(l / c) ln(l / o))) / σ", "ratio", 120, "Rogers & Satchell 1991"],
    [
      "yang_zhang_240",
      "√(var₂₄₀(ln(o / c₋₁)) + k var₂₄₀(ln(c / o)) + (1 − k) mean₂₄₀(Rogers–Satchell)) / σ, k = 0.34 / (1.34 + 241 / 239)",
      "ratio",
      241,
      "Yang & Zhang 2000",
    ],
  ]),
  init: () => new RangeState(),
  bar: (state, bar, out, at) => {
    state.add(bar);
    const scale = 1 / bar.volatilityUnit;
    const square15 = state.squares15.mean;
    const square60 = state.squares60.mean;
    const square1440 = state.squares1440.mean;
    out[at] = state.atr.add(bar) / bar.close;
    out[at + 1] = root(square15) * scale;
    out[at + 2] = root(square60) * scale;
    out[at + 3] = root(state.squares240.mean) * scale;
    out[at + 4] = root(square1440) * scale;
    out[at + 5] = 0.5 * logRatio(square15, square60);
    out[at + 6] = 0.5 * logRatio(square60, square1440);
    out[at + 7] = root(state.parkinson.mean / (4 * Math.LN2)) * scale;
    out[at + 8] = root(state.garmanKlass.mean) * scale;
    out[at + 9] = root(state.rogersSatchell120.mean) * scale;
    out[at + 10] = root(state.yangZhang) * scale;
  },
});
