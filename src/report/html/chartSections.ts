import type { Breakdown } from "../figures/breakdowns.ts";
import type { ConfidenceDecile } from "../figures/confidenceDeciles.ts";
import { monthlyReturns } from "../figures/monthlyReturns.ts";
import { regimeKey, reliabilitySection } from "./layerSections.ts";
import { strictText } from "./tables.ts";
import type { EquityRow, RunRecord } from "../../record/runRecord.ts";
import { count, decimal, MONTHS, signed, signedPercent } from "../page/format.js";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** An empty box that the page's script fills with the chart of this name. */
const chartBox = (chart: string, height: string, label: string): Markup =>
  html`<div class="chart ${height}" data-chart="${chart}" role="img" aria-label="${label}"></div>`;

export const equitySection = (record: RunRecord): Markup => html`
  <section class="card wide" id="equity">
    <div class="card-head">
      <h2>Equity and drawdown</h2>
      <p class="note">
        USDT at the end of each UTC day, beside the same money held in ${record.candles[0]?.symbol ?? "the first symbol"}. Drag the slider,
        or Ctrl + wheel, to zoom; the price below follows.
      </p>
    </div>
    ${equityKey(record)} ${chartBox("equity", "tall", "Equity, buy and hold, and drawdown over time")}
    ${record.summary.halts > 0 ? html`<p class="note strict">${strictText(record)}</p>` : null}
  </section>
`;

export const priceSection = (record: RunRecord): Markup => {
  const symbols = [...new Set(record.candles.map((series) => series.symbol))];
  return html`
    <section class="card wide" id="price">
      <div class="card-head">
        <h2>Price and trades</h2>
        <div class="controls">
          ${
            symbols.length > 1
              ? html`<label
                  >Symbol
                  <select data-price-symbol>
                    ${symbols.map((symbol) => html`<option>${symbol}</option>`)}
                  </select></label
                >`
              : null
          }
          <div class="buttons" role="group" aria-label="Span shown">
            ${["1d", "1w", "1m", "3m", "all"].map((span) => html`<button type="button" data-price-span="${span}">${span === "all" ? "All" : span.toUpperCase()}</button>`)}
          </div>
        </div>
      </div>
      <p class="readout" data-price-readout></p>
      ${chartBox("price", "tall", "Candles with entries, exits and stops")}
      <ul class="key" aria-label="Marks">
        <li><i class="mark entry-long">▲</i> long entry</li>
        <li><i class="mark entry-short">▼</i> short entry</li>
        <li><i class="mark profit">◆</i> exit at a profit</li>
        <li><i class="mark loss">◆</i> exit at a loss</li>
        <li><i class="mark stop">┄</i> stop</li>
        <li><i class="swatch gap"></i> data gap</li>
      </ul>
      ${regimeKey(record)}
      <p class="note" data-price-note></p>
    </section>
  `;
};

/** The chart's key; each name switches its line or shade off and on. */
const equityKey = ({ riskSpans }: RunRecord): Markup => {
  const names = [
    ["Strategy", "strategy"],
    ["Buy and hold", "benchmark"],
    ["Drawdown", "loss"],
    ...(riskSpans.some((span) => span.level === "HALTED") ? [["Halted", "halted"]] : []),
    ...(riskSpans.some((span) => span.level === "REDUCING") ? [["Reducing", "reducing"]] : []),
  ];
  return html`<div class="key" role="group" aria-label="Show or hide">
    ${names.map(
      ([name = "", colour = ""]) =>
        html`<button type="button" data-equity-key="${name}" aria-pressed="true">
          <i style="background:var(--${colour})"></i>${name}
        </button>`,
    )}
  </div>`;
};

