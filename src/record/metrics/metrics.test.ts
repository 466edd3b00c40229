import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../domain/units.ts";
import { normalQuantile } from "../../risk/normalQuantile.ts";
import { returnMoments, sharpeUpperBound } from "../../risk/sharpeBound.ts";
import { exposure, meanHoldingMinutes, turnover } from "./activity.ts";
import { dailyReturns } from "./dailyReturns.ts";
import { maxDrawdown } from "./drawdown.ts";
import { returnMetrics, runMetrics } from "./metrics.ts";
import { quantile } from "./tailRisk.ts";
import { expectancyUsdt, profitFactor, winRate } from "./tradeStatistics.ts";

interface Fixture {
  readonly normalQuantiles: Record<string, number>;
  readonly series: readonly { name: string; returns: number[]; expected: Record<string, number | null> }[];
}
/** Made by quantstats, scipy and numpy: see make.py beside it. */
const fixture = JSON.parse(readFileSync(new URL("../../../test/fixtures/metrics/quantstats.json", import.meta.url), "utf8")) as Fixture;

const close = (actual: number, expected: number, what: string): void => {
  const error = Math.abs(actual - expected) / Math.max(1e-3, Math.abs(expected));
  expect(error, `${what}: ${actual} against ${expected}`).toBeLessThan(1e-9);
};

describe("against quantstats, scipy and numpy", () => {
  test.each(fixture.series.map((series) => [series.name, series] as const))("%s", (_, { returns, expected }) => {
    const moments = returnMoments(returns);
    const found: Record<string, number> = {
      ...returnMetrics(returns),
      // quantstats' trade statistics read the returns as trades and leave out the days at 0.
      winRate: winRate(returns.filter((value) => value !== 0).map((pnlUsdt) => ({ pnlUsdt }))),
      profitFactor: profitFactor(returns.map((pnlUsdt) => ({ pnlUsdt }))),
      skew: moments.skew,
      kurtosis: moments.kurtosis,
      sharpeUpperBound50: sharpeUpperBound(returns, 0.5),
      sharpeUpperBound95: sharpeUpperBound(returns, 0.95),
      sharpeUpperBound999: sharpeUpperBound(returns, 0.999),
    };
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected))
      if (value === null) expect(Number.isFinite(found[name]), name).toBe(false);
      else close(found[name]!, value, name);
  });

  test("normal quantiles", () => {
    for (const [p, value] of Object.entries(fixture.normalQuantiles)) {
      const found = normalQuantile(Number(p));
      expect(Math.abs(found - value), `${p}: ${found} against ${value}`).toBeLessThanOrEqual(2e-15 * Math.max(1, Math.abs(value)));
    }
    for (const p of [0, 1, -0.1, 1.1, NaN]) expect(() => normalQuantile(p)).toThrow("a probability between 0 and 1");
  });
});

describe("daily returns and drawdown", () => {
  test("returns are between rows; nothing follows a lost account", () => {
    expect(Array.from(dailyReturns([100, 110, 99]))).toEqual([110 / 100 - 1, 99 / 110 - 1]);
    expect(dailyReturns([100]).length).toBe(0);
    expect(dailyReturns([]).length).toBe(0);
    expect(Array.from(dailyReturns([100, 0, 5]))).toEqual([-1, NaN]);
  });

  test("the length is that of the deepest fall, not of the longest", () => {
    expect(maxDrawdown([-0.01, 0, 0, 0.02, -0.1, 0.2])).toEqual({ maxDrawdown: expect.closeTo(-0.1, 12) as number, maxDrawdownDays: 1 });
    expect(maxDrawdown([0.1, -0.05, -0.1, 0.01, 0.02])).toMatchObject({ maxDrawdownDays: 4 });
    // Recovered exactly: not under water.
    expect(maxDrawdown([-0.5, 1, -0.5])).toEqual({ maxDrawdown: -0.5, maxDrawdownDays: 1 });
  });

  test("the drawdown is what any pair of days says", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -0.2, max: 0.25, noNaN: true }), { maxLength: 30 }), (returns) => {
        const wealth = returns.reduce((all, value) => [...all, all.at(-1)! * (1 + value)], [1]);
        let deepest = 0;
        wealth.forEach((peak, at) => {
          for (const later of wealth.slice(at)) deepest = Math.min(deepest, later / peak - 1);
        });
        expect(maxDrawdown(returns).maxDrawdown).toBeCloseTo(deepest, 12);
        const longestUnder = wealth.filter((value, at) => value < Math.max(...wealth.slice(0, at + 1))).length;
        expect(maxDrawdown(returns).maxDrawdownDays).toBeLessThanOrEqual(longestUnder);
        expect(maxDrawdown(returns).maxDrawdownDays > 0).toBe(deepest < 0);
      }),
    );
  });
});

