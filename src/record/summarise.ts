import type { RiskLimits } from "../risk/limits.ts";
import { formatUtc } from "../domain/time.ts";
import type { TradeClosed } from "../domain/derived.ts";
import type { Instrument } from "../domain/instrument.ts";
import { dailyReturns } from "./metrics/dailyReturns.ts";
import { runMetrics } from "./metrics/metrics.ts";
import type { Targets } from "./metrics/yearTargets.ts";
import { yearTargets } from "./metrics/yearTargets.ts";
import { noTradeReason } from "./outcomes/noTrades.ts";
import type { NoTradeFacts } from "./outcomes/noTrades.ts";
import type { Recorder } from "./recorder.ts";
import type { ShadowRecord } from "./shadowRecord.ts";
import { refusalWarnings } from "./outcomes/refusalWarning.ts";
import { runIntervals } from "./statistics/runIntervals.ts";
import { verdictOf } from "./statistics/verdict.ts";
import type { RunIdentity, RunRecord, RunSummary, TradeRow } from "./runRecord.ts";

/** What a run knows of itself besides what the recorder saw. */
export interface RunFacts {
  readonly config: {
    readonly name: string;
    readonly risk: RiskLimits | null;
    readonly venue: { readonly startUsdt: number };
    readonly report: { readonly targets: Targets };
  };
  readonly profile: string;
  readonly data: {
    readonly instruments: readonly Instrument[];
    readonly fromMs: number;
    readonly toMs: number;
    readonly source: string;
    readonly simulated: boolean;
    readonly seed: number | null;
    readonly warnings: readonly string[];
  };
  /** What there is to say of the members, a line each. */
  readonly warnings: readonly string[];
  /** What a run without a trade is explained by. */
  readonly members: Pick<NoTradeFacts, "warmUpBars" | "enterProbability">;
  readonly configSha256: string;
  readonly dataSha256: string;
  readonly decisionsSha256: string;
  readonly decisions: number;
  readonly verified?: boolean;
  readonly shadows?: ShadowRecord;
  readonly commit: string;
  readonly modules: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, string>>;
  readonly inSample: readonly string[];
  readonly command: string;
  readonly replaySeconds: number;
  readonly peakRssMb: number;
}

/** What a finished run was and did, without what only a report needs. An open position is marked at its instrument's last close. */
export const runResult = (recorder: Recorder, facts: RunFacts): RunResult => {
  const trades = [...recorder.trades, ...openTrades(recorder, facts.data.instruments)].sort((a, b) => a.exitTimeMs - b.exitTimeMs);
  return {
    identity: identityOf(recorder, facts),
    summary: summaryOf(recorder, facts, trades),
    trades,
    dailyReturns: dailyReturns(recorder.equity.map((row) => row.equityUsdt)),
  };
};

type RunResult = Pick<RunRecord, "identity" | "summary" | "trades"> & { readonly dailyReturns: Float64Array };

/** The record of a finished run, ready for the report's writers. */
export const runRecord = (recorder: Recorder, facts: RunFacts): RunRecord => {
  const { dailyReturns, ...result } = runResult(recorder, facts);
  const { summary, trades } = result;
  const { equity, ruinedAtMs, firstOpenMs: fromMs, lastCloseMs: toMs } = recorder;
  return {
    ...result,
    verdict: verdictOf({ dailyReturns, trades: trades.length, inSample: facts.inSample.length > 0, ruined: ruinedAtMs !== null }),
    intervals: runIntervals({ summary, dailyReturns, trades }),
    targets: yearTargets({ equity, trades, ruinedAtMs, fromMs, toMs }, facts.config.report.targets),
    fills: recorder.fills,
    equity: recorder.equity,
    candles: recorder.candles,
    stops: recorder.stops,
    riskSpans: recorder.risk.spans,
    gaps: recorder.gaps,
    refusals: recorder.outcomes.refusals,
    rejections: recorder.outcomes.rejections,
    ...(recorder.members === null ? {} : { members: { spoke: recorder.members.spoke, fellBack: recorder.members.fellBack } }),
    ...(facts.shadows === undefined ? {} : { shadows: facts.shadows }),
    ...(recorder.beliefs === null
      ? {}
      : { regimes: recorder.beliefs.regimes((index) => recorder.lastMs(index)), layers: recorder.beliefs.names }),
  };
};

