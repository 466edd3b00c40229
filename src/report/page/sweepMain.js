// @ts-check
/** Draws the page of a sweep. `data-ready` on the root says when everything stands. */
import { allCharts } from "./charts.js";
import { mountHeatMap } from "./heatMap.js";
import { readSweep } from "./sweepModel.js";
import { mountSweepTable } from "./sweepTable.js";
import { followTheme } from "./theme.js";

const drawSweep = () => {
  const model = readSweep();
  mountHeatMap(model);
  mountSweepTable(model);
  followTheme(() => allCharts().forEach((one) => one.draw()));
  requestAnimationFrame(() => {
    document.documentElement.dataset["ready"] = "true";
  });
};

drawSweep();
