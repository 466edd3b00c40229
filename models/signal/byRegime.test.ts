import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bar, BTC } from "../../test/items.ts";
import type { Seen } from "../seen.ts";
import byRegime from "./byRegime.ts";
import { RULE_FEATURES } from "./byRegime/rules.ts";
import type { SignalOutput } from "./signalModule.ts";

type Ohlc = readonly [open: number, high: number, low: number, close: number];

/** One bar of a table; what is left out is a certain strong uptrend at a price of 100. */
interface Row {
  readonly at?: number;
  readonly ohlc?: Ohlc;
  readonly regime?: readonly number[];
  readonly features?: Readonly<Partial<Record<(typeof RULE_FEATURES)[number], number>>>;
  readonly pUp?: number;
  readonly pDown?: number;
  readonly known?: boolean;
  readonly ready?: boolean;
}

const STRONG_UP = [1, 0, 0, 0, 0, 0, 0];
const HIGH = [0, 0, 0, 0, 0, 0, 1];
const RISING = { ema_distance_50: 1, ema_distance_200: 1, return_60: 1, return_240: 1, adx_14: 0.5 };

const seenOf = ({ regime = STRONG_UP, features = RISING, pUp = 0.3, pDown = 0.3, known = true, ready = true }: Row): Seen => ({
  x: Float64Array.from(RULE_FEATURES, (name) => features[name] ?? (name === "donchian_position_240" ? 0.5 : 0)),
  known,
  regime: { ready, probabilities: Float64Array.from(regime) },
  pattern: { ready, pUp, pDown, embedding: new Float64Array(0) },
});

/** What it says at each row; `at` counts on from the row before. */
const said = (rows: readonly Row[], options: Readonly<Record<string, unknown>> = {}): SignalOutput[] => {
  const module = byRegime(options);
  const state = module.init(BTC);
  let minute = -1;
  return rows.map((row) => {
    minute = row.at ?? minute + 1;
    const out: SignalOutput = { pLong: 0, pShort: 0, pNeutral: 1, netLong: NaN, netShort: NaN, confidence: NaN };
    module.decide(state, bar({ at: minute, ...(row.ohlc && { ohlc: row.ohlc }) }), out, seenOf(row));
    return out;
  });
};
const last = (rows: readonly Row[], options?: Readonly<Record<string, unknown>>): SignalOutput =>
  said(rows, options).at(-1) as SignalOutput;
const lean = ({ pLong, pShort }: SignalOutput): number => pLong - pShort;

