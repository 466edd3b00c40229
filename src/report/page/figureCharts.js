// @ts-check
/** The still charts of P&L: breakdowns, where the money went. */
import { AXIS_PIXELS, mount, nameAxis, tone, tooltipStyle, tooltipTable, valueAxis } from "./charts.js";
import { count, decimal, exact, percent, signed, signedPercent } from "./format.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {import("./pageData.js").BreakdownCard} Card */

/** Decimals that suit amounts of this size. @type {(values: readonly number[]) => number} */
const moneyDecimals = (values) => (Math.max(0, ...values.map(Math.abs)) < 100 ? 2 : 0);

/** An amount as a label: whole USDT where the chart has large ones, except for the small among them.
 * @type {(value: number, decimals: number) => string} */
const amount = (value, decimals) => signed(value, Math.abs(value) < 10 && value !== 0 ? 2 : decimals);

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
        interval: labelled ? 0 : lying ? "auto" : 1,
        ...(lying ? { width: 112, overflow: "truncate" } : {}),
      },
    },
  );
  const values = valueAxis(palette, exact, {
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
          formatter: (/** @type {any} */ item) => (rows[item.dataIndex]?.trades === 0 ? "" : amount(item.value, decimals)),
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
    yAxis: valueAxis(palette, exact, {
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
    const text = amount(step.amountUsdt, decimals);
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
