import { count, counted } from "../../report/page/format.js";
import { DAYS_PER_YEAR, returnMoments } from "../../risk/sharpeBound.ts";
import { expectedMaxSharpe } from "./expectedMaxSharpe.ts";
import { minTrackRecord, probabilisticSharpe } from "./sharpeProbability.ts";

/** Fewer trades than this are no sample: a rule with one trade, a winner, has a probabilistic Sharpe ratio of .977. */
const VERDICT_TRADES_MIN = 30;
/** Probability that a result must reach to be told from luck. */
const CONFIDENCE = 0.95;

/** Whether a run's result can be told from luck. */
export interface Verdict {
  /** `none`: nothing can be said, for the reason in `sentence`. */
  readonly is: "none" | "luck" | "notLuck";
  /** Plain words, without a full stop. */
  readonly sentence: string;
  /** Probabilistic Sharpe ratio of the daily returns against 0, as if this were the only try; NaN where it is undefined. */
  readonly psr: number;
  /** Deflated Sharpe ratio: against what the best of the tries would show without skill; left out where it is the only try. */
  readonly dsr?: number;
  /** Years at this rate until it would reach .95, beyond those that there are; `Infinity`: no length would do; NaN: undefined or there. */
  readonly moreYears: number;
}

/** Tries on the same data, the judged one among them. */
export interface Tries {
  readonly count: number;
  /** Of their Sharpe ratios per day; left out or NaN: unknown. */
  readonly variance?: number;
}

interface Judged {
  /** By UTC day. */
  readonly dailyReturns: ArrayLike<number>;
  readonly trades: number;
  readonly inSample: boolean;
  readonly ruined: boolean;
  readonly tries?: Tries;
}

/** The verdict of one run: taken by itself, or as the one that was chosen of so many tries. */
export const verdictOf = ({ dailyReturns, trades, inSample, ruined, tries = { count: 1 } }: Judged): Verdict => {
  const none = (why: string): Verdict => ({ is: "none", sentence: `none: ${why}`, psr: NaN, moreYears: NaN });
  if (inSample) return none("a member learnt from these months");
  if (ruined) return none("the account was lost");
  if (trades < VERDICT_TRADES_MIN) return none(`${counted(trades, "trade")}, and it takes ${VERDICT_TRADES_MIN}`);
  const moments = returnMoments(dailyReturns);
  const psr = probabilisticSharpe(moments);
  if (Number.isNaN(psr)) return none("daily returns that a Sharpe ratio has no meaning for");
  const benchmark = bestWithoutSkill(tries, moments.count);
  const deflated = probabilisticSharpe(moments, benchmark);
  const only = tries.count < 2;
  const figures = only ? { psr } : { psr, dsr: deflated };
  const facts = `${counted(trades, "trade")}, ${only ? "PSR" : "DSR"} ${deflated.toFixed(2).replace(/^0/, "")}`;
  if (deflated >= CONFIDENCE) {
    const shown = `more than luck would show${only ? "" : ` in ${count(tries.count)} tries`}`;
    return { is: "notLuck", sentence: `${shown}, if nothing else was tried on these months: ${facts}`, ...figures, moreYears: NaN };
  }
  const moreYears = (minTrackRecord(moments, benchmark, CONFIDENCE) - moments.count) / DAYS_PER_YEAR;
  return { is: "luck", sentence: `not distinguishable from luck: ${facts}; ${neededText(moreYears)}`, ...figures, moreYears };
};

/**
 * Expected highest Sharpe ratio per day of so many tries without skill, the higher of two: with the variance across the tries, which holds
 * their other costs and exposures too, and with 1 / days, that of chance alone.
 */
const bestWithoutSkill = ({ count: tries, variance = NaN }: Tries, days: number): number =>
  Math.max(...[variance, 1 / days].filter((each) => !Number.isNaN(each)).map((each) => expectedMaxSharpe(tries, each)));

const neededText = (years: number): string => {
  if (years === Infinity) return "no length of such results would do";
  if (years >= 100) return "more than 100 more years at this rate would be needed";
  return `${years.toFixed(1)} more years at this rate would be needed`;
};
