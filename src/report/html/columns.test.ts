import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowerBound, unpack } from "../page/columns.js";
import { packColumn } from "./columns.ts";

describe("packColumn", () => {
  it("is read back exactly where values have few decimals", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), fc.array(fc.integer({ min: -1e9, max: 1e9 })), (decimals, whole) => {
        const values = whole.map((value) => Number((value / 10 ** decimals).toFixed(decimals)) + 0);
        expect([...unpack(packColumn(values))]).toEqual(values);
      }),
    );
  });

  it("rounds to the decimals asked for otherwise", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true })), (values) => {
        [...unpack(packColumn(values, 6))].forEach((value, index) => expect(Math.abs(value - (values[index] ?? NaN))).toBeLessThan(6e-7));
      }),
    );
  });

  it("keeps times short and holes as NaN", () => {
    expect(packColumn([1_700_000_000_000, 1_700_000_060_000, 1_700_000_180_000])).toEqual([20_000, 1, [85_000_000, 3, 6]]);
    expect([...unpack(packColumn([1.5, NaN, Infinity, 2]))]).toEqual([1.5, NaN, NaN, 2]);
    expect([...unpack(packColumn([]))]).toEqual([]);
    expect([...unpack(packColumn([0, 0]))]).toEqual([0, 0]);
  });

  it("survives JSON", () => {
    const packed = packColumn([0.1, NaN, 0.3]);
    expect(JSON.parse(JSON.stringify(packed))).toEqual(packed);
  });
});

describe("lowerBound", () => {
  it("finds the first value that is not smaller", () => {
    const values = [10, 20, 20, 30];
    expect([5, 10, 15, 20, 30, 31].map((wanted) => lowerBound(values, wanted))).toEqual([0, 0, 1, 1, 3, 4]);
    expect(lowerBound([], 1)).toBe(0);
  });
});
