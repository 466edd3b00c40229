import type { ReturnMoments } from "../risk/sharpeBound.ts";
import { DAYS_PER_YEAR } from "../risk/sharpeBound.ts";
import { expectedMaxSharpe } from "../record/statistics/expectedMaxSharpe.ts";
import { deflatedSharpe } from "../record/statistics/sharpeProbability.ts";
import { ANNUALISED_FROM_DAYS } from "../record/metrics/metrics.ts";
import type { Verdict } from "../record/statistics/verdict.ts";
import type { RunSummary } from "../record/runRecord.ts";
import { counted } from "../report/page/format.js";
import type { Trial } from "./trial.ts";
import { trialStatistics } from "./trial.ts";
import type { Overfitting } from "./overfitting.ts";

/** A key of the config with the values that were tried, as they were typed. */
export interface SweptKey {
  readonly key: string;
  readonly values: readonly string[];
}

/** Figures of a run that the table shows, in its order; all but trades and halts may be NaN. */
export const SWEEP_FIGURES = [
  "sharpe",
  "totalReturn",
  "maxDrawdown",
  "trades",
  "winRate",
  "profitFactor",
  "sortino",
  "exposure",
  "feesUsdt",
  "halts",
] as const satisfies readonly (keyof RunSummary)[];
export type SweepFigure = (typeof SWEEP_FIGURES)[number];

/** What a run of the grid came to on one range. */
export interface SweepResult {
  readonly figures: Readonly<Record<SweepFigure, number>>;
  readonly configSha256: string;
  readonly decisionsSha256: string;
}

/** One run of the grid. */
export interface SweepRun extends SweepResult {
  /** By place in `keys`. */
  readonly values: readonly string[];
  /** The same settings on the range of `--test`; left out where that was not run. */
  readonly test?: SweepResult;
}

/** The grid on the range of `--test`, which chose nothing. */
export interface SweepTest {
  readonly from: string;
  readonly to: string;
  /** Null where no run was finished. */
  readonly dataSha256: string | null;
  /** Runs that were finished on both ranges. */
  readonly runs: number;
  /** Spearman's, of the Sharpe ratios on both ranges; NaN where it is undefined. */
  readonly rankCorrelation: number;
  /** Of the winner by the other range; null where its test was not finished. */
  readonly verdict: Verdict | null;
}

/** What the best of many runs would look like without any skill. */
interface Luck {
  /** Trials on these data in the ledger, those of this sweep among them. */
  readonly trials: number;
  readonly withSharpe: number;
  /** Days of the shortest trial; NaN without trials. */
  readonly days: number;
  /** Of the Sharpe ratios per day. */
  readonly sharpeVariance: number;
  /** Annualised, comparable with the table's Sharpe ratios: NaN where the days are too few for that. */
  readonly expectedMaxSharpe: number;
  /**
   * Deflated Sharpe ratio of the best trial: probability that it has any skill, all trials counted. First with the variance of Sharpe ratios across
   * the trials, then with 1 / days, that of chance alone. NaN where the days or the trials are too few.
   */
  readonly deflatedSharpe: readonly [byTrials: number, byChance: number];
}

/** A finished (or stopped) sweep: what its files are made of. */
export interface SweepRecord {
  readonly name: string;
  readonly symbols: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly dataSource: string;
  readonly simulated: boolean;
  readonly warnings: readonly string[];
  readonly profile: string;
  readonly dataSha256: string;
  readonly commit: string;
  /** By name, users' modules: SHA-256 of all that they load. Those that are swept are the first run's. */
  readonly modules: Readonly<Record<string, string>>;
  /** By `<layer>/<member>`, trained members: SHA-256 of their manifests. */
  readonly models: Readonly<Record<string, string>>;
  /** Where trained members serve inside what they were trained on, a line each: such a sweep proves nothing. */
  readonly inSample: readonly string[];
  readonly command: string;
  readonly keys: readonly SweptKey[];
  /** Runs of the whole grid; more than `runs` when it was stopped. */
  readonly planned: number;
  /** Best Sharpe ratio first. */
  readonly runs: readonly SweepRun[];
  /** Of the best run, as the best of all trials on these data. */
  readonly verdict: Verdict;
  readonly luck: Luck;
  readonly overfitting: Overfitting;
  /** Left out without `--test`. */
  readonly test?: SweepTest;
  readonly ledger: {
    readonly path: string;
    readonly added: number;
    readonly known: number;
    readonly trials: number;
    /** Numbers of lines that are no trial, and of those that were changed after they were written. */
    readonly unreadable: readonly number[];
    readonly changed: readonly number[];
  };
  readonly seconds: number;
}

