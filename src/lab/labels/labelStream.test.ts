import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_MARKET, simulatedInstrument } from "../../../streams/simulatedMarket.ts";
import { marketColumns } from "../../../streams/simulatedMarket/marketColumns.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import type { Bracket } from "../../domain/order.ts";
import { LabelStream, REGIME_BARS } from "./labelStream.ts";
import type { FinishedLabel } from "./labelStream.ts";
import type { WeightKind } from "./options.ts";
import { tripleBarrier } from "./tripleBarrier.ts";
import type { LabelBars } from "./tripleBarrier.ts";

const instrument = simulatedInstrument("BTCUSDT", 0);
const BRACKET: Bracket = { stopFraction: 0.005, targetFraction: 0.015 };

interface Told {
  readonly row: number;
  readonly label: FinishedLabel;
}

interface Telling {
  readonly horizonMs: number;
  readonly weight?: WeightKind;
  readonly decides?: (row: number) => boolean;
  readonly bracket?: (row: number) => Bracket;
}

const stream = (bars: LabelBars, { horizonMs, weight = "uniqueness", decides = () => true, bracket = () => BRACKET }: Telling) => {
  const [finished, unfinished, belowTick]: [Told[], number[], number[]] = [[], [], []];
  const labels = new LabelStream<number>({
    instrument,
    intervalMs: bars.intervalMs,
    horizonMs,
    weight,
    finished: (row, label) => void finished.push({ row, label: { ...label } }),
    unfinished: (row) => void unfinished.push(row),
    belowTick: (row) => void belowTick.push(row),
  });
  for (let row = 0; row < bars.length; row += 1) {
    labels.bar(bars.openTimeMs[row]!, bars.open[row]!, bars.high[row]!, bars.low[row]!, bars.close[row]!);
    labels.regime(row % 7);
    if (decides(row)) labels.decide(row, bracket(row));
  }
  labels.finish();
  return { finished, unfinished, belowTick };
};

const marketBars = (days: number, seed = 1, gapsPerDay = 6): LabelBars => ({
  ...marketColumns({ ...DEFAULT_MARKET, edge: "none", seed, days, gapsPerDay }),
  intervalMs: MINUTE_MS,
});

/** The definitions, all at once and the slow way: labels by `tripleBarrier`, a list of the labels open in each bar. */
const expectedOf = (bars: LabelBars, { horizonMs, weight = "uniqueness", decides = () => true, bracket = () => BRACKET }: Telling) => {
  const rows = Array.from({ length: bars.length - REGIME_BARS }, (_, row) => row).filter(decides);
  const labelled = rows.flatMap((row) => {
    const [long, short] = ([1, -1] as const).map((side) =>
      tripleBarrier(bars, row + 1, side, { bracket: bracket(row), horizonMs, instrument }),
    );
    return long && short ? [{ row, long, short }] : [];
  });
  const weights = (["long", "short"] as const).map((side) => {
    const open = new Map<number, number>();
    for (const of of labelled) for (let t = of.row + 1; t <= of[side].heldToRow; t += 1) open.set(t, (open.get(t) ?? 0) + 1);
    return labelled.map((of) => {
      let sum = 0;
      for (let t = of.row + 1; t <= of[side].heldToRow; t += 1)
        sum += (weight === "uniqueness" ? 1 : Math.log(bars.close[t]! / bars.close[t - 1]!)) / open.get(t)!;
      return weight === "uniqueness" ? sum / (of[side].heldToRow - of.row) : Math.abs(sum);
    });
  });
  return labelled.map(({ row, long, short }, i): Told => ({
    row,
    label: {
      longLabel: long.label,
      longReturn: long.return,
      longEndMs: long.endMs + MINUTE_MS,
      shortLabel: short.label,
      shortReturn: short.return,
      shortEndMs: short.endMs + MINUTE_MS,
      weight: (weights[0]![i]! + weights[1]![i]!) / 2,
      regimeTarget: (row + REGIME_BARS) % 7,
    },
  }));
};

