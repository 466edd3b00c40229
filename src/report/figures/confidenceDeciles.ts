import type { TradeRow } from "../../record/runRecord.ts";
import { decimal } from "../page/format.js";
import type { BreakdownSpec } from "./breakdownSpec.ts";

const DECILES = 10;
/** Standard normal quantile of a two-sided 95 % interval. */
const Z_95 = 1.959963984540054;

/** A tenth of the run's trades by the confidence of their entry's signal. */
export interface ConfidenceDecile {
  readonly name: string;
  readonly trades: number;
  /** Trades with a net P&L above zero. */
  readonly wins: number;
  readonly meanConfidence: number;
  /** 95 % interval of the win share: Wilson, "Probable inference, the law of succession, and statistical inference" (1927). */
  readonly winShareLow: number;
  readonly winShareHigh: number;
}

type Confident = TradeRow & { readonly confidence: number };

/**
 * Deciles of the run's own entries, lowest confidence first. Equal confidences are never split, so tenths may be uneven and,
 * where many are equal, fewer than ten. Trades without a confidence are left out.
 */
export const confidenceDeciles = (trades: readonly TradeRow[]): readonly ConfidenceDecile[] => {
  const known = trades.filter(isConfident);
  const decile = decileOf(known);
  return decilesOf(known).map((each, position) => {
    const rows = known.filter((trade) => decile(trade) === each);
    const wins = rows.filter((trade) => trade.pnlUsdt > 0).length;
    const [winShareLow, winShareHigh] = wilson(wins, rows.length);
    const confidences = rows.map((trade) => trade.confidence);
    const meanConfidence = confidences.reduce((sum, value) => sum + value, 0) / rows.length;
    return { name: nameOf(position, confidences), trades: rows.length, wins, meanConfidence, winShareLow, winShareHigh };
  });
};

/** P&L by these deciles. */
export const confidenceSpec = (trades: readonly TradeRow[]): BreakdownSpec => {
  const known = trades.filter(isConfident);
  const decile = decileOf(known);
  const names = confidenceDeciles(trades).map(({ name }) => name);
  const order = decilesOf(known);
  return {
    id: "confidence",
    title: "P&L by confidence",
    note: "tenths of the run’s entries by the signal’s confidence, lowest first",
    layout: "bars",
    keyOf: (trade) => (isConfident(trade) ? names[order.indexOf(decile(trade))] : undefined),
    groups: names,
    minGroups: 2,
  };
};

const isConfident = (trade: TradeRow): trade is Confident => Number.isFinite(trade.confidence);

/** Decile of a trade: how many of the nine cuts its confidence reaches. */
const decileOf = (known: readonly Confident[]): ((trade: Confident) => number) => {
  const sorted = known.map((trade) => trade.confidence).sort((a, b) => a - b);
  const cuts = Array.from({ length: DECILES - 1 }, (_, cut) => sorted[Math.floor(((cut + 1) * sorted.length) / DECILES)] as number);
  return ({ confidence }) => cuts.filter((cut) => confidence >= cut).length;
};

/** The deciles that hold trades, ascending. */
const decilesOf = (known: readonly Confident[]): readonly number[] => [...new Set(known.map(decileOf(known)))].sort((a, b) => a - b);

const nameOf = (position: number, confidences: readonly number[]): string =>
  `${position + 1} · ${decimal(Math.min(...confidences), 3)}–${decimal(Math.max(...confidences), 3)}`;

const wilson = (wins: number, trades: number): readonly [low: number, high: number] => {
  const share = wins / trades;
  const z2 = (Z_95 * Z_95) / trades;
  const centre = (share + z2 / 2) / (1 + z2);
  const half = (Z_95 * Math.sqrt((share * (1 - share)) / trades + z2 / (4 * trades))) / (1 + z2);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
};
