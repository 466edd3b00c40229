import type { Verdict } from "../record/statistics/verdict.ts";
import type { LabelRow } from "./labelTrades.ts";
import type { Walk } from "./walkFile.ts";

/** One backtest over all judged months, with a change of members at each of them. */
export interface StitchedRun {
  /** Layers whose trained members served; the rules served in the others. */
  readonly served: readonly string[];
  /** Folder of its report. */
  readonly dir: string;
  readonly trades: number;
  readonly totalReturn: number;
  readonly sharpe: number;
  readonly maxDrawdown: number;
  readonly feesUsdt: number;
  readonly turnover: number;
  readonly decisionsSha256: string;
  readonly inSample: boolean;
  readonly ruined: boolean;
  /** Of this run alone. */
  readonly verdict: Verdict;
  /** At the start, then a row a UTC day. */
  readonly equity: readonly (readonly [timeMs: number, equityUsdt: number])[];
}

/** A finished walk-forward: what its files are made of. */
export interface WalkForwardRecord {
  readonly name: string;
  readonly symbols: readonly string[];
  /** The judged span, ISO. */
  readonly from: string;
  readonly to: string;
  readonly dataSource: string;
  readonly simulated: boolean;
  readonly warnings: readonly string[];
  readonly command: string;
  readonly commit: string;
  readonly walk: Walk;
  readonly labels: readonly LabelRow[];
  /** That of all trained layers first; empty: none was asked for. */
  readonly backtests: readonly StitchedRun[];
  /** Of the first backtest, all walk-forwards on these data counted; null without one. */
  readonly verdict: Verdict | null;
  /** Walk-forwards in the ledger that judged some of these months of these symbols, this one among them. */
  readonly tries: number;
  readonly ledgerPath: string;
  /** Folder of the members, one version a fold. */
  readonly membersDir: string;
  /** Stages in their order. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Wall time over the time that the models themselves needed on these processes, less 1; NaN where finished folds were kept. */
export const trainingOverhead = ({ seconds: { model, wall, processes }, folds }: Walk): number => {
  const all = folds.reduce((sum, fold) => sum + fold.seconds.model, 0);
  return model < all * 0.99 ? NaN : (wall * processes) / model - 1;
};

/** Model that is shown where there is room for one: the one that serves. */
export const servedModel = ({ serve, models }: Walk, layer: "signal" | "regime"): string | null =>
  serve[layer] ?? models[layer].at(-1) ?? null;

/** Equity of each fold alone, over its start less 1. */
export const foldReturns = ({
  walk,
  backtests: [run],
}: WalkForwardRecord): readonly { readonly name: string; readonly value: number }[] => {
  if (run === undefined) return [];
  const at = (timeMs: number): number => run.equity.findLast(([ms]) => ms <= timeMs)?.[1] ?? run.equity[0]?.[1] ?? NaN;
  return walk.folds.map(({ name, testFromMs, testToMs }) => ({ name, value: at(testToMs) / at(testFromMs) - 1 }));
};
