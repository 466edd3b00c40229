import fc from "fast-check";
import { expect, it } from "vitest";
import type { Direction } from "../../src/domain/units.ts";
import { UNIT } from "../../test/venueDesk.ts";
import { breakEvenTicks } from "./breakEven.ts";

/** Ticks of UNIT are 1. */
const even = (averageTicks: number, closeTicks: number, side: Direction, costFraction: number): number =>
  breakEvenTicks({ position: { averageTicks }, bar: { close: closeTicks }, instrument: UNIT } as never, side, costFraction);

it.each<[string, Parameters<typeof even>, number]>([
  ["stands at the entry and its costs", [20_000, 20_200, 1, 0.0012], 20_024],
  ["of a short the other way round", [20_000, 19_800, -1, 0.0012], 19_976],
  ["stands a tick beyond the entry where the costs are less than one", [62, 64, 1, 0.0012], 63],
  ["of a short too", [62, 60, -1, 0.0012], 61],
  ["stands at the entry where there are no costs", [62, 63, 1, 0], 62],
  ["of a price between the ticks at the next one beyond it", [62.4, 64, 1, 0.0012], 63],
  ["waits while the price is not a tick beyond it", [62, 63, 1, 0.0012], NaN],
  ["waits for a short as well", [62, 61, -1, 0.0012], NaN],
])("%s", (_, terms, expected) => expect(even(...terms)).toBe(expected));

it("covers the costs to the tick and is not touched by the price it was asked at (property)", () => {
  const price = fc.double({ min: 2, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(price, fc.double({ min: 0.9, max: 1.1, noNaN: true }), fc.constantFrom<Direction>(1, -1), (average, move, side) => {
      const close = Math.max(1, Math.round(average * move));
      const stop = even(average, close, side, 0.0012);
      if (Number.isNaN(stop)) expect(side * (close - average * (1 + side * 0.0012))).toBeLessThan(2);
      else {
        expect(side * (stop - average)).toBeGreaterThan(0);
        expect(side * (stop - average * (1 + side * 0.0012))).toBeGreaterThanOrEqual(-0.5 - average * 1e-15);
        expect(side * (close - stop)).toBeGreaterThanOrEqual(1);
      }
    }),
  );
});
