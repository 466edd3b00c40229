import { expect, it } from "vitest";
import { simulatedBlock } from "../../../test/featureRows.ts";
import { Bar } from "../../../src/domain/kline.ts";
import { FeatureBar } from "../featureBar.ts";
import { regimeInputs } from "./regimeInputs.ts";

const block = simulatedBlock(4000, 21);

/** Values at the last of some rows. */
const run = (state: unknown, bar: FeatureBar, from: number, to: number): number[] => {
  const out = new Float64Array(2);
  for (let row = from; row < to; row += 1) {
    bar.take(new Bar(block, row, row, true, 1), 0.001, 1, 1, 1, 1);
    regimeInputs.bar(state, bar, out, 0);
  }
  return [...out];
};

it("regimeInputs keep a month's samples over a gap, and nothing of the 240 bars", () => {
  const state = regimeInputs.init();
  const bar = new FeatureBar();
  run(state, bar, 0, 2500);
  expect(regimeInputs.gap?.(state, 80)).toBe(true);
  bar.reset();
  const known = 2580 + (regimeInputs.gapWarmUpBars ?? 0);
  const [v, t] = run(state, bar, 2580, known);
  // Of this stretch alone: the trend is the same, the percentile has no more than a sample to go by.
  const [vOfStretch, tOfStretch] = run(regimeInputs.init(), new FeatureBar(), 2580, known);
  expect(t).toBe(tOfStretch);
  expect([vOfStretch, v]).not.toContain(Number.NaN);
  expect(v).not.toBe(vOfStretch);
  // 2 % of 30 days are 864 minutes, 80 of which are missing already.
  expect(regimeInputs.gap?.(state, 784)).toBe(false);
});
