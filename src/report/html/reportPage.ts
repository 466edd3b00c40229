import type { RunRecord } from "../../record/runRecord.ts";
import { PAGE_MODULES, PAGE_STYLES } from "./assets.ts";
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
import { html } from "./markup.ts";
import { pageData } from "./pageData.ts";
import { framedPage } from "./pageFrame.ts";
import { targetSection } from "./targetSection.ts";
import { gapSection, riskSection, runSection } from "./tables.ts";

/**
 * `report.html` in pieces: one page with style, data, chart library and script inside, which asks the network for
 * nothing. Everything that comes from the run is escaped. About 1.2 MB plus 60 bytes a trade and 20 a candle.
 */
export const reportPage = (record: RunRecord): Generator<string> => {
  const { data, cards } = pageData(record);
  const traded = record.trades.length > 0;
  return framedPage({
    title: `${record.identity.name} · ${record.summary.symbol} · Riposte`,
    main: html`${headerSection(record, data.layers !== null)} ${tilesSection(record)} ${equitySection(record)} ${priceSection(record)}
    ${layerSection(data.layers)} ${traded ? null : noTradesSection(record)} ${monthlySection(record.equity)}
    ${targetSection(record.targets)} ${traded ? histogramSection() : null} ${traded ? moneySection(record) : null}
    ${traded ? breakdownSections(cards, data.reliability) : null} ${record.fillModes === undefined ? null : fillSection(record.fillModes)}
    ${riskSection(record)} ${gapSection(record.gaps)} ${traded ? tradesSection(record) : null} ${runSection(record)}`,
    needsScripts: "The charts",
    dataId: "report-data",
    data,
    modules: PAGE_MODULES,
    styles: PAGE_STYLES,
  });
};
