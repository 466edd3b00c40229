import type { TradeRow } from "../../record/runRecord.ts";

interface HistogramBin {
  /** Lower edge, fraction of the entry's notional; −Infinity for the tail below. */
  readonly from: number;
  /** Upper edge, exclusive; Infinity for the tail above. */
  readonly to: number;
  readonly count: number;
}

/** Distribution of the trades' net returns. */
interface ReturnHistogram {
  readonly bins: readonly HistogramBin[];
  /** Width of every bin, a fraction; 0 without trades. */
  readonly width: number;
  readonly mean: number;
  readonly median: number;
}

const MAX_BINS = 60;
/** The bins cover all but this share of the trades on either side; the tails are counted in the end bins. */
const TAIL = 0.005;

/** Net return of a trade as a fraction of its entry's notional. */
export const tradeReturn = (trade: TradeRow): number => trade.pnlUsdt / (trade.entryPrice * trade.qty);

/**
 * Histogram of returns (fractions) with an edge at 0, so that no bin mixes profit and loss. Bin width: Freedman and
 * Diaconis (1981), 2 · IQR / ∛n, rounded down to 1, 2 or 5 times a power of ten, but never more than 60 bins.
 * Values that are not finite are left out.
 */
export const returnHistogram = (returns: readonly number[]): ReturnHistogram => {
  const sorted = Float64Array.from(returns.filter(Number.isFinite)).sort();
  const count = sorted.length;
  if (count === 0) return { bins: [], width: 0, mean: NaN, median: NaN };
  const low = Math.min(quantile(sorted, TAIL), 0);
  const high = Math.max(quantile(sorted, 1 - TAIL), 0);
  const spread = 2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) * count ** (-1 / 3);
  const width = Math.max(niceStep(spread / 2.5), niceStep(Math.max((high - low) / (MAX_BINS - 2), 1e-6)));
  const lowest = sorted[0] as number;
  const highest = sorted[count - 1] as number;
  const first = Math.min(lowest < 0 ? -1 : 0, Math.floor(low / width));
  const bins = Math.max(1, Math.floor(high / width) - first + 1);
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(value / width) - first));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return {
    bins: counts.map((inBin, bin) => {
      const from = (first + bin) * width;
      const to = (first + bin + 1) * width;
      return {
        from: bin === 0 && lowest < from ? -Infinity : from,
        to: bin === bins - 1 && highest >= to ? Infinity : to,
        count: inBin,
      };
    }),
    width,
    mean: sorted.reduce((sum, value) => sum + value, 0) / count,
    median: quantile(sorted, 0.5),
  };
};

/** Quantile of sorted values with linear interpolation between neighbours (Hyndman and Fan 1996, definition 7). */
const quantile = (sorted: Float64Array, share: number): number => {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
};

/** The smallest 1, 2 or 5 times a power of ten that is at least `step`. */
const niceStep = (step: number): number => {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10;
  return factor * power;
};
