import { count, decimal, percent, shortIso, signedPercent } from "../report/page/format.js";
import type { SweepFigure, SweepRecord, SweepRun } from "./sweepRecord.ts";
import { luckText } from "./sweepRecord.ts";

/** Rows that the terminal shows; the page has all. */
const ROWS_SHOWN = 12;

/** Heading and print of each figure, the same on the terminal and on the page. */
export const FIGURES: Readonly<Record<SweepFigure, { readonly label: string; readonly print: (value: number) => string }>> = {
  sharpe: { label: "Sharpe", print: (value) => decimal(value) },
  totalReturn: { label: "Return", print: (value) => signedPercent(value) },
  maxDrawdown: { label: "Max drawdown", print: (value) => percent(-Math.abs(value)) },
  trades: { label: "Trades", print: count },
  winRate: { label: "Win rate", print: (value) => percent(value, 1) },
  profitFactor: { label: "Profit factor", print: (value) => decimal(value) },
  sortino: { label: "Sortino", print: (value) => decimal(value) },
  exposure: { label: "Exposure", print: (value) => percent(value, 1) },
  feesUsdt: { label: "Fees USDT", print: (value) => decimal(value) },
  halts: { label: "Halts", print: count },
};

const SHOWN = ["sharpe", "totalReturn", "maxDrawdown", "trades", "winRate", "profitFactor"] as const;

/** What `sweep` prints when it is done: the best runs as a table, and what to make of the first one. Ends with a line break. */
export const sweepText = (record: SweepRecord, pagePath: string): string => {
  const { runs, planned, keys, ledger } = record;
  const shown = runs.slice(0, ROWS_SHOWN);
  const rows = [
    [...keys.map(({ key }) => shortKey(key)), ...SHOWN.map((figure) => FIGURES[figure].label)],
    ...shown.map((run: SweepRun) => [...run.values, ...SHOWN.map((figure) => FIGURES[figure].print(run.figures[figure]))]),
  ];
  const stopped = runs.length < planned ? `, stopped after ${runs.length} of ${planned}` : "";
  return [
    "",
    `Sweep ${record.name}: ${record.symbols.join(", ")} ${shortIso(record.from)} to ${shortIso(record.to)} UTC, ${count(runs.length)} runs${stopped}`,
    ...(record.simulated ? [`!! SIMULATED MARKET, NOT REAL PRICES: ${record.dataSource}`] : []),
    ...record.inSample.map((line) => `!! IN-SAMPLE: ${line}`),
    ...record.warnings.map((warning) => `!  ${warning}`),
    "",
    ...aligned(rows),
    ...(runs.length > ROWS_SHOWN ? [`… and ${count(runs.length - ROWS_SHOWN)} more`] : []),
    "",
    `!  ${luckText(record.luck)}`,
    "",
    `Ledger     ${ledger.path}: ${ledger.added} added, ${ledger.known} known already, ${ledger.trials} in all`,
    `Time       ${decimal(record.seconds, 1)} s`,
    `Page       ${pagePath}`,
    "",
  ].join("\n");
};

/** The part of a dotted key that tells it from others. */
export const shortKey = (key: string): string => key.replace(/^(?:position\.options|position|risk|venue)\./, "");

const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("   "));
};
