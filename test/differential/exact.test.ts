import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Exact } from "./exact.ts";

describe("exact numbers", () => {
  it("read a double as the decimal that it prints as", () => {
    const tenth = Exact.of(1).over(10);
    for (const [value, decimal] of [
      [0.1, tenth],
      [-0.25, Exact.of(-1).over(4)],
      [1e-7, Exact.of(1).over(10_000_000)],
      [1.5e21, Exact.of(15).times(10_000_000_000).times(10_000_000_000)],
      [12.5, Exact.of(25).over(2)],
    ] as const)
      expect(Exact.of(value).compare(decimal)).toBe(0);
    expect(Exact.of(0.1).plus(Exact.of(0.2)).compare(Exact.of(0.3))).toBe(0);
    for (const value of [NaN, Infinity]) expect(() => Exact.of(value)).toThrow("is no decimal");
    expect(() => tenth.over(0)).toThrow("divided by 0");
  });

  it("round to whole numbers on both sides of 0", () => {
    const cases: readonly (readonly [number, number, number, number, number])[] = [
      [2.5, 2, 3, 2, 3],
      [-2.5, -3, -2, -3, -2],
      [2.4, 2, 3, 2, 2],
      [-2.6, -3, -2, -3, -3],
      [7, 7, 7, 7, 7],
    ];
    for (const [value, ...expected] of cases) {
      const exact = Exact.of(value);
      expect([exact.floor(), exact.ceil(), exact.nearest("down"), exact.nearest("up")]).toEqual(expected);
    }
  });

  it("are what integers of a common denominator are (property)", () => {
    const hundredths = fc.integer({ min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(hundredths, hundredths, (a, b) => {
        const [left, right] = [Exact.of(a / 100), Exact.of(b / 100)];
        expect(left.plus(right).compare(Exact.of(a + b).over(100))).toBe(0);
        expect(left.minus(right).compare(Exact.of(a - b).over(100))).toBe(0);
        expect(left.times(right).compare(Exact.of(a * b).over(10_000))).toBe(0);
        expect(Math.sign(left.compare(right))).toBe(Math.sign(a - b));
        expect([left.atMost(right).toNumber(), left.atLeast(right).toNumber()]).toEqual([Math.min(a, b) / 100, Math.max(a, b) / 100]);
        if (b !== 0) expect(left.over(right).times(right).compare(left)).toBe(0);
      }),
    );
  });
});
