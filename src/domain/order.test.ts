import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { besideTicks, bracketLevels, isBelowTick, trueFraction } from "./order.ts";
import type { Direction } from "./units.ts";

const levels = (entry: number, direction: Direction, stopFraction: number, targetFraction: number): readonly [number, number] => {
  const { stopTicks, targetTicks } = bracketLevels(entry, direction, { stopFraction, targetFraction });
  return [stopTicks, targetTicks];
};

describe("the levels of a bracket", () => {
  it.each<readonly [string, number, Direction, number, number, readonly [number, number]]>([
    ["the nearest ticks", 20_000, 1, 0.005, 0.015, [19_900, 20_300]],
    ["of a short the other way round", 20_000, -1, 0.005, 0.015, [20_100, 19_700]],
    ["none where none is asked", 20_000, 1, 0, 0, [0, 0]],
    ["a tick away where the distance rounds to nothing", 62, 1, 0.005, 0.001, [61, 63]],
    ["of a short too", 62, -1, 0.005, 0.001, [63, 61]],
    ["a tick above nothing where a stop rounds to a price of 0", 3, 1, 0.9, 0.1, [1, 4]],
    ["no stop below the lowest price", 1, 1, 0.005, 0.015, [0, 2]],
    ["no target below it", 1, -1, 0.005, 0.015, [2, 0]],
    ["a stop of a whole price or more is never reached", 100, 1, 1, 1.5, [0, 250]],
    ["nor is such a target of a short", 100, -1, 1.5, 1, [250, 0]],
    ["half a tick goes against a long: it sells lower", 300, 1, 0.015, 0.005, [295, 301]],
    ["half a tick goes against a short: it buys higher", 300, -1, 0.005, 0.015, [302, 296]],
  ])("%s", (_, entry, direction, stop, target, expected) => expect(levels(entry, direction, stop, target)).toEqual(expected));

  // Prices from 1e-8 to 1e6 in ticks from 1e-8 to 10: from one tick to 10^14.
  const entryTicks = fc
    .tuple(fc.double({ min: -8, max: 6, noNaN: true }), fc.integer({ min: -8, max: 1 }))
    .filter(([price, tick]) => price >= tick)
    .map(([price, tick]) => Math.max(1, Math.round(10 ** (price - tick))));
  const fraction = fc.double({ min: -9, max: -0.001, noNaN: true }).map((power) => 10 ** power);
  const direction = fc.constantFrom<Direction>(1, -1);

  it("stand on their own side of the entry, at least a tick away and within half a tick of what was asked, at any price (property)", () => {
    fc.assert(
      fc.property(entryTicks, direction, fraction, fraction, (entry, side, stop, target) => {
        const [stopTicks, targetTicks] = levels(entry, side, stop, target);
        for (const [level, signed] of [
          [stopTicks, -side * stop],
          [targetTicks, side * target],
        ] as const) {
          expect(Number.isSafeInteger(level)).toBe(true);
          if (level === 0) {
            expect([entry, signed < 0]).toEqual([1, true]);
            continue;
          }
          const distance = Math.sign(signed) * (level - entry);
          expect(distance).toBeGreaterThanOrEqual(1);
          const asked = Math.abs(signed) * entry;
          const most = signed < 0 ? entry - 1 : Infinity;
          expect(Math.abs(distance - Math.min(Math.max(1, asked), most))).toBeLessThanOrEqual(0.5 + 1e-15 * 4 * entry);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("are below a tick exactly where one distance that was asked is, and then farther than asked (property)", () => {
    fc.assert(
      fc.property(entryTicks, fraction, fraction, (entry, stopFraction, targetFraction) => {
        expect(isBelowTick(entry, { stopFraction, targetFraction })).toBe(Math.min(stopFraction, targetFraction) * entry < 1);
        expect(trueFraction(entry, stopFraction)).toBe(stopFraction * entry < 1 ? 1 / entry : stopFraction);
      }),
    );
    expect(isBelowTick(62, { stopFraction: 0, targetFraction: 0 })).toBe(false);
    expect(isBelowTick(200, { stopFraction: 0.005, targetFraction: 0 })).toBe(false);
    expect(isBelowTick(199, { stopFraction: 0.005, targetFraction: 0 })).toBe(true);
  });
});

describe("a price beside another", () => {
  it.each<readonly [number, Direction, number, number]>([
    [62, -1, 61.7, 61],
    [62, -1, 60.6, 61],
    [62, 1, 62.3, 63],
    [62.4, 1, 62.41, 63],
    [62.4, -1, 62.39, 62],
    [2, -1, 0.2, 1],
    [1, -1, 0.2, 0],
  ])("of %d on the side %d, wanted at %d, is %d", (from, side, wanted, expected) => expect(besideTicks(from, side, wanted)).toBe(expected));
});