const openTrades = (recorder: Recorder, instruments: readonly Instrument[]): TradeRow[] => {
  const { account } = recorder;
  if (account === null) return [];
  return instruments
    .map(({ index }) => account.openTrade(index, recorder.lastMs(index)))
    .filter((trade): trade is TradeClosed => trade !== null)
    .map((trade) => recorder.tradeRow(trade));
};

const identityOf = (recorder: Recorder, facts: RunFacts): RunIdentity => {
  const { config, data } = facts;
  const faults = [...recorder.faults].map(([what, count]) => `${count} × ${what}`);
  return {
    name: config.name,
    ...(facts.verified === true ? { verified: true } : {}),
    commit: facts.commit,
    modules: facts.modules,
    ...(Object.keys(facts.models).length === 0 ? {} : { models: facts.models }),
    ...(facts.inSample.length === 0 ? {} : { inSample: facts.inSample }),
    configSha256: facts.configSha256,
    dataSha256: facts.dataSha256,
    decisionsSha256: facts.decisionsSha256,
    seed: data.seed,
    nodeVersion: process.version,
    profile: facts.profile,
    dataSource: data.source,
    simulated: data.simulated,
    warnings: [
      ...data.warnings,
      ...recorder.nonMarketTrades.flatMap((count, index) => nonMarketText(count, data.instruments[index]?.symbol ?? "")),
      ...(faults.length === 0 ? [] : [`Bad data was left out: ${faults.join("; ")}.`]),
      ...[...recorder.refusedSwaps].map((why) => `A swap was refused: ${why}.`),
      ...facts.warnings,
      ...refusalWarnings(recorder.outcomes),
      ...(recorder.ruinedAtMs === null ? [] : [`The account was lost on ${formatUtc(recorder.ruinedAtMs)}: the figures end there.`]),
    ],
    config,
    command: facts.command,
  };
};

const nonMarketText = (count: number, symbol: string): readonly string[] => {
  if (count === 0) return [];
  const what = count === 1 ? `1 trade of ${symbol} was` : `${count} trades of ${symbol} were`;
  return [`${what} not of the market: no bar, fill or feature sees ${count === 1 ? "it" : "them"}.`];
};

const summaryOf = (recorder: Recorder, facts: RunFacts, trades: readonly TradeRow[]): RunSummary => {
  const { account, risk, outcomes } = recorder;
  const { data, config } = facts;
  return {
    symbol: data.instruments.map(({ symbol }) => symbol).join(","),
    from: formatUtc(recorder.firstOpenMs),
    to: formatUtc(recorder.lastCloseMs),
    bars: recorder.bars,
    gapBars: recorder.gaps.reduce((sum, gap) => sum + gap.missingBars, 0),
    trades: trades.length,
    equityStartUsdt: config.venue.startUsdt,
    equityEndUsdt: account?.equityUsdt ?? config.venue.startUsdt,
    feesUsdt: account?.feesUsdt ?? 0,
    fundingUsdt: account?.fundingUsdt ?? 0,
    slippageUsdt: account?.slippageUsdt ?? 0,
    ...runMetrics({
      equity: recorder.equity,
      ruinedAtMs: recorder.ruinedAtMs,
      trades,
      fills: recorder.fills,
      fromMs: recorder.firstOpenMs,
      toMs: recorder.lastCloseMs,
    }),
    maxDrawdownAtBars: recorder.drawdown.deepest,
    maxDrawdownAtBarsMinutes: recorder.drawdown.minutes,
    ruinedAtMs: recorder.ruinedAtMs,
    riskRefusals: outcomes.refusals.reduce((sum, { count }) => sum + count, 0),
    ordersRejected: outcomes.rejections.reduce((sum, { count }) => sum + count, 0),
    noTradeReason: trades.length > 0 ? null : noTradeReason({ outcomes, orders: recorder.orders, ...facts.members }),
    haltedAtMs: risk.haltedAtMs,
    halts: risk.halts,
    strictEquityEndUsdt: risk.strictEquityEndUsdt,
    decisions: facts.decisions,
    orders: recorder.orders,
    decisionsSha256: facts.decisionsSha256,
    replaySeconds: facts.replaySeconds,
    barsPerSecond: recorder.bars / facts.replaySeconds,
    peakRssMb: facts.peakRssMb,
  };
};
