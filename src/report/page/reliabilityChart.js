// @ts-check
/** Confidence against outcome: in each tenth of the entries the share of winners beside what was said. */
import { AXIS_PIXELS, mount, tooltipStyle, tooltipTable, valueAxis } from "./charts.js";
import { count, exactPercent, percent } from "./format.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {Model["reliability"][number]} Decile */

/** Axes end at a multiple of this. */
const STEP = 0.1;

/** @type {(model: Model) => void} */
export const mountReliability = ({ reliability }) => {
  mount("reliability", (palette) => reliabilityOption(reliability, palette));
};

/** @type {(deciles: readonly Decile[], palette: Palette) => object} */
const reliabilityOption = (deciles, palette) => {
  const means = deciles.map((decile) => decile.meanConfidence);
  const floor = (/** @type {number} */ value) => Math.max(0, Math.floor(value / STEP) * STEP);
  const ceil = (/** @type {number} */ value) => Math.min(1, Math.ceil(value / STEP) * STEP);
  const [left, right] = [floor(Math.min(...means)), ceil(Math.max(...means))];
  const low = Math.min(left, floor(Math.min(...deciles.map((decile) => decile.winShareLow))));
  const high = Math.max(right, ceil(Math.max(...deciles.map((decile) => decile.winShareHigh))));
  const axis = (/** @type {object} */ more) => valueAxis(palette, exactPercent, more);
  const named = { nameTextStyle: { color: palette.soft, fontSize: 11 }, nameLocation: "middle" };
  return {
    grid: { left: AXIS_PIXELS, right: 18, top: 12, bottom: 46 },
    tooltip: { ...tooltipStyle(palette), trigger: "item", formatter: (/** @type {any} */ item) => decileTooltip(deciles[item.dataIndex]) },
    xAxis: axis({ ...named, name: "mean confidence", nameGap: 28, min: left, max: right, splitLine: { show: false } }),
    yAxis: axis({ ...named, name: "winners", nameGap: 44, min: low, max: high }),
    series: [
      {
        type: "line",
        silent: true,
        tooltip: { show: false },
        showSymbol: false,
        lineStyle: { color: palette.faint, type: "dashed", width: 1.3 },
        data: [left, right].map((share) => [share, share]),
      },
      intervals(deciles, palette),
      {
        type: "scatter",
        symbolSize: 10,
        itemStyle: { color: palette.strategy, borderColor: palette.card, borderWidth: 1 },
        z: 4,
        data: deciles.map((decile) => [decile.meanConfidence, decile.wins / decile.trades]),
      },
    ],
  };
};

/** @type {(deciles: readonly Decile[], palette: Palette) => object} */
const intervals = (deciles, palette) => ({
  type: "custom",
  silent: true,
  tooltip: { show: false },
  z: 3,
  encode: { x: 0, y: [1, 2] },
  data: deciles.map((decile) => [decile.meanConfidence, decile.winShareLow, decile.winShareHigh]),
  renderItem: (/** @type {any} */ _params, /** @type {any} */ api) => {
    const [x1, y1] = api.coord([api.value(0), api.value(1)]);
    const [x2, y2] = api.coord([api.value(0), api.value(2)]);
    return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: palette.strategy, lineWidth: 2, opacity: 0.45 } };
  },
});

/** @type {(decile: Decile | undefined) => string} */
const decileTooltip = (decile) =>
  decile === undefined
    ? ""
    : tooltipTable(`Tenth ${decile.name}`, [
        ["Mean confidence", percent(decile.meanConfidence, 1)],
        ["Winners", percent(decile.wins / decile.trades, 1)],
        ["95% interval", `${percent(decile.winShareLow, 1)} to ${percent(decile.winShareHigh, 1)}`],
        ["Trades", count(decile.trades)],
      ]);
