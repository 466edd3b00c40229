import { expect, test } from "vitest";
import { eventRows, minuteMs } from "../../../test/features/handEvents.ts";
import type { HandBook } from "../../../test/features/handEvents.ts";
import { handBar } from "../../../test/features/familyRows.ts";
import { book } from "./book.ts";

const bars = (count: number): ReturnType<typeof handBar>[] => Array.from({ length: count }, (_, i) => handBar(i, {}));
/** Levels one step apart: `qty(i)` at the i-th from the best. */
const side = (best: number, step: number, levels: number, qty: (level: number) => number): number[] =>
  Array.from({ length: levels }, (_, level) => [best + step * level, qty(level)]).flat();
const at = (minute: number, bids: readonly number[], asks: readonly number[]): HandBook => ({ knownAtMs: minuteMs(minute), bids, asks });

test("ten levels of each side: imbalance, quantity per move, share of the best", () => {
  const deep = at(
    0.5,
    side(99.9, -0.1, 30, () => 3),
    side(100.1, 0.1, 30, (level) => (level === 0 ? 2 : 1)),
  );
  const row = eventRows(book, bars(1), [deep])[0];
  // 30 against 11; the tenth levels lie 1.0 from the mid of 100: 10 σ of 1e-3. V̄ = 10.
  expect(row?.["depth_imbalance_10"]).toBeCloseTo(19 / 41, 12);
  expect(row?.["depth_slope_10"]).toBeCloseTo(Math.log(4.1 / 10), 9);
  expect(row?.["depth_ratio_1_10"]).toBeCloseTo(5 / 41, 12);
});

test("fewer than ten levels count as far as they go", () => {
  const row = eventRows(book, bars(1), [
    at(
      0.5,
      side(99.9, -0.1, 2, () => 1),
      side(100.1, 0.1, 1, () => 4),
    ),
  ])[0];
  // 2 against 4; the deepest levels are 99.8 and 100.1: 0.15 from the mid on average, 1.5 σ.
  expect(row?.["depth_imbalance_10"]).toBeCloseTo(-1 / 3, 12);
  expect(row?.["depth_slope_10"]).toBeCloseTo(Math.log(0.6 / 1.5), 9);
  expect(row?.["depth_ratio_1_10"]).toBeCloseTo(5 / 6, 12);
});

test("is known for two minutes after a change, and not without one of its sides", () => {
  const full = at(1.5, [99, 1], [101, 1]);
  const known = (events: readonly HandBook[]): number[] => eventRows(book, bars(8), events).flatMap((row, i) => (row === null ? [] : [i]));
  expect(known([full])).toEqual([1, 2]);
  expect(known([full, at(2.5, [], [101, 1]), at(4.5, [99, 1], [101, 1])])).toEqual([1, 4, 5]);
});
