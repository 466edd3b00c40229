import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bar } from "../../../test/items.ts";
import { random } from "../../../test/lookahead.ts";
import { DESCRIPTORS, Descriptors } from "./descriptors.ts";

/** Every drawn bar moves by this log return, so it is the volatility unit too. */
const STEP = 0.001;
/** Half a step below eight, so that a turn is a pivot at its eighth bar whatever the rounding. */
const REVERSAL = 7.5;

type Ohlc = readonly [open: number, high: number, low: number, close: number];
type Name = (typeof DESCRIPTORS)[number];

/** Log prices of bars without shadows that rise or fall by one step each: `[40, -20]` is 40 up, then 20 down. */
const drawn = (...legs: readonly number[]): number[] => {
  const closes = [0];
  for (const leg of legs)
    for (let i = 0; i < Math.abs(leg); i += 1) closes.push((Math.round((closes.at(-1) as number) / STEP) + Math.sign(leg)) * STEP);
  return closes;
};
const barsOf = (closes: readonly number[]): Ohlc[] =>
  closes.map((close, i) => {
    const open = closes[i - 1] ?? close;
    return [open, Math.max(open, close), Math.min(open, close), close];
  });

/** Descriptors after each bar; prices are 100 · exp of what is given. */
const described = (bars: readonly Ohlc[], reversal = REVERSAL, scale = 100): Float64Array[] => {
  const shape = new Descriptors(reversal);
  return bars.map(([open, high, low, close], at) => {
    shape.add(bar({ at, ohlc: [scale * Math.exp(open), scale * Math.exp(high), scale * Math.exp(low), scale * Math.exp(close)] }));
    const out = new Float64Array(DESCRIPTORS.length);
    shape.describe(out, 0);
    return out;
  });
};
const of = (name: Name, out: Float64Array | undefined): number => out?.[DESCRIPTORS.indexOf(name)] ?? NaN;
const last = (name: Name, ...legs: readonly number[]): number => of(name, described(barsOf(drawn(...legs))).at(-1));
const upsideDown = (legs: readonly number[]): number[] => legs.map((leg) => -leg);

