import { SWEEP_MODULES, SWEEP_STYLES } from "../report/html/assets.ts";
import type { Markup } from "../report/html/markup.ts";
import { html } from "../report/html/markup.ts";
import { factTable, pageTop, simulatedBanner } from "../report/html/pageParts.ts";
import { framedPage } from "../report/html/pageFrame.ts";
import { count, decimal, percent, shortIso } from "../report/page/format.js";
import type { SweepFigure, SweepRecord, SweepRun } from "./sweepRecord.ts";
import { overfittingText } from "./overfitting.ts";
import { luckText } from "./sweepRecord.ts";
import { FIGURES, figureColumns, shortKey, testText } from "./sweepText.ts";

/** `sweep.html` in pieces: one page with style, data and scripts inside that asks the network for nothing; 1.2 MB and 0.6 kB a run. */
export const sweepPage = (record: SweepRecord): Generator<string> =>
  framedPage({
    title: `Sweep ${record.name} · ${record.symbols.join(", ")} · Riposte`,
    main: html`${headerSection(record)} ${luckSection(record)} ${mapSection(record)} ${tableSection(record)} ${runSection(record)}`,
    needsScripts: "The heat map and sorting",
    dataId: "sweep-data",
    data: pageDataOf(record),
    modules: SWEEP_MODULES,
    styles: SWEEP_STYLES,
  });

/** What the page's script draws from. */
const pageDataOf = ({ keys, runs, test }: SweepRecord): unknown => ({
  keys: keys.map(({ key, values }) => ({ key: shortKey(key), values })),
  figures: figureColumns({ test }).map(({ id, label }) => ({ id, label })),
  runs: runs.map((run) => ({
    at: run.values.map((value, key) => keys[key]?.values.indexOf(value) ?? -1),
    figures: figureColumns({ test }).map(({ of }) => (Number.isFinite(of(run)) ? of(run) : null)),
  })),
});

const headerSection = (record: SweepRecord): Markup => html`
  <header class="top">
    ${pageTop("sweep")}
    <h1>${record.name}</h1>
    <p class="lead">
      <strong>${record.symbols.join(", ")}</strong>
      <span>${shortIso(record.from)} → ${shortIso(record.to)} UTC</span>
      ${record.test === undefined ? null : html`<span>tested on ${shortIso(record.test.from)} → ${shortIso(record.test.to)}</span>`}
      <span>${count(record.runs.length)} runs</span>
      <span>profile ${record.profile}</span>
      ${record.simulated ? null : html`<span>${record.dataSource}</span>`}
    </p>
    ${simulatedBanner(record)}
    ${
      record.runs.length < record.planned
        ? html`<p class="banner" role="note">The sweep was stopped after ${count(record.runs.length)} of ${count(record.planned)} runs.</p>`
        : null
    }
    ${
      record.inSample.length === 0
        ? null
        : html`<p class="banner" role="note"><strong>IN-SAMPLE.</strong> This sweep proves nothing: ${record.inSample.join(" ")}</p>`
    }
    ${record.warnings.map((warning) => html`<p class="warning" role="note">${warning}</p>`)}
  </header>
`;

const luckSection = ({ luck, runs, verdict, overfitting, test }: SweepRecord): Markup => html`
  <section class="card wide" id="luck" aria-labelledby="luck-title">
    <h2 id="luck-title">The best run, and luck</h2>
    <p class="luck-figures">
      <span><b>${decimal(runs[0]?.figures.sharpe ?? NaN)}</b> best Sharpe ratio</span>
      <span><b>${decimal(luck.expectedMaxSharpe)}</b> expected best of ${count(luck.trials)} trials without skill</span>
      <span><b>${percent(overfitting.probability, 0)}</b> probability of backtest overfitting</span>
      ${
        test === undefined
          ? null
          : html`<span><b>${decimal(runs[0]?.test?.figures.sharpe ?? NaN)}</b> its Sharpe ratio on the test range</span>
              <span><b>${decimal(test.rankCorrelation)}</b> rank correlation of both ranges</span>`
      }
    </p>
    <p class="verdict"><strong>Verdict</strong> ${verdict.sentence}.</p>
    ${test === undefined ? null : html`<p class="verdict"><strong>Test</strong> ${testText(test, runs)}</p>`}
    <p class="warning" role="note">${luckText(luck)}</p>
    <p class="warning" role="note">${overfittingText(overfitting)}</p>
  </section>
`;

