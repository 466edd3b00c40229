import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS } from "../units.ts";
import { DecimalCount } from "./decimalCount.ts";
import type { Decimals } from "./seen.ts";
import { decimalsOfStep, mergedSeen, NOTHING_SEEN, stepDecimals, stepOf } from "./seen.ts";
import { textDecimals } from "./written.ts";

const FROM_MS = Date.UTC(2023, 1);

/** Rows a minute apart, each of one number or several. */
const counted = (rows: readonly (string | readonly string[])[], fromMs = FROM_MS): DecimalCount => {
  const count = new DecimalCount();
  for (const [at, row] of rows.entries()) {
    for (const text of typeof row === "string" ? [row] : row) count.see(textDecimals(text), Number(text));
    count.row(fromMs + at * MINUTE_MS);
  }
  return count;
};
const decimals = (rows: readonly (string | readonly string[])[]): number | null => {
  const { decimals: found } = counted(rows);
  return found === null ? null : stepDecimals(found);
};
const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text);
/** Different numbers that all end in a zero. */
const padded = (count: number): string[] => Array.from({ length: count }, (_, i) => `${(1 + i / 100).toFixed(2)}0`);

describe("how fine a column is", () => {
  it.each<readonly [string, readonly (string | readonly string[])[], number | null]>([
    ["nothing was seen", [], null],
    ["nothing that is a number", ["abc", ""], null],
    ["whole numbers", ["100", "101"], 0],
    ["trailing zeros count", ["100.00", "101.00"], 2],
    ["every number of a row is looked at", [["100", "100.4", "99.7", "100"]], 1],
    ["exponents count", ["7.2E-7", "7.3E-7"], 8],
    ["eight decimals of padding in every number do not count", ["30471.99000000", "30472.00000000"], 2],
    ["nor do nine or ten", ["1.5000000000", "2.0000000000"], 1],
    ["eight real decimals do", ["0.00000062", "0.00000620"], 8],
    ["seven are no padding", ["1.5000000", "2.0000000"], 7],
    ["eight in all numbers but one are no padding", ["1.50000000", "2.0000000"], 8],
    ["zeros in which 99 different numbers end count", padded(99), 3],
    ["those in which 100 different numbers end are padding", padded(100), 2],
    ["one number repeated is no evidence of padding", times(500, "100.50"), 2],
    ["a number that needs the digit ends the matter", [...padded(100), "1.005"], 3],
    ["noise of arithmetic is not looked at", ["100.1", "100.10000000000001"], 1],
  ])("%s", (_, rows, expected) => expect(decimals(rows)).toBe(expected));

  it("one row of a hundred counts, one of a hundred and one is a stray, which is counted apart", () => {
    expect(decimals([...times(99, "12.34"), "12.3456"])).toBe(4);
    const count = counted([...times(100, "12.34"), "12.3456"]);
    expect(count.decimals).toEqual({ significant: 2, shown: 2, padded: false });
    expect(count.fineness.finerThan(2)).toEqual({ rows: 1, ofRows: 101, firstMs: FROM_MS + 100 * MINUTE_MS, price: 12.3456 });
    expect(count.fineness.finerThan(4)).toBeNull();
  });

  it("a finer day is not lost in a coarse month", () => {
    expect(decimals([...times(20 * 1440, "12.34"), ...times(20, "12.3456")])).toBe(4);
  });

  it("does not depend on how days are put into files, on their order, or on a file that comes twice (property)", () => {
    const day = fc.array(fc.constantFrom("1", "1.5", "1.50", "1.250", "0.0125", "7.2E-7", "3.00000000", "12.30000000"), { minLength: 1 });
    const days = fc.array(day, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(days, fc.array(fc.nat(), { minLength: 16, maxLength: 16 }), fc.nat({ max: 5 }), (all, chance, repeated) => {
        const files = all.map((rows, at) => counted(rows, FROM_MS + at * DAY_MS).decimals as Decimals);
        const merged = (order: readonly Decimals[]): Decimals | null =>
          order.reduce((seen, price) => mergedSeen(seen, { price, qty: null }), NOTHING_SEEN).price;
        const shuffled = files.map((file, i) => ({ file, at: chance[i] as number })).sort((a, b) => a.at - b.at);
        const order = shuffled.map(({ file }) => file);
        expect(merged([...order, files[repeated % files.length] as Decimals])).toEqual(merged(files));
      }),
    );
  });

  it("the same days in one file or in many show the same, where none pads", () => {
    const day = fc.array(fc.constantFrom("1", "1.5", "1.50", "1.250", "0.0125", "7.2E-7"), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(day, { minLength: 1, maxLength: 5 }), (all) => {
        const together = new DecimalCount();
        let apart = decimalsOfStep(1);
        for (const [at, rows] of all.entries()) {
          for (const [minute, text] of rows.entries()) {
            together.see(textDecimals(text), Number(text));
            together.row(FROM_MS + at * DAY_MS + minute * MINUTE_MS);
          }
          const own = counted(rows, FROM_MS + at * DAY_MS).decimals;
          apart = mergedSeen({ price: apart, qty: null }, { price: own, qty: null }).price as Decimals;
        }
        expect(together.decimals).toEqual(apart);
      }),
    );
  });
});

describe("a step", () => {
  it.each([1, 0.1, 0.01, 0.00001, 1e-8, 1e-12])("%s is found from its decimals and they from it", (step) => {
    expect(stepOf(decimalsOfStep(step))).toBe(step);
  });
  it("of 10 or 0.5 shows the decimals that its prices have", () => {
    expect([10, 0.5, 0.25].map((step) => stepDecimals(decimalsOfStep(step)))).toEqual([0, 0, 1]);
  });
});