/** Months by year, coloured by return, the year's total at the end. */
export const monthlySection = (equity: readonly EquityRow[]): Markup => {
  const years = monthlyReturns(equity);
  const strongest = Math.max(0.01, ...years.flatMap((year) => year.months.map((month) => Math.abs(month ?? 0))));
  const cell = (value: number | null, month: string, kind: string): Markup =>
    value === null
      ? html`<td class="${kind} none" data-month="${month}"></td>`
      : html`<td
          class="${kind} ${value < 0 ? "down" : "up"}"
          data-month="${month}"
          style="--strength:${decimal(Math.min(1, Math.abs(value) / strongest), 3)}"
          title="${signedPercent(value)}"
        >
          ${signed(value * 100, 1)}
        </td>`;
  return html`
    <section class="card wide" id="returns">
      <h2>Monthly returns</h2>
      <p class="note">Percent of equity, UTC months; the last column is the year.</p>
      ${years.length === 0 ? html`<p class="empty">The run is shorter than a day.</p>` : null}
      <table class="months" ${years.length === 0 ? html`hidden` : null}>
        <thead>
          <tr>
            <th>Year</th>
            ${MONTHS.map((month) => html`<th>${month}</th>`)}
            <th>Total</th>
          </tr>
        </thead>
        <tbody>
          ${years.map(
            (year) =>
              html`<tr>
                <th scope="row">${year.year}</th>
                ${year.months.map((value, index) => cell(value, MONTHS[index] ?? "", "month"))}${cell(year.total, "Total", "total")}
              </tr>`,
          )}
        </tbody>
      </table>
    </section>
  `;
};

export const histogramSection = (): Markup => html`
  <section class="card">
    <h2>Distribution of trade returns</h2>
    <p class="note">Net of fees and funding, percent of the entry’s notional; the tails are counted in the outer bars.</p>
    ${chartBox("histogram", "medium", "Histogram of trade returns")}
  </section>
`;

export const moneySection = (record: RunRecord): Markup => html`
  <section class="card" id="costs">
    <h2>Where the money went</h2>
    <p class="note">USDT. Gross is what the same trades would have made without costs; net is end minus start equity.</p>
    ${chartBox("money", "medium", "Waterfall from gross to net profit")}
    ${record.trades.length === 0 ? html`<p class="empty">No trades, no costs.</p>` : null}
  </section>
`;

const barsHeight = (bars: number): string => (bars <= 3 ? "slim" : bars <= 7 ? "short" : bars <= 11 ? "medium" : "tall");

/** One card a breakdown, confidence against outcome behind that by confidence; where the number is odd, the last before the pair takes the whole row. */
export const breakdownSections = (cards: readonly Breakdown[], deciles: readonly ConfidenceDecile[]): readonly Markup[] => {
  const reliability = reliabilitySection(deciles);
  const odd = (cards.length + (reliability === null ? 0 : 1)) % 2 === 1;
  const widened = cards.length - (reliability === null ? 1 : 2);
  const sections = cards.map(
    ({ spec, rows }, index) => html`
      <section class="card ${odd && index === widened ? "wide" : ""}">
        <h2>${spec.title}</h2>
        <p class="note">USDT, net; ${spec.note}.</p>
        ${chartBox(`breakdown-${spec.id}`, spec.layout === "bars" ? barsHeight(rows.length) : "short", spec.title)}
      </section>
    `,
  );
  return reliability === null ? sections : [...sections, reliability];
};

/** The table of trades: filled, sorted, filtered and paged by the page's script. */
export const tradesSection = (record: RunRecord): Markup => html`
  <section class="card wide" id="trades">
    <div class="card-head">
      <h2>Trades</h2>
      <div class="controls" data-trade-filters></div>
    </div>
    <p class="note">
      Times in UTC, prices in USDT, quantities in the base asset; P&amp;L net of fees and funding. A row shows itself in the price chart
      when clicked.
    </p>
    <div class="table-box"><table class="trades-table" data-trades></table></div>
    <div class="pager" data-trade-pager></div>
    <noscript><p class="empty">This table needs scripts; trades.csv has all ${count(record.trades.length)} rows.</p></noscript>
  </section>
`;

/** Stands where charts of trades would: a run without trades is a result, too. */
export const noTradesSection = ({ summary }: RunRecord): Markup => html`
  <section class="card wide no-trades" id="trades">
    <h2>No trades</h2>
    <p>Nothing was bought or sold in ${count(summary.bars)} bars: ${summary.noTradeReason ?? "nobody counted why"}.</p>
  </section>
`;
