import fc from "fast-check";
import { expect, it } from "vitest";
import { RealisedVolatility } from "./realisedVolatility.ts";

const WINDOWS = [
  { fromBars: 0, toBars: 3 },
  { fromBars: 0, toBars: 12 },
  { fromBars: 4, toBars: 16 },
];

interface Step {
  readonly skip: number;
  readonly close: number;
}

/** The same from all bars, slot by slot. */
const naive = (bars: readonly { readonly slot: number; readonly close: number }[], { fromBars, toBars }: (typeof WINDOWS)[number]) => {
  const [first, last] = [bars[0], bars[bars.length - 1]];
  let [sum, present, missing] = [0, 0, 0];
  for (let back = fromBars; back < toBars; back += 1) {
    const slot = (last?.slot ?? NaN) - back;
    const at = bars.findIndex((bar) => bar.slot === slot);
    if (at > 0) {
      present += 1;
      sum += Math.log((bars[at]?.close ?? NaN) / (bars[at - 1]?.close ?? NaN)) ** 2;
    } else if (at < 0 && slot > (first?.slot ?? NaN)) missing += 1;
  }
  return { meanSquare: present === 0 ? NaN : sum / (present + missing), missingShare: 1 - present / (toBars - fromBars) };
};

it("equals the sums formed anew at every bar, with holes of any length and bars without a price", () => {
  const step = fc.record<Step>({
    skip: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 25 })),
    close: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 50, max: 200 }) }, fc.constantFrom(NaN, 0, -1, Infinity)),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
      const volatility = new RealisedVolatility(WINDOWS);
      const bars: { slot: number; close: number }[] = [];
      let slot = 1000;
      for (const { skip, close } of steps) {
        slot += skip + 1;
        const sound = close > 0 && close < Infinity;
        expect(volatility.push(slot, close)).toBe(sound);
        if (sound) bars.push({ slot, close });
        if (bars.length === 0 || !sound) continue;
        for (const [index, window] of WINDOWS.entries()) {
          const { meanSquare, missingShare } = naive(bars, window);
          if (Number.isNaN(meanSquare)) expect(volatility.meanSquare(index)).toBeNaN();
          else expect(volatility.meanSquare(index)).toBeCloseTo(meanSquare, 12);
          for (const tolerated of [0, 0.2, 0.5]) expect(volatility.isKnown(index, tolerated)).toBe(missingShare <= tolerated + 1e-12);
        }
      }
    }),
    { numRuns: 300 },
  );
});

it("takes no bar twice and none from before", () => {
  const volatility = new RealisedVolatility(WINDOWS);
  volatility.push(5, 100);
  volatility.push(6, 110);
  expect([volatility.push(6, 200), volatility.push(5, 200), volatility.push(4, 200)]).toEqual([false, false, false]);
  expect(volatility.meanSquare(0)).toBeCloseTo(Math.log(1.1) ** 2, 15);
});

it("does not drift: a year of bars after an earthquake, the sums are those of calm days", () => {
  const volatility = new RealisedVolatility([
    { fromBars: 0, toBars: 60 },
    { fromBars: 0, toBars: 5_000 },
  ]);
  let close = 100;
  for (let slot = 1; slot <= 525_600; slot += 1) {
    close *= slot % 997 === 0 ? 3 : slot % 997 === 1 ? 1 / 3 : slot % 2 === 0 ? 1.0005 : 1 / 1.0005;
    volatility.push(slot, close);
  }
  // 525,600 is 183 bars behind the last jump: the hour is calm, and its sum has no trace of what passed through it.
  expect(Math.sqrt(volatility.meanSquare(0)) / Math.log(1.0005)).toBeCloseTo(1, 9);
});
