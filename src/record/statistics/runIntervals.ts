import { DAY_MS } from "../../domain/units.ts";
import { sharpe } from "../metrics/sharpe.ts";
import type { Interval } from "./blockBootstrap.ts";
import { bootstrapInterval } from "./blockBootstrap.ts";

/** Days of a block: a week's trading days, in which one market carried one mood. */
const BLOCK_DAYS = 5;

/** 95 % intervals of a run's figures; NaN where the figure is, and where there are fewer than six blocks. */
export interface RunIntervals {
  readonly sharpe: Interval;
  readonly expectancyUsdt: Interval;
}

interface Measured {
  readonly summary: { readonly sharpe: number; readonly expectancyUsdt: number };
  /** By UTC day. */
  readonly dailyReturns: Float64Array;
  /** In the order of their exits. */
  readonly trades: readonly { readonly pnlUsdt: number; readonly exitTimeMs: number }[];
}

/** By blocks of five days: any five in a row for the Sharpe ratio; for the mean trade, the trades that were closed in the same five. */
export const runIntervals = ({ summary, dailyReturns, trades }: Measured): RunIntervals => {
  const blocks = trades.map(({ exitTimeMs }) => Math.floor(exitTimeMs / (BLOCK_DAYS * DAY_MS)));
  const undefinedWith = (figure: number, interval: () => Interval): Interval => (Number.isNaN(figure) ? [NaN, NaN] : interval());
  const pnlUsdt = Float64Array.from(trades, (trade) => trade.pnlUsdt);
  return {
    sharpe: undefinedWith(summary.sharpe, () => bootstrapInterval(dailyReturns, BLOCK_DAYS, sharpe)),
    expectancyUsdt: undefinedWith(summary.expectancyUsdt, () => bootstrapInterval(pnlUsdt, (index) => blocks[index] as number, mean)),
  };
};

const mean = (values: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i] as number;
  return sum / values.length;
};
