import { breakdowns } from "../figures/breakdowns.ts";
import type { Breakdown } from "../figures/breakdowns.ts";
import { confidenceDeciles } from "../figures/confidenceDeciles.ts";
import { returnHistogram, tradeReturn } from "../figures/histogram.ts";
import { moneyFlow } from "../figures/moneyFlow.ts";
import type { CandleSeries, EquityRow, RegimeSeries, RunRecord, StopSpan, TradeRow } from "../../record/runRecord.ts";
import type { CandleColumns, EquityColumns, HistogramData, PageData, RegimeColumns, StopColumns, TradeColumns } from "../page/pageData.js";
import { candleInterval, mergeCandles } from "../page/candles.js";
import { packColumn } from "./columns.ts";
import { layerColumns } from "./layerColumns.ts";

/** Decimals that the page keeps of amounts in USDT and of fractions. */
const MONEY_DECIMALS = 6;
const FRACTION_DECIMALS = 8;

/** Candles of the whole page, about 20 bytes each: more are merged to a longer interval. */
const MAX_CANDLES = 80_000;

/** What the page's script draws from, and the breakdowns that decide which cards it has. */
export const pageData = (record: RunRecord): { readonly data: PageData; readonly cards: readonly Breakdown[] } => {
  const symbols = symbolsOf(record);
  const indexOf = new Map(symbols.map((symbol, index) => [symbol, index]));
  const symbolIndex = (symbol: string): number => indexOf.get(symbol) ?? 0;
  const cards = breakdowns(record.trades);
  const data: PageData = {
    ...spanOf(record),
    symbols,
    equity: equityColumns(record.equity),
    candles: record.candles.map((series) => candleColumns(bounded(series, MAX_CANDLES / record.candles.length), symbolIndex)),
    trades: tradeColumns(record.trades, symbolIndex),
    stops: stopColumns(record.stops, symbolIndex),
    riskSpans: record.riskSpans.map(({ rule, level, fromMs, toMs, value, limit }) => ({
      rule,
      level,
      fromMs,
      toMs,
      value: finiteOrNull(value),
      limit: finiteOrNull(limit),
    })),
    gaps: record.gaps.map((gap) => ({ ...gap, symbol: symbolIndex(gap.symbol) })),
    breakdowns: cards.map(({ spec, rows }) => ({ id: spec.id, layout: spec.layout, rows })),
    histogram: histogramData(record.trades),
    moneyFlow: moneyFlow(record.summary),
    regimeStates: record.layers?.regimeStates ?? [],
    regimes: (record.regimes ?? []).map((series) => regimeColumns(series, symbolIndex)),
    reliability: confidenceDeciles(record.trades),
    layers: layerColumns(record),
  };
  return { data, cards };
};

/** Symbols in the order of their candles, then of their first trade. */
const symbolsOf = (record: RunRecord): readonly string[] => [
  ...new Set([...record.candles, ...record.trades, ...record.stops, ...record.gaps].map((row) => row.symbol)),
];

/** From the first to the last thing the run knows: equity, candles, trades. At least a minute, so that an axis can be drawn. */
const spanOf = (record: RunRecord): { readonly fromMs: number; readonly toMs: number } => {
  let fromMs = Infinity;
  let toMs = -Infinity;
  const see = (timeMs: number | undefined): void => {
    if (timeMs === undefined || !Number.isFinite(timeMs)) return;
    fromMs = Math.min(fromMs, timeMs);
    toMs = Math.max(toMs, timeMs);
  };
  for (const row of [record.equity[0], record.equity.at(-1)]) see(row?.timeMs);
  for (const { openTimeMs, intervalMs } of record.candles) {
    see(openTimeMs[0]);
    see((openTimeMs.at(-1) ?? NaN) + intervalMs);
  }
  for (const trade of record.trades) {
    see(trade.entryTimeMs);
    see(trade.exitTimeMs);
  }
  if (fromMs > toMs) return { fromMs: 0, toMs: 60_000 };
  return { fromMs, toMs: Math.max(toMs, fromMs + 60_000) };
};