/** Best Sharpe ratio first; runs without one last, best return first, then in the grid's order. */
export const bySharpe = (runs: readonly SweepRun[]): SweepRun[] => {
  const descending = (a: number, b: number): number => (a === b ? 0 : b - a);
  const known = (value: number): number => (Number.isNaN(value) ? -Infinity : value);
  return [...runs].sort(
    (a, b) =>
      descending(known(a.figures.sharpe), known(b.figures.sharpe)) ||
      descending(known(a.figures.totalReturn), known(b.figures.totalReturn)),
  );
};

/** What a sweep's trials on the same data make of the best one. */
export const luckOf = (trials: readonly Trial[]): Luck => {
  const { count, withSharpe, sharpeVariance } = trialStatistics(trials);
  const days = count === 0 ? NaN : Math.min(...trials.map((trial) => trial.days));
  const enough = days >= ANNUALISED_FROM_DAYS;
  const perDay = enough ? expectedMaxSharpe(withSharpe, sharpeVariance) : NaN;
  const best = bestMoments(trials);
  const deflated = (variance: number): number => (enough && best !== null ? deflatedSharpe(best, withSharpe, variance) : NaN);
  return {
    ...{ trials: count, withSharpe, days, sharpeVariance },
    expectedMaxSharpe: perDay * Math.sqrt(DAYS_PER_YEAR),
    deflatedSharpe: [deflated(sharpeVariance), deflated(1 / (best?.count ?? NaN))],
  };
};

/** Moments of the trial with the highest Sharpe ratio, in units of its standard deviation; null where none has one. */
const bestMoments = (trials: readonly Trial[]): ReturnMoments | null => {
  const ranked = trials.flatMap(({ days: count, sharpePerDay: mean, skew, kurtosis }) =>
    mean === null || skew === null || kurtosis === null ? [] : [{ count, mean, standardDeviation: 1, skew, kurtosis }],
  );
  return ranked.reduce<ReturnMoments | null>((best, each) => (best === null || each.mean > best.mean ? each : best), null);
};

const probability = (p: number): string => (Number.isNaN(p) ? "undefined" : p.toFixed(2).replace(/^0/, ""));

/** The plain words beside the best row. */
export const luckText = ({ trials, withSharpe, days, expectedMaxSharpe: expected, deflatedSharpe: [byTrials, byChance] }: Luck): string => {
  const idle = trials > withSharpe ? ` (${trials - withSharpe} of them never traded)` : "";
  return (
    `The best of ${trials} ${trials === 1 ? "trial" : "trials"} on these data${idle} looks better than it is: it was chosen for looking good. ` +
    (days < ANNUALISED_FROM_DAYS
      ? `${counted(days, "day")} ${days === 1 ? "is" : "are"} too few for a Sharpe ratio of a year: ${ANNUALISED_FROM_DAYS} or more say by how much.`
      : Number.isNaN(expected)
        ? "Too few trials have a Sharpe ratio to say by how much."
        : `Without any skill the best Sharpe ratio of so many would be about ${expected.toFixed(2)}; only what lies well above it, and holds on data that no trial has seen, says anything. ` +
          `The best one's deflated Sharpe ratio is ${probability(byTrials)} (${probability(byChance)} with the variance of chance alone); .95 would tell it from luck.`)
  );
};
