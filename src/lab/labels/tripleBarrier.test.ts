import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulatedInstrument } from "../../../streams/simulatedMarket.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Bracket } from "../../domain/order.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import type { Direction } from "../../domain/units.ts";
import { tripleBarrier } from "./tripleBarrier.ts";
import type { Label, LabelBars, LabelOptions } from "./tripleBarrier.ts";

type Row = readonly [minute: number, open: number, high: number, low: number, close: number];

const barsOf = (rows: readonly Row[], intervalMs = MINUTE_MS): LabelBars => {
  const column = (at: number): Float64Array => Float64Array.from(rows, (row) => row[at] as number);
  const openTimeMs = column(0).map((minute) => minute * intervalMs);
  return { length: rows.length, intervalMs, openTimeMs, open: column(1), high: column(2), low: column(3), close: column(4) };
};
const instrument = simulatedInstrument("BTCUSDT", 0);
const options = (horizonMinutes: number, bracket: Bracket = { stopFraction: 0.01, targetFraction: 0.03 }): LabelOptions => ({
  bracket,
  horizonMs: horizonMinutes * MINUTE_MS,
  instrument,
});
const flat = (minute: number, price = 100): Row => [minute, price, price, price, price];
const outcome = (rows: readonly Row[], direction: Direction, horizon = 5): unknown => {
  const found = tripleBarrier(barsOf(rows), 0, direction, options(horizon));
  return found && [found.touch, found.exitTicks, found.exitRow];
};

