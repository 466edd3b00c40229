import { dailyReturns } from "../../record/metrics/dailyReturns.ts";
import { yearTargets } from "../../record/metrics/yearTargets.ts";
import { runIntervals } from "../../record/statistics/runIntervals.ts";
import { verdictOf } from "../../record/statistics/verdict.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../domain/units.ts";
import type { CandleSeries, EquityRow, FillRow, GapSpan, RiskSpan, RunRecord, StopSpan, TradeRow } from "../../record/runRecord.ts";
import { sampleCandles, sampleRandom } from "./samplePrices.ts";
import type { Random } from "./samplePrices.ts";
import { sampleSummary } from "./sampleSummary.ts";

/** What a made-up run contains; the same options give the same record, bit for bit. */
interface SampleOptions {
  readonly trades: number;
  readonly days: number;
  readonly symbols: readonly string[];
  readonly seed: number;
  readonly gaps: boolean;
  readonly halts: boolean;
  readonly simulated: boolean;
}

const DEFAULTS: SampleOptions = { trades: 3000, days: 365, symbols: ["BTCUSDT"], seed: 1, gaps: true, halts: true, simulated: true };
const FROM_MS = Date.UTC(2023, 0, 1);
const START_USDT = 10_000;
const REASONS = ["stop", "target", "time-limit", "break-even stop", "signal", "daily loss limit"] as const;

/**
 * A run that never was, for tests of the report: prices of a random walk, trades along them, an equity that is exactly
 * their sum. Not a claim about any strategy; its metrics are plausible, not computed by `src/record/metrics`.
 */
export const sampleRecord = (options: Partial<SampleOptions> = {}): RunRecord => {
  const o = { ...DEFAULTS, ...options };
  const random = sampleRandom(o.seed);
  const toMs = FROM_MS + o.days * DAY_MS;
  const candles = o.symbols.map((symbol, index) => sampleCandles(symbol, FROM_MS, toMs, 16_500 / (1 + index * 8), random));
  const trades = sampleTrades(o, candles, toMs, random);
  const equity = sampleEquity(trades, candles[0], o.days);
  const riskSpans = o.halts ? sampleRisk(toMs) : [];
  const gaps = o.gaps ? sampleGaps(o.symbols, o.days) : [];
  const refusals = o.halts
    ? [
        { rule: "position.maxMarginFraction", count: 418, nearest: 0.0806, limit: 0.08 },
        { rule: "day.maxEntries", count: 77, nearest: 16, limit: 15 },
      ]
    : [];
  const rejections = o.halts
    ? [
        {
          code: -5022,
          count: 12,
          reason: "The Post Only order could not be executed as maker: limit 16480.5",
          firstMs: FROM_MS + 3 * HOUR_MS,
        },
        { code: -4164, count: 2, reason: "Order's notional must be no smaller than 100 USDT: asked 49.43", firstMs: FROM_MS + 4 * DAY_MS },
      ]
    : [];
  const summary = sampleSummary(o.symbols.join(","), FROM_MS, toMs, trades, equity, riskSpans, gaps, refusals, rejections);
  const returns = dailyReturns(equity.map((row) => row.equityUsdt));
  return {
    identity: {
      name: o.symbols.length > 1 ? "basket-trend" : "trend-1m",
      commit: "f324da4c0ffee0000000000000000000000beef1",
      modules: {},
      configSha256: "6b1f".repeat(16),
      dataSha256: "91c4".repeat(16),
      decisionsSha256: "e07a".repeat(16),
      seed: o.seed,
      nodeVersion: "v20.20.2",
      profile: "research",
      dataSource: o.simulated ? `simulated market, seed ${o.seed} — no real prices` : "Binance spot klines standing in for the perpetual",
      simulated: o.simulated,
      warnings: o.simulated ? [] : ["Spot prices stand in for the perpetual: same price to a few basis points."],
      config: { profile: "research", risk: { day: { maxEntries: 15 }, position: { maxLeverage: 5 } }, symbols: o.symbols },
      command: `npm run backtest -- --symbol ${o.symbols.join(",")} --seed ${o.seed}`,
    },
    summary,
    verdict: verdictOf({ dailyReturns: returns, trades: trades.length, inSample: false, ruined: false }),
    intervals: runIntervals({ summary, dailyReturns: returns, trades }),
    targets: yearTargets(
      { equity, trades, ruinedAtMs: null, fromMs: FROM_MS, toMs },
      { sharpe: 1.2, maxDrawdownFraction: 0.06, winRate: 0.58, yearReturn: 0.05 },
    ),
    trades,
    fills: trades.flatMap(sampleFills),
    equity,
    candles,
    stops: trades.map(sampleStop),
    riskSpans,
    gaps,
    refusals,
    rejections,
  };
};

