/** Autocorrelations below this many standard errors count as none: c = 2 in the paper. */
const NONE_BELOW = 2;

/**
 * Mean block length of the stationary bootstrap for the mean of a series, at least 1: Politis and White, *Automatic block-length selection
 * for the dependent bootstrap* (Econometric Reviews 23, 2004), as corrected by Patton, Politis and White (28, 2009). A series without a
 * spread has 1.
 */
export const blockLength = (series: Float64Array): number => {
  const { length } = series;
  const lagsOfNone = Math.max(5, Math.ceil(Math.sqrt(Math.log10(length))));
  const lagsMax = Math.min(Math.ceil(Math.sqrt(length)) + lagsOfNone, length - 1);
  const covariances = autocovariances(series, lagsMax);
  const variance = covariances[0] as number;
  if (!(variance > 0)) return 1;
  const lags = bandwidth(covariances, length, lagsOfNone, lagsMax);
  let [spectrum, slope] = [variance, 0];
  for (let lag = 1; lag <= lags; lag++) {
    const covariance = covariances[lag] as number;
    const weight = lag / lags <= 0.5 ? 1 : 2 * (1 - lag / lags);
    spectrum += 2 * weight * covariance;
    slope += 2 * weight * lag * covariance;
  }
  const best = Math.cbrt((slope * slope * length) / (spectrum * spectrum));
  return Math.max(1, Math.min(best, Math.ceil(Math.min(3 * Math.sqrt(length), length / 3))));
};

/** Twice the first of `lagsOfNone` lags in a row whose autocorrelations are none, as `arch` and R's `np` read the paper; at most `lagsMax`. */
const bandwidth = (covariances: Float64Array, length: number, lagsOfNone: number, lagsMax: number): number => {
  const bound = NONE_BELOW * Math.sqrt(Math.log10(length) / length);
  let none = 0;
  for (let lag = 1; lag < lagsMax; lag++) {
    none = Math.abs((covariances[lag] as number) / (covariances[0] as number)) < bound ? none + 1 : 0;
    if (none === lagsOfNone) return Math.min(2 * (lag - lagsOfNone + 1), lagsMax);
  }
  return lagsMax;
};

/** Σ (x_t − x̄)(x_{t+lag} − x̄) / length, by lag. */
const autocovariances = (series: Float64Array, lagsMax: number): Float64Array => {
  const { length } = series;
  const mean = series.reduce((sum, value) => sum + value, 0) / length;
  const result = new Float64Array(lagsMax + 1);
  for (let lag = 0; lag <= lagsMax; lag++) {
    let sum = 0;
    for (let t = 0; t + lag < length; t++) sum += ((series[t] as number) - mean) * ((series[t + lag] as number) - mean);
    result[lag] = sum / length;
  }
  return result;
};
