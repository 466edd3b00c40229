import { NOTHING_COMPARED, sentNone } from "../../record/outcomes/fillQuality.ts";
import type { FillModeRow } from "../../record/runRecord.ts";
import { count, decimal, percent, signed } from "../page/format.js";
import { signClass } from "./tables.ts";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** The strategy filled on bars, on trades and on the book, side by side, behind the run itself where it mixes them. */
export const fillSection = (rows: readonly FillModeRow[]): Markup => (sentNone(rows) ? noneSent : comparison(rows));

const noneSent = html`
  <section class="card wide" id="fills-compared">
    <h2>Fills on bars, trades and the book</h2>
    <p class="note">${NOTHING_COMPARED}.</p>
  </section>
`;

const comparison = (rows: readonly FillModeRow[]): Markup => html`
  <section class="card wide" id="fills-compared">
    <h2>Fills on bars, trades and the book</h2>
    <p class="note">
      The same strategy on the same data, filled in different ways. Slippage is the price paid against the close of the decision bar, by
      notional; above 0 it is against us. A bar does not tell when inside it an order was filled: its fills carry the bar's open time.
      Orders that protect, and those decided on the last bar, are not counted. Decisions follow the fills, so the runs may send different
      orders.
    </p>
    <div class="table-box">
      <table>
        <thead>
          <tr>
            <th>Filled on</th>
            <th class="number">Orders</th>
            <th class="number">Missed</th>
            <th class="number">Filled</th>
            <th class="number">Maker</th>
            <th class="number">Fills</th>
            <th class="number">Slippage, bp</th>
            <th class="number">of what was taken</th>
            <th class="number">Time to fill, median</th>
            <th class="number">mean</th>
            <th class="number">Trades</th>
            <th class="number">Fees, USDT</th>
            <th class="number">Net, USDT</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <th scope="row">${row.fillOn}</th>
                <td class="number">${count(row.orders)}</td>
                <td class="number">${count(row.missed)}</td>
                <td class="number">${percent(row.filledShare, 1)}</td>
                <td class="number">${percent(row.makerShare, 1)}</td>
                <td class="number">${count(row.fills)}</td>
                <td class="number">${signed(row.slippageBps)}</td>
                <td class="number">${signed(row.takerSlippageBps)}</td>
                <td class="number">${seconds(row.medianFillMs)}</td>
                <td class="number">${seconds(row.meanFillMs)}</td>
                <td class="number">${count(row.trades)}</td>
                <td class="number">${decimal(row.feesUsdt)}</td>
                <td class="number ${signClass(row.netUsdt)}">${signed(row.netUsdt)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>
`;

const seconds = (spanMs: number): string => (Number.isNaN(spanMs) ? "–" : `${decimal(spanMs / 1000)} s`);
