import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../domain/units.ts";
import type { CandleSeries } from "../../record/runRecord.ts";

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

/** Candles of a random walk with fat tails: 15 minutes long, one minute in runs of up to three days. */
export const sampleCandles = (symbol: string, fromMs: number, toMs: number, startPrice: number, random: Random): CandleSeries => {
  const intervalMs = toMs - fromMs <= 3 * DAY_MS ? MINUTE_MS : 15 * MINUTE_MS;
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
