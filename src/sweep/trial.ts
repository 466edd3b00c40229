import { returnMoments } from "../risk/sharpeBound.ts";

/** What tried: a run of a sweep's grid, or a whole walk-forward. */
type TrialKind = (typeof TRIAL_KINDS)[number];
export const TRIAL_KINDS = ["sweep", "walkForward"] as const;

/** One try of a search, as a line of the ledger has it. What is no number is null. */
export interface Trial {
  readonly kind: TrialKind;
  readonly configSha256: string;
  readonly dataSha256: string;
  readonly decisionsSha256: string;
  /** By name, users' modules of the run: SHA-256 of all that they load. */
  readonly modules: Readonly<Record<string, string>>;
  /** By `<layer>/<member>`, trained members: SHA-256 of their manifests. */
  readonly models: Readonly<Record<string, string>>;
  readonly symbols: readonly string[];
  /** First open and last close, ISO, UTC. */
  readonly from: string;
  readonly to: string;
  /** What was swept, by key. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Mean over sample standard deviation of the daily returns, *not* annualised; null without a spread. */
  readonly sharpePerDay: number | null;
  /** Daily returns. */
  readonly days: number;
  /** Of the daily returns; kurtosis raw, 3 for a normal. */
  readonly skew: number | null;
  readonly kurtosis: number | null;
  readonly totalReturn: number | null;
  readonly maxDrawdown: number | null;
  readonly trades: number;
  /** `packedReturns` of all days; lines of earlier versions have none. */
  readonly dailyReturns?: string;
}

/** What is known of trials: the input of statistics that correct for the search. */
interface TrialStatistics {
  readonly count: number;
  /** Trials with a Sharpe ratio: one that never traded has none. */
  readonly withSharpe: number;
  /** Sample variance (n − 1) of the daily Sharpe ratios; NaN below two of them. */
  readonly sharpeVariance: number;
}

/** What a run earned, as its trial has it. */
export const earnedIn = (
  dailyReturns: Float64Array,
  { totalReturn, maxDrawdown, trades }: { readonly totalReturn: number; readonly maxDrawdown: number; readonly trades: number },
): Pick<Trial, "sharpePerDay" | "days" | "skew" | "kurtosis" | "totalReturn" | "maxDrawdown" | "trades" | "dailyReturns"> => {
  const { count, mean, standardDeviation, skew, kurtosis } = returnMoments(dailyReturns);
  return {
    sharpePerDay: finiteOrNull(mean / standardDeviation),
    days: count,
    skew: finiteOrNull(skew),
    kurtosis: finiteOrNull(kurtosis),
    totalReturn: finiteOrNull(totalReturn),
    maxDrawdown: finiteOrNull(maxDrawdown),
    trades,
    dailyReturns: packedReturns(dailyReturns),
  };
};

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Trials by what makes one: the same settings, modules and members on the same data are one trial, however often they run. */
export const identityOf = ({ kind, configSha256, dataSha256, modules, models }: Trial): string =>
  `${kind} ${configSha256} ${dataSha256} ${JSON.stringify([modules, models].map((files) => Object.entries(files).sort()))}`;

/** The trials of two ledgers, each once. */
export const allTrials = (trials: readonly Trial[], others: readonly Trial[]): Trial[] => [
  ...new Map([...others, ...trials].map((trial) => [identityOf(trial), trial])).values(),
];

/** Trials of one kind, which alone count together; with `dataSha256` only those on these data. */
export const trialsOf = (trials: readonly Trial[], kind: TrialKind, dataSha256?: string): Trial[] =>
  trials.filter((trial) => trial.kind === kind && (dataSha256 === undefined || trial.dataSha256 === dataSha256));

/** Count and variance of the Sharpe ratio over trials. */
export const trialStatistics = (trials: readonly Trial[]): TrialStatistics => {
  const sharpes = trials.map(({ sharpePerDay }) => sharpePerDay).filter((sharpe) => sharpe !== null);
  const mean = sharpes.reduce((sum, sharpe) => sum + sharpe, 0) / sharpes.length;
  const squares = sharpes.reduce((sum, sharpe) => sum + (sharpe - mean) * (sharpe - mean), 0);
  return { count: trials.length, withSharpe: sharpes.length, sharpeVariance: sharpes.length < 2 ? NaN : squares / (sharpes.length - 1) };
};

/** Daily returns as a line holds them: base64 of float64, little-endian, so that they come back to the bit in 11 characters a day. */
export const packedReturns = (returns: Float64Array): string => {
  const bytes = Buffer.alloc(8 * returns.length);
  for (const [day, value] of returns.entries()) bytes.writeDoubleLE(value, 8 * day);
  return bytes.toString("base64");
};

/** What `packedReturns` packed; undefined where a line has none. */
export const returnsOf = ({ dailyReturns }: Pick<Trial, "dailyReturns">): Float64Array | undefined => {
  if (dailyReturns === undefined) return undefined;
  const bytes = Buffer.from(dailyReturns, "base64");
  return Float64Array.from({ length: Math.floor(bytes.length / 8) }, (_, day) => bytes.readDoubleLE(8 * day));
};
