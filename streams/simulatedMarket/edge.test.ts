import { describe, expect, test } from "vitest";
import { DEFAULT_MARKET } from "../simulatedMarket.ts";
import type { SimulatedEdge } from "../simulatedMarket.ts";
import { marketColumns } from "./marketColumns.ts";
import type { MarketColumns } from "./marketColumns.ts";
import { correlation, mean, robustZ } from "./statistics.ts";

const years = (edge: SimulatedEdge, seed: number, days = 365): MarketColumns => marketColumns({ ...DEFAULT_MARKET, edge, seed, days });

const nullYear = years("none", 1);

/** Sum over the last `window` rows; NaN before. */
const trailingSum = (x: Float64Array, window: number): Float64Array => {
  const out = new Float64Array(x.length).fill(NaN);
  let sum = 0;
  for (let row = 0; row < x.length; row++) {
    sum += x[row]! - (row >= window ? x[row - window]! : 0);
    if (row >= window - 1) out[row] = sum;
  }
  return out;
};

/** What a trader may try: features of a bar's close, centred, each from this bar and earlier ones only. */
const traderFeatures = (c: MarketColumns): Record<string, Float64Array> => {
  const barReturn = c.close.map((close, row) => close / c.open[row]! - 1);
  const sigma = trailingSum(
    barReturn.map((value) => value * value),
    240,
  ).map((value) => Math.sqrt(value / 240));
  const net = c.takerBuyVolume.map((buys, row) => 2 * buys - c.volume[row]!);
  const position = c.close.map((close, row) =>
    c.high[row]! > c.low[row]! ? (2 * close - c.high[row]! - c.low[row]!) / (c.high[row]! - c.low[row]!) : 0,
  );
  const quarterVolume = trailingSum(c.volume, 15);
  const hourReturn = trailingSum(barReturn, 60).map((value, row) => value / sigma[row]! / Math.sqrt(60));
  const fourHours = trailingSum(barReturn, 240).map((value, row) => value / sigma[row]! / Math.sqrt(240));
  return {
    "last return": barReturn.map((value, row) => value / sigma[row]!),
    "sign of the last return": barReturn.map(Math.sign),
    "last gap": c.open.map((open, row) => (row > 0 ? open - c.close[row - 1]! : 0)),
    "taker imbalance": net.map((value, row) => value / c.volume[row]!),
    "taker imbalance of 15 bars": trailingSum(net, 15).map((value, row) => value / quarterVolume[row]!),
    "close in the range": position,
    "upper minus lower wick": c.high.map((high, row) => (high + c.low[row]! - c.open[row]! - c.close[row]!) / c.open[row]! / sigma[row]!),
    "hour return": hourReturn,
    "four-hour return": fourHours,
    "hour return × imbalance": hourReturn.map((value, row) => (value * net[row]!) / c.volume[row]!),
    "planted product": plantedProduct(c).product,
  };
};

/** The two planted features and their product by the documented formula, straight from the bars. */
const plantedProduct = (c: MarketColumns): { imbalance: Float64Array; surprise: Float64Array; product: Float64Array } => {
  const net = trailingSum(
    c.takerBuyVolume.map((buys, row) => 2 * buys - c.volume[row]!),
    240,
  );
  const volume = trailingSum(c.volume, 240);
  const dayVolume = trailingSum(c.volume, 1440);
  const clamp = (value: number): number => Math.max(-2, Math.min(2, value));
  const imbalance = net.map((value, row) => value / volume[row]!);
  const surprise = volume.map((value, row) => Math.log((6 * value) / dayVolume[row]!));
  return { imbalance, surprise, product: imbalance.map((value, row) => clamp(value / 0.07) * clamp((surprise[row]! + 0.04) / 0.3)) };
};

/** Next return open to close, its sign, and close to next open, of the bar after row i (lag 1). */
const targets = (c: MarketColumns): Record<string, Float64Array> => ({
  "next return": c.close.map((close, row) => close / c.open[row]! - 1),
  "sign of the next return": c.close.map((close, row) => Math.sign(close - c.open[row]!)),
  "next gap": c.open.map((open, row) => (row > 0 ? open - c.close[row - 1]! : 0)),
});

