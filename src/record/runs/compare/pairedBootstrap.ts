import { Random } from "../../../../streams/simulatedMarket/random.ts";
import { quantile } from "../../metrics/tailRisk.ts";
import { blockLength } from "./blockLength.ts";

/** Resamples of a bootstrap: the ends of a 95 % interval are then the 250th from either side. */
const RESAMPLES = 10_000;
/** Fewer days in common say nothing. */
export const DAYS_MIN = 30;
const COVERAGE = 0.95;

/** How much better one run did a day than another, with the interval that chance leaves. */
export interface PairedDifference {
  readonly days: number;
  /** Mean of the differences, a fraction a day; positive where the other run did better than the first. */
  readonly mean: number;
  /** Ends of the 95 % interval of that mean. */
  readonly low: number;
  readonly high: number;
  /** Mean length of a block, in days. */
  readonly blockDays: number;
  readonly resamples: number;
  readonly seed: number;
}

/**
 * The mean of `differences` (daily, in order of time) with its 95 % percentile interval by the stationary bootstrap: blocks of consecutive
 * days, of geometric length with mean `blockLength`, drawn from the days as from a circle (Politis and Romano, *The stationary bootstrap*,
 * JASA 89, 1994). Pairing the days takes out what both runs had in common: the market. The same seed gives the same bits. Undefined for
 * fewer than `DAYS_MIN` days.
 */
export const pairedBootstrap = (differences: Float64Array, seed: number, resamples = RESAMPLES): PairedDifference | undefined => {
  const days = differences.length;
  if (days < DAYS_MIN) return undefined;
  const blockDays = blockLength(differences);
  const means = resampledMeans(differences, blockDays, seed, resamples);
  const tail = (1 - COVERAGE) / 2;
  return {
    days,
    mean: meanOf(differences),
    low: quantile(means, tail),
    high: quantile(means, 1 - tail),
    blockDays,
    resamples,
    seed,
  };
};

/** Means of stationary bootstrap resamples of a series: `[resamples] float64`. */
export const resampledMeans = (series: Float64Array, blockDays: number, seed: number, resamples: number): Float64Array => {
  const random = new Random(seed, 0, 0);
  const { length } = series;
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    let at = 0;
    for (let day = 0; day < length; day++) {
      // A block ends with probability 1 / blockDays at each day.
      at = day === 0 || random.uniform() * blockDays < 1 ? Math.floor(random.uniform() * length) : at + 1 === length ? 0 : at + 1;
      sum += series[at] as number;
    }
    means[resample] = sum / length;
  }
  return means;
};

const meanOf = (series: Float64Array): number => series.reduce((sum, value) => sum + value, 0) / series.length;
