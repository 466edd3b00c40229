// @ts-check
/** Candles with trades, stops and data gaps: only what is in view is handed to the chart, again after every zoom. */
import { AXIS_PIXELS, escaped, mount, TIME_GRID, timeAxis, timeZoom, tooltipStyle, valueAxis } from "./charts.js";
import { lowerBound } from "./columns.js";
import { DAY_MS, HOUR_MS, MINUTE_MS, decimal, exact, signedPercent, utcTime } from "./format.js";
import { at } from "./model.js";
import { marksNote, pickedMarks, stopMarks, tradeMarks } from "./priceMarks.js";
import { candleRows, candlesIn, levelOf, stopsIn, tradeOrder, tradesIn } from "./priceWindow.js";
import { RIBBON_PIXELS, regimeAt, regimeRibbon, regimesOf } from "./regimeRibbon.js";
import { shadedSpans } from "./shading.js";
import { readPalette } from "./theme.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {{ symbol: number, fromMs: number, toMs: number, picked: number }} View `picked` is a trade, or −1. */
/** @typedef {{ showSpan: (fromMs: number, toMs: number) => void, showTrade: (index: number) => void }} PriceChart */

/** @type {Record<string, number>} */
const SPANS_MS = { "1d": DAY_MS, "1w": 7 * DAY_MS, "1m": 30 * DAY_MS, "3m": 91 * DAY_MS, all: Infinity };

/** Mounts the chart with its buttons and its line of text; `onPick` hears which trade's mark was clicked.
 * @type {(model: Model, onPick: (index: number) => void) => PriceChart} */
export const mountPrice = (model, onPick) => {
  /** @type {View} */
  const view = { symbol: 0, fromMs: model.fromMs, toMs: model.toMs, picked: -1 };
  let order = tradeOrder(model, 0);
  let candles = candlesIn(undefined, 0, 0, 0);
  const readout = document.querySelector("[data-price-readout]");
  const note = document.querySelector("[data-price-note]");
  const box = document.querySelector('[data-chart="price"]');

  /** What the view holds, as series. @type {(palette: Palette) => object[]} */
  const inView = (palette) => {
    const { symbol, fromMs, toMs } = view;
    const width = (box?.clientWidth ?? 0) - AXIS_PIXELS;
    candles = candlesIn(levelOf(model, symbol), fromMs, toMs, width);
    const found = tradesIn(model, order, fromMs, toMs, width);
    const stops = found.inView > found.drawn.length ? [] : stopsIn(model, symbol, fromMs, toMs);
    if (note) note.textContent = marksNote(found.drawn.length, found.inView, stops.length, candles.intervalMs);
    const trades = [...tradeMarks(model, palette, found.drawn), pickedMarks(model, palette, symbol, view.picked)];
    const ribbon = regimeRibbon(model, palette, symbol, fromMs, toMs, width);
    return [candleSeries(palette, candles), stopMarks(model, palette, stops), ...trades, ...ribbon];
  };
  /** Series that change with the symbol only. @type {(palette: Palette) => object[]} */
  const behind = (palette) => [overview(model, view.symbol), gapShades(model, palette, view.symbol)];
  const chart = mount("price", (palette) => ({ ...priceOption(model, palette, view), series: [...behind(palette), ...inView(palette)] }));
  if (chart === null) return { showSpan: () => {}, showTrade: () => {} };

  let pending = 0;
  const refresh = () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => {
      chart.setOption({ series: inView(readPalette()) });
      read(view.toMs);
    });
  };
  chart.on("datazoom", (/** @type {any} */ event) => {
    const zoom = event.batch?.[0] ?? event;
    const spanMs = model.toMs - model.fromMs;
    view.fromMs = zoom.startValue ?? model.fromMs + (zoom.start / 100) * spanMs;
    view.toMs = zoom.endValue ?? model.fromMs + (zoom.end / 100) * spanMs;
    refresh();
  });
  /** @type {(timeMs: number) => void} */
  const read = (timeMs) => {
    if (!readout) return;
    readout.innerHTML = readoutText(candles, timeMs, model.priceDecimals[view.symbol] ?? 2) + regimeText(model, view.symbol, timeMs);
  };
  chart.on("updateAxisPointer", (/** @type {any} */ event) => {
    const axis = event.axesInfo.find((/** @type {any} */ info) => info.axisDim === "x");
    if (axis) read(axis.value);
  });
  chart.on("click", (/** @type {any} */ event) => {
    if (event.seriesType !== "scatter") return;
    view.picked = event.value[2];
    refresh();
    onPick(view.picked);
  });
  read(model.toMs);

  /** @type {(fromMs: number, toMs: number) => void} */
  const showSpan = (fromMs, toMs) => {
    const startValue = Math.max(model.fromMs, fromMs);
    const endValue = Math.min(model.toMs, toMs);
    chart.dispatchAction({ type: "dataZoom", batch: [0, 1].map((dataZoomIndex) => ({ dataZoomIndex, startValue, endValue })) });
  };
  /** @type {(symbol: number) => void} */
  const showSymbol = (symbol) => {
    view.symbol = symbol;
    order = tradeOrder(model, symbol);
    const palette = readPalette();
    chart.setOption({ series: [...behind(palette), ...inView(palette)] });
    read(model.toMs);
  };
  wireControls(model, view, showSpan, showSymbol);
  return {
    showSpan,
    showTrade: (index) => {
      view.picked = index;
      const symbol = at(model.trades.symbol, index);
      const select = /** @type {HTMLSelectElement | null} */ (document.querySelector("[data-price-symbol]"));
      if (select !== null && symbol !== view.symbol) {
        select.value = model.symbols[symbol] ?? "";
        showSymbol(symbol);
      }
      const [entryMs, exitMs] = [at(model.trades.entryTimeMs, index), at(model.trades.exitTimeMs, index)];
      const marginMs = Math.max(3 * HOUR_MS, 2 * (exitMs - entryMs));
      showSpan(entryMs - marginMs, exitMs + marginMs);
      document.getElementById("price")?.scrollIntoView({ block: "start" });
    },
  };
};

