// @ts-check
/** Distribution of the trades' net returns. */
import { markLines, mount, tone, tooltipStyle, tooltipTable, valueAxis } from "./charts.js";
import { count, exactPercent, percent, signedPercent } from "./format.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./theme.js").Palette} Palette */

/** @type {(model: Model) => void} */
export const mountHistogram = ({ histogram }) => {
  const { bins, width, mean, median } = histogram;
  if (bins.length === 0) return;
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  // The outer bins reach to the farthest trade; they are drawn as wide as the others.
  const edges = bins.map((bin) => [bin.from ?? (bin.to ?? 0) - width, bin.to ?? (bin.from ?? 0) + width]);
  const decimals = Math.max(0, Math.min(3, Math.ceil(-Math.log10(width * 100))));
  mount("histogram", (palette) => ({
    grid: { left: 52, right: 18, top: 34, bottom: 28 },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "item",
      formatter: (/** @type {any} */ item) => {
        const bin = /** @type {(typeof bins)[number]} */ (bins[item.dataIndex]);
        const [from = 0, to = 0] = edges[item.dataIndex] ?? [];
        const range =
          bin.from === null
            ? `below ${percent(to, decimals)}`
            : bin.to === null
              ? `${percent(from, decimals)} and more`
              : `${percent(from, decimals)} to ${percent(to, decimals)}`;
        return tooltipTable(range, [
          ["Trades", count(bin.count)],
          ["Share", percent(bin.count / total, 1)],
        ]);
      },
    },
    xAxis: valueAxis(palette, exactPercent, {
      min: edges[0]?.[0],
      max: edges.at(-1)?.[1],
      splitLine: { show: false },
      axisLine: { show: true, onZero: false, lineStyle: { color: palette.line } },
      splitNumber: 6,
    }),
    yAxis: valueAxis(palette, count, { minInterval: 1 }),
    series: [
      {
        type: "custom",
        dimensions: ["from", "to", "count"],
        encode: { x: [0, 1], y: 2 },
        data: bins.map((bin, index) => [...(edges[index] ?? []), bin.count]),
        renderItem: (/** @type {any} */ _params, /** @type {any} */ api) => {
          const [left, top] = api.coord([api.value(0), api.value(2)]);
          const [right, bottom] = api.coord([api.value(1), 0]);
          const fill = tone(api.value(1) <= width / 2 ? -1 : 1, palette);
          return {
            type: "rect",
            shape: { x: left + 0.5, y: top, width: Math.max(1, right - left - 1), height: bottom - top },
            style: { fill, opacity: 0.85 },
          };
        },
      },
      {
        type: "line",
        data: [],
        silent: true,
        markLine: markLines(palette, centreLines(palette, mean ?? NaN, median ?? NaN)),
      },
    ],
  }));
};

/** Mean and median, their labels turned away from each other. @type {(palette: Palette, mean: number, median: number) => object[]} */
const centreLines = (palette, mean, median) => {
  /** @type {(name: string, value: number, other: number, type: string) => object} */
  const line = (name, value, other, type) => ({
    xAxis: value,
    lineStyle: { type },
    label: {
      formatter: `${name} ${signedPercent(value, 3)}`,
      color: palette.ink,
      fontSize: 11,
      position: "end",
      padding: [0, 5],
      align: value >= other ? "left" : "right",
      distance: 6,
    },
  });
  return Number.isFinite(mean) && Number.isFinite(median)
    ? [line("mean", mean, median, "solid"), line("median", median, mean === median ? median + 1 : mean, "dashed")]
    : [];
};
