// @ts-check
/** What of a run is drawn in a span of time: candles of a width that can be seen, trades and stops in a number that can. */
import { candleInterval, mergeCandles } from "./candles.js";
import { lowerBound } from "./columns.js";
import { at } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Level} Level */
/** @typedef {import("./candles.js").MergedCandles} MergedCandles */

/** With more trades in view, stops would be a carpet. */
const MAX_STOPS = 250;
/** Room that a candle and a trade need, in pixels. */
const CANDLE_PIXELS = 3;
const TRADE_PIXELS = 6;
/** Successive multiples of it, modulo 1, are spread as evenly as can be: the golden ratio. */
const GOLDEN = 0.6180339887498949;

/** The finest candles of a symbol. @type {(model: Model, symbol: number) => Level | undefined} */
export const levelOf = (model, symbol) =>
  model.levels.filter((level) => level.symbol === symbol).sort((a, b) => a.intervalMs - b.intervalMs)[0];

/** Candles of a span, one more on either side, joined until each has room in a chart of that width.
 * @type {(level: Level | undefined, fromMs: number, toMs: number, widthPixels: number) => MergedCandles} */
export const candlesIn = (level, fromMs, toMs, widthPixels) => {
  if (level === undefined) return { intervalMs: 0, openTimeMs: [], open: [], high: [], low: [], close: [] };
  const intervalMs = candleInterval(toMs - fromMs, level.intervalMs, Math.max(60, widthPixels / CANDLE_PIXELS));
  const first = lowerBound(level.openTimeMs, Math.floor(fromMs / intervalMs - 1) * intervalMs);
  const end = lowerBound(level.openTimeMs, Math.ceil(toMs / intervalMs + 1) * intervalMs);
  return mergeCandles(level, intervalMs, first, end);
};

/** Rows as the candle series takes them, each in the middle of its interval: `[time, open, close, low, high]`. @type {(candles: MergedCandles) => number[][]} */
export const candleRows = ({ intervalMs, openTimeMs, open, high, low, close }) =>
  openTimeMs.map((timeMs, row) => [timeMs + intervalMs / 2, at(open, row), at(close, row), at(low, row), at(high, row)]);

/** Indices of a symbol's trades in the order in which they earn a mark: any first part of it is an even sample in time, so
 * what is drawn shows profits and losses as they were. @type {(model: Model, symbol: number) => number[]} */
export const tradeOrder = ({ trades }, symbol) => {
  const own = Array.from({ length: trades.count }, (_, index) => index).filter((index) => trades.symbol[index] === symbol);
  const rank = new Float64Array(trades.count);
  own.forEach((index, position) => {
    rank[index] = (position * GOLDEN) % 1;
  });
  return own.sort((a, b) => at(rank, a) - at(rank, b));
};

/** Trades that overlap a span, as many as have room, and how many overlap it.
 * @type {(model: Model, order: readonly number[], fromMs: number, toMs: number, widthPixels: number) => { drawn: number[], inView: number }} */
export const tradesIn = ({ trades }, order, fromMs, toMs, widthPixels) => {
  const most = Math.max(40, Math.floor(widthPixels / TRADE_PIXELS));
  /** @type {number[]} */
  const drawn = [];
  let inView = 0;
  for (const index of order) {
    if (at(trades.entryTimeMs, index) > toMs || at(trades.exitTimeMs, index) < fromMs) continue;
    inView += 1;
    if (drawn.length < most) drawn.push(index);
  }
  return { drawn, inView };
};

/** Indices of a symbol's stops that overlap a span; none when there are too many.
 * @type {(model: Model, symbol: number, fromMs: number, toMs: number) => number[]} */
export const stopsIn = ({ stops }, symbol, fromMs, toMs) => {
  /** @type {number[]} */
  const found = [];
  for (let index = 0; index < stops.price.length; index += 1) {
    if (stops.symbol[index] !== symbol || at(stops.fromMs, index) > toMs || at(stops.toMs, index) < fromMs) continue;
    if (found.length === MAX_STOPS) return [];
    found.push(index);
  }
  return found;
};
