import { CusumFilter } from "./cusumFilter.ts";
import type { SamplingOptions } from "./options.ts";

/** Says of each decision bar, in time order, whether it becomes a row. */
export type Sampler = (closeMs: number, logReturn: number, volatilityUnit: number) => boolean;

/**
 * A sampler of one instrument. `every` counts from the epoch, so that the same bars are chosen wherever a range begins; the CUSUM
 * filter starts with the first bar it is told and its threshold is `threshold` × the volatility unit known at the bar.
 */
export const sampler = (options: SamplingOptions, intervalMs: number): Sampler => {
  if (options.kind === "every") {
    const everyMs = options.bars * intervalMs;
    return (closeMs) => closeMs % everyMs === 0;
  }
  const filter = new CusumFilter();
  return (_closeMs, logReturn, volatilityUnit) => filter.bar(logReturn, options.threshold * volatilityUnit);
};
