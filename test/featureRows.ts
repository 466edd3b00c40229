import type { FeatureFamily } from "../operators/features/feature.ts";
import { FeatureBar } from "../operators/features/featureBar.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { appendKline, Bar, klineBlock } from "../src/domain/kline.ts";
import type { InstrumentIndex } from "../src/domain/units.ts";
import { RandomMarket } from "./randomMarket.ts";

const MINUTE_MS = 60_000;
/** Scales follow the last days. */
const SCALE_WEIGHT = 1 / 2880;

interface FeatureRow {
  readonly bar: FeatureBar;
  /** Bars since the start or the last gap, this one included. */
  readonly bars: number;
  /** Values of all columns in order; overwritten at the next bar. */
  readonly out: Float64Array;
}

/**
 * Runs families over a block of klines as the features operator does, with simple scales (exponential means of squared returns, volume
 * and trades), and calls `visit` at each bar.
 */
export const featureRows = (families: readonly FeatureFamily[], block: KlineBlock, visit: (row: FeatureRow) => void): void => {
  const starts: number[] = [];
  let width = 0;
  for (const { columns } of families) {
    starts.push(width);
    width += columns.length;
  }
  const states = families.map((family) => family.init());
  const bar = new FeatureBar();
  const out = new Float64Array(width);
  const scales = new Scales();
  let bars = 0;
  let nextMs = NaN;
  for (let row = 0; row < block.length; row += 1) {
    const openTimeMs = block.openTimeMs[row] as number;
    if (openTimeMs > nextMs) {
      const missing = (openTimeMs - nextMs) / block.intervalMs;
      families.forEach((family, i) => {
        if (family.gap?.(states[i], missing) !== true) states[i] = family.init();
      });
      bar.reset();
      bars = 0;
    }
    nextMs = openTimeMs + block.intervalMs;
    bars += 1;
    scales.take(block, row, bars > 1);
    bar.take(new Bar(block, row, row, true, 1), scales.volatilityUnit, scales.volume, scales.trades, 1, 1);
    for (let i = 0; i < families.length; i += 1) families[i]?.bar(states[i], bar, out, starts[i] as number);
    visit({ bar, bars, out });
  }
};

class Scales {
  private square = 1e-6;
  volume = 0.5;
  trades = 0.5;
  private started = false;

  take(block: KlineBlock, row: number, following: boolean): void {
    const volume = block.volume[row] as number;
    const trades = block.trades[row] as number;
    const change = following ? Math.log((block.close[row] as number) / (block.close[row - 1] as number)) : 0;
    if (following) this.square += SCALE_WEIGHT * (change * change - this.square);
    this.volume = this.started ? this.volume + SCALE_WEIGHT * (volume - this.volume) : volume;
    this.trades = this.started ? this.trades + SCALE_WEIGHT * (trades - this.trades) : trades;
    this.started = true;
  }

  get volatilityUnit(): number {
    return Math.sqrt(this.square);
  }
}

/**
 * Seeded bars without gaps in time: wild ones, flat ones, ones without volume, and a standstill of 100 bars in each 2,000. Prices and
 * volumes are multiplied by the given numbers.
 */
export const simulatedBlock = (bars: number, seed: number, priceScale = 1, volumeScale = 1): KlineBlock => {
  const market = new RandomMarket(seed, 300_000, 0.001);
  const block = klineBlock(0 as InstrumentIndex, MINUTE_MS, bars);
  const startMs = Date.UTC(2023, 0, 1);
  let standing = NaN;
  for (let row = 0; row < bars; row += 1) {
    const { open, high, low, close, volumeLots } = market.next();
    const stands = row % 2000 >= 1900;
    const [o, h, l, c] = stands ? [standing, standing, standing, standing] : [open, high, low, close];
    standing = c * 1;
    const volume = stands ? 0 : volumeLots * volumeScale;
    const takers = ((row * 7) % 11) / 10;
    appendKline(block, {
      openTimeMs: startMs + row * MINUTE_MS,
      open: o * priceScale,
      high: h * priceScale,
      low: l * priceScale,
      close: c * priceScale,
      volume,
      quoteVolume: volume * c * priceScale,
      trades: stands ? 0 : Math.ceil(volumeLots / 10),
      takerBuyVolume: volume * takers,
      takerBuyQuoteVolume: volume * takers * c * priceScale,
    });
  }
  return block;
};