describe("figures, drawn by hand", () => {
  it("a double top is seen when its second top is confirmed, and whole below the neckline", () => {
    const top = [40, -20, 20];
    expect(last("double_pivot", ...top)).toBe(0);
    expect(last("double_pivot", ...top, -7)).toBe(0);
    expect(last("double_pivot", ...top, -8)).toBeCloseTo(-0.5, 6);
    expect(last("double_pivot", ...top, -19)).toBeCloseTo(-0.5, 6);
    expect(last("double_pivot", ...top, -21)).toBeCloseTo(-1, 6);
  });

  it("a double bottom is a double top upside down", () => {
    expect(last("double_pivot", -40, 20, -20, 8)).toBeCloseTo(0.5, 6);
    expect(last("double_pivot", -40, 20, -20, 21)).toBeCloseTo(1, 6);
  });

  it("tops that differ by a quarter of a reversal are half as equal, and by half a reversal are none", () => {
    // 7.5 steps are a reversal: two steps of difference leave 1 − 2 / 3.75.
    expect(last("double_pivot", 40, -20, 22, -8)).toBeCloseTo(-0.5 * (1 - 2 / 3.75), 6);
    expect(last("double_pivot", 40, -20, 24, -8)).toBe(0);
  });

  it("head and shoulders need the right shoulder confirmed", () => {
    const legs = [40, -20, 30, -30, 20];
    expect(last("head_shoulders", ...legs, -7)).toBe(0);
    expect(last("head_shoulders", ...legs, -8)).toBeCloseTo(-0.5, 6);
    expect(last("head_shoulders", ...legs, -21)).toBeCloseTo(-1, 6);
    expect(last("head_shoulders", ...upsideDown([...legs, -21]))).toBeCloseTo(1, 6);
    // Three level tops have no head.
    expect(last("head_shoulders", 40, -20, 20, -20, 20, -8)).toBe(0);
  });

  it.each([
    ["higher highs and higher lows", [40, -20, 40, -20, 40, -8], 1],
    ["lower highs and lower lows", [-40, 20, -40, 20, -40, 8], -1],
    ["a higher high and a lower low", [40, -20, 30, -40, 8], 0],
    ["level highs and higher lows", [40, -30, 30, -20, 20, -8], 0.5],
  ])("structure: %s", (_, legs, expected) => {
    expect(last("swing_structure", ...legs)).toBeCloseTo(expected, 6);
  });

  it("structure changes with a confirmed pivot only", () => {
    const legs = [40, -20, 40, -20, 40];
    expect(last("swing_structure", ...legs)).toBeCloseTo(1, 6);
    // A fall to far below all lows is the leg of one pivot: the high before it. The structure still says highs and lows rose.
    expect(last("swing_structure", ...legs, -100)).toBeCloseTo(1, 6);
    expect(last("swing_structure", ...legs, -100, 8)).toBeCloseTo(0, 6);
  });

  it("an ascending triangle: level highs, rising lows", () => {
    // Pivots at bars 40 (high 40), 70 (low 10), 100 (high 40), 120 (low 20), 140 (high 40); now 148. The lines stand 30 apart at bar 70
    // and 40 − (10 + 78 · 10/50) = 14.4 now.
    expect(last("triangle", 40, -30, 30, -20, 20, -8)).toBeCloseTo(1 - 14.4 / 30, 6);
    expect(last("triangle", -40, 30, -30, 20, -20, 8)).toBeCloseTo(-(1 - 14.4 / 30), 6);
  });

  it("a symmetrical triangle leans nowhere, lines that part are none, and behind the apex there is none", () => {
    expect(Math.abs(last("triangle", 40, -40, 36, -32, 28, -8))).toBeLessThan(0.2);
    expect(last("triangle", 40, -20, 30, -40, 50, -8)).toBe(0);
    expect(last("triangle", 40, -30, 30, -20, 20, -8, ...Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 1 : -1)))).toBe(0);
  });

  it("a wedge of rising lines is bearish once it is steep", () => {
    // Low 10 at bar 70, high 40 at 100, low 25 at 115, high 46 at 136; now 144. Slopes 6/36 and 15/45: their sum is three times their
    // difference. The lines stand 35 − 10 apart at bar 70 and 47 1/3 − 34 2/3 now.
    expect(last("triangle", 40, -30, 30, -15, 21, -8)).toBeCloseTo(-(1 - 38 / 3 / 25), 6);
    expect(last("triangle", -40, 30, -30, 15, -21, 8)).toBeCloseTo(1 - 38 / 3 / 25, 6);
  });

  it("a flag: a pole of 40 bars, a fifth of it given back", () => {
    const expected = (1 - 0.2 / 0.618) * (1 - 8 / 120);
    expect(last("flag", -20, 40, -8)).toBeCloseTo(expected, 6);
    expect(last("flag", 20, -40, 8)).toBeCloseTo(-expected, 6);
    // Before the top is confirmed the last pole is the fall to the low before it, long lapsed by then.
    expect(last("flag", -20, 40, -7)).toBe(0);
    expect(last("flag", -20, 40, -30)).toBe(0);
  });

  it("distance from the last pivot, in reversals of 7.5 steps, whole at three", () => {
    expect(last("pivot_distance", 40, -8)).toBeCloseTo(-8 / 22.5, 6);
    expect(last("pivot_distance", 40, -30)).toBe(-1);
    expect(last("pivot_distance", -40, 10)).toBeCloseTo(10 / 22.5, 6);
  });
});

/** Up and down by one step, so that the extremes stay where they are. */
const quiet = (bars: number): number[] => Array.from({ length: bars }, (_, i) => (i % 2 === 0 ? 1 : -1));