/** Room under the price: slider and times, and the ribbon of regimes between the two where there is one. */
const BOTTOM_PIXELS = 62;

/** @type {(model: Model, palette: Palette, view: View) => object} */
const priceOption = (model, palette, view) => {
  const pointer = {
    show: true,
    snap: false,
    triggerTooltip: false,
    triggerEmphasis: false,
    lineStyle: { color: palette.faint, type: "dashed" },
  };
  const label = { backgroundColor: palette.soft, color: palette.card, fontSize: 11 };
  const timeLabel = { ...label, formatter: (/** @type {any} */ info) => `${utcTime(Math.round(info.value / MINUTE_MS) * MINUTE_MS)} UTC` };
  const ribbon = model.regimes.length > 0;
  const times = timeAxis(palette, model.fromMs, model.toMs);
  const price = valueAxis(palette, exact, {
    scale: true,
    splitNumber: 5,
    axisPointer: { ...pointer, label: { ...label, formatter: (/** @type {any} */ info) => exact(Number(info.value.toPrecision(7))) } },
  });
  const shared = {
    tooltip: { ...tooltipStyle(palette), trigger: "item" },
    dataZoom: timeZoom(palette, ribbon ? [0, 1] : [0], Math.min(HOUR_MS, model.toMs - model.fromMs), view),
  };
  if (!ribbon) {
    const xAxis = { ...times, axisPointer: { ...pointer, label: timeLabel } };
    return { ...shared, grid: { ...TIME_GRID, top: 12, bottom: BOTTOM_PIXELS }, xAxis, yAxis: price };
  }
  return {
    ...shared,
    grid: [
      { ...TIME_GRID, top: 12, bottom: BOTTOM_PIXELS + RIBBON_PIXELS + 4 },
      { ...TIME_GRID, height: RIBBON_PIXELS, bottom: BOTTOM_PIXELS },
    ],
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    xAxis: [
      {
        ...times,
        gridIndex: 0,
        axisLabel: { show: false },
        axisLine: { show: false },
        axisPointer: { ...pointer, label: { show: false } },
      },
      { ...times, gridIndex: 1, axisPointer: { ...pointer, label: timeLabel } },
    ],
    yAxis: [
      { ...price, gridIndex: 0 },
      { type: "value", gridIndex: 1, show: false, min: 0, max: 1 },
    ],
  };
};

