import type { EquityRow, FillRow, RunSummary, TradeRow } from "../runRecord.ts";
import { exposure, meanHoldingMinutes, turnover } from "./activity.ts";
import { dailyReturns } from "./dailyReturns.ts";
import { calmar, maxDrawdown } from "./drawdown.ts";
import { cagr, totalReturn } from "./growth.ts";
import { sharpe } from "./sharpe.ts";
import { sortino } from "./sortino.ts";
import { conditionalValueAtRisk, valueAtRisk } from "./tailRisk.ts";
import { expectancyUsdt, profitFactor, winRate } from "./tradeStatistics.ts";
import { volatility } from "./volatility.ts";

/** The metrics of a run's summary, all defined in `docs/metrics.md`. */
export type RunMetrics = Pick<
  RunSummary,
  | "totalReturn"
  | "cagr"
  | "volatility"
  | "sharpe"
  | "sortino"
  | "calmar"
  | "maxDrawdown"
  | "maxDrawdownDays"
  | "winRate"
  | "profitFactor"
  | "expectancyUsdt"
  | "exposure"
  | "turnover"
  | "meanHoldingMinutes"
  | "valueAtRisk95"
  | "conditionalValueAtRisk95"
>;

/** What the metrics are computed from. */
export interface MetricsInput {
  /** A row a UTC day, the first the start. */
  readonly equity: readonly Pick<EquityRow, "equityUsdt">[];
  readonly trades: readonly Pick<TradeRow, "pnlUsdt" | "entryTimeMs" | "exitTimeMs">[];
  readonly fills: Iterable<Pick<FillRow, "price" | "qty">>;
  /** The run's range, `toMs` exclusive. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** All metrics of a run. NaN where one is undefined: no trades, no days, no spread. */
export const runMetrics = ({ equity, trades, fills, fromMs, toMs }: MetricsInput): RunMetrics => {
  const equityUsdt = equity.map((row) => row.equityUsdt);
  const returns = dailyReturns(equityUsdt);
  return {
    ...returnMetrics(returns),
    winRate: winRate(trades),
    profitFactor: profitFactor(trades),
    expectancyUsdt: expectancyUsdt(trades),
    exposure: exposure(trades, fromMs, toMs),
    turnover: turnover(fills, equityUsdt, fromMs, toMs),
    meanHoldingMinutes: meanHoldingMinutes(trades),
  };
};

/** The metrics that daily returns alone decide. */
export const returnMetrics = (
  returns: ArrayLike<number>,
): Omit<RunMetrics, "winRate" | "profitFactor" | "expectancyUsdt" | "exposure" | "turnover" | "meanHoldingMinutes"> => ({
  totalReturn: totalReturn(returns),
  cagr: cagr(returns),
  volatility: volatility(returns),
  sharpe: sharpe(returns),
  sortino: sortino(returns),
  calmar: calmar(returns),
  ...maxDrawdown(returns),
  valueAtRisk95: valueAtRisk(returns, 0.95),
  conditionalValueAtRisk95: conditionalValueAtRisk(returns, 0.95),
});
