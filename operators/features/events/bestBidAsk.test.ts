import { expect, test } from "vitest";
import { eventRows, quoteAt } from "../../../test/features/handEvents.ts";
import { handBar } from "../../../test/features/familyRows.ts";
import { bestBidAsk } from "./bestBidAsk.ts";

const bars = (count: number): ReturnType<typeof handBar>[] => Array.from({ length: count }, (_, i) => handBar(i, {}));

test("is known for five minutes after a quote; one without a side is none", () => {
  const known = eventRows(bestBidAsk, bars(20), [quoteAt(1.5, 99, 1, 101, 1), quoteAt(4.5, 0, 0, 101, 1)]).map((row) => row !== null);
  expect([known.indexOf(true), known.lastIndexOf(true)]).toEqual([1, 5]);
});

test("the spread in σ and where the weighted mid price lies in it", () => {
  const row = eventRows(bestBidAsk, bars(1), [quoteAt(0.5, 99.9, 30, 100.1, 10)])[0];
  expect(row?.["spread"]).toBeCloseTo(2, 9); // 0.2 / 100 / 1e-3
  // micro = (99.9 × 10 + 100.1 × 30) / 40 = 100.05: a quarter of the spread above the mid.
  expect(row?.["microprice_offset"]).toBeCloseTo(0.25, 12);
  expect(row?.["order_flow_imbalance_1"]).toBe(0);
  expect(eventRows(bestBidAsk, bars(1), [quoteAt(0.5, 99.9, 10, 100.1, 30)])[0]?.["microprice_offset"]).toBeCloseTo(-0.25, 12);
});

// Equation 1 of Cont, Kukanov & Stoikov (2014) from bid 100 × 10, ask 101 × 20, by hand.
test.each([
  ["the bid grows by 5", [100, 15, 101, 20], 5],
  ["the bid shrinks by 4", [100, 6, 101, 20], -4],
  ["the ask grows by 5", [100, 10, 101, 25], -5],
  ["a better bid of 7", [100.5, 7, 101, 20], 7],
  ["the bid is taken away", [99, 30, 101, 20], -10],
  ["a better ask of 3", [100, 10, 100.5, 3], -3],
  ["the ask is lifted", [100, 10, 102, 8], 20],
] as const)("order flow: %s", (_, [bid, bidQty, ask, askQty], flow) => {
  const rows = eventRows(bestBidAsk, bars(2), [quoteAt(0.5, 100, 10, 101, 20), quoteAt(1.5, bid, bidQty, ask, askQty)]);
  expect(rows[1]?.["order_flow_imbalance_1"]).toBeCloseTo(flow / ((bidQty + askQty) / 2), 12);
  // The first quote, without one before it, brings depth (15) and no flow.
  expect(rows[1]?.["order_flow_imbalance_15"]).toBeCloseTo(flow / ((15 + (bidQty + askQty) / 2) / 2), 12);
});

test("order flow leaves after its bar, and after 15 bars; silence is 0", () => {
  const events = [
    quoteAt(0.5, 100, 10, 101, 10),
    quoteAt(1.5, 100, 20, 101, 10),
    quoteAt(5.5, 100, 20, 101, 10),
    quoteAt(10, 100, 20, 101, 10),
  ];
  const rows = eventRows(bestBidAsk, bars(15), events);
  expect(rows[2]?.["order_flow_imbalance_1"]).toBe(0);
  expect(rows[14]?.["order_flow_imbalance_15"]).toBeCloseTo(10 / 13.75, 12);
});