describe("breakouts and the channel", () => {
  it("a close beyond the extremes of the bars before is a breakout, and it halves in a quarter of its window", () => {
    const before = quiet(260);
    expect(last("breakout_60", ...before)).toBe(0);
    const broken = described(barsOf(drawn(...before, 4)));
    const [at60, at240] = [of("breakout_60", broken.at(-1)), of("breakout_240", broken.at(-1))];
    // The last bar closes one step above the highest before: ½ and an eighth of it, or what is left of the bar before.
    expect(at60).toBeCloseTo(0.5 + 1 / 8, 6);
    expect(at240).toBeCloseTo(0.5 + 1 / 8, 6);
    const later = described(barsOf(drawn(...before, 4, ...quiet(15).map((leg) => -leg)))).at(-1);
    expect(of("breakout_60", later)).toBeCloseTo(at60 / 2, 6);
    expect(of("breakout_240", later)).toBeCloseTo(at240 * Math.exp((-Math.LN2 * 15) / 60), 6);
    expect(last("breakout_60", ...before, -4)).toBeLessThan(-0.5);
  });

  it("waits for a full window", () => {
    expect(last("breakout_60", 59)).toBe(0);
    expect(last("breakout_240", 239)).toBe(0);
    expect(last("breakout_240", 240)).toBeGreaterThan(0.5);
  });

  it("the channel is numpy's least-squares line", () => {
    const closes = Array.from({ length: 200 }, (_, i) => Math.sin(i * i) / 100 + i / 10_000);
    const out = described(barsOf(closes)).at(-1);
    expect(of("channel_position", out)).toBeCloseTo(NUMPY.residual / (2 * NUMPY.sd), 6);
    const x = (NUMPY.slope * Math.sqrt(120)) / NUMPY.unit;
    expect(of("channel_slope", out)).toBeCloseTo(x / Math.sqrt(1 + x * x), 6);
  });

  it("has no slope or position before its window is full, and none of it in a flat market", () => {
    expect(last("channel_slope", 118)).toBe(0);
    expect(last("channel_slope", 119)).toBeGreaterThan(0.9);
    for (const out of described(barsOf(new Array<number>(300).fill(0)))) expect([...out].every((x) => x === 0)).toBe(true);
  });
});

/**
 * Of c = sin(i²) / 100 + i / 10000, i = 0 … 199: numpy.polyfit of the last 120 on 0 … 119, its residual at the end, the residuals'
 * numpy.std, and the root of the mean of numpy.diff(c)².
 */
const NUMPY = { slope: 0.00010377792526264026, residual: -0.00962335498649492, sd: 0.0068833519293871265, unit: 0.010075696 };

describe("candles, drawn by hand", () => {
  const fall = barsOf(drawn(-20));
  const at = -20 * STEP;
  const rise = barsOf(drawn(20));
  const after = (before: readonly Ohlc[], name: Name, ...bars: readonly Ohlc[]): number => of(name, described([...before, ...bars]).at(-1));

  it("a body around the last one after a fall", () => {
    expect(after(fall, "engulfing", [at, at + 2 * STEP, at, at + 2 * STEP])).toBeCloseTo(1, 6);
    expect(after(fall, "engulfing", [at, at + 0.5 * STEP, at, at + 0.5 * STEP])).toBe(0);
    expect(after(rise, "engulfing", [-at, -at + STEP, -at, -at + STEP])).toBe(0);
    expect(after(rise, "engulfing", [-at, -at, -at - 2 * STEP, -at - 2 * STEP])).toBeCloseTo(-1, 6);
  });

  it("a hammer after a fall and a shooting star after a rise", () => {
    expect(after(fall, "hammer", [at, at + 0.5 * STEP, at - 2 * STEP, at + 0.5 * STEP])).toBeCloseTo(1, 6);
    expect(after(fall, "hammer", [at, at + 3 * STEP, at - 3 * STEP, at + 0.5 * STEP])).toBe(0);
    expect(after(rise, "hammer", [at, at + 0.5 * STEP, at - 2 * STEP, at + 0.5 * STEP])).toBe(0);
    expect(after(rise, "hammer", [-at, -at + 2 * STEP, -at - 0.5 * STEP, -at - 0.5 * STEP])).toBeCloseTo(-1, 6);
  });

  it("a doji after a run is against it", () => {
    expect(after(fall, "doji", [at, at + STEP, at - STEP, at])).toBeCloseTo(1, 6);
    expect(after(rise, "doji", [-at, -at + STEP, -at - STEP, -at])).toBeCloseTo(-1, 6);
    expect(after(fall, "doji", [at, at + STEP, at - STEP, at + STEP])).toBe(0);
  });

  it("a break of an inside bar's mother", () => {
    const mother: Ohlc = [at, at + 4 * STEP, at - 4 * STEP, at + STEP];
    const inside: Ohlc = [at + STEP, at + 2 * STEP, at, at + STEP];
    expect(after(fall, "inside_break", mother, inside)).toBe(0);
    expect(after(fall, "inside_break", mother, inside, [at + STEP, at + 5 * STEP, at + STEP, at + 5 * STEP])).toBeCloseTo(1, 6);
    expect(after(fall, "inside_break", mother, inside, [at + STEP, at + STEP, at - 5 * STEP, at - 5 * STEP])).toBeCloseTo(-1, 6);
    expect(after(fall, "inside_break", mother, [at + STEP, at + 5 * STEP, at + STEP, at + 5 * STEP])).toBe(0);
  });

  it("halves in three bars and lapses", () => {
    const hammer: Ohlc = [at, at + 0.5 * STEP, at - 2 * STEP, at + 0.5 * STEP];
    const rest = (bars: number): Ohlc[] =>
      Array.from({ length: bars }, (_, i) =>
        i % 2 === 0 ? [at + 0.5 * STEP, at + 0.5 * STEP, at, at] : [at, at + 0.5 * STEP, at, at + 0.5 * STEP],
      );
    expect(after(fall, "hammer", hammer, ...rest(3))).toBeCloseTo(0.5, 6);
    expect(after(fall, "hammer", hammer, ...rest(40))).toBe(0);
  });
});

