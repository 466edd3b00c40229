import { Ring } from "../../../operators/features/rolling/ring.ts";
import { clamped } from "./bounded.ts";
import type { GeometryBar } from "./geometryBar.ts";

/** Bars of the run that a reversal candle needs before it. */
const RUN_BARS = 10;
const RUN_ROOT = Math.sqrt(RUN_BARS);
/** Share of a candle that is left after a bar: half is left after three. */
const DECAY = Math.exp(-Math.LN2 / 3);
/** What is left below this has lapsed. */
const LEAST = 0.02;
const faded = (x: number): number => (x > LEAST || x < -LEAST ? x * DECAY : 0);
/** A shadow this many bodies long makes a hammer. */
const LONG_SHADOW = 2;
/** A body of at most this share of the range makes a doji. */
const DOJI_BODY = 0.1;

/**
 * Candle patterns (Nison, Japanese Candlestick Charting Techniques), each from −1 to 1, positive when bullish, halving every three bars
 * after it came. Reversal candles need a run of ten bars against them and count by its length, r₁₀ / (σ √10) up to 1; a candle smaller
 * than a volatility unit counts by its size.
 */
export class Candles {
  /** A body around the opposite one before it, against a run. */
  engulfing = 0.5;
  /** A long shadow on the run's side and a small body at the other end: hammer (+), shooting star (−). */
  hammer = 0.5;
  /** Next to no body after a run: against it. */
  doji = 0.5;
  /** A bar inside the one before, then a close beyond that one: in its direction. */
  insideBreak = 0.5;
  private readonly closes = new Ring(RUN_BARS + 1);
  private open = NaN;
  private high = NaN;
  private low = NaN;
  private close = NaN;
  /** High and low of the bar that the last one lies inside; NaN where it does not. */
  private motherHigh = NaN;
  private motherLow = NaN;

  constructor() {
    this.clear();
  }

  add(bar: GeometryBar): void {
    this.engulfing = faded(this.engulfing);
    this.hammer = faded(this.hammer);
    this.doji = faded(this.doji);
    this.insideBreak = faded(this.insideBreak);
    this.closes.add(bar.close);
    if (this.closes.count > RUN_BARS) this.see(bar);
    const inside = bar.high <= this.high && bar.low >= this.low;
    this.motherHigh = inside ? this.high : NaN;
    this.motherLow = inside ? this.low : NaN;
    this.open = bar.open;
    this.high = bar.high;
    this.low = bar.low;
    this.close = bar.close;
  }

  private see(bar: GeometryBar): void {
    const { open, high, low, close, unit } = bar;
    const range = high - low;
    // The run up to the bar before: this bar is the answer to it.
    const run = clamped((this.closes.at(1) - this.closes.at(RUN_BARS)) / (unit * RUN_ROOT));
    const size = Math.min(1, range / unit);
    const body = Math.abs(close - open);
    const direction = close > open ? 1 : close < open ? -1 : 0;
    if (direction * run < 0 && this.engulfs(direction, open, close)) this.engulfing = direction * Math.abs(run) * size;
    const lower = Math.min(open, close) - low;
    const upper = high - Math.max(open, close);
    if (run < 0 && lower >= LONG_SHADOW * Math.max(body, upper) && range > 0) this.hammer = -run * size;
    if (run > 0 && upper >= LONG_SHADOW * Math.max(body, lower) && range > 0) this.hammer = -run * size;
    if (body <= DOJI_BODY * range && range > 0) this.doji = -run * size;
    if (close > this.motherHigh) this.insideBreak = size;
    else if (close < this.motherLow) this.insideBreak = -size;
  }

  /** This body covers the one before, which went the other way. */
  private engulfs(direction: number, open: number, close: number): boolean {
    return direction * (this.open - this.close) > 0 && direction * (this.close - open) >= 0 && direction * (close - this.open) >= 0;
  }

  clear(): void {
    this.engulfing = 0;
    this.hammer = 0;
    this.doji = 0;
    this.insideBreak = 0;
    this.closes.clear();
    this.open = NaN;
    this.high = NaN;
    this.low = NaN;
    this.close = NaN;
    this.motherHigh = NaN;
    this.motherLow = NaN;
  }
}
