// @ts-check
/** Draws the page. `data-ready` on the root says when everything stands: tests and screenshots wait for it. */
import { allCharts } from "./charts.js";
import { mountEquity } from "./equityChart.js";
import { mountBreakdowns, mountMoney } from "./figureCharts.js";
import { mountHistogram } from "./histogramChart.js";
import { mountLayers } from "./layerPanel.js";
import { readModel } from "./model.js";
import { mountPrice } from "./priceChart.js";
import { mountReliability } from "./reliabilityChart.js";
import { followTheme } from "./theme.js";
import { mountTrades } from "./tradesTable.js";

const drawReport = () => {
  const model = readModel();
  const showLayers = mountLayers(model);
  const price = mountPrice(model, showLayers);
  mountEquity(model, price.showSpan);
  mountHistogram(model);
  mountMoney(model);
  mountBreakdowns(model);
  mountReliability(model);
  mountTrades(model, (index) => {
    price.showTrade(index);
    showLayers(index);
  });
  followTheme(() => allCharts().forEach((one) => one.draw()));
  requestAnimationFrame(() => {
    document.documentElement.dataset["ready"] = "true";
  });
};

drawReport();
