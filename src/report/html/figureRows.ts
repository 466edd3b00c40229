import { MINUTE_MS } from "../../domain/units.ts";
import type { RunIdentity, RunRecord } from "../../record/runRecord.ts";
import { shadowText } from "../figures/shadowText.ts";
import { count, counted, decimal, duration, percent, range, signed, signedPercent, times, utcTime } from "../page/format.js";

type Fact = readonly [name: string, value: string];

/** The whole summary as name and value, units included. */
export const figureRows = ({ summary, equity, members, intervals, shadows }: RunRecord): readonly Fact[] => [
  ["Equity at the start", `${decimal(summary.equityStartUsdt)} USDT`],
  ["Equity at the end", `${decimal(summary.equityEndUsdt)} USDT`],
  ["Buy and hold at the end", `${decimal(equity.at(-1)?.buyAndHoldUsdt ?? NaN)} USDT`],
  ["Total return", signedPercent(summary.totalReturn)],
  ["CAGR", signedPercent(summary.cagr)],
  ["Volatility, a year", percent(summary.volatility)],
  ["Sharpe · Sortino · Calmar", `${decimal(summary.sharpe)} · ${decimal(summary.sortino)} · ${decimal(summary.calmar)}`],
  ["Sharpe, 95% interval", range(intervals.sharpe)],
  ["Max drawdown at bars", `${percent(summary.maxDrawdownAtBars)}, for ${duration(summary.maxDrawdownAtBarsMinutes * MINUTE_MS)}`],
  ["Max drawdown of days", `${percent(summary.maxDrawdown)}, for ${counted(summary.maxDrawdownDays, "day")}`],
  ["Value at risk 95%, a day", percent(summary.valueAtRisk95)],
  ["Conditional VaR 95%, a day", percent(summary.conditionalValueAtRisk95)],
  ["Expectancy", `${signed(summary.expectancyUsdt)} USDT a trade`],
  ["Expectancy, 95% interval", `${range(intervals.expectancyUsdt)} USDT`],
  ["Mean holding time", duration(summary.meanHoldingMinutes * MINUTE_MS)],
  ["Exposure", percent(summary.exposure)],
  ["Turnover", times(summary.turnover)],
  ["Fees", `${decimal(summary.feesUsdt)} USDT`],
  ["Funding paid", `${decimal(summary.fundingUsdt)} USDT`],
  ["Slippage", `${decimal(summary.slippageUsdt)} USDT`],
  ["Decisions", count(summary.decisions)],
  ["Orders", `${count(summary.orders)}, ${count(summary.ordersRejected)} refused by the venue`],
  ["Bars", `${count(summary.bars)}, ${count(summary.gapBars)} missing`],
  ["Replay", `${decimal(summary.replaySeconds)} s, ${count(summary.barsPerSecond)} bars/s`],
  ["Peak memory", `${count(summary.peakRssMb)} MB`],
  ...(members?.spoke ?? []).map(({ layer, member, symbol, bars, fromMs, toMs }): Fact => [
    `${layer}: ${member}${symbol === undefined ? "" : ` on ${symbol}`}`,
    `${counted(bars, "bar")}, ${utcTime(fromMs)} → ${utcTime(toMs)}`,
  ]),
  ...(members?.fellBack ?? []).map(({ layer, reason, bars }): Fact => [`${layer} fell back`, `${counted(bars, "bar")}: ${reason}`]),
  ...(shadows?.results ?? []).map((result): Fact => [`${result.layer} shadow`, shadowText(result)]),
];

/** What a second run must share with this one to be the same. */
export const identityRows = (identity: RunIdentity): readonly Fact[] => [
  ["Decisions", identity.decisionsSha256],
  ...(identity.verified === true ? [["Verified", "a second pass, in bursts of another size, decided the same"] as const] : []),
  ["Data", identity.dataSha256],
  ["Config", identity.configSha256],
  ["Commit", identity.commit],
  ...Object.entries(identity.modules).map(([name, sha256]) => [`Module ${name}`, sha256] as const),
  ...Object.entries(identity.models ?? {}).map(([name, sha256]) => [`Member ${name}`, sha256] as const),
  ["Seed", identity.seed === null ? "none" : String(identity.seed)],
  ["Profile", identity.profile],
  ["Data source", identity.dataSource],
  ["Node", identity.nodeVersion],
  ...(identity.command === undefined ? [] : [["Command", identity.command] as const]),
];