/** Calm candles, hollow when the price rose: the colours belong to the trades. @type {(palette: Palette, candles: import("./candles.js").MergedCandles) => object} */
const candleSeries = (palette, candles) => ({
  type: "candlestick",
  id: "candles",
  silent: true,
  tooltip: { show: false },
  z: 2,
  large: false,
  barMaxWidth: 14,
  itemStyle: { color: palette.card, borderColor: palette.candleUp, color0: palette.candleDown, borderColor0: palette.candleDown },
  data: candleRows(candles),
});

/** The whole run's closes, drawn by the slider only. @type {(model: Model, symbol: number) => object} */
const overview = (model, symbol) => {
  const { openTimeMs, close } = candlesIn(levelOf(model, symbol), model.fromMs, model.toMs, 900);
  return {
    type: "line",
    id: "overview",
    silent: true,
    showSymbol: false,
    tooltip: { show: false },
    lineStyle: { opacity: 0 },
    data: openTimeMs.map((timeMs, row) => [timeMs, at(close, row)]),
  };
};

/** @type {(model: Model, palette: Palette, symbol: number) => object} */
const gapShades = (model, palette, symbol) =>
  shadedSpans(
    "Data gap",
    "gaps",
    0,
    palette.gap,
    0.35,
    model.gaps.filter((gap) => gap.symbol === symbol),
  );

/** Time, prices and change of the candle that holds a time. @type {(candles: import("./candles.js").MergedCandles, timeMs: number, decimals: number) => string} */
const readoutText = (candles, timeMs, decimals) => {
  if (candles.openTimeMs.length === 0) return "";
  const next = lowerBound(candles.openTimeMs, timeMs);
  const index = Math.max(0, next < candles.openTimeMs.length && at(candles.openTimeMs, next) === timeMs ? next : next - 1);
  const [open, close] = [at(candles.open, index), at(candles.close, index)];
  const change = close / open - 1;
  const tone = change > 0 ? "profit" : change < 0 ? "loss" : "";
  return (
    `${utcTime(at(candles.openTimeMs, index))} UTC &ensp; open <b>${decimal(open, decimals)}</b> &ensp; high <b>${decimal(at(candles.high, index), decimals)}</b> &ensp; ` +
    `low <b>${decimal(at(candles.low, index), decimals)}</b> &ensp; close <b>${decimal(close, decimals)}</b> &ensp; <span class="${tone}">${signedPercent(change)}</span>`
  );
};

/** The L1 state at a time, for the line of text; nothing without that layer. @type {(model: Model, symbol: number, timeMs: number) => string} */
const regimeText = (model, symbol, timeMs) => {
  const runs = regimesOf(model, symbol);
  return runs === undefined ? "" : ` &ensp; regime <b data-regime-readout>${escaped(regimeAt(model, runs, timeMs))}</b>`;
};

/** @type {(model: Model, view: View, showSpan: (fromMs: number, toMs: number) => void, showSymbol: (symbol: number) => void) => void} */
const wireControls = (model, view, showSpan, showSymbol) => {
  for (const button of document.querySelectorAll("[data-price-span]")) {
    const spanMs = SPANS_MS[button.getAttribute("data-price-span") ?? ""] ?? Infinity;
    if (button instanceof HTMLButtonElement && spanMs !== Infinity) button.disabled = spanMs >= model.toMs - model.fromMs;
    button.addEventListener("click", () => {
      if (spanMs === Infinity) return showSpan(model.fromMs, model.toMs);
      const middle = Math.max(model.fromMs + spanMs / 2, Math.min(model.toMs - spanMs / 2, (view.fromMs + view.toMs) / 2));
      showSpan(middle - spanMs / 2, middle + spanMs / 2);
    });
  }
  const select = /** @type {HTMLSelectElement | null} */ (document.querySelector("[data-price-symbol]"));
  select?.addEventListener("change", () => showSymbol(model.symbols.indexOf(select.value)));
};
