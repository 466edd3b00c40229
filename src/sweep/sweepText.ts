import { count, decimal, percent, shortIso, signedPercent } from "../report/page/format.js";
import { overfittingText } from "./overfitting.ts";
import type { SweepFigure, SweepRecord, SweepRun, SweepTest } from "./sweepRecord.ts";
import { luckText, SWEEP_FIGURES } from "./sweepRecord.ts";

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

/** A column of figures: of the range that chose, or of the test. */
interface FigureColumn {
  readonly id: string;
  readonly label: string;
  readonly figure: SweepFigure;
  readonly of: (run: SweepRun) => number;
}

/** Of the test range. */
const TESTED: readonly SweepFigure[] = ["sharpe", "totalReturn", "maxDrawdown", "trades"];

/** The figures of a run, and where there is a test range, behind some of them the same there. */
export const figureColumns = (
  { test }: { readonly test?: SweepTest | undefined },
  figures: readonly SweepFigure[] = SWEEP_FIGURES,
): readonly FigureColumn[] =>
  figures.flatMap((figure) => {
    const { label } = FIGURES[figure];
    const own = { id: figure, label, figure, of: (run: SweepRun) => run.figures[figure] };
    if (test === undefined || !TESTED.includes(figure)) return [own];
    const id = `test${figure.replace(/^./, (first) => first.toUpperCase())}`;
    return [own, { id, label: `${label}, test`, figure, of: (run: SweepRun) => run.test?.figures[figure] ?? NaN }];
  });

const SHOWN = ["sharpe", "totalReturn", "maxDrawdown", "trades", "winRate", "profitFactor"] as const;

/** What `sweep` prints when it is done: the best runs as a table, and what to make of the first one. Ends with a line break. */
export const sweepText = (record: SweepRecord, pagePath: string): string => {
  const { runs, planned, keys, ledger } = record;
  const columns = figureColumns(record, SHOWN);
  const shown = runs.slice(0, ROWS_SHOWN);
  const rows = [
    [...keys.map(({ key }) => shortKey(key)), ...columns.map(({ label }) => label)],
    ...shown.map((run) => [...run.values, ...columns.map(({ figure, of }) => FIGURES[figure].print(of(run)))]),
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
    `Verdict    ${record.verdict.sentence}`,
    ...(record.test === undefined ? [] : [`Test       ${testText(record.test, runs)}`]),
    `!  ${luckText(record.luck)}`,
    `!  ${overfittingText(record.overfitting)}`,
    "",
    `Ledger     ${ledger.path}: ${ledger.added} added, ${ledger.known} known already, ${ledger.trials} in all`,
    `Time       ${decimal(record.seconds, 1)} s`,
    `Page       ${pagePath}`,
    "",
  ].join("\n");
};

/** The winner on the test range, beside the range that chose it. */
export const testText = ({ from, to, runs: tested, rankCorrelation, verdict }: SweepTest, [best]: readonly SweepRun[]): string => {
  const range = `${shortIso(from)} to ${shortIso(to)} UTC`;
  if (verdict === null || best?.test === undefined) return `${range}: the winner was not run there; the sweep was stopped.`;
  const [own, there] = [best.figures, best.test.figures];
  return (
    `${range}: the winner's Sharpe ratio is ${decimal(there.sharpe)} there and ${decimal(own.sharpe)} where it was chosen, its return ` +
    `${signedPercent(there.totalReturn)} and ${signedPercent(own.totalReturn)}. Rank correlation of the Sharpe ratios of ${count(tested)} runs: ${decimal(rankCorrelation)}. ` +
    `Verdict of the test: ${verdict.sentence}.`
  );
};

/** The part of a dotted key that tells it from others. */
export const shortKey = (key: string): string => key.replace(/^(?:position\.options|position|risk|venue)\./, "");

const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("   "));
};
