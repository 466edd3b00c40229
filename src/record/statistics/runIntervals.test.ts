import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../domain/units.ts";
import { sharpe } from "../metrics/sharpe.ts";
import { bootstrapInterval } from "./blockBootstrap.ts";
import { runIntervals } from "./runIntervals.ts";
import { parkMiller } from "./testing/parkMiller.ts";

const returns = parkMiller(365, 0, 0.0004);
/** Three trades a day, those of one block of five days alike. */
const trades = Array.from({ length: 3 * 365 }, (_, i) => ({
  exitTimeMs: Math.floor(i / 3) * DAY_MS + 1000 * (i % 3),
  pnlUsdt: 100 * (returns[5 * Math.floor(i / 15)] as number) + 0.01 * (i % 3),
}));
const figures = { sharpe: sharpe(returns), expectancyUsdt: 1 };

describe("the intervals of a run", () => {
  it("hold the figures, and are those of blocks of five days", () => {
    const { sharpe: ofSharpe, expectancyUsdt } = runIntervals({ summary: figures, dailyReturns: returns, trades });
    const values = Float64Array.from(trades, ({ pnlUsdt }) => pnlUsdt);
    const mean = (sample: Float64Array): number => sample.reduce((sum, value) => sum + value, 0) / sample.length;
    expect(ofSharpe).toEqual(bootstrapInterval(returns, 5, sharpe));
    const expected = bootstrapInterval(values, (i) => Math.floor(i / 15), mean);
    for (const end of [0, 1] as const) expect(expectancyUsdt[end]).toBeCloseTo(expected[end], 12);
    expect(ofSharpe[0] < figures.sharpe && figures.sharpe < ofSharpe[1]).toBe(true);
    // As if trades of one block were independent, it would be less than half as wide.
    const alone = bootstrapInterval(values, 1, mean);
    expect(expectancyUsdt[1] - expectancyUsdt[0]).toBeGreaterThan(2 * (alone[1] - alone[0]));
  });

  it("are undefined where the figure is, and with trades of fewer than six blocks", () => {
    const none = [NaN, NaN];
    const without = { sharpe: NaN, expectancyUsdt: NaN };
    expect(runIntervals({ summary: without, dailyReturns: returns, trades: [] })).toEqual({ sharpe: none, expectancyUsdt: none });
    expect(runIntervals({ summary: figures, dailyReturns: returns, trades: trades.slice(0, 75) }).expectancyUsdt).toEqual(none);
    expect(runIntervals({ summary: figures, dailyReturns: returns, trades: trades.slice(0, 76) }).expectancyUsdt).not.toEqual(none);
  });
});