describe("what the rules want", () => {
  it("is the formula of its docstring", () => {
    // First bar: score = ¾ · 1 · squash(2) = 0.67082 (min(1, 0.5 / 0.25) = 1), scale² = 0.01 + (0.67082² − 0.01) / 241, band 1.5.
    const score = (0.75 * 2) / Math.sqrt(5);
    const z = score / (1.5 * Math.sqrt(0.01 + (score * score - 0.01) / 241));
    expect(last([{}]).pLong).toBeCloseTo(1 - Math.exp(-z * z), 12);
  });

  it.each<[string, Row, number]>([
    ["a strong uptrend is followed", {}, 1],
    ["a weak one too", { regime: [0, 1, 0, 0, 0, 0, 0] }, 1],
    ["not against its direction", { regime: [0, 0, 0, 1, 0, 0, 0] }, 0],
    ["a strong downtrend is followed", { regime: [0, 0, 0, 0, 1, 0, 0], features: { ...RISING, return_60: -5, return_240: -5 } }, -1],
    ["a range is sold at its top", { regime: [0, 0, 1, 0, 0, 0, 0], features: { bollinger_position_20: 2, donchian_position_240: 1 } }, -1],
    [
      "low volatility is bought where it breaks out",
      { regime: [0, 0, 0, 0, 0, 1, 0], features: { donchian_position_240: 1, volume_ratio_15: 1 } },
      1,
    ],
    ["high volatility stands aside", { regime: HIGH, pUp: 0.9, pDown: 0 }, 0],
    ["the pattern tilts a market without a rule", { features: {}, pUp: 0.5, pDown: 0.1 }, 1],
    ["and says nothing when it expects no move", { features: {}, pUp: 0, pDown: 0 }, 0],
  ])("%s", (_, row, side) => {
    expect(Math.sign(lean(last([row])))).toBe(side);
  });

  it("knows no switch: a little more of a regime is a little more of its rule", () => {
    const at = (p: number): number => lean(last([{ regime: [p, 0, 0, 0, 0, 0, 1 - p] }], { band: 8 }));
    const steps = Array.from({ length: 101 }, (_, i) => at(i / 100));
    for (let i = 1; i < steps.length; i += 1) {
      const step = (steps[i] as number) - (steps[i - 1] as number);
      expect(step).toBeGreaterThanOrEqual(0);
      expect(step).toBeLessThan(0.05);
    }
    expect(at(1) - at(0)).toBeGreaterThan(0.2);
  });

  it("is measured in units of its own scale: what always speaks is heard less", () => {
    const rows = Array.from({ length: 400 }, (): Row => ({}));
    const words = said(rows);
    expect(words[399]?.pLong).toBeLessThan(words[0]?.pLong as number);
    // A constant score is its own root mean square in the end: z = 1 / band.
    expect(
      last(
        Array.from({ length: 20_000 }, (): Row => ({})),
        { scaleBars: 240 },
      ).pLong,
    ).toBeCloseTo(1 - Math.exp(-4 / 9), 9);
  });
});

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const numbers = (min: number, max: number, count: number) =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength: count, maxLength: count });
const anyStep = fc.record({
  weights: numbers(0.001, 1, 7),
  x: numbers(-8, 8, RULE_FEATURES.length),
  up: probability,
  down: probability,
  move: fc.integer({ min: -20, max: 20 }),
  known: fc.boolean(),
  skip: fc.constantFrom(1, 1, 1, 1, 1, 1, 7),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** Rows of a random walk; features are as they come, for nothing here knows how they are made. */
const rowsOf = (steps: readonly Step[], price: number): Row[] => {
  let [at, level] = [-1, 1000];
  return steps.map(({ weights, x, up, down, move, known, skip }) => {
    at += skip;
    const [open, close] = [level, level + move];
    level = close;
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const features = Object.fromEntries(RULE_FEATURES.map((name, i) => [name, x[i] as number]));
    const ohlc: Ohlc = [open * price, Math.max(open, close) * price, Math.min(open, close) * price, close * price];
    return { at, ohlc, known, features, regime: weights.map((weight) => weight / sum), pUp: up / 2, pDown: down / 2 };
  });
};

describe("properties", () => {
  const steps = fc.array(anyStep, { minLength: 1, maxLength: 120 });
  it("probabilities sum to 1, confidence is one, net returns are finite; a row that is not known says nothing", () => {
    fc.assert(
      fc.property(steps, (all) => {
        said(rowsOf(all, 0.1), { horizonMinutes: 5 }).forEach(({ pLong, pShort, pNeutral, netLong, netShort, confidence }, i) => {
          expect(Math.min(pLong, pShort, pNeutral)).toBeGreaterThanOrEqual(0);
          expect(pLong + pShort + pNeutral).toBeCloseTo(1, 12);
          if (all[i]?.known === false) expect([netLong, netShort, confidence]).toEqual([NaN, NaN, NaN]);
          else {
            expect(confidence).toBeGreaterThan(0);
            expect(confidence).toBeLessThan(1);
            expect(Number.isFinite(netLong) && Number.isFinite(netShort)).toBe(true);
          }
        });
      }),
      { numRuns: 50 },
    );
  });

  it("says the same again, and at 1024 times the price (whose tick is finer, so net returns are near)", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const once = said(rowsOf(all, 0.1), { horizonMinutes: 5 });
        expect(said(rowsOf(all, 0.1), { horizonMinutes: 5 })).toEqual(once);
        const dear = said(rowsOf(all, 102.4), { horizonMinutes: 5 });
        dear.forEach(({ pLong, pShort, netLong }, i) => {
          expect([pLong, pShort]).toEqual([once[i]?.pLong, once[i]?.pShort]);
          if (!Number.isNaN(netLong)) expect(Math.abs(netLong - (once[i]?.netLong as number))).toBeLessThan(0.01);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("learns nothing from the future: what was said stays when bars are added", () => {
    fc.assert(
      fc.property(steps, fc.nat(119), (all, cut) => {
        const rows = rowsOf(all, 0.1);
        expect(said(rows.slice(0, cut + 1))).toEqual(said(rows).slice(0, cut + 1));
      }),
      { numRuns: 30 },
    );
  });
});

describe("what it learns", () => {
  const rising = (bars: number): Row[] =>
    Array.from({ length: bars }, (_, i) => {
      const open = 100 * Math.exp(0.0005 * i);
      return { ohlc: [open, open * 1.0006, open * 0.9999, open * 1.0005] };
    });

  it("starts from a market without drift", () => {
    const { netLong, netShort, confidence } = last([{}]);
    expect([netLong, netShort, confidence]).toEqual([-0.0012, -0.0012, 0.25]);
    expect(last([{}], { costFraction: 0.002, stopFraction: 0.01, targetFraction: 0.01 })).toMatchObject({
      netLong: -0.002,
      confidence: 0.5,
    });
  });

  it("finds that longs pay in a rise, and shorts do not", () => {
    // 5 basis points a minute: a long meets its target of 1.5 % within 31 bars, a short its stop of 0.5 % within 11.
    const { netLong, netShort, confidence } = last(rising(6000), { priorTrades: 20, halfLifeTrades: 500 });
    expect(netLong).toBeGreaterThan(0.012);
    expect(netLong).toBeLessThan(0.0138 + 1e-4);
    expect(netShort).toBeLessThan(-0.0055);
    expect(confidence).toBeGreaterThan(0.9);
  });

  it("keeps the record over a hole, and drops what the hole spans", () => {
    const rows = rising(3000);
    const before = said(rows);
    const after = said([...rows, { at: 9000, ohlc: [1000, 1000, 1000, 1000] }]);
    const close = after.at(-1) as SignalOutput;
    expect(close.netLong).toBeCloseTo((before.at(-1) as SignalOutput).netLong, 6);
  });
});

describe("the module", () => {
  it("waits for both layers and the features, and stands gaps", () => {
    expect(byRegime({})).toMatchObject({
      name: "byRegime",
      warmUpBars: 0,
      onGap: "keep",
      layers: ["regime", "pattern"],
      features: RULE_FEATURES,
    });
    expect(last([{ ready: false }])).toMatchObject({ pNeutral: 1, confidence: NaN });
  });

  it.each([
    [{ band: 0 }, "signal.options.band is 0: it must be a number > 0 and ≤ 100"],
    [{ smoothBars: 0.5 }, "signal.options.smoothBars is 0.5: it must be a number ≥ 1 and ≤ 100000"],
    [{ patternWeight: 2 }, "signal.options.patternWeight is 2: it must be a number ≥ 0 and ≤ 1"],
    [{ stop: 1 }, "signal.options.stop is not an option of this module"],
  ])("refuses %o", (options, message) => {
    expect(() => byRegime(options)).toThrow(message);
  });
});
