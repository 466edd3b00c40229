import type { RunRecord } from "../../record/runRecord.ts";
import type { ConfidenceDecile } from "../figures/confidenceDeciles.ts";
import { count } from "../page/format.js";
import type { LayerColumns } from "../page/pageData.js";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** Colours of the regime ribbon by name; null without one. A state without a name is called by its number. */
export const regimeKey = ({ regimes = [], layers }: RunRecord): Markup | null =>
  regimes.length === 0
    ? null
    : html`<ul class="key" data-regime-key aria-label="Regimes">
        ${(layers?.regimeStates ?? []).map((name, state) => html`<li><i class="swatch regime" style="background:var(--regime-${state})"></i> ${name}</li>`)}
        <li><i class="swatch regime unknown"></i> unknown</li>
      </ul>`;

/** The card that shows what each layer said at the entry of a picked trade; the page's script fills it. */
export const layerSection = (layers: LayerColumns | null): Markup | null => {
  if (layers === null) return null;
  const [believed, kept] = [layers.trade[2].length, layers.featureTrade[2].length];
  return html`
    <section class="card wide" id="layers">
      <h2>What each layer said</h2>
      <p class="note">
        At the decision before an entry: click a trade in the chart above or in the table of trades.
        ${kept < believed ? `Feature values are kept of ${count(kept)} of ${count(believed)} trades, an even sample in time.` : ""}
      </p>
      <div class="layer-panel" data-layer-panel aria-live="polite"><p class="empty">No trade picked yet.</p></div>
    </section>
  `;
};

/** Confidence beside what came of it; null when fewer than two groups can be compared. */
export const reliabilitySection = (deciles: readonly ConfidenceDecile[]): Markup | null =>
  deciles.length < 2
    ? null
    : html`
        <section class="card" id="reliability">
          <h2>Confidence against outcome</h2>
          <p class="note">
            Share of trades with a net profit in each tenth of the entries by confidence, with its 95% interval; on the dashed line the
            share is what the confidence said.
          </p>
          <div class="chart medium" data-chart="reliability" role="img" aria-label="Share of winning trades over mean confidence"></div>
        </section>
      `;