/** Long: entry 1000 ticks, stop 990, target 1030. Short: stop 1010, target 970. */
describe("triple barrier, one trade", () => {
  test.each<[string, Direction, readonly Row[], [string, number, number]]>([
    ["target inside a bar", 1, [flat(0), [1, 100, 103.1, 100, 102]], ["target", 1030, 1]],
    ["target exactly touched", 1, [flat(0), [1, 100, 103, 100, 102]], ["target", 1030, 1]],
    ["stop inside a bar", 1, [flat(0), [1, 100, 100, 98.9, 99]], ["stop", 990, 1]],
    ["stop exactly touched", 1, [flat(0), [1, 100, 100, 99, 99.5]], ["stop", 990, 1]],
    ["a tick short of both", 1, [flat(0), [1, 100, 102.9, 99.1, 100], [2, 100, 103, 100, 100]], ["target", 1030, 2]],
    ["both in one bar: the stop", 1, [flat(0), [1, 100, 104, 98, 103]], ["stop", 990, 1]],
    ["stop in the entry bar", 1, [[0, 100, 101, 98.5, 100], flat(1)], ["stop", 990, 0]],
    ["target in the entry bar", 1, [[0, 100, 103.5, 99.5, 100], flat(1)], ["target", 1030, 0]],
    ["both in the entry bar: the stop", 1, [[0, 100, 103.5, 98.5, 100], flat(1)], ["stop", 990, 0]],
    ["open beyond the stop", 1, [flat(0), [1, 97.5, 104, 97, 100]], ["stop", 975, 1]],
    ["open at the stop", 1, [flat(0), [1, 99, 104, 97, 100]], ["stop", 990, 1]],
    ["open beyond the target", 1, [flat(0), [1, 105, 106, 90, 100]], ["target", 1050, 1]],
    ["open at the target", 1, [flat(0), [1, 103, 106, 90, 100]], ["target", 1030, 1]],
    ["short target", -1, [flat(0), [1, 100, 100.9, 96.9, 98]], ["target", 970, 1]],
    ["short stop", -1, [flat(0), [1, 100, 101, 100, 100]], ["stop", 1010, 1]],
    ["short both: the stop", -1, [flat(0), [1, 100, 101, 97, 100]], ["stop", 1010, 1]],
    ["short open beyond the stop", -1, [flat(0), [1, 102.5, 103, 95, 96]], ["stop", 1025, 1]],
    ["short open beyond the target", -1, [flat(0), [1, 96, 102, 95, 96]], ["target", 960, 1]],
  ])("%s", (_, direction, rows, expected) => {
    expect(outcome(rows, direction)).toEqual(expected);
  });

  const quiet = (count: number): Row[] => Array.from({ length: count }, (_, minute) => flat(minute));

  test("the time limit exits at the open after the bar that closes at it", () => {
    // Five minutes: bar 4 closes at minute 5; exit at the open of bar 5.
    expect(outcome([...quiet(5), [5, 100.4, 101, 100, 101]], 1)).toEqual(["time", 1004, 5]);
  });
  test("… even when that open lies beyond a level", () => {
    expect(outcome([...quiet(5), [5, 95, 95, 90, 91]], 1)).toEqual(["time", 950, 5]);
    expect(outcome([...quiet(5), [5, 110, 110, 90, 91]], 1)).toEqual(["time", 1100, 5]);
  });
  test("a touch in the last bar before the limit counts", () => {
    expect(outcome([...quiet(4), [4, 100, 103, 100, 100], flat(5)], 1)).toEqual(["target", 1030, 4]);
  });
  test("the limit passes inside a hole: the first bar after it still protects, the next open exits", () => {
    expect(outcome([...quiet(3), [30, 100, 102, 100, 100], [31, 100.2, 100.2, 100.2, 100.2]], 1)).toEqual(["time", 1002, 4]);
    expect(outcome([...quiet(3), [30, 98, 102, 97, 100], flat(31)], 1)).toEqual(["stop", 980, 3]);
  });
  test("a hole after the limit only delays the exit", () => {
    expect(outcome([...quiet(5), [90, 101, 101, 101, 101]], 1)).toEqual(["time", 1010, 5]);
  });
  test("a limit shorter than a bar exits at the next open; one between closes waits for the next close", () => {
    expect(outcome(quiet(3), 1, 0)).toEqual(["time", 1000, 1]);
    expect(outcome(quiet(3), 1, 0.5)).toEqual(["time", 1000, 1]);
    expect(outcome(quiet(4), 1, 1.5)).toEqual(["time", 1000, 2]);
  });
  test("null when the data ends first, also when only the exit bar is missing", () => {
    expect(outcome(quiet(1), 1)).toBeNull();
    expect(outcome(quiet(5), 1)).toBeNull();
    expect(outcome([...quiet(4), [4, 100, 103, 100, 100]], 1)).toEqual(["target", 1030, 4]);
  });
  test("held to the exit bar, but not into a bar at whose open it ends", () => {
    const held = (rows: readonly Row[]): unknown => tripleBarrier(barsOf(rows), 0, 1, options(5))?.heldToRow;
    expect(held([[0, 100, 103.5, 99.5, 100], flat(1)])).toBe(0);
    expect(held([flat(0), [1, 100, 103.1, 100, 102]])).toBe(1);
    expect(held([flat(0), [1, 97, 104, 97, 100]])).toBe(0);
    expect(held(quiet(6))).toBe(4);
  });
  test("a row that is none throws", () => {
    for (const row of [-1, 3, 0.5, NaN]) expect(() => tripleBarrier(barsOf(quiet(3)), row, 1, options(5))).toThrow("entry row");
  });

  test("the record is complete", () => {
    const found = tripleBarrier(barsOf([flat(7), flat(8), [9, 100, 100, 98, 99]]), 1, 1, options(5));
    expect(found).toEqual({
      label: -1,
      touch: "stop",
      entryTicks: 1000,
      exitTicks: 990,
      return: -0.01,
      endMs: 9 * MINUTE_MS,
      exitRow: 2,
      heldToRow: 2,
    });
    const short = tripleBarrier(barsOf([flat(0), [1, 104, 104, 104, 104]]), 0, -1, options(5));
    expect(short).toMatchObject({ label: -1, exitTicks: 1040, return: -0.04 });
  });

  test("no stop, no target: only time ends it", () => {
    const rows: Row[] = [flat(0), [1, 100, 500, 1, 100], flat(2, 50), flat(3, 120)];
    const found = (bracket: Bracket, direction: Direction): unknown => {
      const label = tripleBarrier(barsOf(rows), 0, direction, options(3, bracket));
      return label && [label.touch, label.exitTicks];
    };
    for (const direction of [1, -1] as const) expect(found({ stopFraction: 0, targetFraction: 0 }, direction)).toEqual(["time", 1200]);
    expect(found({ stopFraction: 0, targetFraction: 0.03 }, 1)).toEqual(["target", 1030]);
    expect(found({ stopFraction: 0.01, targetFraction: 0 }, -1)).toEqual(["stop", 1010]);
  });

  test("levels are rounded to the nearest tick of the entry", () => {
    // 12345 ticks × 0.995 = 12283.275 → 12283; × 1.015 = 12530.175 → 12530.
    const at = (low: number, high: number): unknown => {
      const bars = barsOf([flat(0, 1234.5), [1, 1234.5, high, low, 1234.5], flat(2, 1234.5)]);
      const label = tripleBarrier(bars, 0, 1, options(1, { stopFraction: 0.005, targetFraction: 0.015 }));
      return label && [label.touch, label.exitTicks];
    };
    expect(at(1228.4, 1252.9)).toEqual(["time", 12345]);
    expect(
      tripleBarrier(
        barsOf([flat(0, 1234.5), [1, 1234.5, 1252.9, 1228.3, 1230]]),
        0,
        1,
        options(9, { stopFraction: 0.005, targetFraction: 0.015 }),
      ),
    ).toMatchObject({ exitTicks: 12283 });
    expect(
      tripleBarrier(
        barsOf([flat(0, 1234.5), [1, 1234.5, 1253, 1228.4, 1230]]),
        0,
        1,
        options(9, { stopFraction: 0.005, targetFraction: 0.015 }),
      ),
    ).toMatchObject({ exitTicks: 12530 });
  });

  test("prices that a float cannot hold exactly are still their tick", () => {
    const coarse: Instrument = { ...instrument, tickSize: 0.01 };
    const bars = barsOf([flat(0, 0.29), [1, 0.29, 0.58, 0.29, 0.57]]);
    expect(tripleBarrier(bars, 0, 1, { ...options(9, { stopFraction: 0.5, targetFraction: 1 }), instrument: coarse })).toMatchObject({
      entryTicks: 29,
      exitTicks: 58,
      touch: "target",
    });
  });
});

