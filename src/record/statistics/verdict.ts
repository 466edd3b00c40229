import { counted } from "../../report/page/format.js";
import { DAYS_PER_YEAR, returnMoments } from "../../risk/sharpeBound.ts";
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
  /** Years at this rate until it would reach .95, beyond those that there are; `Infinity`: no length would do; NaN: undefined or there. */
  readonly moreYears: number;
}

interface Judged {
  /** By UTC day. */
  readonly dailyReturns: ArrayLike<number>;
  readonly trades: number;
  readonly inSample: boolean;
  readonly ruined: boolean;
}

/** The verdict of one run, taken by itself: it knows nothing of what else was tried on the same months. */
export const verdictOf = ({ dailyReturns, trades, inSample, ruined }: Judged): Verdict => {
  const none = (why: string): Verdict => ({ is: "none", sentence: `none: ${why}`, psr: NaN, moreYears: NaN });
  if (inSample) return none("a member learnt from these months");
  if (ruined) return none("the account was lost");
  if (trades < VERDICT_TRADES_MIN) return none(`${counted(trades, "trade")}, and it takes ${VERDICT_TRADES_MIN}`);
  const moments = returnMoments(dailyReturns);
  const psr = probabilisticSharpe(moments);
  if (Number.isNaN(psr)) return none("daily returns that a Sharpe ratio has no meaning for");
  const facts = `${counted(trades, "trade")}, PSR ${psr.toFixed(2).replace(/^0/, "")}`;
  if (psr >= CONFIDENCE)
    return {
      is: "notLuck",
      sentence: `more than luck would show, if nothing else was tried on these months: ${facts}`,
      psr,
      moreYears: NaN,
    };
  const moreYears = (minTrackRecord(moments, 0, CONFIDENCE) - moments.count) / DAYS_PER_YEAR;
  return { is: "luck", sentence: `not distinguishable from luck: ${facts}; ${neededText(moreYears)}`, psr, moreYears };
};

const neededText = (years: number): string => {
  if (years === Infinity) return "no length of such results would do";
  if (years >= 100) return "more than 100 more years at this rate would be needed";
  return `${years.toFixed(1)} more years at this rate would be needed`;
};
