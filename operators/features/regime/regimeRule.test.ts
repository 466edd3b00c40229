import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomOf } from "../../../test/randomMarket.ts";
import { REGIME_STATES } from "../../../src/domain/derived.ts";
import { RegimeTrend, RegimeVolatility, regimeStateOf } from "./regimeRule.ts";
import { RollingRank } from "./rollingRank.ts";

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const START_MS = Date.UTC(2023, 0, 1);
const DAY_BARS = 1440;

/** A walk whose volatility changes, as the machine and as a list. */
class Walk {
  readonly volatility = new RegimeVolatility();
  readonly returns: number[] = [];
  bar = 0;
  private readonly random = randomOf(6);

  run(bars: number): void {
    for (let i = 0; i < bars; i += 1) {
      const size = 1 + Math.sin(this.bar / 700) * 0.9;
      const r = (this.random() - 0.5) * 0.001 * size;
      this.bar += 1;
      this.returns.push(r);
      this.volatility.add(r, this.closeMs(this.bar), MINUTE_MS);
    }
  }

  closeMs(bar: number): number {
    return START_MS + bar * MINUTE_MS;
  }
}

const squares = (returns: readonly number[], end: number): number => {
  let sum = 0;
  for (let i = end - 240; i < end; i += 1) sum += (returns[i] as number) * (returns[i] as number);
  return sum;
};

describe("regimeStateOf", () => {
  it("follows the rule, volatility first", () => {
    const named = (v: number, t: number): string => REGIME_STATES[regimeStateOf(v, t)];
    expect([named(0.5, 2), named(0.5, 1.99), named(0.5, 1), named(0.5, 0.99)]).toEqual(["strong up", "weak up", "weak up", "ranging"]);
    expect([named(0.5, -0.99), named(0.5, -1), named(0.5, -2)]).toEqual(["ranging", "weak down", "strong down"]);
    expect([named(0.9, 5), named(0.1, -5), named(0.89, 0), named(0.11, 0)]).toEqual([
      "high volatility",
      "low volatility",
      "ranging",
      "ranging",
    ]);
  });
});

describe("RegimeVolatility", () => {
  it("ranks among the quarter-hours of 30 days and no others", () => {
    const walk = new Walk();
    walk.run(35 * DAY_BARS + 7);
    const now = squares(walk.returns, walk.bar);
    let below = 0;
    let samples = 0;
    for (let end = 240; end <= walk.bar; end += 1) {
      const closeMs = walk.closeMs(end);
      if (closeMs % QUARTER_MS !== 0 || closeMs <= walk.closeMs(35 * DAY_BARS) - 30 * DAY_BARS * MINUTE_MS) continue;
      samples += 1;
      if (squares(walk.returns, end) < now) below += 1;
    }
    expect(samples).toBe(2880);
    expect(walk.volatility.v).toBeCloseTo(below / samples, 12);
  });

  it("is known with 240 returns and a day of quarter-hours", () => {
    const walk = new Walk();
    walk.run(240 + 95 * 15 - 1);
    expect(walk.volatility.known).toBe(false);
    walk.run(1);
    expect(walk.volatility.known).toBe(true);
  });

  it("stands gaps below 2 % of the 30 days: the samples stay and the 240 returns start anew", () => {
    const walk = new Walk();
    walk.run(3 * DAY_BARS);
    expect(walk.volatility.gap(400)).toBe(true);
    walk.bar += 400;
    walk.run(239);
    expect(walk.volatility.known).toBe(false);
    walk.run(1);
    expect(walk.volatility.known).toBe(true);
    expect(walk.volatility.gap(463)).toBe(true);
    walk.bar += 463;
    walk.run(10);
    expect(walk.volatility.gap(1)).toBe(false);
  });

  it("forgets gaps after 30 days", () => {
    const walk = new Walk();
    walk.run(500);
    expect(walk.volatility.gap(863)).toBe(true);
    walk.bar += 863;
    walk.run(30 * DAY_BARS - 863);
    expect(walk.volatility.gap(863)).toBe(true);
  });

  it("does not stand a gap before its first bar", () => expect(new RegimeVolatility().gap(1)).toBe(false));
});

describe("RegimeTrend", () => {
  it("is scipy's t statistic", () => {
    // scipy.stats.ttest_1samp([((i * 37) % 101 - 49) / 1e4 for i in range(240)], 0).statistic
    const trend = new RegimeTrend();
    trend.add(5);
    for (let i = 0; i < 240; i += 1) trend.add((((i * 37) % 101) - 49) / 1e4);
    expect(trend.t).toBeCloseTo(0.4681827734051498, 10);
  });

  it("is 0 where nothing moves", () => {
    const trend = new RegimeTrend();
    for (let i = 0; i < 300; i += 1) trend.add(i < 50 ? 0.01 * i : 0);
    expect([trend.t, trend.known]).toEqual([0, true]);
  });
});

describe("RollingRank", () => {
  it("counts what is below, and ties half, among what is held", () => {
    const samples = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 120 }), (values, capacity) => {
        const ranks = new RollingRank(capacity);
        values.forEach((x, i) => {
          ranks.add(x, i);
          const held = values.slice(Math.max(0, i + 1 - capacity), i + 1);
          expect(ranks.count).toBe(held.length);
          for (const y of [x, 4.5]) {
            const expected = held.reduce((sum, one) => sum + (one < y ? 1 : one === y ? 0.5 : 0), 0) / held.length;
            expect(ranks.rank(y)).toBeCloseTo(expected, 12);
          }
        });
      }),
    );
  });

  it("loses what has expired", () => {
    const ranks = new RollingRank(4);
    for (let i = 0; i < 6; i += 1) ranks.add(10 - i, i);
    expect([ranks.count, ranks.rank(7)]).toEqual([4, 0.625]);
    ranks.expire(3);
    expect([ranks.count, ranks.rank(5.5)]).toEqual([2, 0.5]);
    ranks.clear();
    expect([ranks.count, ranks.rank(1)]).toEqual([0, 0.5]);
  });
});
