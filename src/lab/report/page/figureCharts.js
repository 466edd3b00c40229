// @ts-check
/** The still charts: distribution of returns, breakdowns, where the money went. */
import { AXIS_PIXELS, mount, nameAxis, tooltipStyle, tooltipTable, valueAxis } from "./charts.js";
import { count, decimal, percent, signed, signedPercent } from "./format.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {import("./pageData.js").BreakdownCard} Card */

/** @type {(value: number, palette: Palette) => string} */
const tone = (value, palette) => (value < 0 ? palette.loss : palette.profit);

/** Decimals that suit amounts of this size. @type {(values: readonly number[]) => number} */
const moneyDecimals = (values) => (Math.max(0, ...values.map(Math.abs)) < 100 ? 2 : 0);

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
    xAxis: valueAxis(palette, (value) => percent(value, decimals), {
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
        markLine: { symbol: "none", lineStyle: { color: palette.ink, width: 1.4 }, data: centreLines(palette, mean ?? NaN, median ?? NaN) },
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

/** @type {(model: Model) => void} */
export const mountBreakdowns = (model) => {
  for (const card of model.breakdowns) mount(`breakdown-${card.id}`, (palette) => breakdownOption(card, palette));
};

/** @type {(card: Card, palette: Palette) => object} */
const breakdownOption = (card, palette) => {
  const lying = card.layout === "bars";
  const rows = lying ? [...card.rows].reverse() : card.rows;
  const decimals = moneyDecimals(rows.map((row) => row.pnlUsdt));
  const labelled = rows.length <= 12;
  const names = nameAxis(
    palette,
    rows.map((row) => row.group),
    {
      axisLine: { onZero: false, lineStyle: { color: palette.line } },
      axisLabel: {
        color: palette.soft,
        fontSize: 11,
        ...(labelled ? { interval: 0 } : { hideOverlap: true }),
        ...(lying ? { width: 112, overflow: "truncate" } : {}),
      },
    },
  );
  const values = valueAxis(palette, (value) => decimal(value, decimals), {
    boundaryGap: [rows.some((row) => row.pnlUsdt < 0) ? "6%" : 0, lying ? 0 : "8%"],
  });
  return {
    grid: lying ? { left: 124, right: 58, top: 4, bottom: 26 } : { left: AXIS_PIXELS, right: 12, top: 18, bottom: 26 },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: palette.faint, opacity: 0.14 } },
      formatter: (/** @type {any} */ items) => breakdownTooltip(/** @type {Card["rows"][number]} */ (rows[items[0].dataIndex])),
    },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: [
      {
        type: "bar",
        barMaxWidth: 34,
        data: rows.map((row) => ({
          value: row.pnlUsdt,
          itemStyle: { color: tone(row.pnlUsdt, palette), opacity: 0.88, borderRadius: 2 },
          // Beside the end of a profit; for a loss beside zero, where nothing else is.
          label: { position: lying ? "right" : "top" },
        })),
        label: {
          show: labelled,
          color: palette.ink,
          fontSize: 11,
          formatter: (/** @type {any} */ item) => (rows[item.dataIndex]?.trades === 0 ? "" : signed(item.value, decimals)),
        },
      },
    ],
  };
};

/** @type {(row: Card["rows"][number]) => string} */
const breakdownTooltip = (row) =>
  tooltipTable(row.group, [
    ["P&L, net", `${signed(row.pnlUsdt)} USDT`],
    ["Trades", count(row.trades)],
    ["Win rate", percent(row.wins / row.trades, 1)],
    ["Per trade", `${signed(row.pnlUsdt / row.trades)} USDT`],
    ["Fees", `${decimal(row.feesUsdt)} USDT`],
    ["Funding", `${decimal(row.fundingUsdt)} USDT`],
  ]);

/** @type {(model: Model) => void} */
export const mountMoney = ({ moneyFlow }) => {
  const decimals = moneyDecimals(moneyFlow.map((step) => step.amountUsdt));
  const gross = moneyFlow[0]?.amountUsdt ?? NaN;
  mount("money", (palette) => ({
    grid: { left: AXIS_PIXELS, right: 12, top: 22, bottom: 26 },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "item",
      formatter: (/** @type {any} */ item) => {
        const step = /** @type {(typeof moneyFlow)[number]} */ (moneyFlow[item.dataIndex]);
        return tooltipTable(step.name, [
          ["Amount", `${signed(step.amountUsdt)} USDT`],
          ["Share of gross", signedPercent(step.amountUsdt / Math.abs(gross), 1)],
        ]);
      },
    },
    xAxis: nameAxis(
      palette,
      moneyFlow.map((step) => step.name),
      { axisLine: { onZero: false, lineStyle: { color: palette.line } }, axisLabel: { color: palette.soft, fontSize: 11, interval: 0 } },
    ),
    yAxis: valueAxis(palette, (value) => decimal(value, 0), {
      boundaryGap: [moneyFlow.some((step) => Math.min(step.fromUsdt, step.toUsdt) < 0) ? "6%" : 0, "4%"],
    }),
    series: [{ ...moneyBars(moneyFlow, palette, decimals), encode: { x: 0, y: [1, 2] } }],
  }));
};

/** @type {(steps: Model["moneyFlow"], palette: Palette, decimals: number) => object} */
const moneyBars = (steps, palette, decimals) => ({
  type: "custom",
  data: steps.map((step, index) => [index, step.fromUsdt, step.toUsdt]),
  renderItem: (/** @type {any} */ params, /** @type {any} */ api) => {
    const index = params.dataIndex;
    const step = /** @type {Model["moneyFlow"][number]} */ (steps[index]);
    const [centre, yFrom] = api.coord([index, step.fromUsdt]);
    const yTo = api.coord([index, step.toUsdt])[1];
    const band = api.size([1, 0])[0];
    const wide = Math.min(72, band * 0.62);
    const top = Math.min(yFrom, yTo);
    const fill = tone(step.amountUsdt, palette);
    const text = signed(step.amountUsdt, decimals);
    /** @type {object[]} */
    const children = [
      {
        type: "rect",
        shape: { x: centre - wide / 2, y: top, width: wide, height: Math.max(1.5, Math.abs(yFrom - yTo)) },
        style: { fill, opacity: step.kind === "total" ? 0.95 : 0.7 },
      },
      { type: "text", style: { text, x: centre, y: top - 5, align: "center", verticalAlign: "bottom", fill: palette.ink, fontSize: 11 } },
    ];
    if (index < steps.length - 1) {
      children.push({
        type: "line",
        shape: { x1: centre + wide / 2, y1: yTo, x2: centre + band - wide / 2, y2: yTo },
        style: { stroke: palette.faint, lineDash: [3, 3] },
      });
    }
    return { type: "group", children };
  },
});
