import { html } from "../report/html/markup.ts";
import type { Markup } from "../report/html/markup.ts";
import { factTable } from "../report/html/pageParts.ts";
import { count, counted, decimal, percent, utcDay } from "../report/page/format.js";
import type { WalkForwardRecord } from "./walkForwardRecord.ts";
import { trainingOverhead } from "./walkForwardRecord.ts";
import { basisPoints, figureText } from "./walkForwardText.ts";

/** A card with a table: the first `names` columns hold names, the others numbers. */
const tableCard = (
  id: string,
  title: string,
  note: string,
  heads: readonly string[],
  names: number,
  rows: readonly string[][],
): Markup => html`
  <section class="card wide" id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <p class="note">${note}</p>
    <div class="table-box scroll-box tall-box">
      <table>
        <thead>
          <tr>
            ${heads.map((head, column) => html`<th scope="col" class="${column < names ? "" : "number"}">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map((cell, column) => html`<td class="${column < names ? "" : "number"}">${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>
`;

/** Correlations and slopes of every signal model. */
export const signalSection = ({ walk }: WalkForwardRecord): Markup | null =>
  walk.models.signal.length === 0
    ? null
    : tableCard(
        "signals",
        "Signals",
        `Pooled over all folds, 95 % intervals from whole blocks of ${counted(walk.blockDays ?? 5, "day")}. A slope of 1 is right, below it a model is too sure. Rank correlations are information only: with a stop nearer than the target they reward volatility, not direction.`,
        ["Model", "Symbol", "IC of long − short", "long", "short", "slope, calibrated", "raw", "rank IC long", "rank IC short"],
        2,
        Object.entries(walk.signal).flatMap(([model, symbols]) =>
          Object.entries(symbols).map(([symbol, of]) => [
            ...[model, symbol, figureText(of.directionalIc), figureText(of.longIc), figureText(of.shortIc)],
            ...[figureText(of.slope, 2), figureText(of.rawSlope, 2), decimal(of.rankLongIc.value, 3), decimal(of.rankShortIc.value, 3)],
          ]),
        ),
      );

/** What the predictions are worth on the labels' own returns. */
export const labelSection = ({ labels }: WalkForwardRecord): Markup | null =>
  labels.length === 0
    ? null
    : tableCard(
        "label-trades",
        "What the predictions are worth",
        "Trades on the labels' own returns: one position at a time, entered where the predicted return before costs is above the round trip. No spread, no queue, no risk. So many rows are so many tries: of twenty without skill one has a PSR of .95.",
        ["Model", "Symbol", "Predictions", "Round trip bp", "Trades", "Net bp a trade", "Sharpe", "PSR"],
        3,
        labels.map(({ model, symbol, calibrated, cost, trades, meanNet, interval: [low, high], sharpe, verdict }) => [
          ...[model, symbol, calibrated ? "calibrated" : "raw", basisPoints(cost), count(trades)],
          ...[`${basisPoints(meanNet)} [${basisPoints(low)}, ${basisPoints(high)}]`, decimal(sharpe), decimal(verdict.psr)],
        ]),
      );

/** L1 against its rule and the prior. */
export const regimeSection = ({ walk }: WalkForwardRecord): Markup | null =>
  walk.models.regime.length === 0
    ? null
    : tableCard(
        "regimes",
        "Regimes",
        "Log-loss in nats, less is better. The rule that learns as the line runs is the bar to pass; the prior is the frequencies of the training window.",
        ["Model", "Symbol", "Log-loss", "better than the rule by", "than the prior by", "folds better than the rule"],
        2,
        Object.entries(walk.regime).flatMap(([model, symbols]) =>
          Object.entries(symbols).map(([symbol, of]) => [
            ...[model, symbol, figureText(of.logLoss, 3), of.gainOnRule === undefined ? "–" : figureText(of.gainOnRule, 3)],
            figureText(of.gainOnPrior, 3),
            of.foldsBetterThanRule === undefined ? "–" : `${of.foldsBetterThanRule} of ${walk.folds.length}`,
          ]),
        ),
      );

export const foldSection = ({ walk }: WalkForwardRecord): Markup => {
  const lines = Object.keys(walk.signal).flatMap((model) => walk.symbols.map((symbol) => [model, symbol] as const));
  return tableCard(
    "folds",
    "Folds",
    "Clusters are labels that do not overlap: what the rows are worth.",
    [
      ...["Judged", "Trained from", "Rows", "clusters", "Judged rows", "clusters", "Left out", "Model s"],
      ...lines.map(([model, symbol]) => `IC ${model} ${symbol}`),
    ],
    2,
    walk.folds.map((fold) => [
      ...[fold.name, utcDay(fold.trainFromMs), count(fold.rows.train), count(fold.clusters.train)],
      ...[count(fold.rows.test), count(fold.clusters.test), fold.leftOut.join(", "), decimal(fold.seconds.model, 1)],
      ...lines.map(([model, symbol]) => decimal(fold.signal[model]?.[symbol]?.directionalIc ?? NaN, 3)),
    ]),
  );
};

export const runSection = (record: WalkForwardRecord): Markup => {
  const { walk } = record;
  const overhead = percent(trainingOverhead(walk), 0);
  return html`
    <section class="card wide" id="run" aria-labelledby="run-title">
      <h2 id="run-title">The walk-forward</h2>
      ${factTable([
        ["Command", record.command],
        ["Dataset", walk.datasetSha256],
        ["Training", walk.identitySha256],
        ["Commit", record.commit],
        ["Members", record.membersDir],
        ["Ledger", `${record.ledgerPath}: ${counted(record.tries, "walk-forward")} on these data`],
        [
          "Models",
          `${decimal(walk.seconds.model, 1)} s in ${decimal(walk.seconds.wall, 1)} s on ${counted(walk.seconds.processes, "process", "processes")}: overhead ${overhead}`,
        ],
        ...Object.entries(record.seconds).map(([stage, seconds]) => [`Time, ${stage}`, `${decimal(seconds, 1)} s`] as const),
        ...record.backtests.map(({ served, dir, decisionsSha256 }): readonly [string, string] => [
          `Decisions, ${served.length === 0 ? "rules" : served.join(" + ")}`,
          `${decisionsSha256} ${dir}`,
        ]),
      ])}
    </section>
  `;
};
