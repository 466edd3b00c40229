import type { KlineColumn } from "./kline.ts";
import { KLINE_COLUMNS } from "./kline.ts";

const at = (name: KlineColumn): number => KLINE_COLUMNS.indexOf(name);
const [OPEN_TIME, OPEN, HIGH, LOW, CLOSE] = [at("openTimeMs"), at("open"), at("high"), at("low"), at("close")];
const [VOLUME, QUOTE_VOLUME, TRADES] = [at("volume"), at("quoteVolume"), at("trades")];
const [TAKER_BUY, TAKER_BUY_QUOTE] = [at("takerBuyVolume"), at("takerBuyQuoteVolume")];
/**
 * What is impossible about a closed kline, in words that follow "has"; null: nothing. `values` in the order of `KLINE_COLUMNS`. Archive
 * files, REST answers and stream messages all pass this one check. Prices are above 0 with low ≤ open, close ≤ high. No value is negative
 * or not finite. Takers' volume is at most the whole. There are trades if and only if there is volume. The open time lies on the interval.
 * The close time is the last ms of the bar, or earlier inside it after an outage of the exchange (`endsEarly`).
 */
export const klineFault = (values: ArrayLike<number>, intervalMs: number, closeTimeMs: number): string | null => {
  for (let c = 0; c < KLINE_COLUMNS.length; c++) {
    const value = values[c] as number;
    if (!(value >= 0 && value < Infinity)) return `${nameOf(c)} ${value}, which is ${value < 0 ? "negative" : "not a finite number"}`;
  }
  const openTimeMs = values[OPEN_TIME] as number;
  if (openTimeMs % intervalMs !== 0) return `the open time ${openTimeMs}, which is not a multiple of ${intervalMs} ms`;
  if (!(closeTimeMs >= openTimeMs && closeTimeMs < openTimeMs + intervalMs))
    return `the close time ${closeTimeMs}, which is not inside the ${intervalMs} ms from ${openTimeMs} on`;
  const [high, low, volume, trades] = [values[HIGH] as number, values[LOW] as number, values[VOLUME] as number, values[TRADES] as number];
  if (low === 0) return `low ${low}, but prices are above 0`;
  if (high < low) return `high ${high} below low ${low}`;
  return (
    outside(values, OPEN, low, high) ??
    outside(values, CLOSE, low, high) ??
    above(values, TAKER_BUY, VOLUME) ??
    above(values, TAKER_BUY_QUOTE, QUOTE_VOLUME) ??
    ((volume === 0) === (trades === 0) ? null : `volume ${volume} with ${trades} trades`)
  );
};

const outside = (values: ArrayLike<number>, c: number, low: number, high: number): string | null => {
  const price = values[c] as number;
  return price < low || price > high ? `${nameOf(c)} ${price} outside low ${low} … high ${high}` : null;
};

/** Sums of decimals, as the exchange rounds them. */
const above = (values: ArrayLike<number>, part: number, whole: number): string | null =>
  (values[part] as number) > (values[whole] as number) * (1 + 1e-9)
    ? `${nameOf(part)} ${values[part]} above ${nameOf(whole)} ${values[whole]}`
    : null;

/** A column as the exchange names it in its files. */
const nameOf = (column: number): string =>
  column === OPEN_TIME ? "open_time" : (KLINE_COLUMNS[column] as string).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Whether a bar ends before its last ms: the exchange stopped in its middle. */
export const endsEarly = (openTimeMs: number, intervalMs: number, closeTimeMs: number): boolean =>
  closeTimeMs < openTimeMs + intervalMs - 1;
