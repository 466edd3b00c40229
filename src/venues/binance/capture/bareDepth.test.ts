import { describe, expect, it } from "vitest";
import { BareDepth, looksWhole } from "./bareDepth.ts";

type Row = Readonly<Record<string, unknown>>;

const levels = (count: number, from: number, step: number, qty = "1"): string[][] =>
  Array.from({ length: count }, (_, i) => [(from + i * step).toFixed(1), qty]);
/** A message that may be the five best levels. */
const book = (pu: number, u: number): Row => ({ s: "AUSDT", pu, u, b: levels(5, 100, -0.1), a: levels(5, 100.1, 0.1) });
const difference = (pu: number, u: number): Row => ({ s: "AUSDT", pu, u, b: levels(2, 100, -0.1), a: [] });
const verdict = (rows: readonly Row[]): ReturnType<BareDepth["verdict"]> => {
  const depth = new BareDepth();
  for (const [i, row] of rows.entries()) depth.see(row, `line ${i + 1}`);
  return depth.verdict("AUSDT");
};
const PARTIAL = { partial: true, unclear: "" };
const DIFFERENCES = { partial: false, unclear: "" };

describe("looksWhole", () => {
  it.each([5, 10, 20])("%d sorted levels a side", (count) => {
    const sides = { b: levels(count, 100, -0.1), a: levels(count, 100.1, 0.1) };
    expect(looksWhole(sides)).toBe(true);
    expect(looksWhole({ ...sides, b: levels(count, 98, 0.1) })).toBe(false);
    expect(looksWhole({ ...sides, a: levels(count, 99.9, 0.1) })).toBe(false);
    expect(looksWhole({ ...sides, a: levels(count, 100.1, 0.1, "0") })).toBe(false);
    expect(looksWhole({ ...sides, a: levels(count - 1, 100.1, 0.1) })).toBe(false);
  });

  it("never another number of levels", () => {
    for (const count of [0, 1, 4, 6, 19, 21]) expect(looksWhole({ b: levels(count, 100, -0.1), a: levels(count, 100.1, 0.1) })).toBe(false);
  });
});

describe("BareDepth", () => {
  it("differences that go on as if nothing were between: what is between is whole", () => {
    expect(verdict([difference(1, 2), book(1, 2), difference(2, 3), book(2, 3), difference(3, 4)])).toMatchObject({ ...PARTIAL, books: 2 });
    expect(verdict([difference(1, 2), book(2, 9), book(9, 12), difference(2, 13)])).toMatchObject({ ...PARTIAL, books: 2 });
  });

  it("differences that go on from it: it is one of them", () => {
    expect(verdict([difference(1, 2), book(2, 3), difference(3, 4)])).toMatchObject(DIFFERENCES);
    expect(verdict([difference(1, 2), book(2, 3), book(3, 4), difference(4, 5)])).toMatchObject(DIFFERENCES);
  });

  it("books alone, from three on, are a stream of whole ones", () => {
    expect(verdict([book(1, 2), book(2, 3), book(3, 4)])).toMatchObject(PARTIAL);
    expect(verdict([book(1, 2), book(2, 3)])).toMatchObject({ unclear: "line 1" });
  });

  it("nothing tells: a hole at that place, both at once, and none behind it", () => {
    expect(verdict([difference(1, 2), book(5, 6), difference(9, 10)])).toMatchObject({ unclear: "line 2" });
    expect(verdict([difference(1, 2), book(2, 3), difference(3, 4), book(3, 4), difference(4, 5)])).toMatchObject({ unclear: "line 2" });
    expect(verdict([difference(1, 2), book(2, 3)])).toMatchObject({ unclear: "line 2" });
  });

  it("differences without any such message are what they are, symbol by symbol", () => {
    expect(verdict([difference(1, 2), difference(2, 3)])).toMatchObject({ ...DIFFERENCES, books: 0 });
    expect(verdict([{ ...book(1, 2), s: "BUSDT" }])).toMatchObject({ ...DIFFERENCES, books: 0 });
  });
});