const same = (bars: LabelBars, telling: Telling): void => {
  const { finished, unfinished } = stream(bars, telling);
  const expected = expectedOf(bars, telling);
  expect(finished.map(({ row }) => row)).toEqual(expected.map(({ row }) => row));
  for (const [i, { label }] of finished.entries()) {
    const { weight, ...rest } = expected[i]!.label;
    expect(label).toMatchObject(rest);
    expect(Math.abs(label.weight - weight)).toBeLessThanOrEqual(1e-12 * Math.max(weight, 1e-3));
  }
  const decided = Array.from({ length: bars.length }, (_, row) => row).filter(telling.decides ?? (() => true));
  expect([...finished.map(({ row }) => row), ...unfinished].sort((a, b) => a - b)).toEqual(decided);
};

describe("labels as the bars come", () => {
  test("say what single labels say, with concurrency counted the slow way: sides, horizons, samples, holes", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 50 }),
        fc.constantFrom(1, 7, 60, 300),
        fc.constantFrom<WeightKind>("uniqueness", "returnAttribution"),
        fc.constantFrom(1, 5, 97),
        (seed, horizonMinutes, weight, every) => {
          const bars = marketBars(1.2, seed, 20);
          const bracket = (row: number): Bracket => ({ stopFraction: 0.001 * (1 + (row % 5)), targetFraction: 0.002 * (1 + (row % 3)) });
          same(bars, { horizonMs: horizonMinutes * MINUTE_MS, weight, decides: (row) => row % every === 0, bracket });
        },
      ),
      { numRuns: 24 },
    );
  });

  test("a lone label has weight 1; of two that share 3 of their 5 bars each, every bar counts once", () => {
    // Flat prices: all end at the time limit. Decisions at rows 0 and 2, lives rows 1–5 and 3–7: (1 + 1 + ½ + ½ + ½) / 5 = 0.7.
    const rows = 300;
    const flat = new Float64Array(rows).fill(100);
    const openTimeMs = Float64Array.from({ length: rows }, (_, row) => row * MINUTE_MS);
    const bars: LabelBars = { length: rows, intervalMs: MINUTE_MS, openTimeMs, open: flat, high: flat, low: flat, close: flat };
    const weights = (decided: readonly number[]): number[] =>
      stream(bars, { horizonMs: 5 * MINUTE_MS, decides: (row) => decided.includes(row) }).finished.map(({ label }) => label.weight);
    expect(weights([0])).toEqual([1]);
    expect(weights([0, 10])).toEqual([1, 1]);
    expect(weights([0, 2]).map((weight) => weight.toFixed(12))).toEqual(["0.700000000000", "0.700000000000"]);
  });

  test("return attribution shares each bar's return; a label alone gets its own move", () => {
    const close = Float64Array.from({ length: 300 }, (_, row) => 100 + row);
    const openTimeMs = close.map((_, row) => row * MINUTE_MS);
    const bars: LabelBars = { length: 300, intervalMs: MINUTE_MS, openTimeMs, open: close, high: close, low: close, close };
    const none: Bracket = { stopFraction: 0, targetFraction: 0 };
    const telling = { horizonMs: 5 * MINUTE_MS, weight: "returnAttribution" as const, bracket: () => none };
    const alone = stream(bars, { ...telling, decides: (row) => row === 10 }).finished;
    expect(alone[0]?.label.weight).toBeCloseTo(Math.log(115 / 110), 14);
    // The second life is rows 14–18: it shares rows 14 and 15.
    const two = stream(bars, { ...telling, decides: (row) => row === 10 || row === 13 }).finished;
    expect(two[0]?.label.weight).toBeCloseTo(Math.log(113 / 110) + Math.log(115 / 113) / 2, 14);
    expect(two[1]?.label.weight).toBeCloseTo(Math.log(118 / 115) + Math.log(115 / 113) / 2, 14);
  });

  test("a stop or target nearer than a tick is no label: the row is dropped as if it had not been decided, and told (property)", () => {
    const narrow = fc.constantFrom(1e-9, 1e-7, 3e-6).map((fraction) => fraction);
    fc.assert(
      fc.property(
        fc.nat({ max: 50 }),
        fc.constantFrom(1, 7, 60),
        narrow,
        fc.boolean(),
        fc.integer({ min: 2, max: 9 }),
        (seed, minutes, fraction, ofTarget, every) => {
          const bars = marketBars(0.6, seed, 20);
          const isNarrow = (row: number): boolean => row % every === 1;
          const bracket = (row: number): Bracket =>
            !isNarrow(row)
              ? BRACKET
              : ofTarget
                ? { stopFraction: 0.005, targetFraction: fraction }
                : { stopFraction: fraction, targetFraction: 0 };
          const telling = { horizonMs: minutes * MINUTE_MS, bracket };
          const [all, without] = [stream(bars, telling), stream(bars, { ...telling, decides: (row) => !isNarrow(row) })];
          expect(all.finished).toEqual(without.finished);
          // The entry of the last row's decision is not there.
          const dropped = Array.from({ length: bars.length - 1 }, (_, row) => row).filter(isNarrow);
          expect(all.belowTick).toEqual(dropped);
          expect(all.unfinished.filter((row) => !isNarrow(row))).toEqual(without.unfinished);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("a price that never moves is never stopped, however coarse the tick: long and short", () => {
    const flat = new Float64Array(300).fill(6.2);
    const openTimeMs = Float64Array.from({ length: 300 }, (_, row) => row * MINUTE_MS);
    const bars: LabelBars = { length: 300, intervalMs: MINUTE_MS, openTimeMs, open: flat, high: flat, low: flat, close: flat };
    const coarse = { ...instrument, tickSize: 0.1 };
    for (const direction of [1, -1] as const)
      expect(tripleBarrier(bars, 5, direction, { bracket: BRACKET, horizonMs: 5 * MINUTE_MS, instrument: coarse })).toMatchObject({
        touch: "time",
        exitTicks: 62,
      });
    const { finished, belowTick } = stream(bars, { horizonMs: 5 * MINUTE_MS, decides: (row) => row < 40 });
    expect([finished.length, belowTick.length]).toEqual([0, 40]);
  });

  test("a state nobody told is −1, and a decision that the data end before counts nowhere", () => {
    const bars = marketBars(0.3, 3, 0);
    const labels = new LabelStream<number>({
      instrument,
      intervalMs: MINUTE_MS,
      horizonMs: MINUTE_MS,
      weight: "uniqueness",
      finished: (_, label) => {
        expect(label.regimeTarget).toBe(-1);
      },
      unfinished: (row) => {
        expect(row).toBeGreaterThanOrEqual(bars.length - REGIME_BARS);
      },
      belowTick: () => undefined,
    });
    expect.assertions(bars.length);
    for (let row = 0; row < bars.length; row += 1) {
      labels.bar(bars.openTimeMs[row]!, bars.open[row]!, bars.high[row]!, bars.low[row]!, bars.close[row]!);
      labels.decide(row, BRACKET);
    }
    labels.finish();
  });

  test("30 days of the simulated null: the default bracket ends in each way, and earns nothing gross", () => {
    const { finished } = stream(marketBars(30, 1, 2), { horizonMs: 60 * MINUTE_MS });
    for (const side of ["long", "short"] as const) {
      const share = (label: number): number => finished.filter((told) => told.label[`${side}Label`] === label).length / finished.length;
      expect(share(-1)).toBeGreaterThan(0.1);
      expect(share(1)).toBeGreaterThan(0.002);
      expect(share(0)).toBeGreaterThan(0.4);
    }
    // Stop first in a bar that touches both costs a little: a mean of a few hundredths of a percent at most.
    expect(Math.abs(finished.reduce((sum, told) => sum + told.label.longReturn, 0) / finished.length)).toBeLessThan(0.0005);
  });
});