const mapSection = ({ keys, test }: SweepRecord): Markup => html`
  <section class="card wide" id="map" aria-labelledby="map-title">
    <div class="card-head">
      <h2 id="map-title">Heat map</h2>
      <div class="controls">
        ${select(
          "figure",
          "Figure",
          figureColumns({ test }).map(({ label }) => label),
        )}
        ${select(
          "x",
          "Across",
          keys.map(({ key }) => shortKey(key)),
        )}
        ${
          keys.length > 1
            ? select(
                "y",
                "Down",
                keys.map(({ key }) => shortKey(key)),
              )
            : null
        }
        ${keys.length > 2 ? select("join", "Other keys", ["median", "best", "worst"]) : null}
      </div>
    </div>
    <p class="note" data-map-note></p>
    <div class="chart heat" data-chart="heat" role="img" aria-label="Heat map of the runs; the table below has the same numbers"></div>
  </section>
`;

const select = (name: string, label: string, options: readonly string[]): Markup => html`
  <label
    >${label}
    <select data-map="${name}">
      ${options.map((option, index) => html`<option value="${index}">${option}</option>`)}
    </select></label
  >
`;

const tableSection = ({ keys, runs, test }: SweepRecord): Markup => html`
  <section class="card wide" id="runs" aria-labelledby="runs-title">
    <h2 id="runs-title">All runs</h2>
    <div class="table-box scroll-box tall-box">
      <table data-sweep-table>
        <thead>
          <tr>
            ${keys.map(({ key }, index) => heading(`key-${index}`, shortKey(key)))}
            ${figureColumns({ test }).map(({ label }, index) => heading(`figure-${index}`, label, index === 0))}
          </tr>
        </thead>
        <tbody>
          ${runs.map((run, index) => tableRow(run, index, figureColumns({ test })))}
        </tbody>
      </table>
    </div>
  </section>
`;

const heading = (id: string, label: string, sorted = false): Markup =>
  html`<th class="number" scope="col" aria-sort="${sorted ? "descending" : "none"}">
    <button type="button" class="sort" data-sort="${id}">${label}</button>
  </th>`;

const SIGNED: readonly SweepFigure[] = ["sharpe", "totalReturn", "sortino"];

const tableRow = (run: SweepRun, index: number, columns: ReturnType<typeof figureColumns>): Markup => html`
  <tr data-run="${index}">
    ${run.values.map((value) => html`<td class="number">${value}</td>`)}
    ${columns.map(({ figure, of }) => {
      const value = of(run);
      const tone = !SIGNED.includes(figure) || !(value !== 0) ? "" : value < 0 ? "loss" : value > 0 ? "profit" : "";
      return html`<td class="number ${tone}">${FIGURES[figure].print(value)}</td>`;
    })}
  </tr>
`;

const runSection = (record: SweepRecord): Markup => html`
  <section class="card wide" id="run" aria-labelledby="run-title">
    <h2 id="run-title">The sweep</h2>
    ${factTable([
      ["Command", record.command],
      ["Data", record.dataSha256],
      ["Commit", record.commit],
      ...Object.entries(record.modules).map(([name, sha256]) => [`Module ${name}`, sha256] as const),
      ...Object.entries(record.models).map(([name, sha256]) => [`Member ${name}`, sha256] as const),
      [
        "Ledger",
        `${record.ledger.path}: ${record.ledger.added} added, ${record.ledger.known} known already, ${record.ledger.trials} in all`,
      ],
      ["Swept", record.keys.map(({ key, values }) => `${key} = ${values.join(", ")}`).join("; ")],
    ])}
  </section>
`;
