// @ts-check
/** Trades and stops as series of the price chart. */
import { tooltipTable } from "./charts.js";
import { count, counted, decimal, duration, exact, signed, signedPercent, utcTime } from "./format.js";
import { at } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./theme.js").Palette} Palette */

/** Rings around entry and exit of the trade that was picked, if it is of this symbol. @type {(model: Model, palette: Palette, symbol: number, picked: number) => object} */
export const pickedMarks = ({ trades }, palette, symbol, picked) => ({
  type: "scatter",
  id: "picked",
  silent: true,
  tooltip: { show: false },
  symbol: "circle",
  symbolSize: 22,
  z: 7,
  itemStyle: { color: "transparent", borderColor: palette.ink, borderWidth: 1.5, opacity: 0.75 },
  data:
    picked >= 0 && trades.symbol[picked] === symbol
      ? [
          [at(trades.entryTimeMs, picked), at(trades.entryPrice, picked)],
          [at(trades.exitTimeMs, picked), at(trades.exitPrice, picked)],
        ]
      : [],
});

/** Entries, exits and the lines between them; `indices` are trades. @type {(model: Model, palette: Palette, indices: readonly number[]) => object[]} */
export const tradeMarks = (model, palette, indices) => {
  const { trades } = model;
  const sides = [1, -1].map((side) => indices.filter((index) => trades.direction[index] === side));
  const size = indices.length > 80 ? 7 : 10;
  /** @type {(index: number) => string} */
  const outcome = (index) => (at(trades.pnlUsdt, index) > 0 ? palette.profit : palette.loss);
  /** @type {(side: number, id: string, colour: string, rotate: number) => object} */
  const entries = (side, id, colour, rotate) => ({
    ...markBase(model, palette, id, size),
    symbol: "triangle",
    symbolRotate: rotate,
    itemStyle: { color: colour, borderColor: palette.card, borderWidth: 1 },
    symbolOffset: [0, rotate === 0 ? size : -size],
    data: sides[side]?.map((index) => [at(trades.entryTimeMs, index), at(trades.entryPrice, index), index]),
  });
  return [
    tradeLines(model, palette, indices, outcome),
    entries(0, "entries-long", palette.long, 0),
    entries(1, "entries-short", palette.short, 180),
    {
      ...markBase(model, palette, "exits", size),
      symbol: "diamond",
      itemStyle: { borderColor: palette.card, borderWidth: 1 },
      data: indices.map((index) => ({
        value: [at(trades.exitTimeMs, index), at(trades.exitPrice, index), index],
        itemStyle: { color: outcome(index) },
      })),
    },
  ];
};

/** @type {(model: Model, palette: Palette, id: string, size: number) => object} */
const markBase = (model, palette, id, size) => ({
  type: "scatter",
  id,
  symbolSize: size,
  z: 6,
  cursor: model.layers === null ? "default" : "pointer",
  emphasis: { scale: 1.5, itemStyle: { borderColor: palette.ink } },
  tooltip: { formatter: (/** @type {any} */ item) => tradeTooltip(model, item.value[2]) },
});

/** @type {(model: Model, palette: Palette, indices: readonly number[], outcome: (index: number) => string) => object} */
const tradeLines = ({ trades }, palette, indices, outcome) => ({
  ...segments("trade-lines", indices.length > 80 ? 0.45 : 0.8, [4, 3], outcome),
  itemStyle: { color: palette.soft },
  data: indices.map((index) => [
    at(trades.entryTimeMs, index),
    at(trades.exitTimeMs, index),
    at(trades.entryPrice, index),
    at(trades.exitPrice, index),
    index,
  ]),
});

/** Stops as horizontal steps while they were live. @type {(model: Model, palette: Palette, indices: readonly number[]) => object} */
export const stopMarks = ({ stops }, palette, indices) => ({
  ...segments("stops", 0.9, "solid", () => palette.stop),
  data: indices.map((index) => [at(stops.fromMs, index), at(stops.toMs, index), at(stops.price, index), at(stops.price, index), index]),
});

/** Straight lines from (value 0, value 2) to (value 1, value 3). @type {(id: string, opacity: number, dash: number[] | "solid", colourOf: (index: number) => string) => object} */
const segments = (id, opacity, dash, colourOf) => ({
  type: "custom",
  id,
  silent: true,
  tooltip: { show: false },
  z: 5,
  clip: true,
  dimensions: ["fromMs", "toMs", "from", "to", "index"],
  encode: { x: [0, 1], y: [2, 3] },
  renderItem: (/** @type {any} */ _params, /** @type {any} */ api) => {
    const [x1, y1] = api.coord([api.value(0), api.value(2)]);
    const [x2, y2] = api.coord([api.value(1), api.value(3)]);
    return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: colourOf(api.value(4)), lineWidth: 1.3, lineDash: dash, opacity } };
  },
});

/** The whole row of a trade. @type {(model: Model, index: number) => string} */
const tradeTooltip = (model, index) => {
  const { trades } = model;
  const side = at(trades.direction, index) > 0 ? "Long" : "Short";
  const decimals = model.priceDecimals[at(trades.symbol, index)] ?? 2;
  const [entryMs, exitMs] = [at(trades.entryTimeMs, index), at(trades.exitTimeMs, index)];
  return tooltipTable(`${side} ${model.symbols[at(trades.symbol, index)] ?? ""} · ${trades.reasons[at(trades.reason, index)] ?? ""}`, [
    ["P&L, net", `${signed(at(trades.pnlUsdt, index))} USDT (${signedPercent(at(trades.netReturn, index))})`],
    ["Entry", `${decimal(at(trades.entryPrice, index), decimals)} at ${utcTime(entryMs)} UTC`],
    ["Exit", `${decimal(at(trades.exitPrice, index), decimals)} at ${utcTime(exitMs)} UTC`],
    ["Held", duration(exitMs - entryMs)],
    ["Quantity", exact(at(trades.qty, index))],
    ["Fees", `${decimal(at(trades.feesUsdt, index))} USDT`],
    ["Funding", `${decimal(at(trades.fundingUsdt, index))} USDT`],
    ["Slippage", `${decimal(at(trades.slippageUsdt, index))} USDT`],
  ]);
};

/** What is and is not drawn, in words. @type {(drawn: number, inView: number, stops: number, interval: number) => string} */
export const marksNote = (drawn, inView, stops, interval) => {
  const trades = drawn < inView ? `${count(drawn)} of ${counted(inView, "trade")} in view, an even sample` : counted(inView, "trade");
  const hidden = [drawn < inView ? "the other trades" : "", inView > 0 && stops === 0 ? "stops" : ""].filter((text) => text !== "");
  const hint = hidden.length > 0 ? ` Zoom in to see ${hidden.join(" and ")}.` : "";
  return `Candles of ${duration(interval)}; ${trades}.${hint}`;
};
