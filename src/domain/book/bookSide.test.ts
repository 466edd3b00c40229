import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BookSide } from "./bookSide.ts";

/** What a side must hold, the plain way. */
const sorted = (levels: ReadonlyMap<number, number>, sign: 1 | -1): number[] => [...levels].sort(([a], [b]) => sign * (b - a)).flat();
const held = (side: BookSide): number[] => {
  const out = new Float64Array(2 * side.levels);
  side.writeTop(out, 0, side.levels);
  return [...out];
};
const change = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 3 }));

describe.each([1, -1] as const)("side %i", (sign) => {
  it("holds what a map holds, sorted from the best on", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
        const side = new BookSide(sign);
        const levels = new Map<number, number>();
        for (const [price, qty] of changes) {
          side.set(price / 10, qty);
          if (qty === 0) levels.delete(price / 10);
          else levels.set(price / 10, qty);
        }
        expect(held(side)).toEqual(sorted(levels, sign));
        for (const [price] of changes) expect(side.qtyOf(price / 10)).toBe(levels.get(price / 10) ?? 0);
      }),
    );
  });

  it("grows, and forgets the worst levels beyond its bound", () => {
    const side = new BookSide(sign, 3000);
    for (let i = 1; i <= 4000; i += 1) side.set(i, i);
    expect(side.levels).toBe(3000);
    expect(side.priceAt(0)).toBe(sign === 1 ? 4000 : 1);
    expect(side.priceAt(2999)).toBe(sign === 1 ? 1001 : 3000);
  });
});

it("says nothing beyond its last level", () => {
  const side = new BookSide(1);
  side.load(Float64Array.of(3, 30, 2, 20));
  expect([side.priceAt(0), side.qtyAt(0), side.priceAt(1), side.qtyAt(1)]).toEqual([3, 30, 2, 20]);
  expect([side.priceAt(2), side.qtyAt(2), side.qtyOf(7)]).toEqual([NaN, 0, 0]);
  expect(side.writeTop(new Float64Array(20), 0, 10)).toBe(2);
});
