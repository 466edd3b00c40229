import { MINUTE_MS } from "../../domain/units.ts";
import type { LayerNames, RegimeSeries, RunRecord, TradeBeliefs, TradeRow } from "../../record/runRecord.ts";
import { sampleRandom } from "./samplePrices.ts";
import type { Random } from "./samplePrices.ts";

const STATES = ["strong up", "weak up", "ranging", "weak down", "strong down", "low volatility", "high volatility"] as const;
const EMBEDDING = ["breakout", "channel", "engulfing", "pin bar", "double top", "variance ratio", "memory", "compression"] as const;
const FAMILIES = [
  ["return", "σ"],
  ["momentum", "σ"],
  ["rsi", ""],
  ["vwap_distance", "σ"],
  ["taker_imbalance", "share"],
  ["volume_ratio", "log ratio"],
  ["skew", ""],
  ["autocorrelation", ""],
  ["funding_rate", "bps"],
  ["range", "σ"],
] as const;

/** `count` made-up feature columns: families over ever longer windows. */
const sampleNames = (count: number): LayerNames => {
  const columns = Array.from({ length: count }, (_, index) => FAMILIES[index % FAMILIES.length] as (typeof FAMILIES)[number]);
  return {
    regimeStates: STATES,
    embedding: EMBEDDING,
    features: columns.map(([family], index) => `${family}_${5 * (1 + Math.floor(index / FAMILIES.length))}`),
    featureUnits: columns.map(([, unit]) => unit),
  };
};

/** The same run with layers that never were: regimes along its candles, beliefs at each entry, `features` columns. */
export const withSampleLayers = (record: RunRecord, features = 180): RunRecord => {
  const random = sampleRandom(77);
  const regimes = record.candles.map(({ symbol, openTimeMs, intervalMs }) =>
    sampleRegimes(symbol, openTimeMs[0] ?? 0, (openTimeMs.at(-1) ?? 0) + intervalMs, random),
  );
  const layers = sampleNames(features);
  return { ...record, layers, regimes, trades: record.trades.map((trade) => sampleThoughts(trade, regimes, features, random)) };
};

/** States that last half an hour to a day; the first four hours are unknown. */
const sampleRegimes = (symbol: string, startMs: number, endMs: number, random: Random): RegimeSeries => {
  const [fromMs, toMs, state]: [number[], number[], number[]] = [[startMs], [], [-1]];
  let timeMs = startMs + 240 * MINUTE_MS;
  while (timeMs < endMs) {
    toMs.push(timeMs);
    fromMs.push(timeMs);
    state.push(((state.at(-1) as number) + 1 + Math.floor(random.uniform() * 6)) % 7);
    timeMs += Math.floor(30 * Math.exp(3.2 * random.uniform())) * MINUTE_MS;
  }
  toMs.push(endMs);
  return { symbol, fromMs, toMs, state, mergedMs: 0 };
};

const sampleThoughts = (trade: TradeRow, regimes: readonly RegimeSeries[], features: number, random: Random): TradeRow => {
  const series = regimes.find(({ symbol }) => symbol === trade.symbol);
  const run = series?.fromMs.findLastIndex((fromMs) => fromMs <= trade.entryTimeMs) ?? -1;
  const state = series?.state[run] ?? -1;
  const embedding = EMBEDDING.map(() => Math.max(-1, Math.min(1, 0.5 * random.normal())));
  const strongest = embedding.reduce((best, value, index) => (Math.abs(value) > Math.abs(embedding[best] as number) ? index : best), 0);
  const confidence = Math.max(0.05, Math.min(0.95, 0.5 + 0.1 * random.normal() + (trade.pnlUsdt > 0 ? 0.02 : -0.02)));
  const rest = 1 - confidence;
  const long = trade.side === "long";
  const up = 0.5 + 0.2 * (random.uniform() - 0.5);
  const beliefs: TradeBeliefs = {
    regime: state < 0 ? [] : STATES.map((_, index) => (index === state ? 0.64 : 0.06)),
    pUp: up,
    pDown: 0.95 - up,
    embedding,
    signal: {
      pLong: long ? confidence : 0.3 * rest,
      pShort: long ? 0.3 * rest : confidence,
      pNeutral: 0.7 * rest,
      netLong: long ? 0.0021 : -0.0013,
      netShort: long ? -0.0018 : 0.0016,
      confidence,
    },
    features: Float32Array.from({ length: features }, (_, index) => (index % 60 === 59 ? NaN : random.normal() * (1 + (index % 7) / 3))),
  };
  return { ...trade, regime: STATES[state] ?? "unknown", pattern: EMBEDDING[strongest] ?? "none", confidence, beliefs };
};
