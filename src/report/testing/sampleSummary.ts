import { MINUTE_MS } from "../../domain/units.ts";
import type { EquityRow, GapSpan, RefusalCount, RejectionCount, RiskSpan, RunSummary, TradeRow } from "../../record/runRecord.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => (values.length === 0 ? NaN : sum(values) / values.length);

/** Plausible figures of a made-up run: consistent with its rows where the report relies on it, otherwise only plausible. */
export const sampleSummary = (
  symbol: string,
  fromMs: number,
  toMs: number,
  trades: readonly TradeRow[],
  equity: readonly EquityRow[],
  riskSpans: readonly RiskSpan[],
  gaps: readonly GapSpan[],
  refusals: readonly RefusalCount[],
  rejections: readonly RejectionCount[],
): RunSummary => {
  const startUsdt = equity[0]?.equityUsdt ?? 0;
  const endUsdt = equity.at(-1)?.equityUsdt ?? 0;
  const returns = equity.slice(1).map((row, index) => row.equityUsdt / (equity[index]?.equityUsdt ?? NaN) - 1);
  const deviation = Math.sqrt(mean(returns.map((value) => (value - mean(returns)) ** 2)));
  const downside = Math.sqrt(mean(returns.map((value) => Math.min(0, value) ** 2)));
  const wins = trades.filter((trade) => trade.pnlUsdt > 0);
  const halts = riskSpans.filter((span) => span.level === "HALTED");
  const maxDrawdown = Math.min(0, ...equity.map((row) => row.drawdown));
  const totalReturn = endUsdt / startUsdt - 1;
  const lossUsdt = Math.abs(sum(trades.map((trade) => Math.min(0, trade.pnlUsdt))));
  const missingBars = sum(gaps.map((gap) => gap.missingBars));
  const bars = Math.round((toMs - fromMs) / MINUTE_MS) - missingBars;
  return {
    symbol,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    bars,
    gapBars: missingBars,
    trades: trades.length,
    equityStartUsdt: startUsdt,
    equityEndUsdt: endUsdt,
    feesUsdt: sum(trades.map((trade) => trade.feesUsdt)),
    fundingUsdt: sum(trades.map((trade) => trade.fundingUsdt)),
    slippageUsdt: sum(trades.map((trade) => trade.slippageUsdt)),
    totalReturn,
    cagr: totalReturn,
    volatility: deviation * Math.sqrt(365),
    sharpe: (mean(returns) / deviation) * Math.sqrt(365),
    sortino: (mean(returns) / downside) * Math.sqrt(365),
    calmar: totalReturn / Math.abs(maxDrawdown),
    maxDrawdown,
    maxDrawdownDays: 41,
    maxDrawdownAtBars: 1.1 * maxDrawdown,
    maxDrawdownAtBarsMinutes: 60_000,
    ruinedAtMs: null,
    winRate: wins.length / trades.length,
    profitFactor: sum(wins.map((trade) => trade.pnlUsdt)) / lossUsdt,
    expectancyUsdt: mean(trades.map((trade) => trade.pnlUsdt)),
    exposure: sum(trades.map((trade) => trade.exitTimeMs - trade.entryTimeMs)) / (toMs - fromMs),
    turnover: (2 * sum(trades.map((trade) => trade.entryPrice * trade.qty))) / startUsdt,
    meanHoldingMinutes: mean(trades.map((trade) => (trade.exitTimeMs - trade.entryTimeMs) / MINUTE_MS)),
    valueAtRisk95: -1.65 * deviation,
    conditionalValueAtRisk95: -2.06 * deviation,
    riskRefusals: sum(refusals.map((refusal) => refusal.count)),
    ordersRejected: sum(rejections.map((rejection) => rejection.count)),
    noTradeReason: trades.length > 0 ? null : "the position module asked for nothing at any decision",
    haltedAtMs: halts[0]?.fromMs ?? null,
    halts: halts.length,
    strictEquityEndUsdt: halts.length === 0 ? null : (equity.findLast((row) => row.timeMs <= (halts[0]?.fromMs ?? 0))?.equityUsdt ?? null),
    decisions: bars,
    orders: 2 * trades.length,
    decisionsSha256: "e07a".repeat(16),
    replaySeconds: 0.31,
    barsPerSecond: Math.round(bars / 0.31),
    peakRssMb: 212,
  };
};
