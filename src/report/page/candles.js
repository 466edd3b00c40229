// @ts-check
/** Candles at the interval that suits a span: used by the page for every zoom, and by the writer to bound the file. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./format.js";

/** Intervals that readers of charts expect; longer ones and odd bases are plain multiples. */
const FAMILIAR_MS = [
  ...[1, 3, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 3, 7, 14, 30].map((days) => days * DAY_MS),
];

/** The shortest multiple of `baseMs`, a familiar one if there is any, of which `most` cover the span.
 * @type {(spanMs: number, baseMs: number, most: number) => number} */
export const candleInterval = (spanMs, baseMs, most) => {
  if (spanMs / baseMs <= most) return baseMs;
  const plainMs = Math.ceil(spanMs / most / baseMs) * baseMs;
  return FAMILIAR_MS.find((intervalMs) => intervalMs % baseMs === 0 && intervalMs >= plainMs && intervalMs <= 4 * plainMs) ?? plainMs;
};

/** Candles `first` (inclusive) to `end` (exclusive) joined to a longer interval, which is aligned to UTC. Input in time
 * order; gaps stay gaps. @type {(series: import("./candles.js").Candles, intervalMs: number, first?: number, end?: number) => import("./candles.js").MergedCandles} */
export const mergeCandles = (series, intervalMs, first = 0, end = series.openTimeMs.length) => {
  /** @type {import("./candles.js").MergedCandles} */
  const merged = { intervalMs, openTimeMs: [], open: [], high: [], low: [], close: [] };
  for (let row = first; row < end; row += 1) {
    const timeMs = /** @type {number} */ (series.openTimeMs[row]);
    const [open = NaN, high = NaN, low = NaN, close = NaN] = [series.open[row], series.high[row], series.low[row], series.close[row]];
    const startMs = intervalMs === series.intervalMs ? timeMs : Math.floor(timeMs / intervalMs) * intervalMs;
    const last = merged.openTimeMs.length - 1;
    if (merged.openTimeMs[last] === startMs) {
      merged.high[last] = Math.max(merged.high[last] ?? high, high);
      merged.low[last] = Math.min(merged.low[last] ?? low, low);
      merged.close[last] = close;
      continue;
    }
    merged.openTimeMs.push(startMs);
    merged.open.push(open);
    merged.high.push(high);
    merged.low.push(low);
    merged.close.push(close);
  }
  return merged;
};
