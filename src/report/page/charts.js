// @ts-check
/** What all charts share: where they are drawn, axes, tooltips, zoom. */
import { utcDay, utcTime, DAY_MS } from "./format.js";
import { readPalette } from "./theme.js";

/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {{ name: string, chart: any, draw: () => void }} Mounted */

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Room for the numbers of a value axis on the left. */
export const AXIS_PIXELS = innerWidth < 600 ? 52 : 68;

/** @type {Mounted[]} */
const mounted = [];

/** Draws a chart into the box of that name, again at every change of theme; null where the page has no such box.
 * @type {(name: string, optionOf: (palette: Palette) => object) => any} */
export const mount = (name, optionOf) => {
  const box = /** @type {HTMLElement | null} */ (document.querySelector(`[data-chart="${name}"]`));
  if (box === null) return null;
  const chart = echarts.init(box, null, { renderer: "canvas" });
  // A zoomable chart takes every wheel event, whatever its options say: those without Ctrl belong to the page.
  const keepFromChart = (/** @type {WheelEvent} */ event) => {
    if (!event.ctrlKey) event.stopPropagation();
  };
  box.addEventListener("wheel", keepFromChart, { capture: true, passive: true });
  const draw = () => {
    const palette = readPalette();
    chart.setOption({ ...baseOption(palette), ...optionOf(palette) }, { notMerge: true });
  };
  draw();
  mounted.push({ name, chart, draw });
  new ResizeObserver(() => chart.resize()).observe(box);
  return chart;
};

/** Every chart on the page. */
export const allCharts = () => mounted;

/** @type {(palette: Palette) => object} */
const baseOption = (palette) => ({
  animation: false,
  useUTC: true,
  textStyle: { fontFamily: FONT, color: palette.soft, fontSize: 12 },
  aria: { enabled: false },
});

/** @type {(palette: Palette) => object} */
export const tooltipStyle = (palette) => ({
  confine: true,
  backgroundColor: palette.card,
  borderColor: palette.line,
  borderWidth: 1,
  padding: [8, 11],
  textStyle: { color: palette.ink, fontSize: 12, fontFamily: FONT },
  extraCssText: "box-shadow:0 4px 16px rgba(0,0,0,.18);border-radius:8px;font-variant-numeric:tabular-nums;",
});

/** @type {(palette: Palette) => object} */
const axisLook = (palette) => ({
  axisLine: { lineStyle: { color: palette.line } },
  axisTick: { show: false },
  axisLabel: { color: palette.soft, fontSize: 11, hideOverlap: true },
  splitLine: { lineStyle: { color: palette.line, width: 1 } },
});

/** Mark lines at these coordinates. ECharts rounds them to two decimals of its own accord, and returns are fractions.
 * @type {(palette: Palette, data: readonly object[]) => object} */
export const markLines = (palette, data) => ({
  symbol: "none",
  precision: 12,
  lineStyle: { color: palette.ink, width: 1.4 },
  data,
});

/** A value axis without a line of its own; `format` prints a value with all its digits: a rounded label stands at the wrong place.
 * @type {(palette: Palette, format: (value: number) => string, more?: object) => object} */
export const valueAxis = (palette, format, more = {}) => {
  const look = /** @type {any} */ (axisLook(palette));
  return {
    type: "value",
    ...look,
    axisLine: { show: false },
    axisLabel: { ...look.axisLabel, formatter: format },
    splitNumber: 4,
    ...more,
  };
};

/** An axis of names. @type {(palette: Palette, names: readonly string[], more?: object) => object} */
export const nameAxis = (palette, names, more = {}) => ({
  type: "category",
  data: names,
  ...axisLook(palette),
  splitLine: { show: false },
  ...more,
});

/**
 * Left and right edge of the grids of a chart over time. Without this ECharts makes room for the labels of an axis, in one grid of two,
 * and a time stands at two places.
 */
export const TIME_GRID = { left: AXIS_PIXELS, right: 18, outerBoundsMode: "none" };

/** A UTC time axis over the whole run. @type {(palette: Palette, fromMs: number, toMs: number, more?: object) => object} */
export const timeAxis = (palette, fromMs, toMs, more = {}) => {
  const look = /** @type {any} */ (axisLook(palette));
  return {
    type: "time",
    min: fromMs,
    max: toMs,
    // Candles at the ends are cut rather than moved.
    containShape: false,
    ...look,
    splitLine: { show: false },
    axisLabel: {
      ...look.axisLabel,
      alignMinLabel: "left",
      alignMaxLabel: "right",
      formatter: {
        year: "{yyyy}",
        month: "{MMM} {yyyy}",
        day: "{d} {MMM}",
        hour: "{HH}:{mm}",
        minute: "{HH}:{mm}",
        second: "{HH}:{mm}:{ss}",
        millisecond: "{HH}:{mm}:{ss}",
      },
    },
    ...more,
  };
};

/** Zoom by slider, by Ctrl + wheel and by pinch; a plain wheel and a swipe still scroll the page.
 * @type {(palette: Palette, axes: readonly number[], minSpanMs: number, window: { fromMs: number, toMs: number }) => object[]} */
export const timeZoom = (palette, axes, minSpanMs, { fromMs, toMs }) => {
  const shared = { xAxisIndex: axes, startValue: fromMs, endValue: toMs, minValueSpan: minSpanMs, filterMode: "weakFilter" };
  return [
    { ...shared, type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true, preventDefaultMouseMove: false },
    {
      ...shared,
      type: "slider",
      height: 26,
      bottom: 6,
      borderColor: palette.line,
      fillerColor: `${palette.strategy}22`,
      backgroundColor: "transparent",
      dataBackground: { lineStyle: { color: palette.faint, opacity: 0.7 }, areaStyle: { color: palette.faint, opacity: 0.15 } },
      selectedDataBackground: {
        lineStyle: { color: palette.strategy, opacity: 0.8 },
        areaStyle: { color: palette.strategy, opacity: 0.12 },
      },
      handleStyle: { color: palette.card, borderColor: palette.faint },
      moveHandleSize: 5,
      moveHandleStyle: { color: palette.line },
      emphasis: { handleStyle: { borderColor: palette.strategy }, moveHandleStyle: { color: palette.faint } },
      textStyle: { color: palette.soft, fontSize: 11 },
      labelFormatter: (/** @type {number} */ timeMs) => (toMs - fromMs > 60 * DAY_MS ? utcDay(timeMs) : utcTime(timeMs)),
      brushSelect: false,
    },
  ];
};

/** Colour of an amount. @type {(value: number, palette: Palette) => string} */
export const tone = (value, palette) => (value < 0 ? palette.loss : palette.profit);

/** Text from the run, made harmless for a tooltip, which is HTML. @type {(text: string) => string} */
export const escaped = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A tooltip: a title and rows of name and value. Strings are escaped here.
 * @type {(title: string, rows: readonly (readonly [name: string, value: string])[]) => string} */
export const tooltipTable = (title, rows) =>
  `<div style="font-weight:600;margin-bottom:4px">${escaped(title)}</div><table style="width:auto;font-size:12px">${rows
    .map(
      ([name, value]) =>
        `<tr><td style="padding:1px 16px 1px 0;border:0;opacity:.72">${escaped(name)}</td><td style="padding:1px 0;border:0;text-align:right">${escaped(value)}</td></tr>`,
    )
    .join("")}</table>`;
