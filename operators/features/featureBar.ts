import type { Bar } from "../../src/domain/kline.ts";

/**
 * A closed bar with its scales, as feature families see it. POOLED: one object per instrument and time frame, overwritten at the next
 * bar. Prices may only be used against other prices, volumes only against volumes: what a family writes must not change when all
 * prices are multiplied by a number, nor when all volumes are.
 */
export class FeatureBar {
  openTimeMs = 0.5;
  closeMs = 0.5;
  open = 0.5;
  high = 0.5;
  low = 0.5;
  close = NaN;
  /** Close of the bar before; NaN at the first one since the start or a gap. */
  previousClose = NaN;
  /** ln(close / previousClose); 0 at the first bar. */
  logReturn = 0.5;
  /** (high + low + close) / 3. */
  typical = 0.5;
  volume = 0.5;
  quoteVolume = 0.5;
  trades = 0.5;
  takerBuyVolume = 0.5;
  takerBuyQuoteVolume = 0.5;
  /**
   * Scale of log returns, > 0: the standard deviation of one bar's, of this time frame (the decision bar's times the root of the
   * number of bars in it).
   */
  volatilityUnit = 0.5;
  /** Mean volume of one bar of this time frame, in base units; > 0 once anything was traded. */
  volumeBaseline = 0.5;
  /** Mean number of trades of one bar of this time frame. */
  tradesBaseline = 0.5;

  /** A gap: the next bar has none before it. */
  reset(): void {
    this.close = NaN;
  }

  /** Takes the next bar, with the scales of the decision bar and the number of decision bars in this time frame. */
  take(
    bar: Pick<Bar, "block" | "row">,
    volatilityUnit: number,
    volumeBaseline: number,
    tradesBaseline: number,
    bars: number,
    rootBars: number,
  ): void {
    const before = this.close;
    const { block, row } = bar;
    const openTimeMs = block.openTimeMs[row] as number;
    const close = block.close[row] as number;
    const high = block.high[row] as number;
    const low = block.low[row] as number;
    this.previousClose = before;
    this.openTimeMs = openTimeMs;
    this.closeMs = openTimeMs + block.intervalMs;
    this.open = block.open[row] as number;
    this.high = high;
    this.low = low;
    this.logReturn = before > 0 ? Math.log(close / before) : 0;
    this.close = close;
    this.typical = (high + low + close) / 3;
    this.volume = block.volume[row] as number;
    this.quoteVolume = block.quoteVolume[row] as number;
    this.trades = block.trades[row] as number;
    this.takerBuyVolume = block.takerBuyVolume[row] as number;
    this.takerBuyQuoteVolume = block.takerBuyQuoteVolume[row] as number;
    this.volatilityUnit = volatilityUnit * rootBars;
    this.volumeBaseline = volumeBaseline * bars;
    this.tradesBaseline = tradesBaseline * bars;
  }
}
