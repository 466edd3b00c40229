import { describe, expect, it } from "vitest";
import { bar, BTC, NOTHING_SEEN } from "../../test/items.ts";
import { random } from "../../test/lookahead.ts";
import geometry from "./geometry.ts";

interface Said {
  readonly pUp: number;
  readonly pDown: number;
  readonly embedding: readonly number[];
}

/** What the module says at every bar of a price path, one bar a minute from `from` on; null where it is not ready. */
const runner = (options: Readonly<Record<string, unknown>> = {}) => {
  const module = geometry(options);
  const state = module.init(BTC);
  return (closes: readonly number[], from = 0, memory: (i: number) => number = () => 0.25): (Said | null)[] =>
    closes.map((close, i) => {
      const open = closes[i - 1] ?? close;
      const out = new Float64Array(2 + module.embedding.length);
      const x = Float64Array.of(memory(i));
      const at = bar({ at: from + i, ohlc: [open, Math.max(open, close), Math.min(open, close), close] });
      const ready = module.decide(state, at, out, { ...NOTHING_SEEN, x, known: !Number.isNaN(x[0]) });
      return ready ? { pUp: out[0] as number, pDown: out[1] as number, embedding: [...out.subarray(2)] } : null;
    });
};
const at = (said: readonly (Said | null)[], i: number): Said => said[i] as Said;

/** Up and down by turns: changes of equal size, so the volatility unit is that size. */
const sideways = (bars: number): number[] => Array.from({ length: bars }, (_, i) => 100 * Math.exp(i % 2 === 0 ? 0 : 0.001));
/** One step up at every bar. */
const rising = (bars: number): number[] => Array.from({ length: bars }, (_, i) => 100 * Math.exp(0.001 * i));
const walk = (bars: number, seed: number): number[] => {
  const next = random(seed);
  let price = 100;
  return Array.from({ length: bars }, () => (price *= Math.exp(0.002 * (next() - 0.5))));
};

describe("geometry", () => {
  it("speaks from the 241st bar, with even odds of a far move and of its direction", () => {
    const said = runner()(sideways(241));
    expect(said.slice(0, 240).every((each) => each === null)).toBe(true);
    expect(at(said, 240).pUp).toBeCloseTo(0.25, 12);
    expect(at(said, 240).pDown).toBeCloseTo(0.25, 12);
  });

  it("names every number that it writes", () => {
    const { embedding } = geometry({});
    expect(embedding.length).toBe(15);
    expect(new Set(embedding).size).toBe(15);
    expect(at(runner()(sideways(241)), 240).embedding.every(Number.isFinite)).toBe(true);
  });

  it("learns what a market does, `horizonBars` after it decided and not before", () => {
    const options = { horizonBars: 60, priorBars: 30, halfLifeBars: 1e9, sessionHours: 24 };
    const up = runner(options)(rising(600));
    for (let i = 241; i < 300; i += 1) expect(at(up, i).pUp).toBeCloseTo(0.25, 6);
    // At bar 300 it learns that bar 240 was followed by a rise of 60 steps, far beyond half of √60: each table worth 30 bars.
    const ever = (1 + 15) / 31;
    const far = (1 + 30 * ever) / 31;
    expect(at(up, 300).pUp).toBeCloseTo(far * ((1 + 15) / 31), 6);
    expect(at(up, 599).pUp).toBeGreaterThan(0.8);
    const flat = runner(options)(sideways(600));
    expect(at(flat, 599).pUp).toBeLessThan(0.05);
    expect(at(flat, 599).pDown).toBeLessThan(0.05);
  });

  it("calls up what went further than threshold · σ · √horizon and nothing else", () => {
    // Four bars of one step each: 4 against threshold · 1 · √4.
    const learnt = (threshold: number): number => at(runner({ horizonBars: 4, threshold, priorBars: 1 })(rising(400)), 399).pUp;
    expect(learnt(1.99)).toBeGreaterThan(0.9);
    expect(learnt(2.01)).toBeLessThan(0.1);
  });

  it("keeps what it learnt behind a hole, draws anew, and drops outcomes that span it", () => {
    const run = runner({ priorBars: 30, halfLifeBars: 1e9, sessionHours: 24 });
    const before = at(run(rising(600)), 599);
    const after = run(rising(600), 700);
    expect(after.slice(0, 240).every((each) => each === null)).toBe(true);
    expect(at(after, 240).pUp).toBeCloseTo(before.pUp, 6);
    for (let i = 241; i < 300; i += 1) expect(at(after, i).pUp).toBeCloseTo(before.pUp, 6);
    expect(at(after, 300).pUp).toBeGreaterThan(before.pUp);
  });

  it("is not ready while its feature is unknown, and goes on drawing", () => {
    const closes = walk(500, 3);
    const whole = runner()(closes);
    const holed = runner()(closes, 0, (i) => (i < 400 ? NaN : 0.25));
    expect(holed.slice(0, 400).every((each) => each === null)).toBe(true);
    expect(at(holed, 450).embedding).toEqual(at(whole, 450).embedding);
  });

  it("passes the variance ratio on as memory, softened", () => {
    const memory = (m: number): number =>
      at(
        runner()(sideways(241), 0, () => m),
        240,
      ).embedding[14] as number;
    expect(memory(0)).toBe(0);
    // 2 · 0.5 / √(1 + 1).
    expect(memory(0.5)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(memory(-0.5)).toBeCloseTo(-Math.SQRT1_2, 12);
  });

  it("says at any bar what it says when the bars after it are others", () => {
    const [first, second] = [walk(1200, 1), walk(1200, 2)];
    const other = [...first.slice(0, 700), ...second.slice(700)];
    const [a, b] = [runner()(first), runner()(other)];
    expect(b.slice(0, 700)).toEqual(a.slice(0, 700));
    expect(b[1100]).not.toEqual(a[1100]);
  });

  it("gives probabilities whose sum is below 1, the same ones again, and at any price level alike", () => {
    const closes = walk(3000, 7);
    const said = runner()(closes);
    for (const each of said) if (each !== null) expect(each.pUp > 0 && each.pDown > 0 && each.pUp + each.pDown < 1).toBe(true);
    expect(runner()(closes)).toEqual(said);
    const large = runner()(closes.map((close) => close * 1000));
    said.forEach((each, i) => {
      if (each === null) return;
      expect(at(large, i).pUp).toBeCloseTo(each.pUp, 9);
      each.embedding.forEach((x, j) => expect(at(large, i).embedding[j]).toBeCloseTo(x, 6));
    });
  });

  it.each([
    [{ revresal: 8 }, "pattern.options.revresal is not an option"],
    [{ reversal: 0 }, "pattern.options.reversal is 0: it must be a number ≥ 1"],
    [{ horizonBars: 0 }, "pattern.options.horizonBars is 0"],
    [{ threshold: -1 }, "pattern.options.threshold is -1"],
  ])("refuses %j", (options, message) => {
    expect(() => geometry(options)).toThrow(message);
  });
});
