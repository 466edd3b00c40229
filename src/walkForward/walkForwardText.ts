import { count, counted, decimal, percent, shortIso, signedPercent } from "../report/page/format.js";
import type { Figure } from "./walkFile.ts";
import type { WalkForwardRecord } from "./walkForwardRecord.ts";
import { servedModel, trainingOverhead } from "./walkForwardRecord.ts";

/** What `walk-forward` prints when it is done. Ends with a line break. */
export const walkForwardText = (record: WalkForwardRecord, pagePath: string): string => {
  const { walk, verdict, seconds } = record;
  return [
    "",
    `Walk-forward ${record.name}: ${record.symbols.join(", ")}, ${counted(walk.folds.length, "fold")} of ${walk.train} + ${walk.test}, judged ${shortIso(record.from)} to ${shortIso(record.to)} UTC`,
    ...(record.simulated ? [`!! SIMULATED MARKET, NOT REAL PRICES: ${record.dataSource}`] : []),
    ...record.warnings.map((warning) => `!  ${warning}`),
    ...(verdict === null ? [] : ["", `Verdict    ${verdict.sentence}`]),
    ...(record.backtests.length === 0 ? [] : ["", ...aligned(backtestRows(record))]),
    ...(walk.models.signal.length === 0 ? [] : ["", ...aligned(signalRows(record)), "", ...aligned(labelTradeRows(record))]),
    ...(walk.models.regime.length === 0 ? [] : ["", ...aligned(regimeRows(record))]),
    "",
    `Training   ${decimal(walk.seconds.model, 1)} s of models in ${decimal(walk.seconds.wall, 1)} s on ${counted(walk.seconds.processes, "process", "processes")}: overhead ${percent(trainingOverhead(walk), 0)}`,
    `Time       ${Object.entries(seconds)
      .map(([stage, value]) => `${stage} ${decimal(value, 1)} s`)
      .join(", ")}`,
    `Ledger     ${counted(record.tries, "walk-forward")} on these data in ${record.ledgerPath}`,
    `Members    ${record.membersDir}`,
    `Page       ${pagePath}`,
    "",
  ].join("\n");
};

/** `.0294 [.0131, .0467]`. */
export const figureText = ({ value, interval: [low, high] }: Figure, decimals = 4): string =>
  `${decimal(value, decimals)} [${decimal(low, decimals)}, ${decimal(high, decimals)}]`;

/** Basis points of a fraction. */
export const basisPoints = (fraction: number): string => decimal(fraction * 1e4, 1);

/** `rules`, `regime + signal`: whose trained members served. */
export const servedText = (served: readonly string[]): string => (served.length === 0 ? "rules alone" : `trained ${served.join(" + ")}`);

const backtestRows = ({ backtests }: WalkForwardRecord): string[][] => [
  ["Backtest", "Trades", "Return", "Sharpe", "Max drawdown", "Fees USDT", "PSR"],
  ...backtests.map(({ served, verdict, ...run }) => [
    ...[servedText(served), count(run.trades), signedPercent(run.totalReturn), decimal(run.sharpe), percent(run.maxDrawdown)],
    ...[decimal(run.feesUsdt), decimal(verdict.psr)],
  ]),
];

const signalRows = ({ walk }: WalkForwardRecord): string[][] => [
  ["Signal", "", "IC of long − short", "Slope, calibrated", "raw"],
  ...Object.entries(walk.signal).flatMap(([model, symbols]) =>
    Object.entries(symbols).map(([symbol, { directionalIc, slope, rawSlope }]) => [
      ...[model, symbol, figureText(directionalIc), figureText(slope, 2), figureText(rawSlope, 2)],
    ]),
  ),
];

/** Of the model that serves and of ridge, after calibration; the page has all. */
const labelTradeRows = ({ walk, labels }: WalkForwardRecord): string[][] => {
  const models = new Set([servedModel(walk, "signal"), "ridge"]);
  return [
    ["Label trades", "", "round trip bp", "trades", "net bp a trade", "Sharpe", "PSR"],
    ...labels
      .filter(({ model, calibrated }) => calibrated && models.has(model))
      .map(({ model, symbol, cost, trades, meanNet, interval: [low, high], sharpe, verdict }) => [
        ...[model, symbol, basisPoints(cost), count(trades)],
        ...[`${basisPoints(meanNet)} [${basisPoints(low)}, ${basisPoints(high)}]`, decimal(sharpe), decimal(verdict.psr)],
      ]),
  ];
};

const regimeRows = ({ walk }: WalkForwardRecord): string[][] => [
  ["Regime", "", "Log-loss", "Better than the rule by", "than the prior by", "in folds"],
  ...Object.entries(walk.regime).flatMap(([model, symbols]) =>
    Object.entries(symbols).map(([symbol, { logLoss, gainOnRule, gainOnPrior, foldsBetterThanRule }]) => [
      ...[model, symbol, figureText(logLoss, 3), gainOnRule === undefined ? "–" : figureText(gainOnRule, 3), figureText(gainOnPrior, 3)],
      foldsBetterThanRule === undefined ? "–" : `${foldsBetterThanRule} of ${walk.folds.length}`,
    ]),
  ),
];

/** Columns to the left edge where they hold names, to the right where they hold numbers. */
const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("   ")
      .trimEnd(),
  );
};
