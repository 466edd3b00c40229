/**
 * The document that `report.html` carries for its script: written by `html/pageData.ts`, read by the page. Columns are
 * packed, times in ms UTC, money in USDT, returns and drawdowns as fractions.
 */

/** `value[i] = Σ steps[0…i] × multiplier / divisor`; a null step is NaN and leaves the sum as it is. */
export type PackedColumn = readonly [multiplier: number, divisor: number, steps: readonly (number | null)[]];

export interface PageData {
  readonly fromMs: number;
  readonly toMs: number;
  readonly symbols: readonly string[];
  readonly equity: EquityColumns;
  readonly candles: readonly CandleColumns[];
  readonly trades: TradeColumns;
  readonly stops: StopColumns;
  readonly riskSpans: readonly RiskSpanRow[];
  readonly gaps: readonly GapRow[];
  readonly breakdowns: readonly BreakdownCard[];
  readonly histogram: HistogramData;
  readonly moneyFlow: readonly MoneyBar[];
  /** Names of the L1 states; empty without such a layer. */
  readonly regimeStates: readonly string[];
  readonly regimes: readonly RegimeColumns[];
  readonly reliability: readonly ReliabilityRow[];
  /** What the layers said at the entries; null when the run has none. */
  readonly layers: LayerColumns | null;
}

/** Runs of one symbol's L1 state; −1 is unknown. */
export interface RegimeColumns {
  readonly symbol: number;
  readonly fromMs: PackedColumn;
  readonly toMs: PackedColumn;
  readonly state: PackedColumn;
}

/** A tenth of the entries by confidence, beside what came of them. */
export interface ReliabilityRow {
  readonly name: string;
  readonly trades: number;
  readonly wins: number;
  readonly meanConfidence: number;
  readonly winShareLow: number;
  readonly winShareHigh: number;
}

/** Columns over the trades with beliefs, features over a sample of them; NaN is what a layer did not say. */
export interface LayerColumns {
  readonly embedding: readonly string[];
  readonly features: readonly string[];
  readonly featureUnits: readonly string[];
  /** Index into the trades, ascending. */
  readonly trade: PackedColumn;
  /** By state, by embedding value. */
  readonly regime: readonly PackedColumn[];
  readonly embeddingValues: readonly PackedColumn[];
  readonly pUp: PackedColumn;
  readonly pDown: PackedColumn;
  readonly pLong: PackedColumn;
  readonly pShort: PackedColumn;
  readonly pNeutral: PackedColumn;
  /** Expected net return, a fraction. */
  readonly netLong: PackedColumn;
  readonly netShort: PackedColumn;
  readonly confidence: PackedColumn;
  /** The trades whose features are kept, as indices into the trades, and by feature their values. */
  readonly featureTrade: PackedColumn;
  readonly featureValues: readonly PackedColumn[];
}

export interface EquityColumns {
  readonly timeMs: PackedColumn;
  readonly equityUsdt: PackedColumn;
  readonly buyAndHoldUsdt: PackedColumn;
  readonly drawdown: PackedColumn;
}

export interface CandleColumns {
  /** Index into `symbols`, here and below. */
  readonly symbol: number;
  readonly intervalMs: number;
  readonly openTimeMs: PackedColumn;
  readonly open: PackedColumn;
  readonly high: PackedColumn;
  readonly low: PackedColumn;
  readonly close: PackedColumn;
}

export interface TradeColumns {
  readonly reasons: readonly string[];
  readonly symbol: PackedColumn;
  /** 1 long, −1 short. */
  readonly direction: PackedColumn;
  readonly entryTimeMs: PackedColumn;
  readonly entryPrice: PackedColumn;
  readonly exitTimeMs: PackedColumn;
  readonly exitPrice: PackedColumn;
  readonly qty: PackedColumn;
  readonly pnlUsdt: PackedColumn;
  readonly feesUsdt: PackedColumn;
  readonly fundingUsdt: PackedColumn;
  readonly slippageUsdt: PackedColumn;
  /** Index into `reasons`. */
  readonly reason: PackedColumn;
}

export interface StopColumns {
  readonly symbol: PackedColumn;
  readonly direction: PackedColumn;
  readonly price: PackedColumn;
  readonly fromMs: PackedColumn;
  readonly toMs: PackedColumn;
}

export interface RiskSpanRow {
  readonly rule: string;
  readonly level: "ACTIVE" | "REDUCING" | "HALTED";
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number | null;
  readonly limit: number | null;
}

export interface GapRow {
  readonly symbol: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly missingBars: number;
}

export interface BreakdownCard {
  readonly id: string;
  readonly layout: "columns" | "bars";
  readonly rows: readonly {
    readonly group: string;
    readonly trades: number;
    readonly wins: number;
    readonly pnlUsdt: number;
    readonly feesUsdt: number;
    readonly fundingUsdt: number;
  }[];
}

export interface HistogramData {
  readonly width: number;
  readonly mean: number | null;
  readonly median: number | null;
  /** `from` or `to` is null in the bin that also counts the tail on that side. */
  readonly bins: readonly { readonly from: number | null; readonly to: number | null; readonly count: number }[];
}

export interface MoneyBar {
  readonly name: string;
  readonly kind: "total" | "cost";
  readonly amountUsdt: number;
  readonly fromUsdt: number;
  readonly toUsdt: number;
}
