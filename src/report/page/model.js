// @ts-check
/** The run as the page draws it: the embedded document with its columns unpacked. */
import { unpack } from "./columns.js";

/** @typedef {ReturnType<typeof readModel>} Model */
/** @typedef {Model["levels"][number]} Level */
/** @typedef {{ key: string, value: string }} Row */

/** Reads the document in `#report-data`; throws when it is missing or no JSON (a broken file should be seen to be broken). */
export const readModel = () => {
  /** @type {import("./pageData.js").PageData} */
  const data = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("report-data")).textContent ?? "");
  const { equity, trades, stops, regimes } = data;
  const pnlUsdt = unpack(trades.pnlUsdt);
  const entryPrice = unpack(trades.entryPrice);
  const qty = unpack(trades.qty);
  return {
    ...data,
    equity: {
      timeMs: unpack(equity.timeMs),
      equityUsdt: unpack(equity.equityUsdt),
      buyAndHoldUsdt: unpack(equity.buyAndHoldUsdt),
      drawdown: unpack(equity.drawdown),
    },
    /** Candle series, each with the times of its candles ascending. */
    levels: data.candles.map((series) => ({
      symbol: series.symbol,
      intervalMs: series.intervalMs,
      openTimeMs: unpack(series.openTimeMs),
      open: unpack(series.open),
      high: unpack(series.high),
      low: unpack(series.low),
      close: unpack(series.close),
    })),
    /** Decimals of each symbol's prices, as its candles have them. */
    priceDecimals: data.symbols.map((_, symbol) => decimalsOf(data.candles.filter((series) => series.symbol === symbol))),
    /** Runs of the L1 state, by symbol as they come. */
    regimes: regimes.map((series) => ({
      symbol: series.symbol,
      fromMs: unpack(series.fromMs),
      toMs: unpack(series.toMs),
      state: unpack(series.state),
    })),
    qtyDivisor: trades.qty[1],
    trades: {
      count: pnlUsdt.length,
      reasons: trades.reasons,
      symbol: unpack(trades.symbol),
      direction: unpack(trades.direction),
      entryTimeMs: unpack(trades.entryTimeMs),
      entryPrice,
      exitTimeMs: unpack(trades.exitTimeMs),
      exitPrice: unpack(trades.exitPrice),
      qty,
      pnlUsdt,
      /** Net, as a fraction of the entry's notional. */
      netReturn: pnlUsdt.map((pnl, index) => pnl / (at(entryPrice, index) * at(qty, index))),
      feesUsdt: unpack(trades.feesUsdt),
      fundingUsdt: unpack(trades.fundingUsdt),
      slippageUsdt: unpack(trades.slippageUsdt),
      reason: unpack(trades.reason),
    },
    stops: {
      symbol: unpack(stops.symbol),
      direction: unpack(stops.direction),
      price: unpack(stops.price),
      fromMs: unpack(stops.fromMs),
      toMs: unpack(stops.toMs),
    },
  };
};

/** Most decimals of any packed price; 2 where there is none. @type {(series: readonly import("./pageData.js").CandleColumns[]) => number} */
const decimalsOf = (series) =>
  Math.max(
    ...series.flatMap((one) => [one.open, one.high, one.low, one.close].map(([, divisor]) => Math.round(Math.log10(divisor)))),
    series.length > 0 ? 0 : 2,
  );

/** Value of a column at an index that is known to exist. @type {(values: ArrayLike<number>, index: number) => number} */
export const at = (values, index) => /** @type {number} */ (values[index]);

/** Column without the numbers that cannot be drawn, for one point of a line. @type {(value: number) => number | null} */
export const drawable = (value) => (Number.isFinite(value) ? value : null);
