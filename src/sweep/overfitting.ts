import { ANNUALISED_FROM_DAYS } from "../record/metrics/metrics.ts";
import { pbo } from "../record/statistics/pbo.ts";
import { count, counted } from "../report/page/format.js";
import type { Trial } from "./trial.ts";
import { returnsOf } from "./trial.ts";

/** With fewer, the median says nothing. */
const TRIALS_MIN = 4;
/** So that either half is long enough for a Sharpe ratio of a year. */
const DAYS_MIN = 2 * ANNUALISED_FROM_DAYS;

/** How often the winner of one half of the days is none of the better in the other half. */
export interface Overfitting {
  /** Probability of backtest overfitting; NaN with too few trials or days. */
  readonly probability: number;
  /** Trials with daily returns in the ledger, and all trials. */
  readonly trials: number;
  readonly of: number;
  readonly days: number;
  readonly splits: number;
}

/** Of trials on the same data. Days of a lost account count as 0. */
export const overfittingOf = (trials: readonly Trial[]): Overfitting => {
  const days = Math.max(0, ...trials.map((trial) => trial.days));
  const returns = trials
    .flatMap((trial) => returnsOf(trial) ?? [])
    .filter(({ length }) => length === days)
    .map((series) => series.map((value) => (Number.isFinite(value) ? value : 0)));
  const about = { trials: returns.length, of: trials.length, days };
  if (returns.length < TRIALS_MIN || days < DAYS_MIN) return { probability: NaN, ...about, splits: 0 };
  const { probability, splits } = pbo(returns);
  return { probability, ...about, splits };
};

/** In a plain sentence. */
export const overfittingText = ({ probability, trials, of, days, splits }: Overfitting): string => {
  const which =
    trials === of ? counted(trials, "trial") : `the ${count(trials)} of ${counted(of, "trial")} that have daily returns in the ledger`;
  if (splits > 0)
    return `Over ${which}, the best of one half of the days was at the median of the other half or below it in ${Math.round(100 * probability)}% of ${count(splits)} splits (PBO ${probability.toFixed(2).replace(/^0/, "")}).`;
  const missing = trials < TRIALS_MIN ? `${TRIALS_MIN} trials` : `${DAYS_MIN} days`;
  return `The probability of backtest overfitting is undefined over ${which} of ${counted(days, "day")}: it takes ${missing}.`;
};
