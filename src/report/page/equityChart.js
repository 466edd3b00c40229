// @ts-check
/** Equity beside buy and hold, drawdown under it, risk states shaded. */
import { mount, TIME_GRID, timeAxis, timeZoom, tooltipStyle, tooltipTable, valueAxis } from "./charts.js";
import { lowerBound } from "./columns.js";
import { DAY_MS, decimal, exact, exactPercent, percent, ruleValues, signedPercent, utcTime } from "./format.js";
import { at, drawable } from "./model.js";
import { joined, shadedSpans } from "./shading.js";

/** @typedef {import("./model.js").Model} Model */

/** Risk rules listed in one tooltip: more are only counted. */
const MAX_RULES = 6;

/** Mounts the chart; `onZoom` hears the span that is shown after every zoom.
 * @type {(model: Model, onZoom: (fromMs: number, toMs: number) => void) => void} */
export const mountEquity = (model, onZoom) => {
  const shown = { fromMs: model.fromMs, toMs: model.toMs };
  /** @type {Record<string, boolean>} */
  const selected = {};
  const chart = mount("equity", (palette) => equityOption(model, palette, shown, selected));
  wireKey((name) => {
    selected[name] = !(selected[name] ?? true);
    chart?.dispatchAction({ type: "legendToggleSelect", name });
  });
  chart?.on("datazoom", (/** @type {any} */ event) => {
    const zoom = event.batch?.[0] ?? event;
    const spanMs = model.toMs - model.fromMs;
    shown.fromMs = zoom.startValue ?? model.fromMs + (zoom.start / 100) * spanMs;
    shown.toMs = zoom.endValue ?? model.fromMs + (zoom.end / 100) * spanMs;
    onZoom(shown.fromMs, shown.toMs);
  });
};

/** The key above the chart: each name switches what it names. @type {(toggle: (name: string) => void) => void} */
const wireKey = (toggle) => {
  for (const button of document.querySelectorAll("[data-equity-key]")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      toggle(button.getAttribute("data-equity-key") ?? "");
    });
  }
};

/** @type {(model: Model, palette: import("./theme.js").Palette, shown: { fromMs: number, toMs: number }, selected: Record<string, boolean>) => object} */
const equityOption = (model, palette, shown, selected) => {
  const { timeMs, equityUsdt, buyAndHoldUsdt, drawdown } = model.equity;
  /** @type {(values: Float64Array) => (number | null)[][]} */
  const points = (values) => Array.from(values, (value, index) => [at(timeMs, index), drawable(value)]);
  /** @type {(level: string) => import("./shading.js").Span[]} */
  const spansOf = (level) => joined(model.riskSpans.filter((span) => span.level === level));
  const [halted, reducing] = [spansOf("HALTED"), spansOf("REDUCING")];
  const lone = timeMs.length < 3;
  const deepest = Math.min(0, ...drawdown.filter(Number.isFinite));
  /** @type {(name: string, colour: string, spans: import("./shading.js").Span[]) => object[]} */
  const shades = (name, colour, spans) =>
    spans.length === 0 ? [] : [0, 1].map((grid) => shadedSpans(name, `${name}-${grid}`, grid, colour, 0.2, spans));
  const axis = timeAxis(palette, model.fromMs, model.toMs);
  return {
    grid: [
      { ...TIME_GRID, top: 10, bottom: 174 },
      { ...TIME_GRID, height: 84, bottom: 62 },
    ],
    // Drawn as HTML buttons, which wrap on a narrow screen; the component keeps what is switched off.
    legend: { show: false, selected },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "axis",
      formatter: (/** @type {any} */ items) => equityTooltip(model, items[0].axisValue),
    },
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: palette.faint } },
    xAxis: [
      { ...axis, gridIndex: 0, axisLabel: { show: false } },
      { ...axis, gridIndex: 1, axisLine: { show: false } },
    ],
    yAxis: [
      valueAxis(palette, exact, { gridIndex: 0, scale: true }),
      valueAxis(palette, exactPercent, {
        gridIndex: 1,
        max: 0,
        splitNumber: 2,
        ...(deepest === 0 ? { min: -0.01 } : {}),
      }),
    ],
    dataZoom: timeZoom(palette, [0, 1], Math.min(7 * DAY_MS, model.toMs - model.fromMs), shown),
    series: [
      {
        type: "line",
        name: "Strategy",
        data: points(equityUsdt),
        showSymbol: lone,
        itemStyle: { color: palette.strategy },
        lineStyle: { width: 2, color: palette.strategy },
        z: 4,
      },
      {
        type: "line",
        name: "Buy and hold",
        data: points(buyAndHoldUsdt),
        showSymbol: lone,
        itemStyle: { color: palette.benchmark },
        lineStyle: { width: 1.3, color: palette.benchmark },
        z: 3,
      },
      {
        type: "line",
        name: "Drawdown",
        xAxisIndex: 1,
        yAxisIndex: 1,
        data: points(drawdown),
        showSymbol: false,
        itemStyle: { color: palette.loss },
        lineStyle: { width: 1, color: palette.loss },
        areaStyle: { color: palette.loss, opacity: 0.22 },
        z: 3,
      },
      ...shades("Halted", palette.halted, halted),
      ...shades("Reducing", palette.reducing, reducing),
    ],
  };
};

/** The day's figures and the risk rules active in it. @type {(model: Model, timeMs: number) => string} */
const equityTooltip = (model, timeMs) => {
  const { equity } = model;
  const index = Math.min(lowerBound(equity.timeMs, timeMs), equity.timeMs.length - 1);
  const start = at(equity.equityUsdt, 0);
  const toMs = at(equity.timeMs, index);
  const fromMs = index > 0 ? at(equity.timeMs, index - 1) : toMs;
  const active = model.riskSpans.filter((span) => span.fromMs <= toMs && span.toMs > fromMs);
  /** @type {(value: number) => string} */
  const money = (value) => `${decimal(value)} USDT (${signedPercent(value / start - 1)})`;
  return tooltipTable(`${utcTime(toMs)} UTC`, [
    ["Strategy", money(at(equity.equityUsdt, index))],
    ["Buy and hold", money(at(equity.buyAndHoldUsdt, index))],
    ["Drawdown", percent(at(equity.drawdown, index))],
    ...active.slice(0, MAX_RULES).map((span) => {
      const [value, limit] = ruleValues(span.rule, span.value ?? NaN, span.limit ?? NaN);
      return /** @type {const} */ ([span.level, `${span.rule}: ${value}, limit ${limit}`]);
    }),
    ...(active.length > MAX_RULES ? [/** @type {const} */ (["", `and ${active.length - MAX_RULES} more`])] : []),
  ]);
};