/** The same rules told as a list of happenings instead of a loop over rows: first one wins. */
const byHappenings = (
  bars: LabelBars,
  entryRow: number,
  direction: Direction,
  o: LabelOptions,
): Omit<Label, "label" | "return" | "heldToRow"> | null => {
  const ticks = (price: number): number => Math.round(price * Math.round(1 / o.instrument.tickSize));
  const entry = ticks(bars.open[entryRow]!);
  // Thousandths, so that a half is one; it goes down for a long and up for a short.
  const level = (fraction: number, side: number): number =>
    Math.floor((entry * (1000 + side * Math.round(fraction * 1000)) + (direction > 0 ? 499 : 500)) / 1000);
  const stop = o.bracket.stopFraction > 0 ? level(o.bracket.stopFraction, -direction) : null;
  const target = o.bracket.targetFraction > 0 ? level(o.bracket.targetFraction, direction) : null;
  const hit = (level: number | null, price: number, upwards: boolean): boolean =>
    level !== null && (upwards ? price >= level : price <= level);
  const isLong = direction === 1;
  const happenings: { row: number; order: number; touch: Label["touch"]; at: number }[] = [];
  const lastProtected = Array.from(bars.openTimeMs.subarray(0, bars.length)).findIndex(
    (openMs, row) => row >= entryRow && openMs + bars.intervalMs - bars.openTimeMs[entryRow]! >= o.horizonMs,
  );
  if (lastProtected >= 0 && lastProtected + 1 < bars.length)
    happenings.push({ row: lastProtected + 1, order: 0, touch: "time", at: ticks(bars.open[lastProtected + 1]!) });
  for (let row = entryRow; row < bars.length; row++) {
    const [open, high, low] = [ticks(bars.open[row]!), ticks(bars.high[row]!), ticks(bars.low[row]!)];
    if (row > entryRow && hit(stop, open, !isLong)) happenings.push({ row, order: 1, touch: "stop", at: open });
    if (row > entryRow && hit(target, open, isLong)) happenings.push({ row, order: 2, touch: "target", at: open });
    if (hit(stop, isLong ? low : high, !isLong)) happenings.push({ row, order: 3, touch: "stop", at: stop! });
    if (hit(target, isLong ? high : low, isLong)) happenings.push({ row, order: 4, touch: "target", at: target! });
  }
  const first = happenings.sort((a, b) => a.row - b.row || a.order - b.order)[0];
  // Nothing that comes after the end of the trade's time counts when its exit bar is missing.
  if (first === undefined || (lastProtected >= 0 && first.row > lastProtected + 1)) return null;
  return { touch: first.touch, entryTicks: entry, exitTicks: first.at, endMs: bars.openTimeMs[first.row]!, exitRow: first.row };
};

const randomBars = fc
  .array(
    fc.record({
      skip: fc.constantFrom(0, 0, 0, 0, 1, 7),
      gap: fc.integer({ min: -12, max: 12 }),
      move: fc.integer({ min: -15, max: 15 }),
      up: fc.nat({ max: 12 }),
      down: fc.nat({ max: 12 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((steps) => {
    let minute = 0;
    let price = 1000;
    return barsOf(
      steps.map(({ skip, gap, move, up, down }): Row => {
        const open = Math.max(100, price + gap);
        const close = Math.max(100, open + move);
        const row: Row = [minute + skip, open / 10, (Math.max(open, close) + up) / 10, (Math.min(open, close) - down) / 10, close / 10];
        minute += skip + 1;
        price = close;
        return row;
      }),
    );
  });

describe("triple barrier, against a second telling of the rules", () => {
  test("random bars, brackets, horizons and sides", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        randomBars,
        fc.constantFrom<Direction>(1, -1),
        fc.constantFrom(0, 0.005, 0.01, 0.03),
        fc.constantFrom(0, 0.008, 0.015, 0.05),
        fc.integer({ min: 0, max: 30 }),
        (bars, direction, stopFraction, targetFraction, horizon) => {
          const o = options(horizon, { stopFraction, targetFraction });
          for (let row = 0; row < bars.length; row++) {
            const found = tripleBarrier(bars, row, direction, o);
            const expected = byHappenings(bars, row, direction, o);
            if (found === null || expected === null) expect(found).toBe(expected);
            else expect(found).toMatchObject(expected);
            seen.add(`${direction} ${found?.touch ?? "none"}`);
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(seen.size).toBe(8);
  });
});
