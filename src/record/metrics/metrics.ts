import type { EquityRow, FillRow, RunSummary, TradeRow } from "../runRecord.ts";
import { DAY_MS } from "../../domain/units.ts";
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
type RunMetrics = Pick<
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

/** Nothing is annualised from a shorter run: a year made of a few days is those days' luck to a high power. */
export const ANNUALISED_FROM_DAYS = 30;

/** What the metrics are computed from. */
interface MetricsInput {
  /** A row a UTC day, the first the start. */
  readonly equity: readonly Omit<EquityRow, "buyAndHoldUsdt">[];
  /** When equity was first 0 or less; null: never. */
  readonly ruinedAtMs: number | null;
  readonly trades: readonly Pick<TradeRow, "pnlUsdt" | "entryTimeMs" | "exitTimeMs">[];
  readonly fills: Iterable<Pick<FillRow, "price" | "qty">>;
  /** The run's range, `toMs` exclusive. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** All metrics of a run. NaN where one is undefined: no trades, no spread, a run too short for a year's figures, a lost account. */
export const runMetrics = ({ equity, ruinedAtMs, trades, fills, fromMs, toMs }: MetricsInput): RunMetrics => {
  const equityUsdt = equity.map((row) => row.equityUsdt);
  const yearly = toMs - fromMs >= ANNUALISED_FROM_DAYS * DAY_MS;
  const ofReturns = ruinedAtMs === null ? returnMetrics(dailyReturns(equityUsdt)) : ruinMetrics(equity, ruinedAtMs);
  return {
    ...ofReturns,
    ...(yearly ? {} : { cagr: NaN, volatility: NaN, sharpe: NaN, sortino: NaN, calmar: NaN }),
    winRate: winRate(trades),
    profitFactor: profitFactor(trades),
    expectancyUsdt: expectancyUsdt(trades),
    exposure: exposure(trades, fromMs, toMs),
    turnover: yearly && ruinedAtMs === null ? turnover(fills, equityUsdt, fromMs, toMs) : NaN,
    meanHoldingMinutes: meanHoldingMinutes(trades),
  };
};

/**
 * Of a lost account: return and drawdown to the row that shows the loss, under water from the last peak to the end of the run.
 * A distribution of returns that ends with the loss of everything has no mean, spread or quantile that says anything.
 */
const ruinMetrics = (equity: MetricsInput["equity"], ruinedAtMs: number): ReturnMetrics => {
  const last = equity.findIndex(({ timeMs }) => timeMs >= ruinedAtMs);
  const toRuin = last < 0 ? equity : equity.slice(0, last + 1);
  return {
    totalReturn: (toRuin.at(-1)?.equityUsdt ?? NaN) / (toRuin[0]?.equityUsdt ?? NaN) - 1,
    maxDrawdown: Math.min(...toRuin.map(({ drawdown }) => drawdown)),
    maxDrawdownDays: equity.length - 1 - toRuin.findLastIndex(({ drawdown }) => drawdown === 0),
    ...{ cagr: NaN, volatility: NaN, sharpe: NaN, sortino: NaN, calmar: NaN, valueAtRisk95: NaN, conditionalValueAtRisk95: NaN },
  };
};

type ReturnMetrics = Omit<RunMetrics, "winRate" | "profitFactor" | "expectancyUsdt" | "exposure" | "turnover" | "meanHoldingMinutes">;

/** The metrics that daily returns alone decide. */
export const returnMetrics = (returns: ArrayLike<number>): ReturnMetrics => ({
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
