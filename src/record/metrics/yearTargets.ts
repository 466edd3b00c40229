import { DAY_MS } from "../../domain/units.ts";
import type { EquityRow, TradeRow, YearTarget } from "../runRecord.ts";
import { runMetrics } from "./metrics.ts";

/** What a year is measured against (`report.targets` of the config). Fractions; a drawdown is given without a sign. */
export interface Targets {
  readonly sharpe: number;
  readonly maxDrawdownFraction: number;
  readonly winRate: number;
  readonly yearReturn: number;
}

interface Measured {
  readonly equity: readonly Omit<EquityRow, "buyAndHoldUsdt">[];
  readonly trades: readonly Pick<TradeRow, "pnlUsdt" | "entryTimeMs" | "exitTimeMs">[];
  readonly ruinedAtMs: number | null;
  /** The run's range, `toMs` exclusive. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The figures of every calendar year that a run has a day of, beside their targets. Each year is measured as a run of its own: from the
 * equity at its start, with the trades that were closed in it. No row after the year in which the account was lost.
 */
export const yearTargets = (run: Measured, targets: Targets): readonly YearTarget[] => {
  const end = Math.min(run.toMs, run.ruinedAtMs === null ? Infinity : run.ruinedAtMs + 1);
  const rows: YearTarget[] = [];
  for (let year = new Date(run.fromMs).getUTCFullYear(); Date.UTC(year, 0, 1) < end; year += 1) rows.push(...ofYear(run, targets, year));
  return rows;
};

const ofYear = ({ equity, trades, ruinedAtMs, ...range }: Measured, targets: Targets, year: number): readonly YearTarget[] => {
  const [yearFromMs, yearToMs] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
  const [fromMs, toMs] = [Math.max(range.fromMs, yearFromMs), Math.min(range.toMs, yearToMs)];
  const measured = runMetrics({
    // A row stands at the end of its day, so that of January's first 00:00 is the year's start.
    equity: equity.slice(
      Math.max(
        0,
        equity.findLastIndex(({ timeMs }) => timeMs <= fromMs),
      ),
      equity.findLastIndex(({ timeMs }) => timeMs <= toMs) + 1,
    ),
    ruinedAtMs: ruinedAtMs !== null && ruinedAtMs < toMs ? ruinedAtMs : null,
    // What is open at the run's end counts as closed there.
    trades: trades.filter(({ exitTimeMs }) => fromMs <= exitTimeMs && (exitTimeMs < toMs || toMs === range.toMs)),
    fills: [],
    fromMs,
    toMs,
  });
  const wanted = [
    ["sharpe", targets.sharpe],
    ["maxDrawdown", -targets.maxDrawdownFraction],
    ["winRate", targets.winRate],
    ["totalReturn", targets.yearReturn],
  ] as const;
  const about = { year, days: Math.ceil((toMs - fromMs) / DAY_MS), partial: fromMs > yearFromMs || toMs < yearToMs };
  return wanted.map(([figure, target]) => {
    const value = measured[figure];
    return { ...about, figure, target, measured: value, met: Number.isNaN(value) ? null : value >= target };
  });
};
