import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BookSide } from "./bookSide.ts";

/** What a side must hold, the plain way. */
const sorted = (levels: ReadonlyMap<number, number>, sign: 1 | -1): number[] => [...levels].sort(([a], [b]) => sign * (b - a)).flat();
const held = (side: BookSide): number[] => {
  const out = new Float64Array(2 * side.levels);
  expect(side.writeTop(out, 0, side.levels)).toBe(side.levels);
  return [...out];
};

/** Prices in ticks: near each other, or so far apart that the window of 65,536 ticks must move. */
const near = fc.integer({ min: 500_000, max: 500_040 });
const farOff = fc.integer({ min: 1, max: 1_000_000 });
const changes = (price: fc.Arbitrary<number>): fc.Arbitrary<(readonly [number, number])[]> =>
  fc.array(fc.tuple(price, fc.integer({ min: 0, max: 2 })), { maxLength: 200 });

describe.each([1, -1] as const)("side %i", (sign) => {
  it.each([
    ["near prices", near],
    ["prices all over", farOff],
    ["both", fc.oneof(near, fc.integer({ min: 460_000, max: 540_000 }), farOff)],
  ])("holds what a map holds, sorted from the best on: %s", (_, price) => {
    fc.assert(
      fc.property(changes(price), changes(price), (first, rest) => {
        const levels = new Map<number, number>();
        const start = new Map(first.filter(([, qty]) => qty > 0).map(([ticks, qty]) => [ticks / 10, qty]));
        const side = new BookSide(sign, 0.1);
        side.load(Float64Array.from(sorted(start, sign)));
        for (const [ticks, qty] of start) levels.set(ticks, qty);
        for (const [ticks, qty] of rest) {
          // The decimal as a parser reads it, which is not ticks × 0.1.
          const text = Number(`${Math.floor(ticks / 10)}.${ticks % 10}`);
          side.apply(Float64Array.of(text, qty));
          if (qty === 0) levels.delete(text);
          else levels.set(text, qty);
          expect(side.bestPrice).toBe(sorted(levels, sign)[0] ?? NaN);
        }
        expect(held(side)).toEqual(sorted(levels, sign));
        for (const [ticks] of rest) expect(side.qtyOf(ticks / 10)).toBe(levels.get(ticks / 10) ?? 0);
      }),
      { numRuns: 50 },
    );
  });

  it("sets many levels in one message", () => {
    const side = new BookSide(sign, 1);
    side.load(Float64Array.of(100, 1));
    side.apply(Float64Array.of(100, 0, 70_000, 2, 200_000, 3, 5, 4, 70_000, 0));
    expect(held(side)).toEqual(sign === 1 ? [200_000, 3, 5, 4] : [5, 4, 200_000, 3]);
  });
});

it("an empty side has no best price", () => {
  const side = new BookSide(1, 0.5);
  expect([side.bestPrice, side.levels, side.qtyOf(7), side.writeTop(new Float64Array(20), 0, 10)]).toEqual([NaN, 0, 0, 0]);
  side.load(Float64Array.of(3, 30, 2, 20));
  expect([side.bestPrice, side.levels, side.qtyOf(2)]).toEqual([3, 2, 20]);
  side.clear();
  expect([side.bestPrice, side.levels, side.qtyOf(2)]).toEqual([NaN, 0, 0]);
});

it("tells of a price between the ticks", () => {
  const side = new BookSide(1, 0.5);
  side.apply(Float64Array.of(3, 1, 3.2, 1));
  expect([side.offTick, side.levels]).toEqual([3.2, 1]);
});
