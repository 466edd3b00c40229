import { expect, test } from "vitest";
import { eventRows, fundingAt } from "../../../test/features/handEvents.ts";
import { handBar } from "../../../test/features/familyRows.ts";
import { funding } from "./funding.ts";

const EIGHT_HOURS = 480;
const bars = (count: number, from = 0): ReturnType<typeof handBar>[] => Array.from({ length: count }, (_, i) => handBar(from + i, {}));

test("is known from the first settlement on and for two days after the last", () => {
  const rows = eventRows(funding, bars(3000), [fundingAt(10, 1e-4)]);
  // The bar of minute 9 closes at minute 10, with the settlement; two days are 2880 minutes.
  expect(rows.map((row) => row !== null).indexOf(true)).toBe(9);
  expect(rows.map((row) => row !== null).lastIndexOf(true)).toBe(9 + 2880);
  expect(rows[9]).toEqual({ funding_rate: 1, funding_sum_day: 1, funding_sum_week: 1, funding_zscore_30d: 0, funding_extreme_30d: 0.5 });
});

test("sums a day and a week, and places the rate among those of 30 days", () => {
  // 120 settlements: rate k is (k % 7 − 2) × 1e-4. numpy: r = (np.arange(120) % 7 - 2); w = r[-90:];
  // r[-3:].sum(), r[-21:].sum(), (w[-1] - w.mean()) / w.std(), (w[-1] - w.min()) / (w.max() - w.min())
  const events = Array.from({ length: 120 }, (_, k) => fundingAt(k * EIGHT_HOURS, ((k % 7) - 2) * 1e-4));
  const row = eventRows(funding, bars(5, 119 * EIGHT_HOURS - 1), events).at(-1);
  expect(row?.["funding_rate"]).toBeCloseTo(-2, 12);
  expect(row?.["funding_sum_day"]).toBeCloseTo(5, 12);
  expect(row?.["funding_sum_week"]).toBeCloseTo(21, 12);
  expect(row?.["funding_zscore_30d"]).toBeCloseTo(-1.5112043982125436, 12);
  expect(row?.["funding_extreme_30d"]).toBe(0);
});

test("forgets an extreme that is 30 days old", () => {
  const events = Array.from({ length: 92 }, (_, k) => fundingAt(k * EIGHT_HOURS, k === 0 ? 1e-2 : k * 1e-6));
  const rows = eventRows(funding, bars(2 * EIGHT_HOURS, 88 * EIGHT_HOURS), events);
  expect(rows[0]?.["funding_extreme_30d"]).toBeLessThan(0.01);
  expect(rows.at(-1)?.["funding_extreme_30d"]).toBe(1);
});

test("hourly settlements of 60 days stay within the memory of 30 days", () => {
  const events = Array.from({ length: 1440 }, (_, k) => fundingAt(k * 60, k * 1e-7));
  const row = eventRows(funding, bars(1, 1439 * 60), events).at(-1);
  // Of the last 720 rates: (719 − 359.5) / sqrt((720² − 1) / 12).
  expect(row?.["funding_zscore_30d"]).toBeCloseTo(359.5 / Math.sqrt((720 * 720 - 1) / 12), 9);
});