describe("where a metric is undefined", () => {
  test("no days", () => {
    expect(returnMetrics([])).toEqual({
      totalReturn: 0,
      cagr: NaN,
      volatility: NaN,
      sharpe: NaN,
      sortino: NaN,
      calmar: NaN,
      maxDrawdown: 0,
      maxDrawdownDays: 0,
      valueAtRisk95: NaN,
      conditionalValueAtRisk95: NaN,
    });
  });
  test("one day has a return but no spread", () => {
    const found = returnMetrics([-0.1]);
    expect(found).toMatchObject({ volatility: NaN, sharpe: NaN, maxDrawdownDays: 1 });
    expect(found.totalReturn).toBeCloseTo(-0.1, 12);
    expect(found.valueAtRisk95).toBe(-0.1);
    expect(found.conditionalValueAtRisk95).toBe(-0.1);
  });
  test.each([0, 0.001, 0.1, 1 / 3])("a constant return of %s has no Sharpe ratio, Sortino ratio or bound", (value) => {
    const returns = new Array<number>(100).fill(value);
    expect(returnMetrics(returns)).toMatchObject({ volatility: 0, sharpe: NaN, sortino: NaN, calmar: NaN, maxDrawdown: 0 });
    expect(sharpeUpperBound(returns, 0.95)).toBeNaN();
    expect(returnMoments(returns)).toMatchObject({ skew: NaN, kurtosis: NaN });
  });
  test("a lost account", () => {
    expect(Object.values(returnMetrics([0.1, -1, NaN])).every(Number.isNaN)).toBe(true);
    expect(returnMetrics([0.1, -1])).toMatchObject({ totalReturn: -1, cagr: -1, maxDrawdown: -1 });
    expect(returnMetrics([-1.5]).cagr).toBeNaN();
  });
  test("the bound needs two returns and a confidence inside (0, 1)", () => {
    expect(sharpeUpperBound([], 0.95)).toBeNaN();
    expect(sharpeUpperBound([0.01], 0.95)).toBeNaN();
    expect(() => sharpeUpperBound([0.01, 0.02], 1)).toThrow("a probability");
  });
  test("trades", () => {
    const trades = (...pnls: number[]): { pnlUsdt: number }[] => pnls.map((pnlUsdt) => ({ pnlUsdt }));
    expect([winRate([]), profitFactor([]), expectancyUsdt([])]).toEqual([NaN, NaN, NaN]);
    expect([winRate(trades(5, 1)), profitFactor(trades(5, 1)), expectancyUsdt(trades(5, 1))]).toEqual([1, Infinity, 3]);
    expect([winRate(trades(-5)), profitFactor(trades(-5)), expectancyUsdt(trades(-5))]).toEqual([0, 0, -5]);
    expect([winRate(trades(0)), profitFactor(trades(0)), expectancyUsdt(trades(0))]).toEqual([0, NaN, 0]);
    expect([winRate(trades(6, -2, 0, -1)), profitFactor(trades(6, -2, 0, -1)), expectancyUsdt(trades(6, -2, 0, -1))]).toEqual([
      0.25, 2, 0.75,
    ]);
  });
  test("quantiles", () => {
    expect([quantile([], 0.5), quantile([3], 0.05), quantile([4, 1, 3, 2], 0.5), quantile([0, 10], 0.05)]).toEqual([NaN, 3, 2.5, 0.5]);
    expect(quantile([1, NaN, 2, 3], 0.05)).toBeNaN();
  });
});

describe("activity", () => {
  const span = (from: number, to: number): { entryTimeMs: number; exitTimeMs: number } => ({ entryTimeMs: from, exitTimeMs: to });
  test("exposure is the union of the spans inside the range", () => {
    expect(exposure([], 0, 100)).toBe(0);
    expect(exposure([span(10, 20), span(40, 60)], 0, 100)).toBe(0.3);
    expect(exposure([span(40, 60), span(10, 20), span(50, 55), span(55, 70)], 0, 100)).toBe(0.4);
    expect(exposure([span(-50, 20), span(90, 400)], 0, 100)).toBe(0.3);
    expect(exposure([span(0, 100), span(0, 100)], 0, 100)).toBe(1);
    expect(exposure([], 5, 5)).toBeNaN();
  });
  test("holding time and turnover", () => {
    expect(meanHoldingMinutes([span(0, MINUTE_MS), span(0, 4 * MINUTE_MS)])).toBe(2.5);
    expect(meanHoldingMinutes([])).toBeNaN();
    const fills = [
      { price: 100, qty: 3 },
      { price: 110, qty: 3 },
    ];
    expect(turnover(fills, [1000, 1100], 0, 365 * DAY_MS)).toBeCloseTo(630 / 1050, 12);
    expect(turnover(fills, [1000, 1100], 0, 73 * DAY_MS)).toBeCloseTo((5 * 630) / 1050, 12);
    expect(turnover([], [1000], 0, DAY_MS)).toBe(0);
    expect(turnover(fills, [1000], 0, 0)).toBeNaN();
  });
});

