import type { RunIntervals } from "./statistics/runIntervals.ts";
import type { Verdict } from "./statistics/verdict.ts";
import type { FillOn } from "../domain/order.ts";
import type { Direction } from "../domain/units.ts";
import type { RiskLevel } from "../domain/derived.ts";
import type { FallbackBars, MemberBars } from "./memberLog.ts";
import type { FillQualityRow } from "./outcomes/fillQuality.ts";
import type { ShadowRecord } from "./shadowRecord.ts";

/**
 * What a run leaves behind for its report: plain data, bounded by trades and days, never by bars. Prices in USDT,
 * quantities in base units, times in ms UTC. The recorder (`src/record/recorder.ts`) fills it from the line; the writers
 * in `src/report/` read it.
 */
export interface RunRecord {
  readonly identity: RunIdentity;
  readonly summary: RunSummary;
  readonly verdict: Verdict;
  readonly intervals: RunIntervals;
  /** Figures of each calendar year beside their targets, in order. */
  readonly targets: readonly YearTarget[];
  readonly trades: readonly TradeRow[];
  readonly fills: Iterable<FillRow>;
  /** A row a UTC day; the first row is the start. */
  readonly equity: readonly EquityRow[];
  /**
   * Price of each symbol for the chart, thinned to a bounded number of candles, one series a symbol. The report merges
   * them to suit the zoom, so the finer the better: up to 80,000 in all (20 bytes each) are kept as they are.
   */
  readonly candles: readonly CandleSeries[];
  readonly stops: readonly StopSpan[];
  readonly riskSpans: readonly RiskSpan[];
  readonly gaps: readonly GapSpan[];
  readonly refusals: readonly RefusalCount[];
  /** Orders that the venue refused, the most frequent code first. */
  readonly rejections: readonly RejectionCount[];
  /** What L1 said, a series a symbol; left out when the run has no such layer. */
  readonly regimes?: readonly RegimeSeries[];
  /** Names of what the layers say: without them the report says nothing of layers. */
  readonly layers?: LayerNames;
  /** Who spoke for the layers, and how often a rule spoke in a member's place; left out when rules alone may speak. */
  readonly members?: { readonly spoke: readonly MemberBars[]; readonly fellBack: readonly FallbackBars[] };
  /** Challengers beside their champions, day by day; left out when nobody was compared. */
  readonly shadows?: ShadowRecord;
  /** The same run filled on bars, on trades and on the book; left out when nobody asked for it. */
  readonly fillModes?: readonly FillModeRow[];
}

/** A run filled in one way (`venue.fillOn`); `mixed`: each instrument in its own. */
export interface FillModeRow extends FillQualityRow {
  readonly fillOn: FillOn | "mixed";
  readonly trades: number;
  readonly feesUsdt: number;
  /** Equity at the end less equity at the start. */
  readonly netUsdt: number;
  readonly decisionsSha256: string;
}

export interface RunIdentity {
  readonly name: string;
  /** Of the program's code; `+dirty`: files differ from it. */
  readonly commit: string;
  /** By name, users' modules: SHA-256 of all that they load (docs/modules.md). */
  readonly modules: Readonly<Record<string, string>>;
  /** By `<layer>/<member>`, trained members: SHA-256 of their manifests; left out when there is none. */
  readonly models?: Readonly<Record<string, string>>;
  /** Where trained members serve inside what they were trained on, a line each; left out when they do not. Such a run proves nothing. */
  readonly inSample?: readonly string[];
  /** Without where the data lies. */
  readonly configSha256: string;
  readonly dataSha256: string;
  readonly decisionsSha256: string;
  readonly seed: number | null;
  readonly nodeVersion: string;
  readonly profile: string;
  /** Where the data came from, in words that may stand as a headline: `simulated market, seed 1 — no real prices`. */
  readonly dataSource: string;
  /** True when the prices are not real: said loudly in the report. */
  readonly simulated: boolean;
  readonly warnings: readonly string[];
  readonly config: unknown;
  /** A second pass over the events, in bursts of another size, decided the same; left out when nobody asked. */
  readonly verified?: boolean;
  /** The command line that repeats the run; left out when it was not started from one. */
  readonly command?: string;
}

/** `summary.json`; fractions, not percent; NaN is written as null. */
export interface RunSummary {
  readonly symbol: string;
  readonly from: string;
  readonly to: string;
  readonly bars: number;
  readonly gapBars: number;
  readonly trades: number;
  readonly equityStartUsdt: number;
  readonly equityEndUsdt: number;
  readonly feesUsdt: number;
  readonly fundingUsdt: number;
  readonly slippageUsdt: number;
  readonly totalReturn: number;
  readonly cagr: number;
  readonly volatility: number;
  readonly sharpe: number;
  readonly sortino: number;
  readonly calmar: number;
  /** Of daily equity, as `maxDrawdownDays` is its length. */
  readonly maxDrawdown: number;
  readonly maxDrawdownDays: number;
  /** Of equity at the close of every bar, and how long that fall lasted. */
  readonly maxDrawdownAtBars: number;
  readonly maxDrawdownAtBarsMinutes: number;
  /** When equity was first 0 or less, or null; the figures end there. */
  readonly ruinedAtMs: number | null;
  readonly winRate: number;
  readonly profitFactor: number;
  readonly expectancyUsdt: number;
  readonly exposure: number;
  readonly turnover: number;
  readonly meanHoldingMinutes: number;
  readonly valueAtRisk95: number;
  readonly conditionalValueAtRisk95: number;
  readonly riskRefusals: number;
  /** Orders that the venue refused. */
  readonly ordersRejected: number;
  /** Why the run has no trade, in words; null when it has one. */
  readonly noTradeReason: string | null;
  /** First HALTED, or null. */
  readonly haltedAtMs: number | null;
  readonly halts: number;
  /** What the strict profile would have ended with: equity once flat after the first halt; null when it never halted. */
  readonly strictEquityEndUsdt: number | null;
  readonly decisions: number;
  readonly orders: number;
  readonly decisionsSha256: string;
  readonly replaySeconds: number;
  readonly barsPerSecond: number;
  readonly peakRssMb: number;
}