/** Trades one after the other over the span, each between two closes of its symbol, cut at a bracket. */
const sampleTrades = (o: SampleOptions, candles: readonly CandleSeries[], toMs: number, random: Random): TradeRow[] => {
  const slotMs = Math.floor((toMs - FROM_MS) / Math.max(1, o.trades) / MINUTE_MS) * MINUTE_MS;
  return Array.from({ length: o.trades }, (_, index) => {
    const series = candles[Math.floor(random.uniform() * candles.length)] as CandleSeries;
    const entryTimeMs = FROM_MS + index * slotMs + Math.floor((random.uniform() * slotMs * 0.4) / MINUTE_MS) * MINUTE_MS;
    const held = Math.max(1, Math.floor((Math.min(0.55 * slotMs, 5 * HOUR_MS) * random.uniform() ** 2) / MINUTE_MS));
    const at = Math.min(series.close.length - 1, Math.floor((entryTimeMs - FROM_MS) / series.intervalMs));
    const entryPrice = series.close[at] as number;
    const direction = random.uniform() < 0.52 ? 1 : -1;
    const gross = Math.max(-0.005, Math.min(0.015, 0.0005 + 0.0055 * random.normal()));
    const exitReason = gross <= -0.005 ? "stop" : gross >= 0.015 ? "target" : (REASONS[2 + Math.floor(random.uniform() * 4)] as string);
    const qty = Math.max(1, Math.round(3_000 / entryPrice / 0.001)) * 0.001;
    const exitPrice = Math.round(entryPrice * (1 + direction * gross) * 100) / 100;
    const feesUsdt = (entryPrice + exitPrice) * qty * 0.0004;
    const fundingUsdt = random.uniform() < 0.08 ? direction * 0.0001 * entryPrice * qty : 0;
    return {
      symbol: series.symbol,
      side: direction > 0 ? "long" : "short",
      entryTimeMs,
      entryPrice,
      exitTimeMs: entryTimeMs + held * MINUTE_MS,
      exitPrice,
      qty,
      pnlUsdt: direction * (exitPrice - entryPrice) * qty - feesUsdt - fundingUsdt,
      feesUsdt,
      fundingUsdt,
      exitReason,
      slippageUsdt: 0.00005 * entryPrice * qty,
    };
  });
};

const sampleEquity = (trades: readonly TradeRow[], prices: CandleSeries | undefined, days: number): EquityRow[] => {
  const firstPrice = prices?.open[0] ?? NaN;
  let next = 0;
  let equityUsdt = START_USDT;
  let peakUsdt = START_USDT;
  return Array.from({ length: days + 1 }, (_, day) => {
    const timeMs = FROM_MS + day * DAY_MS;
    for (; next < trades.length && ((trades[next] as TradeRow).exitTimeMs <= timeMs || day === days); next += 1) {
      equityUsdt += (trades[next] as TradeRow).pnlUsdt;
    }
    peakUsdt = Math.max(peakUsdt, equityUsdt);
    const at = prices === undefined ? 0 : Math.min(prices.close.length - 1, (day * DAY_MS) / prices.intervalMs - 1);
    const price = day === 0 ? firstPrice : (prices?.close[Math.max(0, at)] ?? NaN);
    return { timeMs, equityUsdt, drawdown: equityUsdt / peakUsdt - 1, buyAndHoldUsdt: (START_USDT * price) / firstPrice };
  });
};

const sampleRisk = (toMs: number): RiskSpan[] => {
  const at = (share: number): number => FROM_MS + Math.floor(((toMs - FROM_MS) * share) / MINUTE_MS) * MINUTE_MS;
  const day = (share: number): number => Math.ceil(at(share) / DAY_MS) * DAY_MS;
  const span = (rule: string, level: "REDUCING" | "HALTED", share: number, endMs: number, value: number, limit: number): RiskSpan => ({
    rule,
    level,
    fromMs: at(share),
    toMs: Math.min(toMs, endMs),
    value,
    limit,
  });
  return [
    span("day.maxLossFraction", "REDUCING", 0.113, day(0.113), -0.0213, -0.02),
    span("shock.maxVolatilityRatio", "REDUCING", 0.204, at(0.204) + 5 * HOUR_MS, 3.4, 3),
    span("system.maxDrawdownFraction", "HALTED", 0.371, day(0.371) + 4 * DAY_MS, 0.0512, 0.05),
    span("day.maxConsecutiveLosses", "REDUCING", 0.52, day(0.52), 8, 8),
    span("shock.maxVolatilityRatio", "REDUCING", 0.661, at(0.661) + 9 * HOUR_MS, 3.1, 3),
    span("system.maxVolatilityRatio", "HALTED", 0.783, day(0.783), 3.22, 3),
  ];
};

const sampleGaps = (symbols: readonly string[], days: number): GapSpan[] =>
  symbols.map((symbol, index) => {
    const fromMs = FROM_MS + Math.floor(days * 0.22 + index) * DAY_MS + 12 * HOUR_MS + 40 * MINUTE_MS;
    return { symbol, fromMs, toMs: fromMs + 80 * MINUTE_MS, missingBars: 80 };
  });

const sampleStop = (trade: TradeRow): StopSpan => {
  const direction = trade.side === "long" ? 1 : -1;
  const price = Math.round(trade.entryPrice * (1 - direction * 0.005) * 100) / 100;
  return { symbol: trade.symbol, direction, price, fromMs: trade.entryTimeMs, toMs: trade.exitTimeMs };
};

const sampleFills = (trade: TradeRow, index: number): FillRow[] => {
  const leg = (timeMs: number, price: number, buys: boolean, reason: string): FillRow => ({
    timeMs,
    symbol: trade.symbol,
    clientOrderId: `rp-${index}-${reason}`,
    side: buys ? "buy" : "sell",
    price,
    qty: trade.qty,
    feeUsdt: price * trade.qty * 0.0004,
    slippageUsdt: trade.slippageUsdt / 2,
    maker: false,
    reason,
  });
  const long = trade.side === "long";
  return [leg(trade.entryTimeMs, trade.entryPrice, long, "entry"), leg(trade.exitTimeMs, trade.exitPrice, !long, trade.exitReason)];
};
