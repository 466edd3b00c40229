import { readFileSync } from "node:fs";
import { DAY_MS, UserError } from "../domain/units.ts";
import type { Interval } from "../record/statistics/blockBootstrap.ts";
import { bootstrapInterval } from "../record/statistics/blockBootstrap.ts";
import type { Verdict } from "../record/statistics/verdict.ts";
import { verdictOf } from "../record/statistics/verdict.ts";
import { DAYS_PER_YEAR, returnMoments } from "../risk/sharpeBound.ts";
import { csvRows } from "./csvRows.ts";

/**
 * A trade on the label's own return: entered where the predicted gross return of a side was above the cost, one at a time and symbol. No
 * spread, no queue, no risk: it says what a prediction is worth; the backtest says what the line earns.
 */
export interface LabelTrade {
  readonly model: string;
  readonly calibrated: boolean;
  /** Round trip, fraction of the entry. */
  readonly cost: number;
  readonly symbol: string;
  readonly entryMs: number;
  readonly exitMs: number;
  /** Before the cost, fraction of the entry. */
  readonly gross: number;
}

/** The trades of one model on one symbol at one cost. */
export interface LabelRow extends Pick<LabelTrade, "model" | "calibrated" | "cost" | "symbol"> {
  readonly trades: number;
  /** Net return of a trade, with the 95 % interval of a bootstrap of whole days; NaN without trades. */
  readonly meanNet: number;
  readonly interval: Interval;
  /** Annualised, of daily sums of net returns. */
  readonly sharpe: number;
  readonly verdict: Verdict;
}

/** Judged days, and how many of them make a block of the bootstrap. */
interface Judged {
  readonly fromMs: number;
  readonly toMs: number;
  readonly blockDays: number;
}

const HEADER = "model,calibrated,cost,symbol,entryMs,exitMs,side,gross";

/** Reads `trades.csv`. Throws a `UserError` where it is another file. */
export const readLabelTrades = (path: string): LabelTrade[] => {
  const rows = csvRows(readFileSync(path, "utf8"), HEADER);
  if (rows === null) throw new UserError(`${path} does not begin with ${HEADER}: delete its folder and start again`);
  return rows.map(([model = "", calibrated = "", cost = "", symbol = "", entryMs = "", exitMs = "", , gross = ""]) => ({
    ...{ model, calibrated: calibrated === "1", cost: Number(cost), symbol },
    ...{ entryMs: Number(entryMs), exitMs: Number(exitMs), gross: Number(gross) },
  }));
};

/** A row for every model, symbol and cost that `wanted` names, traded or not, in its order. */
export const labelRows = (
  trades: readonly LabelTrade[],
  wanted: readonly Pick<LabelTrade, "model" | "calibrated" | "cost" | "symbol">[],
  judged: Judged,
): LabelRow[] => {
  const groups = new Map<string, LabelTrade[]>();
  for (const trade of trades) {
    const group = groups.get(keyOf(trade)) ?? [];
    groups.set(keyOf(trade), group);
    group.push(trade);
  }
  return wanted.map((of) => ({ ...of, ...figuresOf(groups.get(keyOf(of)) ?? [], judged) }));
};

const keyOf = ({ model, calibrated, cost, symbol }: Pick<LabelTrade, "model" | "calibrated" | "cost" | "symbol">): string =>
  `${model} ${calibrated} ${cost} ${symbol}`;

const figuresOf = (trades: readonly LabelTrade[], { fromMs, toMs, blockDays }: Judged) => {
  const ordered = [...trades].sort((a, b) => a.exitMs - b.exitMs);
  const net = Float64Array.from(ordered, ({ gross, cost }) => gross - cost);
  const dayOf = (index: number): number => Math.floor(((ordered[index] as LabelTrade).exitMs - fromMs) / DAY_MS);
  // A trade of the last judged row ends behind the judged span: on its last day.
  const days = new Float64Array(Math.max(1, Math.ceil((toMs - fromMs) / DAY_MS)));
  for (let i = 0; i < net.length; i += 1) {
    const day = Math.min(days.length - 1, dayOf(i));
    days[day] = (days[day] as number) + (net[i] as number);
  }
  const { mean, standardDeviation } = returnMoments(days);
  return {
    trades: net.length,
    meanNet: meanOf(net),
    interval: bootstrapInterval(net, (index) => Math.floor(dayOf(index) / blockDays), meanOf),
    sharpe: (mean / standardDeviation) * Math.sqrt(DAYS_PER_YEAR),
    verdict: verdictOf({ dailyReturns: days, trades: net.length, inSample: false, ruined: false }),
  };
};

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
