import type { RunRecord } from "../../record/runRecord.ts";
import { chartLibrary, pageScript, pageStyle } from "./assets.ts";
import {
  breakdownSections,
  equitySection,
  histogramSection,
  moneySection,
  monthlySection,
  noTradesSection,
  priceSection,
  tradesSection,
} from "./chartSections.ts";
import { fillSection } from "./fillSection.ts";
import { layerSection } from "./layerSections.ts";
import { headerSection, tilesSection } from "./header.ts";
import { html, scriptBody, scriptJson, trusted } from "./markup.ts";
import { pageData } from "./pageData.ts";
import { targetSection } from "./targetSection.ts";
import { gapSection, riskSection, runSection } from "./tables.ts";

/** Nothing may be fetched, embedded or sent: the page is this file alone. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A blue rising line on nothing, as the tab's icon. */
export const PAGE_ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 13 6 7l3 3 6-8' fill='none' stroke='%232b62a8' stroke-width='2'/%3E%3C/svg%3E";

/**
 * `report.html` in pieces: one page with style, data, chart library and script inside, which asks the network for
 * nothing. Everything that comes from the run is escaped. About 1.2 MB plus 60 bytes a trade and 20 a candle.
 */
export function* reportPage(record: RunRecord): Generator<string> {
  const { data, cards } = pageData(record);
  const traded = record.trades.length > 0;
  yield html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(PAGE_POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${record.identity.name} · ${record.summary.symbol} · Riposte</title>
        <link rel="icon" href="${trusted(PAGE_ICON)}" />
        <script>document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";</script>
        <style>${trusted(pageStyle())}</style>
      </head>
      <body>
        <main>
          ${headerSection(record, data.layers !== null)} ${tilesSection(record)} ${equitySection(record)} ${priceSection(record)} ${layerSection(data.layers)} ${traded ? null : noTradesSection(record)}
          ${monthlySection(record.equity)} ${targetSection(record.targets)} ${traded ? histogramSection() : null} ${traded ? moneySection(record) : null}
          ${traded ? breakdownSections(cards, data.reliability) : null} ${record.fillModes === undefined ? null : fillSection(record.fillModes)} ${riskSection(record)} ${gapSection(record.gaps)} ${traded ? tradesSection(record) : null}
          ${runSection(record)}
        </main>
        <footer>Riposte · all times UTC · a backtest is not a promise</footer>
        <noscript><p class="banner">The charts need scripts, which this browser has switched off.</p></noscript>
        <script type="application/json" id="report-data">${scriptJson(data)}</script>
        <script>`.text;
  yield scriptBody(chartLibrary()).text;
  yield "</script>\n<script>";
  yield scriptBody(pageScript()).text;
  yield "</script>\n</body>\n</html>\n";
}
