import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../domain/units.ts";
import type { CandleSeries } from "../../runRecord.ts";

export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal, by Box and Muller (1958). */
  normal(): number;
}

/** Numbers that repeat with their seed: mulberry32. */
export const sampleRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
};

/** Candles of a random walk with fat tails, at 15 minutes and thinned to 6 hours; short runs have minutes and hours. */
export const sampleCandles = (symbol: string, fromMs: number, toMs: number, startPrice: number, random: Random): CandleSeries[] => {
  const short = toMs - fromMs <= 3 * DAY_MS;
  const fine = walk(symbol, fromMs, toMs, short ? MINUTE_MS : 15 * MINUTE_MS, startPrice, random);
  return [fine, merged(fine, short ? 60 : 24)];
};

const walk = (symbol: string, fromMs: number, toMs: number, intervalMs: number, startPrice: number, random: Random): CandleSeries => {
  const [openTimeMs, open, high, low, close]: number[][] = [[], [], [], [], []];
  const cents = (price: number): number => Math.round(price * 100) / 100;
  const scale = 0.025 * Math.sqrt(intervalMs / (24 * HOUR_MS));
  let price = startPrice;
  let swing = 1;
  for (let timeMs = fromMs; timeMs < toMs; timeMs += intervalMs) {
    swing = Math.max(0.3, 0.995 * swing + 0.005 + 0.06 * random.normal() * swing);
    const end = price * Math.exp(scale * Math.min(3, swing) * random.normal() + 0.00002);
    const wick = price * scale * Math.min(3, swing) * 0.6;
    openTimeMs?.push(timeMs);
    open?.push(cents(price));
    high?.push(cents(Math.max(price, end) + wick * random.uniform()));
    low?.push(cents(Math.min(price, end) - wick * random.uniform()));
    close?.push(cents(end));
    price = end;
  }
  return { symbol, intervalMs, openTimeMs: openTimeMs ?? [], open: open ?? [], high: high ?? [], low: low ?? [], close: close ?? [] };
};

const merged = (series: CandleSeries, size: number): CandleSeries => {
  const starts = Array.from({ length: Math.ceil(series.close.length / size) }, (_, index) => index * size);
  const part = (values: readonly number[], start: number): readonly number[] => values.slice(start, start + size);
  return {
    symbol: series.symbol,
    intervalMs: series.intervalMs * size,
    openTimeMs: starts.map((start) => series.openTimeMs[start] as number),
    open: starts.map((start) => series.open[start] as number),
    high: starts.map((start) => Math.max(...part(series.high, start))),
    low: starts.map((start) => Math.min(...part(series.low, start))),
    close: starts.map((start) => part(series.close, start).at(-1) as number),
  };
};