/** Random bars, some of them flat and some jumps. */
const market = fc
  .array(
    fc.record({
      gap: fc.double({ min: -0.0005, max: 0.0005, noNaN: true }),
      move: fc.oneof(fc.double({ min: -0.002, max: 0.002, noNaN: true }), fc.constant(0), fc.constantFrom(-0.5, 0.5)),
      up: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.001, noNaN: true })),
      down: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.001, noNaN: true })),
    }),
    { minLength: 1, maxLength: 400 },
  )
  .map((steps) => {
    let before = 0;
    return steps.map(({ gap, move, up, down }): Ohlc => {
      const open = before + gap;
      before = open + move;
      return [open, Math.max(open, before) + up, Math.min(open, before) - down, before];
    });
  });

/**
 * Random bars of evenly spread sizes, a tenth of them flat and some jumps. Rules compare with thresholds: numbers drawn for their edge
 * cases stand exactly on one, where the rounding of a price decides.
 */
const spread = fc.nat().map((seed) => {
  const next = random(seed);
  let before = 0;
  return Array.from({ length: 400 }, (): Ohlc => {
    const open = before + 0.001 * (next() - 0.5);
    before = open + (next() < 0.1 ? 0 : 0.004 * (next() - 0.5)) + (next() < 0.01 ? next() - 0.5 : 0);
    return [open, Math.max(open, before) + 0.001 * next(), Math.min(open, before) - 0.001 * next(), before];
  });
});

describe("any market", () => {
  it("gives finite numbers from −1 to 1, and the same ones again", () => {
    fc.assert(
      fc.property(market, (bars) => {
        const outs = described(bars);
        for (const out of outs) expect([...out].every((x) => x >= -1 && x <= 1)).toBe(true);
        expect(described(bars)).toEqual(outs);
      }),
      { numRuns: 60 },
    );
  });

  it("does not know its price level", () => {
    fc.assert(
      fc.property(spread, (bars) => {
        const [small, large] = [described(bars, REVERSAL, 0.01), described(bars, REVERSAL, 50_000)];
        small.forEach((out, i) => out.forEach((x, j) => expect(large[i]?.[j]).toBeCloseTo(x, 6)));
      }),
      { numRuns: 40 },
    );
  });

  it("changes every sign in a market upside down", () => {
    fc.assert(
      fc.property(spread, (bars) => {
        const mirrored = described(bars.map(([open, high, low, close]): Ohlc => [-open, -low, -high, -close]));
        described(bars).forEach((out, i) => out.forEach((x, j) => expect((mirrored[i]?.[j] as number) + x).toBeCloseTo(0, 6)));
      }),
      { numRuns: 40 },
    );
  });

  it("starts anew behind a hole", () => {
    const bars = barsOf(drawn(40, -20, 20, -21, 60));
    const shape = new Descriptors(REVERSAL);
    const feed = (from: number): number[][] =>
      bars.map(([open, high, low, close], at) => {
        shape.add(bar({ at: from + at, ohlc: [Math.exp(open), Math.exp(high), Math.exp(low), Math.exp(close)] }));
        const out = new Float64Array(DESCRIPTORS.length);
        shape.describe(out, 0);
        return [...out];
      });
    const first = feed(0);
    expect(feed(bars.length + 5)).toEqual(first);
  });
});
