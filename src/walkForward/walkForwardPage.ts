import { SWEEP_STYLES, WALK_MODULES } from "../report/html/assets.ts";
import { html } from "../report/html/markup.ts";
import type { Markup } from "../report/html/markup.ts";
import { pageTop, simulatedBanner } from "../report/html/pageParts.ts";
import { framedPage } from "../report/html/pageFrame.ts";
import { count, counted, decimal, percent, shortIso, signedPercent } from "../report/page/format.js";
import { foldSection, labelSection, regimeSection, runSection, signalSection } from "./pageTables.ts";
import { foldReturns, servedModel } from "./walkForwardRecord.ts";
import type { WalkForwardRecord } from "./walkForwardRecord.ts";
import { servedText } from "./walkForwardText.ts";

/** `walk-forward.html` in pieces: one page with style, data and scripts inside that asks the network for nothing. */
export const walkForwardPage = (record: WalkForwardRecord): Generator<string> =>
  framedPage({
    title: `Walk-forward ${record.name} · ${record.symbols.join(", ")} · Riposte`,
    main: html`${headerSection(record)} ${verdictSection(record)} ${equitySection(record)} ${icSection(record)} ${curveSection(record)}
    ${decaySection(record)} ${carriesSection(record)} ${crossSection(record)} ${signalSection(record)} ${labelSection(record)}
    ${regimeSection(record)} ${foldSection(record)} ${runSection(record)}`,
    needsScripts: "The charts",
    dataId: "walk-data",
    data: pageDataOf(record),
    modules: WALK_MODULES,
    styles: SWEEP_STYLES,
  });

/** What the page's script draws from. */
const pageDataOf = (record: WalkForwardRecord): unknown => {
  const { walk, backtests } = record;
  const shown = shownSignals(record);
  return {
    folds: walk.folds.map(({ name, testFromMs, signal }) => ({
      ...{ name, testFromMs },
      ic: shown.flatMap((model) => walk.symbols.map((symbol) => signal[model]?.[symbol]?.directionalIc ?? null)),
    })),
    foldReturns: foldReturns(record).map(({ value }) => (Number.isFinite(value) ? value : null)),
    lines: shown.flatMap((model) => walk.symbols.map((symbol) => `${model} ${symbol}`)),
    equity: backtests.map(({ served, equity }) => ({ name: servedText(served), points: equity })),
    curves: shown.flatMap((model) =>
      walk.symbols.map((symbol) => ({ name: `${model} ${symbol}`, points: walk.signal[model]?.[symbol]?.curve ?? [] })),
    ),
    decay: walk.decay.map(({ model, symbol, stepsLater, directionalIc }) => ({ name: `${model} ${symbol}`, stepsLater, ...directionalIc })),
    carries: walk.carries.map(({ group, columns, drop }) => ({ group, columns, ...drop })),
  };
};

/** The signal model that serves, and ridge beside it. */
const shownSignals = ({ walk }: WalkForwardRecord): string[] => {
  const served = servedModel(walk, "signal");
  return [...new Set([served, "ridge"])].filter((model) => model !== null && model in walk.signal) as string[];
};

const headerSection = (record: WalkForwardRecord): Markup => html`
  <header class="top">
    ${pageTop("walk-forward")}
    <h1>${record.name}</h1>
    <p class="lead">
      <strong>${record.symbols.join(", ")}</strong>
      <span>judged ${shortIso(record.from)} → ${shortIso(record.to)} UTC</span>
      <span>${counted(record.walk.folds.length, "fold")}: train ${record.walk.train}, judge ${record.walk.test}</span>
      ${record.simulated ? null : html`<span>${record.dataSource}</span>`}
    </p>
    ${simulatedBanner(record)} ${record.warnings.map((warning) => html`<p class="warning" role="note">${warning}</p>`)}
  </header>
`;

const verdictSection = ({ verdict, backtests: [run], tries, walk }: WalkForwardRecord): Markup | null =>
  verdict === null || run === undefined
    ? null
    : html`
        <section class="card wide" id="verdict" aria-labelledby="verdict-title">
          <h2 id="verdict-title">Verdict</h2>
          <p class="luck-figures">
            <span><b>${signedPercent(run.totalReturn)}</b> return</span>
            <span><b>${decimal(run.sharpe)}</b> Sharpe ratio</span>
            <span><b>${percent(run.maxDrawdown)}</b> drawdown</span>
            <span><b>${count(run.trades)}</b> trades</span>
          </p>
          <p class="warning" role="note">
            Out of sample, all costs paid, ${counted(walk.folds.length, "fold")} in one run: ${verdict.sentence}.
            ${tries > 1 ? `${count(tries)} walk-forwards on these data are counted.` : ""}
          </p>
        </section>
      `;