/** Rows an hour apart where both are known: feature at the close, and the return of the 60 bars after it in units of hourly volatility over four hours. */
const hourly = (c: MarketColumns, feature: Float64Array, offset: number): [number[], number[]] => {
  const squares = trailingSum(
    c.close.map((close, row) => (close / c.open[row]! - 1) * (close / c.open[row]! - 1)),
    240,
  );
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 1440 + offset; row + 60 < c.length; row += 60) {
    if (!Number.isFinite(feature[row])) continue;
    x.push(feature[row]!);
    y.push((c.close[row + 60]! / c.close[row]! - 1) / Math.sqrt(squares[row]! / 4));
  }
  return [x, y];
};

describe("edge none: a strict null", () => {
  for (const seed of [1, 2]) {
    test(`no feature of the past predicts a return, its sign or a gap (seed ${seed})`, () => {
      const c = seed === 1 ? nullYear : years("none", seed, 150);
      const wanted = targets(c);
      for (const [name, feature] of Object.entries(traderFeatures(c)))
        for (const [target, values] of Object.entries(wanted))
          expect(Math.abs(robustZ(feature, values, 1)), `${name} → ${target}`).toBeLessThan(3.7);
    });
  }

  test("volatility stays predictable", () => {
    const c = nullYear;
    const sizes = c.close.map((close, row) => Math.abs(close / c.open[row]! - 1));
    expect(correlation(trailingSum(sizes, 60).subarray(60), sizes.subarray(60), 1)).toBeGreaterThan(0.3);
  });

  test("price has no drift, not even half a tick: 60 short paths of a coin whose minute moves twenty ticks", () => {
    const changes: number[] = [];
    const gaps: number[] = [];
    for (let seed = 0; seed < 60; seed++) {
      const c = marketColumns({ ...DEFAULT_MARKET, edge: "none", symbols: ["XRPUSDT"], seed, days: 2 });
      for (let row = 1; row < c.length; row++) {
        changes.push(c.close[row]! - c.open[row]!);
        gaps.push(c.open[row]! - c.close[row - 1]!);
      }
    }
    const always = changes.map(() => 1);
    // Standard error: 0.05 ticks. Rounding up instead of by chance would be half a tick.
    expect(Math.abs(robustZ(always, changes, 0))).toBeLessThan(3.5);
    expect(Math.abs(robustZ(always, gaps, 0))).toBeLessThan(3.5);
  });
});

describe("edge regimes", () => {
  test("trends are there to be found", () => {
    const c = years("regimes", 1);
    expect(robustZ(traderFeatures(c)["four-hour return"]!, targets(c)["next return"]!, 1)).toBeGreaterThan(5);
  });
});

describe("edge planted", () => {
  test("the product predicts the next hour with the stated strength, its factors do not; in the null nothing does", () => {
    const strength = 0.2;
    const c = years({ kind: "planted", strength }, 3);
    const { imbalance, surprise, product } = plantedProduct(c);
    const inNull = plantedProduct(nullYear);
    for (const offset of [0, 17, 42]) {
      const found = correlation(...hourly(c, product, offset));
      expect(found).toBeGreaterThan(0.7 * strength);
      expect(found).toBeLessThan(1.15 * strength);
      expect(Math.abs(correlation(...hourly(c, imbalance, offset)))).toBeLessThan(0.3 * strength);
      expect(Math.abs(correlation(...hourly(c, surprise, offset)))).toBeLessThan(0.3 * strength);
      for (const feature of Object.values(inNull)) {
        const [x, y] = hourly(nullYear, feature, offset);
        expect(Math.abs(correlation(x, y))).toBeLessThan(3.5 / Math.sqrt(x.length));
      }
    }
    // About 1 wide around 0: strength means what it says.
    const [centred] = hourly(nullYear, inNull.product, 0);
    expect(Math.abs(mean(centred))).toBeLessThan(0.15);
    expect(mean(centred.map((value) => value * value))).toBeGreaterThan(0.9);
    expect(mean(centred.map((value) => value * value))).toBeLessThan(1.4);
  });

  test("a negative strength turns the edge round", () => {
    const c = years({ kind: "planted", strength: -0.2 }, 5, 200);
    expect(correlation(...hourly(c, plantedProduct(c).product, 0))).toBeLessThan(-0.12);
  });
});