export interface TradeRow {
  readonly symbol: string;
  readonly side: "long" | "short";
  readonly entryTimeMs: number;
  readonly entryPrice: number;
  readonly exitTimeMs: number;
  readonly exitPrice: number;
  readonly qty: number;
  readonly pnlUsdt: number;
  readonly feesUsdt: number;
  readonly fundingUsdt: number;
  readonly exitReason: string;
  readonly slippageUsdt: number;
  /** L1 state at the entry's decision, or `unknown`; left out when the run has no such layer. */
  readonly regime?: string;
  /** Strongest pattern descriptor at the entry's decision, or `none`; left out when the run has no such layer. */
  readonly pattern?: string;
  /** Calibrated confidence of the signal at the entry's decision, 0…1; left out when it stated none. */
  readonly confidence?: number;
  /** What every layer said at the entry's decision. */
  readonly beliefs?: TradeBeliefs;
}

/** What the layers said at the decision bar of an entry. Who said nothing has an empty list, or NaN. */
export interface TradeBeliefs {
  /** L1: probabilities of the seven states, in the order of `LayerNames.regimeStates`. */
  readonly regime: readonly number[];
  /** L2: probability that the price rises, or falls, over the horizon. */
  readonly pUp: number;
  readonly pDown: number;
  /** L2: in the order of `LayerNames.embedding`. */
  readonly embedding: readonly number[];
  readonly signal: SignalBelief;
  /** In the order of `LayerNames.features`; NaN where a column was unknown. */
  readonly features: Float32Array;
}

/** L3: probabilities of the sides, expected net return of each as a fraction, calibrated confidence 0…1. */
export interface SignalBelief {
  readonly pLong: number;
  readonly pShort: number;
  readonly pNeutral: number;
  readonly netLong: number;
  readonly netShort: number;
  readonly confidence: number;
}

export interface LayerNames {
  /** Seven states in the order of the probabilities: strong up, weak up, ranging, weak down, strong down, low volatility, high volatility. */
  readonly regimeStates: readonly string[];
  readonly embedding: readonly string[];
  readonly features: readonly string[];
  /** Unit of each feature, "" where it has none. */
  readonly featureUnits: readonly string[];
}

/**
 * Runs of the most probable L1 state of a symbol, ascending, each touching the next: `state` indexes
 * `LayerNames.regimeStates`, −1 is unknown. At most 20,000 over all symbols: short runs are merged (`src/record/regimeRuns.ts`).
 */
export interface RegimeSeries {
  readonly symbol: string;
  readonly fromMs: readonly number[];
  readonly toMs: readonly number[];
  readonly state: readonly number[];
  /** Each stretch of this length shows the state that lasted longest in it; 0: nothing was merged. */
  readonly mergedMs: number;
}

export interface FillRow {
  readonly timeMs: number;
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly side: "buy" | "sell";
  readonly price: number;
  readonly qty: number;
  readonly feeUsdt: number;
  readonly slippageUsdt: number;
  readonly maker: boolean;
  readonly reason: string;
}

export interface EquityRow {
  /** End of the UTC day (00:00 of the next), or the last bar's close. */
  readonly timeMs: number;
  readonly equityUsdt: number;
  /** From the highest row so far, ≤ 0, as a fraction. */
  readonly drawdown: number;
  /** What the start equity would be worth in the first symbol. */
  readonly buyAndHoldUsdt: number;
}

/** One figure of a calendar year (UTC) beside its target. */
export interface YearTarget {
  readonly year: number;
  /** Days of the year that the run has. */
  readonly days: number;
  /** The run does not have the whole year. */
  readonly partial: boolean;
  readonly figure: "sharpe" | "maxDrawdown" | "winRate" | "totalReturn";
  /** At least, all four: a drawdown is negative. */
  readonly target: number;
  /** NaN where the figure is undefined. */
  readonly measured: number;
  readonly met: boolean | null;
}

export interface CandleSeries {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly openTimeMs: readonly number[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
}

/** A stop level while it was live. */
export interface StopSpan {
  readonly symbol: string;
  readonly direction: Direction;
  readonly price: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface RiskSpan {
  readonly rule: string;
  readonly level: RiskLevel;
  readonly fromMs: number;
  /** Still open at the end: the end of the run. */
  readonly toMs: number;
  readonly value: number;
  readonly limit: number;
}

export interface GapSpan {
  readonly symbol: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly missingBars: number;
}

/** Plans that a rule of risk refused. */
export interface RefusalCount {
  readonly rule: string;
  readonly count: number;
  /** Of the refused values the one nearest to the limit: the smallest that was asked for, where the limit is a largest. */
  readonly nearest: number;
  readonly limit: number;
}

/** Orders that the venue refused with one code of Binance's. */
export interface RejectionCount {
  readonly code: number;
  readonly count: number;
  /** The venue's words at the first of them, with what was asked and what is allowed. */
  readonly reason: string;
  readonly firstMs: number;
}
