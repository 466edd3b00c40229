import type { Trade } from "../../../src/domain/event.ts";
import { RollingCovariance } from "../rolling/rollingCovariance.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

const WINDOW = 15;
/** Of the intensity: e-folding time of a trade's weight. */
export const INTENSITY_MS = 10_000;
/** Runs are counted up to here. */
const LONGEST_RUN = 100;

/** What the family `trade` remembers of the tape. */
export class TradeTape {
  knownAtMs = NaN;
  /** Of the last trade: +1 when its taker bought; 0 before the first. */
  sign = 0;
  /** Trades in a row up to the last one with its sign, at most 100. */
  run = 0;
  /** Σ exp(−age / 10 s) at the last trade. */
  private intensity = 0.5;
  /** Since the last bar: signed quantity, trades, Σ sign, pairs of neighbours and Σ sign × sign before. */
  signedQty = 0.5;
  private trades = 0;
  private signs = 0;
  private pairs = 0;
  private products = 0;
  private readonly trades15 = new RollingSum(WINDOW);
  private readonly signs15 = new RollingSum(WINDOW);
  private readonly pairs15 = new RollingSum(WINDOW);
  private readonly products15 = new RollingSum(WINDOW);
  readonly impact60 = new RollingCovariance(60);

  constructor() {
    this.intensity = 0;
    this.startBar();
  }

  startBar(): void {
    this.signedQty = 0;
    this.trades = 0;
    this.signs = 0;
    this.pairs = 0;
    this.products = 0;
  }

  add({ knownAtMs, qty, buyerIsMaker }: Trade): void {
    const sign = buyerIsMaker ? -1 : 1;
    this.intensity = this.intensityAt(knownAtMs) + 1;
    this.knownAtMs = knownAtMs;
    this.signedQty += sign * qty;
    this.trades += 1;
    this.signs += sign;
    if (this.sign !== 0) {
      this.pairs += 1;
      this.products += sign * this.sign;
    }
    this.run = sign === this.sign ? Math.min(LONGEST_RUN, this.run + 1) : 1;
    this.sign = sign;
  }

  /** Moves the counts of the bar into the windows. */
  endBar(): void {
    this.trades15.add(this.trades);
    this.signs15.add(this.signs);
    this.pairs15.add(this.pairs);
    this.products15.add(this.products);
  }

  /** Σ exp(−age / 10 s) over all trades: 10 s × the present rate of trades. */
  intensityAt(timeMs: number): number {
    const age = timeMs - this.knownAtMs;
    return age > 0 ? this.intensity * Math.exp(-age / INTENSITY_MS) : this.intensity;
  }

  /** Mean sign of the trades of 15 bars; 0 without any. */
  get meanSign(): number {
    const trades = this.trades15.sum;
    return trades > 0 ? this.signs15.sum / trades : 0;
  }

  /** Of neighbouring signs over 15 bars, −1 to 1; 0 if all are equal. */
  get signAutocorrelation(): number {
    const mean = this.meanSign;
    const variance = 1 - mean * mean;
    const pairs = this.pairs15.sum;
    return pairs > 0 && variance > 0 ? Math.max(-1, Math.min(1, (this.products15.sum / pairs - mean * mean) / variance)) : 0;
  }

  /** Mean trades of one of the last 15 bars. */
  get meanTrades(): number {
    return this.trades15.mean;
  }
}
