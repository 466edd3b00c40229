import { describe, expect, test } from "vitest";
import { eventRows, markAt, openInterestAt, ratiosAt } from "../../../test/features/handEvents.ts";
import { handBar } from "../../../test/features/familyRows.ts";
import { longShortRatio } from "./longShortRatio.ts";
import { markPrice } from "./markPrice.ts";
import { openInterest } from "./openInterest.ts";

const bars = (count: number): ReturnType<typeof handBar>[] => Array.from({ length: count }, (_, i) => handBar(i, {}));
const knownFrom = (rows: readonly unknown[]): [number, number] => {
  const known = rows.map((row) => row !== null);
  return [known.indexOf(true), known.lastIndexOf(true)];
};

describe("mark price", () => {
  test("is known for five minutes after an event", () => {
    expect(knownFrom(eventRows(markPrice, bars(20), [markAt(3.5, 100, 100)]))).toEqual([3, 7]);
  });

  test("the basis, its change over 60 bars, the next rate and the gap to the close", () => {
    // σ = 1e-3, close 100: mark 100.2 on an index of 100 is 2 σ; before, mark 100.05 was half a σ.
    const events = Array.from({ length: 70 }, (_, i) => (i < 60 ? markAt(i, 100.05, 100) : markAt(i, 100.2, 100, -2e-4)));
    const rows = eventRows(markPrice, bars(70), events);
    expect(rows[58]).toMatchObject({ basis_change_60: 0 });
    const row = rows[65];
    expect(row?.["basis"]).toBeCloseTo(2, 9);
    expect(row?.["basis_change_60"]).toBeCloseTo(1.5 / Math.sqrt(60), 9);
    expect(row?.["next_funding_rate"]).toBeCloseTo(-2, 12);
    expect(row?.["mark_close_gap"]).toBeCloseTo(2, 9);
  });

  test("without an index price and a next rate the others remain", () => {
    const row = eventRows(markPrice, bars(5), [markAt(3, 100.1, NaN, NaN)])[4];
    expect(row).toMatchObject({ basis: 0, basis_change_60: 0, next_funding_rate: 0 });
    expect(row?.["mark_close_gap"]).toBeCloseTo(1, 9);
  });

  test("a change over a hole is 0, as its beginning is not known", () => {
    const events = [markAt(0, 100, 100), ...Array.from({ length: 100 }, (_, i) => markAt(70 + i, 101, 100))];
    const rows = eventRows(markPrice, bars(160), events);
    expect(rows.slice(70, 129).map((row) => row?.["basis_change_60"])).toEqual(Array.from({ length: 59 }, () => 0));
  });
});

describe("open interest", () => {
  test("is known for twenty minutes after an event; one without a quantity is none", () => {
    expect(knownFrom(eventRows(openInterest, bars(60), [openInterestAt(3, 1000), openInterestAt(9, 0), openInterestAt(10, NaN)]))).toEqual([
      2, 22,
    ]);
  });

  test("changes over an hour and a day, and the ratio to a day's volume", () => {
    const events = Array.from({ length: 320 }, (_, i) => openInterestAt(5 * i, 14_400 * (1 + i / 100)));
    const row = eventRows(openInterest, bars(1500), events)[1499];
    // The bar of minute 1499 closes at 1500, with event 300 (4 × 14,400); an hour before it was event 288, a day before event 12.
    expect(row?.["open_interest_change_60"]).toBeCloseTo(100 * Math.log(4 / 3.88), 9);
    expect(row?.["open_interest_change_1440"]).toBeCloseTo(100 * Math.log(4 / 1.12), 9);
    // V̄ = 10 a minute is 14,400 a day.
    expect(row?.["open_interest_volume_ratio"]).toBeCloseTo(Math.log(4), 12);
  });
});

describe("long/short ratios", () => {
  test("logs of the four ratios; what a source leaves out counts as 1", () => {
    const rows = eventRows(longShortRatio, bars(30), [ratiosAt(1, 2, 0.5, 1.5, NaN)]);
    expect(knownFrom(rows)).toEqual([0, 20]);
    expect(rows[0]).toEqual({
      top_account_ratio: Math.log(2),
      top_position_ratio: Math.log(0.5),
      global_account_ratio: Math.log(1.5),
      taker_volume_ratio: 0,
      global_account_change_60: 0,
    });
  });

  test("the change of the ratio of all accounts over an hour", () => {
    const events = Array.from({ length: 20 }, (_, i) => ratiosAt(5 * i, 1, 1, 1 + i / 10, 1));
    const row = eventRows(longShortRatio, bars(80), events)[79];
    expect(row?.["global_account_change_60"]).toBeCloseTo(Math.log(2.6 / 1.4), 12);
  });
});
