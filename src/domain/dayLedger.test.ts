import { describe, expect, it } from "vitest";
import type { DayLedger } from "./dayLedger.ts";
import { closeDay, dayLedger } from "./dayLedger.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./units.ts";

const DAY = Date.UTC(2023, 0, 2);
type Close = readonly [closeMs: number, equityUsdt: number];
const after = (...closes: readonly Close[]): DayLedger => {
  const day = dayLedger();
  for (const [closeMs, equityUsdt] of closes) closeDay(day, closeMs, equityUsdt);
  return day;
};

describe("the day", () => {
  it("is none before the first moment with a known equity", () => {
    const none = { startMs: NaN, startUsdt: NaN, peakUsdt: NaN, lastUsdt: NaN };
    expect(after()).toEqual(none);
    expect(after([DAY, NaN])).toEqual(none);
  });
  it("begins in its middle with the first moment, at that moment's equity", () => {
    expect(after([DAY + HOUR_MS, 100])).toEqual({ startMs: DAY, startUsdt: 100, peakUsdt: 100, lastUsdt: 100 });
  });
  it("keeps its start until the next 00:00 UTC", () => {
    expect(after([DAY + HOUR_MS, 100], [DAY + 2 * HOUR_MS, 90], [DAY + DAY_MS - 1, 80])).toMatchObject({ startMs: DAY, startUsdt: 100 });
    expect(after([DAY, 100], [DAY + MINUTE_MS, 90])).toMatchObject({ startMs: DAY, startUsdt: 100 });
  });
  it("begins with the moment that closes at 00:00 UTC, at that moment's equity", () => {
    const next = after([DAY + HOUR_MS, 100], [DAY + DAY_MS, 80]);
    expect(next).toMatchObject({ startMs: DAY + DAY_MS, startUsdt: 80, lastUsdt: 80 });
    closeDay(next, DAY + DAY_MS + MINUTE_MS, 70);
    expect(next).toMatchObject({ startMs: DAY + DAY_MS, startUsdt: 80, lastUsdt: 70 });
  });
  it("begins with the last equity before a hole over midnight, however long it is", () => {
    expect(after([DAY, 100], [DAY + HOUR_MS, 90], [DAY + DAY_MS + 1, 80])).toMatchObject({ startMs: DAY + DAY_MS, startUsdt: 90 });
    expect(after([DAY, 100], [DAY + HOUR_MS, 90], [DAY + 5 * DAY_MS + HOUR_MS, 80])).toMatchObject({
      startMs: DAY + 5 * DAY_MS,
      startUsdt: 90,
      lastUsdt: 80,
    });
  });
  it("begins with the last known equity when that of 00:00 is not known", () => {
    expect(after([DAY, 100], [DAY + DAY_MS, NaN])).toMatchObject({ startMs: DAY, lastUsdt: 100 });
    expect(after([DAY, 100], [DAY + DAY_MS, NaN], [DAY + DAY_MS + MINUTE_MS, 80])).toMatchObject({
      startMs: DAY + DAY_MS,
      startUsdt: 100,
    });
  });
});

it("the peak is the highest known equity at the close of a moment, over all days", () => {
  const peak = (...equities: readonly number[]): number => after(...equities.map((usdt, at): Close => [DAY + at * HOUR_MS, usdt])).peakUsdt;
  expect(peak(100)).toBe(100);
  expect(peak(100, 120, 110)).toBe(120);
  expect(peak(100, 90, NaN, 80)).toBe(100);
  expect(peak(NaN, 100, ...Array<number>(30).fill(90))).toBe(100);
});
