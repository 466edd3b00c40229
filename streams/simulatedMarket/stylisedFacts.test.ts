import { describe, expect, test } from "vitest";
import { DEFAULT_MARKET } from "../simulatedMarket.ts";
import { marketColumns } from "./marketColumns.ts";
import { randomStream } from "./random.ts";
import { REGIME_STATES, RegimeChain, regimeFrequencies } from "./regimes.ts";
import { minuteOfWeek } from "./seasonality.ts";
import { correlation, excessKurtosis, mean, robustZ } from "./statistics.ts";

const year = marketColumns({ ...DEFAULT_MARKET, edge: "none", symbols: ["BTCUSDT", "ETHUSDT"] });
const returns = year.close.map((close, row) => close / year.open[row]! - 1);
const sizes = returns.map(Math.abs);
const squares = returns.map((value) => value * value);
const imbalance = year.takerBuyVolume.map((buys, row) => (2 * buys) / year.volume[row]! - 1);

/** Mean of a column over the bars that a test on (minute of the day, weekday from Monday = 0) picks. */
const meanWhere = (values: Float64Array, pick: (minute: number, weekday: number) => boolean): number =>
  mean(
    values.filter((_, row) => {
      const minute = minuteOfWeek(year.openTimeMs[row]!);
      return pick(minute % 1440, Math.floor(minute / 1440));
    }),
  );

describe("stylised facts of a simulated year", () => {
  test("annual volatility is that of a large coin", () => {
    const annual = Math.sqrt(mean(squares) * 525_600);
    expect(annual).toBeGreaterThan(0.35);
    expect(annual).toBeLessThan(0.65);
  });

  test("tails are fat", () => {
    expect(excessKurtosis(returns)).toBeGreaterThan(5);
    expect(excessKurtosis(returns)).toBeLessThan(60);
  });

  test("volatility clusters: autocorrelation of squares and sizes is positive and decays slowly", () => {
    const ofSquares = [1, 5, 15, 30, 60].map((lag) => correlation(squares, squares, lag));
    for (const value of ofSquares) expect(value).toBeGreaterThan(0.05);
    const ofSizes = [1, 5, 15, 30, 60, 240].map((lag) => correlation(sizes, sizes, lag));
    for (let at = 1; at < ofSizes.length; at++) expect(ofSizes[at]).toBeLessThan(ofSizes[at - 1]! + 0.005);
    expect(ofSizes[0]).toBeGreaterThan(0.2);
    expect(ofSizes[5]).toBeGreaterThan(0.05);
  });

  test("returns have no autocorrelation in the null at lags 1 to 20", () => {
    for (let lag = 1; lag <= 20; lag++) expect(Math.abs(robustZ(returns, returns, lag)), `lag ${lag}`).toBeLessThan(3.5);
  });

  test("the day and the week have their seasons, in volatility and in volume", () => {
    const newYork = (minute: number, weekday: number): boolean => minute >= 13 * 60 && minute < 17 * 60 && weekday < 5;
    const asiaLunch = (minute: number, weekday: number): boolean => minute >= 3 * 60 && minute < 6 * 60 && weekday < 5;
    expect(meanWhere(sizes, newYork) / meanWhere(sizes, asiaLunch)).toBeGreaterThan(1.4);
    expect(meanWhere(year.volume, newYork) / meanWhere(year.volume, asiaLunch)).toBeGreaterThan(1.3);
    expect(meanWhere(sizes, (_, weekday) => weekday >= 5) / meanWhere(sizes, (_, weekday) => weekday < 5)).toBeLessThan(0.9);
  });

  test("volume and trades grow with the size of the return and persist", () => {
    expect(correlation(year.volume, sizes)).toBeGreaterThan(0.3);
    expect(correlation(year.trades, sizes)).toBeGreaterThan(0.3);
    expect(correlation(year.volume, year.volume, 15)).toBeGreaterThan(0.2);
  });

  test("taker flow has the sign of the return, more so when it is large", () => {
    const signs = returns.map(Math.sign);
    expect(correlation(imbalance, signs)).toBeGreaterThan(0.4);
    const typical = mean(sizes);
    const large = imbalance.map((value, row) => (sizes[row]! > 2 * typical ? value * signs[row]! : NaN)).filter(Number.isFinite);
    const small = imbalance.map((value, row) => (sizes[row]! < typical / 4 ? value * signs[row]! : NaN)).filter(Number.isFinite);
    expect(mean(large)).toBeGreaterThan(mean(small) + 0.2);
  });

  test("the range of a bar is that of a diffusion: about twice its mean absolute return", () => {
    // Parkinson 1980: E[range] = √(8/π) σ = 2 E|return| for Brownian motion.
    const ranges = year.high.map((high, row) => (high - year.low[row]!) / year.open[row]!);
    expect(mean(ranges) / mean(sizes)).toBeGreaterThan(1.9);
    expect(mean(ranges) / mean(sizes)).toBeLessThan(2.1);
  });

  test("symbols move together", () => {
    const other = marketColumns({ ...DEFAULT_MARKET, days: 60, edge: "none", symbols: ["BTCUSDT", "ETHUSDT"] }, 1);
    const theirs = other.close.map((close, row) => close / other.open[row]! - 1);
    expect(correlation(returns.subarray(0, theirs.length), theirs)).toBeGreaterThan(0.6);
    expect(correlation(returns.subarray(0, theirs.length), theirs)).toBeLessThan(0.8);
  });

  test("funding follows what the price has done", () => {
    const dayReturn = year.funding.map((event) => {
      const row = Math.round((event.eventTimeMs - DEFAULT_MARKET.fromMs) / 60_000);
      return row >= 1440 ? year.close[row - 1]! / year.close[row - 1440]! - 1 : 0;
    });
    const rates = year.funding.map((event) => event.rate);
    expect(correlation(dayReturn, rates)).toBeGreaterThan(0.2);
    expect(correlation(rates, rates, 1)).toBeGreaterThan(0.2);
    expect(Math.abs(correlation(rates, rates, 30))).toBeLessThan(0.2);
  });
});

describe("regimes", () => {
  test("the chain visits its states for the stated shares of time and spells", () => {
    const chain = new RegimeChain();
    const random = randomStream(4, "regimes");
    const minutes = 10_000_000;
    const spent = REGIME_STATES.map(() => 0);
    const spells = REGIME_STATES.map(() => 0);
    let before = -1;
    for (let minute = 0; minute < minutes; minute++) {
      chain.step(random);
      spent[chain.index]! += 1;
      if (chain.index !== before) spells[chain.index]! += 1;
      before = chain.index;
    }
    const shares = regimeFrequencies();
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    REGIME_STATES.forEach((state, at) => {
      expect(spent[at]! / minutes / shares[at]!, `share of ${state.name}`).toBeGreaterThan(0.9);
      expect(spent[at]! / minutes / shares[at]!, `share of ${state.name}`).toBeLessThan(1.1);
      expect(spent[at]! / spells[at]! / state.meanMinutes, `spell of ${state.name}`).toBeGreaterThan(0.92);
      expect(spent[at]! / spells[at]! / state.meanMinutes, `spell of ${state.name}`).toBeLessThan(1.08);
    });
  });

  test("the table is balanced: up mirrors down, nothing follows itself", () => {
    const shares = regimeFrequencies();
    expect(shares[0]).toBeCloseTo(shares[4]!, 9);
    expect(shares[1]).toBeCloseTo(shares[3]!, 9);
    REGIME_STATES.forEach((state, at) => {
      expect(state.next.length).toBe(7);
      expect(state.next[at]).toBe(0);
    });
  });
});
