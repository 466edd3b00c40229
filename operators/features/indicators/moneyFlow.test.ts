import fc from "fast-check";
import { expect, it } from "vitest";
import { FeatureBar } from "../featureBar.ts";
import { MoneyFlow } from "./moneyFlow.ts";

type Ticks = readonly [low: number, close: number, high: number];
/** Minutes that hardly move: sums of three prices are often those of the bar before. */
const bars = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 3, max: 5 }), fc.integer({ min: 5, max: 8 })), {
  minLength: 20,
  maxLength: 60,
});

const shareOf = (rows: readonly Ticks[], unit: number): number => {
  const flow = new MoneyFlow(14);
  const bar = new FeatureBar();
  for (const [low, close, high] of rows) {
    const price = (ticks: number): number => ((1_640_000 + ticks) / 100) * unit;
    bar.typical = (price(high) + price(low) + price(close)) / 3;
    bar.volume = 1;
    flow.add(bar);
  }
  return flow.share;
};

it("does not depend on the units of the prices, whose sums round differently (property)", () => {
  fc.assert(
    fc.property(bars, (rows) => Math.abs(shareOf(rows, 1) - shareOf(rows, 1000)) < 1e-9),
    { numRuns: 300 },
  );
});

it("counts a change of one tick in one of the three", () => {
  const up: Ticks[] = Array.from({ length: 15 }, (_, i) => [i % 2, 3, 5] as const);
  expect(shareOf(up, 1)).toBeGreaterThan(0.49);
});