/** Daily rows of equity with their drawdowns, the first the start. */
const rowsOf = (equityUsdt: readonly number[]) =>
  equityUsdt.map((value, day) => ({
    timeMs: day * DAY_MS,
    equityUsdt: value,
    drawdown: value / Math.max(...equityUsdt.slice(0, day + 1)) - 1,
  }));
const runOf = (equityUsdt: readonly number[], ruinedAtMs: number | null = null, spareMs = 0) =>
  runMetrics({
    equity: rowsOf(equityUsdt),
    ruinedAtMs,
    trades: [{ pnlUsdt: 5, entryTimeMs: 0, exitTimeMs: DAY_MS }],
    fills: [{ price: 10, qty: 50 }],
    fromMs: 0,
    toMs: (equityUsdt.length - 1) * DAY_MS - spareMs,
  });

describe("a run too short for figures of a year", () => {
  const yearly = ["cagr", "volatility", "sharpe", "sortino", "calmar", "turnover"] as const;
  const equity = (days: number): number[] => Array.from({ length: days + 1 }, (_, day) => 1000 + (day % 3) * 4 - day);

  test("30 days are enough", () => {
    const found = runOf(equity(30));
    for (const figure of yearly) expect([figure, Number.isFinite(found[figure])]).toEqual([figure, true]);
  });

  test.each([
    [29, 0],
    [30, 1],
    [1, 0],
    [2, 0],
  ])("%i days less %i ms are not", (days, spareMs) => {
    const found = runOf(equity(days), null, spareMs);
    for (const figure of yearly) expect([figure, found[figure]]).toEqual([figure, NaN]);
    for (const figure of ["totalReturn", "maxDrawdown", "maxDrawdownDays", "valueAtRisk95", "exposure", "winRate"] as const)
      expect([figure, Number.isFinite(found[figure])]).toEqual([figure, true]);
  });
});

describe("a lost account", () => {
  const undefinedThen = [
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "turnover",
    "valueAtRisk95",
    "conditionalValueAtRisk95",
  ] as const;

  test.each<[string, readonly number[], number, number, number, number]>([
    ["and what follows is more of the same", [10000, 9994.6, -8_981_004.5, -8_981_004.5, -8_981_004.5], 1.5, -899.10045, -899.10045, 4],
    ["and won back: the figures end all the same", [1000, 1200, -300, 5000, 6000], 1.2, -1.3, -1.25, 3],
    ["to the last cent", [1000, 900, 0], 2, -1, -1, 2],
    ["inside a day that ends above 0", [1000, 1100, 550, 2000], 1.5, -0.45, -0.5, 2],
    ["behind the last row", [1000, 1100, 550], 5, -0.45, -0.5, 1],
  ])("%s", (_, equity, ruinedDay, totalReturn, maxDrawdown, maxDrawdownDays) => {
    const padded = [...Array<number>(40).fill(1), ...equity.map((value) => value / (equity[0] as number))].map((value) => value * 1000);
    for (const [rows, offset] of [
      [equity, 0],
      [padded, 40],
    ] as const) {
      const found = runOf(rows, (ruinedDay + offset) * DAY_MS);
      for (const figure of undefinedThen) expect([figure, found[figure]]).toEqual([figure, NaN]);
      expect(found.totalReturn).toBeCloseTo(totalReturn, 9);
      expect(found.maxDrawdown).toBeCloseTo(maxDrawdown, 9);
      expect(found.maxDrawdownDays).toBe(maxDrawdownDays);
      expect(found.winRate).toBe(1);
    }
  });
});

test("a run's metrics come from its equity, trades and fills", () => {
  const found = runOf([1000, 1010, 990, 1005]);
  expect(found).toMatchObject({
    winRate: 1,
    profitFactor: Infinity,
    expectancyUsdt: 5,
    exposure: 1 / 3,
    meanHoldingMinutes: 1440,
    maxDrawdownDays: 2,
  });
  expect(found.totalReturn).toBeCloseTo(0.005, 12);
  expect(found.maxDrawdown).toBeCloseTo(-20 / 1010, 12);
  expect(Object.values(found).every(Number.isFinite)).toBe(false);
});
