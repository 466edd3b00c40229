import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Beliefs } from "../../test/beliefScore.ts";
import { believed, judgedPattern, judgedRegime, scoreOf } from "../../test/beliefScore.ts";
import { bar, BTC, NOTHING_SEEN } from "../../test/items.ts";
import { DEFAULT_MARKET, simulatedMarket } from "../../streams/simulatedMarket.ts";
import geometry from "../pattern/geometry.ts";
import rule from "./rule.ts";

/** One bar as the rule sees it: minute, volatility percentile and trend statistic; NaN where not known. */
type Row = readonly [at: number, v: number, t: number];

/** What the rule says at each row; empty where it is not ready. */
const outputs = (rows: readonly Row[], options: Readonly<Record<string, unknown>> = {}): number[][] => {
  const module = rule(options);
  const state = module.init(BTC);
  return rows.map(([at, v, t]) => {
    const out = new Float64Array(7);
    const known = !Number.isNaN(v) && !Number.isNaN(t);
    return module.decide(state, bar({ at }), out, { ...NOTHING_SEEN, x: Float64Array.of(v, t), known }) ? [...out] : [];
  });
};
const steady = (bars: number, v: number, t: number, from = 0): Row[] => Array.from({ length: bars }, (_, i) => [from + i, v, t] as const);
const ranging = (p: readonly number[] = []): number => p[2] ?? NaN;

describe("rule", () => {
  it("begins with equal states and a quarter on the trailing one", () => {
    const [first = []] = outputs([[0, 0.5, 2.5]]);
    const rest = 0.75 / 7;
    [rest + 0.25, rest, rest, rest, rest, rest, rest].forEach((p, i) => expect(first[i]).toBeCloseTo(p, 12));
  });

  it.each([
    ["strong up", 0.5, 2, 0],
    ["weak up", 0.5, 1.99, 1],
    ["ranging", 0.5, -0.99, 2],
    ["weak down", 0.5, -1, 3],
    ["strong down", 0.5, -2, 4],
    ["low volatility", 0.1, 5, 5],
    ["high volatility", 0.9, -5, 6],
  ])("leans on the trailing state: %s", (_, v, t, state) => {
    const [first = []] = outputs([[0, v, t]]);
    expect(first.indexOf(Math.max(...first))).toBe(state);
  });

  it("learns an outcome 240 bars after its decision and not before", () => {
    const said = outputs(steady(250, 0.5, 0), { priorBars: 10, halfLifeBars: 1e9, sessionHours: 24 });
    for (let i = 1; i < 240; i += 1) expect(ranging(said[i])).toBeCloseTo(ranging(said[0]), 12);
    // One outcome "ranging" known, each table worth ten bars: table 1 says (1 + 10/7) / 11, and so on.
    const all = (1 + 10 / 7) / 11;
    const trend = (1 + 10 * (0.75 * all + 0.25)) / 11;
    expect(ranging(said[240])).toBeCloseTo((1 + 10 * trend) / 11, 9);
  });

  it("drops outcomes that span a hole, and keeps what it learnt", () => {
    const options = { priorBars: 10, halfLifeBars: 1e9, sessionHours: 24 };
    const before = steady(241, 0.5, 0);
    const after = steady(241, 0.5, 0, 300);
    const said = outputs([...before, ...after], options);
    for (let i = 241; i < 481; i += 1) expect(ranging(said[i])).toBeCloseTo(ranging(said[240]), 6);
    expect(ranging(said[481])).toBeGreaterThan(ranging(said[480]) + 0.01);
  });

  it("says nothing while its features are unknown, and learns nothing from such a bar", () => {
    const options = { priorBars: 10, halfLifeBars: 1e9, sessionHours: 24 };
    const rows = [...steady(240, 0.5, 0), [240, NaN, NaN] as const, [241, 0.5, 0] as const];
    const said = outputs(rows, options);
    expect(said[240]).toEqual([]);
    // The decision of minute 0 would have been due at minute 240; that of minute 1 is.
    expect(ranging(said[241])).toBeCloseTo(ranging(outputs(steady(241, 0.5, 0), options)[240]), 6);
  });

  it("fades an old market within a few half-lives", () => {
    const rows = [...steady(3000, 0.5, 0), ...steady(3000, 0.5, 3, 3000)];
    const ups = outputs(rows, { priorBars: 60, halfLifeBars: 240 }).map((p) => (p[0] as number) + 0);
    expect(ups[2999]).toBeLessThan(0.1);
    expect(ups[5999]).toBeGreaterThan(0.9);
  });

  it("says seven probabilities of sum 1, whatever it sees, and the same again", () => {
    const row = fc.tuple(
      fc.constantFrom(1, 1, 1, 7),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: -9, max: 9, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 600 }), (steps) => {
        let at = 0;
        const rows = steps.map(([step, v, t]): Row => [(at += step), v, t]);
        const said = outputs(rows);
        for (const p of said) {
          expect(p.every((x) => x > 0 && x < 1)).toBe(true);
          expect(p.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 9);
        }
        expect(outputs(rows)).toEqual(said);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [{ persistance: 1 }, "regime.options.persistance is not an option"],
    [{ persistence: 1 }, "regime.options.persistence is 1: it must be a number ≥ 0 and ≤ 0.999"],
    [{ priorBars: 0 }, "regime.options.priorBars is 0"],
    [{ trendBands: [1, 1] }, "regime.options.trendBands is [1,1]: it must be a list of 1 to 15 rising numbers"],
    [{ volatilityBands: "0.5" }, 'regime.options.volatilityBands is "0.5"'],
    [{ volatilityBands: [] }, "regime.options.volatilityBands is []"],
  ])("refuses %j", (options, message) => {
    expect(() => rule(options)).toThrow(message);
  });
});

describe.each([1, 2])("60 simulated days on the line, seed %i", (seed) => {
  let said: Beliefs;
  beforeAll(async () => {
    said = await believed(simulatedMarket({ ...DEFAULT_MARKET, days: 60, seed }), BTC, rule({}), geometry({}));
  });

  it("L1 tells the state of the next 240 bars better than hindsight's frequencies", () => {
    const score = scoreOf(judgedRegime(said), 7);
    expect(score.bars).toBeGreaterThan(80_000);
    expect(score.logLoss).toBeLessThan(score.marginalLogLoss);
    expect(score.accuracy).toBeGreaterThan(score.trailingAccuracy);
  });

  it("L2 tells the next hour no worse than hindsight's frequencies", () => {
    const score = scoreOf(judgedPattern(said), 3);
    expect(score.bars).toBeGreaterThan(80_000);
    expect(score.logLoss).toBeLessThanOrEqual(score.marginalLogLoss);
  });
});
