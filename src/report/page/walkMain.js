// @ts-check
/** Draws the page of a walk-forward. `data-ready` on the root says when everything stands. */
import { allCharts } from "./charts.js";
import { followTheme } from "./theme.js";
import { mountWalkCarries, mountWalkCurve, mountWalkDecay, mountWalkEquity, mountWalkIc } from "./walkCharts.js";
import { readWalk } from "./walkModel.js";

const drawWalk = () => {
  const model = readWalk();
  for (const draw of [mountWalkEquity, mountWalkIc, mountWalkCurve, mountWalkDecay, mountWalkCarries]) draw(model);
  followTheme(() => allCharts().forEach((one) => one.draw()));
  requestAnimationFrame(() => {
    document.documentElement.dataset["ready"] = "true";
  });
};

drawWalk();