const column = <Row>(rows: readonly Row[], value: (row: Row) => number, maxDecimals?: number): ReturnType<typeof packColumn> =>
  packColumn(rows.map(value), maxDecimals);

const equityColumns = (rows: readonly EquityRow[]): EquityColumns => ({
  timeMs: column(rows, (row) => row.timeMs),
  equityUsdt: column(rows, (row) => row.equityUsdt, MONEY_DECIMALS),
  buyAndHoldUsdt: column(rows, (row) => row.buyAndHoldUsdt, MONEY_DECIMALS),
  drawdown: column(rows, (row) => row.drawdown, FRACTION_DECIMALS),
});

const bounded = (series: CandleSeries, most: number): CandleSeries => {
  const spanMs = (series.openTimeMs.at(-1) ?? 0) - (series.openTimeMs[0] ?? 0);
  const intervalMs = candleInterval(spanMs, series.intervalMs, most);
  return intervalMs === series.intervalMs ? series : { symbol: series.symbol, ...mergeCandles(series, intervalMs) };
};

const candleColumns = (series: CandleSeries, symbolIndex: (symbol: string) => number): CandleColumns => ({
  symbol: symbolIndex(series.symbol),
  intervalMs: series.intervalMs,
  openTimeMs: packColumn(series.openTimeMs),
  open: packColumn(series.open),
  high: packColumn(series.high),
  low: packColumn(series.low),
  close: packColumn(series.close),
});

const tradeColumns = (trades: readonly TradeRow[], symbolIndex: (symbol: string) => number): TradeColumns => {
  const reasons = [...new Set(trades.map((trade) => trade.exitReason))].sort();
  const reasonIndex = new Map(reasons.map((reason, index) => [reason, index]));
  return {
    reasons,
    symbol: column(trades, (trade) => symbolIndex(trade.symbol)),
    direction: column(trades, (trade) => (trade.side === "long" ? 1 : -1)),
    entryTimeMs: column(trades, (trade) => trade.entryTimeMs),
    entryPrice: column(trades, (trade) => trade.entryPrice),
    exitTimeMs: column(trades, (trade) => trade.exitTimeMs),
    exitPrice: column(trades, (trade) => trade.exitPrice),
    qty: column(trades, (trade) => trade.qty),
    pnlUsdt: column(trades, (trade) => trade.pnlUsdt, MONEY_DECIMALS),
    feesUsdt: column(trades, (trade) => trade.feesUsdt, MONEY_DECIMALS),
    fundingUsdt: column(trades, (trade) => trade.fundingUsdt, MONEY_DECIMALS),
    slippageUsdt: column(trades, (trade) => trade.slippageUsdt, MONEY_DECIMALS),
    reason: column(trades, (trade) => reasonIndex.get(trade.exitReason) ?? 0),
  };
};

const stopColumns = (stops: readonly StopSpan[], symbolIndex: (symbol: string) => number): StopColumns => ({
  symbol: column(stops, (stop) => symbolIndex(stop.symbol)),
  direction: column(stops, (stop) => stop.direction),
  price: column(stops, (stop) => stop.price),
  fromMs: column(stops, (stop) => stop.fromMs),
  toMs: column(stops, (stop) => stop.toMs),
});

const regimeColumns = (series: RegimeSeries, symbolIndex: (symbol: string) => number): RegimeColumns => ({
  symbol: symbolIndex(series.symbol),
  fromMs: packColumn(series.fromMs),
  toMs: packColumn(series.toMs),
  state: packColumn(series.state),
});

const histogramData = (trades: readonly TradeRow[]): HistogramData => {
  const { bins, width, mean, median } = returnHistogram(trades.map(tradeReturn));
  return {
    width,
    mean: finiteOrNull(mean),
    median: finiteOrNull(median),
    bins: bins.map((bin) => ({ from: finiteOrNull(bin.from), to: finiteOrNull(bin.to), count: bin.count })),
  };
};

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
