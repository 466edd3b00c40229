import { InvariantError, MINUTE_MS } from "../../src/domain/units.ts";
import type { InstrumentIndex } from "../../src/domain/units.ts";
import { appendKline, Bar, klineBlock } from "../../src/domain/kline.ts";
import type { KlineValues } from "../../src/domain/kline.ts";
import type { FeatureFamily } from "../../operators/features/feature.ts";
import { FeatureBar } from "../../operators/features/featureBar.ts";
import { DEFAULT_MARKET } from "../../streams/simulatedMarket.ts";
import { marketColumns } from "../../streams/simulatedMarket/marketColumns.ts";

/** A minute bar by hand: what is left out is calm (price 100, volume 10 of which takers bought half, 5 trades). */
export const handBar = (at: number, values: Partial<KlineValues>): KlineValues => {
  const close = values.close ?? 100;
  const open = values.open ?? close;
  const volume = values.volume ?? 10;
  return {
    openTimeMs: DEFAULT_MARKET.fromMs + at * MINUTE_MS,
    open,
    high: Math.max(open, close),
    low: Math.min(open, close),
    close,
    volume,
    quoteVolume: volume * close,
    trades: 5,
    takerBuyVolume: volume / 2,
    takerBuyQuoteVolume: (volume * close) / 2,
    ...values,
  };
};

/** Simulated minutes, one in fifty of them flat and without a trade. */
export const simulatedBars = (days: number, seed = 7): KlineValues[] => {
  const columns = marketColumns({ ...DEFAULT_MARKET, seed, days, zeroVolumeFraction: 0.02 });
  return Array.from({ length: columns.length }, (_, row) => ({
    openTimeMs: columns.openTimeMs[row] as number,
    open: columns.open[row] as number,
    high: columns.high[row] as number,
    low: columns.low[row] as number,
    close: columns.close[row] as number,
    volume: columns.volume[row] as number,
    quoteVolume: columns.quoteVolume[row] as number,
    trades: columns.trades[row] as number,
    takerBuyVolume: columns.takerBuyVolume[row] as number,
    takerBuyQuoteVolume: columns.takerBuyQuoteVolume[row] as number,
  }));
};

/** The same bars in another currency and other units. */
export const scaledBars = (bars: readonly KlineValues[], price: number, volume: number): KlineValues[] =>
  bars.map((bar) => ({
    ...bar,
    open: bar.open * price,
    high: bar.high * price,
    low: bar.low * price,
    close: bar.close * price,
    volume: bar.volume * volume,
    quoteVolume: bar.quoteVolume * price * volume,
    takerBuyVolume: bar.takerBuyVolume * volume,
    takerBuyQuoteVolume: bar.takerBuyQuoteVolume * price * volume,
  }));

/** Scales of a bar: volatility unit, volume and trades baselines. */
export type Scales = readonly [volatilityUnit: number, volumeBaseline: number, tradesBaseline: number];

/** Slow averages, as the runtime's scales are: of |r|, volume and trades, from the first bar on. */
const slowScales = (bars: readonly KlineValues[]): Scales[] => {
  let [size, volume, trades] = [5e-4, bars[0]?.volume ?? 1, bars[0]?.trades ?? 1];
  return bars.map((bar, i) => {
    const before = bars[i - 1]?.close ?? bar.close;
    size += (Math.abs(Math.log(bar.close / before)) - size) / 1000;
    volume += (bar.volume - volume) / 1000;
    trades += (bar.trades - trades) / 1000;
    return [size, volume, trades];
  });
};

/** Shows each bar, as the runtime would, and says which one it is. */
export const eachFeatureBar = (
  bars: readonly KlineValues[],
  visit: (bar: FeatureBar, index: number) => void,
  scales: Scales | readonly Scales[] = slowScales(bars),
): void => {
  const block = klineBlock(0 as InstrumentIndex, MINUTE_MS, bars.length);
  for (const bar of bars) appendKline(block, bar);
  const featureBar = new FeatureBar();
  for (let row = 0; row < bars.length; row += 1) {
    const [volatilityUnit, volume, trades] = (Array.isArray(scales[0]) ? scales[row] : scales) as Scales;
    featureBar.take(new Bar(block, row, row, true, 1), volatilityUnit, volume, trades, 1, 1);
    visit(featureBar, row);
  }
};

/** What a family writes at each bar: one array per column, by name. */
export const familyRows = (
  family: FeatureFamily,
  bars: readonly KlineValues[],
  scales?: Scales | readonly Scales[],
): ReadonlyMap<string, Float64Array> => {
  const width = family.columns.length;
  const out = new Float64Array(width);
  const state = family.init();
  const columns = new Map(family.columns.map(({ name }) => [name, new Float64Array(bars.length)]));
  eachFeatureBar(
    bars,
    (bar, row) => {
      family.bar(state, bar, out, 0);
      family.columns.forEach(({ name }, i) => ((columns.get(name) as Float64Array)[row] = out[i] as number));
    },
    scales,
  );
  return columns;
};

/** The value a family writes in a column at the last bar. */
export const lastOf = (family: FeatureFamily, column: string, bars: readonly KlineValues[], scales?: Scales): number => {
  const value = familyRows(family, bars, scales).get(column)?.at(-1);
  if (value === undefined) throw new InvariantError(`${family.name} has no column ${column}`);
  return value;
};
