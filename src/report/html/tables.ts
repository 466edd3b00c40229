import { figureRows, identityRows } from "./figureRows.ts";
import { riskTable } from "../figures/riskTable.ts";
import type { GapSpan, RejectionCount, RunRecord } from "../../record/runRecord.ts";
import { count, counted, decimal, duration, percent, ruleValues, signedPercent, utcTime } from "../page/format.js";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** More gaps than these are only counted. */
const MAX_GAP_ROWS = 100;

/** Class that colours a number by its sign. */
export const signClass = (value: number): string => (value > 0 ? "profit" : value < 0 ? "loss" : "");

/** What each rule did, and what strict mode would have done. */
export const riskSection = (record: RunRecord): Markup => {
  const rows = riskTable(record);
  const spanMs = (record.equity.at(-1)?.timeMs ?? 0) - (record.equity[0]?.timeMs ?? 0);
  return html`
    <section class="card wide" id="risk">
      <h2>Risk</h2>
      <p class="note">
        ${counted(record.summary.riskRefusals, "plan")} refused by risk, ${counted(record.summary.ordersRejected, "order")} refused by the
        venue. ${strictText(record)}
      </p>
      ${
        rows.length === 0
          ? html`<p class="empty">No rule fired and no plan was refused.</p>`
          : html`<div class="table-box">
              <table class="risk-table">
                <thead>
                  <tr>
                    <th>Rule</th>
                    <th>State</th>
                    <th class="number">Times</th>
                    <th class="number">Total time</th>
                    <th class="number">Share of run</th>
                    <th>First, UTC</th>
                    <th class="number">Value</th>
                    <th class="number">Limit</th>
                    <th class="number">Refusals</th>
                  </tr>
                </thead>
                <tbody>
                  ${rows.map((row) => {
                    const [value, limit] = ruleValues(row.rule, row.value, row.limit);
                    return html`<tr>
                      <th scope="row"><code>${row.rule}</code></th>
                      <td>
                        ${row.level === null ? "refused only" : html`<span class="state ${row.level.toLowerCase()}">${row.level}</span>`}
                      </td>
                      <td class="number">${count(row.times)}</td>
                      <td class="number">${row.times > 0 ? duration(row.totalMs) : "–"}</td>
                      <td class="number">${row.times > 0 ? percent(row.totalMs / spanMs, 1) : "–"}</td>
                      <td>${utcTime(row.firstMs ?? NaN)}</td>
                      <td class="number">${value}</td>
                      <td class="number">${limit}</td>
                      <td class="number">${count(row.refusals)}</td>
                    </tr>`;
                  })}
                </tbody>
              </table>
            </div>`
      }
      ${record.rejections.length === 0 ? null : rejectionTable(record.rejections)}
    </section>
  `;
};

/** Orders that the venue refused, a row a code. */
const rejectionTable = (rejections: readonly RejectionCount[]): Markup => html`
  <h3>Orders refused by the venue</h3>
  <div class="table-box">
    <table class="rejection-table">
      <thead>
        <tr>
          <th>Code</th>
          <th class="number">Orders</th>
          <th>First, UTC</th>
          <th>The venue’s reason at the first</th>
        </tr>
      </thead>
      <tbody>
        ${rejections.map(
          (row) =>
            html`<tr>
              <th scope="row"><code>${row.code}</code></th>
              <td class="number">${count(row.count)}</td>
              <td>${utcTime(row.firstMs)}</td>
              <td>${row.reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>
`;

/** What the strict profile would have ended with, in words. */
export const strictText = ({ summary }: RunRecord): string => {
  if (summary.halts === 0) return "No limit halted the run: strict mode would have ended the same.";
  const times = `This run was halted ${summary.halts === 1 ? "once" : `${count(summary.halts)} times`}`;
  if (summary.strictEquityEndUsdt === null) return `${times}.`;
  const result = (endUsdt: number): string => `${decimal(endUsdt)} USDT (${signedPercent(endUsdt / summary.equityStartUsdt - 1)})`;
  const first = summary.haltedAtMs === null ? "at the first halt" : `at the first halt, ${utcTime(summary.haltedAtMs)} UTC`;
  return `${times} and ended with ${result(summary.equityEndUsdt)}. Strict mode would have stopped for good ${first}, with ${result(summary.strictEquityEndUsdt)}.`;
};

/** Bars that the data lacks. */
export const gapSection = (gaps: readonly GapSpan[]): Markup => html`
  <section class="card wide" id="gaps">
    <h2>Data gaps</h2>
    ${
      gaps.length === 0
        ? html`<p class="empty">None: every bar of the span was there.</p>`
        : html`<p class="note">
              ${counted(gaps.length, "gap")},
              ${counted(missing(gaps), "missing bar")}${gaps.length > MAX_GAP_ROWS ? `; the first ${MAX_GAP_ROWS} are listed` : ""}. Shaded
              in the price chart.
            </p>
            <div class="table-box scroll-box">
              <table>
                <thead>
                  <tr>
                    <th>Symbol</th>
                    <th>From, UTC</th>
                    <th>To, UTC</th>
                    <th class="number">Length</th>
                    <th class="number">Missing bars</th>
                  </tr>
                </thead>
                <tbody>
                  ${gaps.slice(0, MAX_GAP_ROWS).map(
                    (gap) =>
                      html`<tr>
                        <td>${gap.symbol}</td>
                        <td>${utcTime(gap.fromMs)}</td>
                        <td>${utcTime(gap.toMs)}</td>
                        <td class="number">${duration(gap.toMs - gap.fromMs)}</td>
                        <td class="number">${count(gap.missingBars)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
    }
  </section>
`;

const missing = (gaps: readonly GapSpan[]): number => gaps.reduce((sum, gap) => sum + gap.missingBars, 0);

/** Every figure of the summary, what the run was, and its whole configuration. */
export const runSection = (record: RunRecord): Markup => html`
  <section class="card" id="figures">
    <h2>All figures</h2>
    <dl class="facts">
      ${figureRows(record).map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section>
  <section class="card" id="run">
    <h2>The run</h2>
    <p class="note">The same data, configuration and code give the same decisions: compare the decision hash.</p>
    <dl class="facts identity">
      ${identityRows(record.identity).map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd><code>${value}</code></dd>`,
      )}
    </dl>
    <p class="files">
      Beside this page: <a href="summary.json">summary.json</a> <a href="trades.csv">trades.csv</a> <a href="fills.csv">fills.csv</a>
      <a href="equity.csv">equity.csv</a> <a href="decisions.jsonl">decisions.jsonl</a>
    </p>
    <details>
      <summary>Configuration</summary>
      <pre>${record.identity.config === undefined ? "none" : JSON.stringify(record.identity.config, null, 2)}</pre>
    </details>
  </section>
`;
