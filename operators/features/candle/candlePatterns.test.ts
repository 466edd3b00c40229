import { expect, test } from "vitest";
import { handBar, lastOf } from "../../../test/features/familyRows.ts";
import type { KlineValues } from "../../../src/domain/kline.ts";
import { candlePatterns } from "./candlePatterns.ts";

const candle = (open: number, high: number, low: number, close: number): Partial<KlineValues> => ({ open, high, low, close });
const last = (column: string, ...candles: Partial<KlineValues>[]): number =>
  lastOf(
    candlePatterns,
    column,
    candles.map((values, i) => handBar(i, values)),
    [1e-3, 1, 1],
  );

test("a bar strictly inside the one before", () => {
  expect(last("inside_bar", candle(100, 104, 98, 102), candle(101, 103, 99, 100))).toBe(1);
  expect(last("inside_bar", candle(100, 104, 98, 102), candle(101, 104, 99, 100))).toBe(0);
  expect(last("inside_bar", candle(101, 103, 99, 100), candle(100, 104, 98, 102))).toBe(0);
  expect(last("inside_bar", candle(101, 103, 99, 100))).toBe(0);
});

test("a body around the body before, with the other sign", () => {
  const falling = candle(102, 103, 99, 100);
  const rising = candle(100, 103, 99, 102);
  expect(last("engulfing", falling, candle(100, 104, 98, 102))).toBe(1);
  expect(last("engulfing", falling, candle(99, 104, 98, 103))).toBe(1);
  expect(last("engulfing", falling, candle(100.5, 104, 98, 103))).toBe(0);
  expect(last("engulfing", rising, candle(103, 104, 98, 99))).toBe(-1);
  expect(last("engulfing", rising, candle(101, 104, 98, 99))).toBe(0);
  expect(last("engulfing", rising, candle(99, 104, 98, 103))).toBe(0);
  expect(last("engulfing", candle(100, 100, 100, 100), candle(99, 104, 98, 103))).toBe(0);
});