const equitySection = ({ backtests }: WalkForwardRecord): Markup | null =>
  backtests.length === 0
    ? null
    : html`
        <section class="card wide" id="equity" aria-labelledby="equity-title">
          <h2 id="equity-title">Equity, and what each layer is worth</h2>
          <p class="note">
            One backtest over all judged months, members changed at each dashed line. Below it the return of each fold alone. The other
            lines are the same run with fewer trained layers.
          </p>
          <div
            class="chart tall"
            data-chart="walk-equity"
            role="img"
            aria-label="Equity of the backtests; the table below has their figures"
          ></div>
          <div class="table-box">
            <table>
              <thead>
                <tr>
                  <th scope="col">Who serves</th>
                  ${["Trades", "Return", "Sharpe", "Max drawdown", "Fees USDT", "Turnover", "PSR"].map(
                    (name) => html`<th class="number" scope="col">${name}</th>`,
                  )}
                </tr>
              </thead>
              <tbody>
                ${backtests.map(
                  (run) =>
                    html`<tr>
                      <th scope="row">${servedText(run.served)}</th>
                      <td class="number">${count(run.trades)}</td>
                      <td class="number">${signedPercent(run.totalReturn)}</td>
                      <td class="number">${decimal(run.sharpe)}</td>
                      <td class="number">${percent(run.maxDrawdown)}</td>
                      <td class="number">${decimal(run.feesUsdt)}</td>
                      <td class="number">${decimal(run.turnover, 1)}</td>
                      <td class="number">${decimal(run.verdict.psr)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>
        </section>
      `;

const icSection = (record: WalkForwardRecord): Markup | null =>
  shownSignals(record).length === 0
    ? null
    : html`
        <section class="card wide" id="ic" aria-labelledby="ic-title">
          <h2 id="ic-title">Does it know the direction?</h2>
          <p class="note">
            Pearson correlation of predicted and realised long − short, fold by fold. One fold's error is large: judge by the pooled
            figures.
          </p>
          <div
            class="chart medium"
            data-chart="walk-ic"
            role="img"
            aria-label="Correlation by fold; the table of folds has the numbers"
          ></div>
        </section>
      `;

const curveSection = (record: WalkForwardRecord): Markup | null =>
  shownSignals(record).length === 0
    ? null
    : html`
        <section class="card" id="curve" aria-labelledby="curve-title">
          <h2 id="curve-title">Is it as good as it says?</h2>
          <p class="note">Tenths of the judged rows: what was said of long − short, calibrated, and what came; 95 % intervals.</p>
          <div class="chart medium" data-chart="walk-curve" role="img" aria-label="Said against realised returns"></div>
        </section>
      `;

const decaySection = ({ walk }: WalkForwardRecord): Markup | null =>
  walk.decay.length === 0
    ? null
    : html`
        <section class="card" id="decay" aria-labelledby="decay-title">
          <h2 id="decay-title">How fast does it age?</h2>
          <p class="note">Each fold's member asked in its own span, and in later ones; steps of ${walk.test}.</p>
          <div class="chart medium" data-chart="walk-decay" role="img" aria-label="Correlation by age of the member"></div>
        </section>
      `;

const carriesSection = ({ walk }: WalkForwardRecord): Markup | null =>
  walk.carries.length === 0
    ? null
    : html`
        <section class="card" id="carries" aria-labelledby="carries-title">
          <h2 id="carries-title">What carries it?</h2>
          <p class="note">Correlation that is lost when a group of columns is shuffled by whole days in the judged rows.</p>
          <div class="chart medium" data-chart="walk-carries" role="img" aria-label="Correlation lost by group of columns"></div>
        </section>
      `;

const crossSection = ({ walk: { cpcv } }: WalkForwardRecord): Markup | null => {
  if (cpcv === null) return null;
  const symbols = Object.keys(cpcv.paths[0] ?? {});
  const sorted = (symbol: string): number[] => cpcv.paths.map((path) => path[symbol]?.directionalIc ?? NaN).sort((a, b) => a - b);
  return html`
    <section class="card" id="cpcv" aria-labelledby="cpcv-title">
      <h2 id="cpcv-title">Other histories</h2>
      <p class="note">
        Combinatorial purged cross-validation of ${cpcv.model}: ${count(cpcv.groups)} groups, ${count(cpcv.testGroups)} judged at a time,
        ${count(cpcv.combinations)} trainings, ${counted(cpcv.paths.length, "path")}. It learns from later months too: it tells how much the
        split matters, not what could have been traded.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">IC of long − short</th>
            ${["least", "median", "most"].map((name) => html`<th class="number" scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${symbols.map((symbol) => {
            const ics = sorted(symbol);
            const middle = ((ics[Math.floor((ics.length - 1) / 2)] ?? NaN) + (ics[Math.ceil((ics.length - 1) / 2)] ?? NaN)) / 2;
            const shown = [ics[0], middle, ics.at(-1)];
            return html`<tr>
              <th scope="row">${symbol}</th>
              ${shown.map((ic) => html`<td class="number">${decimal(ic ?? NaN, 4)}</td>`)}
            </tr>`;
          })}
        </tbody>
      </table>
    </section>
  `;
};
