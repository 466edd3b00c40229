import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shownOf, significantOf, textDecimals, UNSEEN, writtenDecimals } from "./written.ts";

const of = (text: string): readonly [number, number] | undefined => {
  const written = textDecimals(text);
  return written === UNSEEN ? undefined : [shownOf(written), significantOf(written)];
};

describe("the decimals that a number shows, and those without trailing zeros", () => {
  it.each([
    ["42843.0", 1, 0],
    ["100.00", 2, 0],
    ["3.2140", 4, 3],
    ["0.00001", 5, 5],
    ["100", 0, 0],
    ["1000.", 0, 0],
    [".5", 1, 1],
    ["-0.250", 3, 2],
    ["0.00000000", 8, 0],
    ["30471.99000000", 8, 2],
    ["7.2E-7", 8, 8],
    ["1e-8", 8, 8],
    ["1E+2", 0, 0],
    ["1.50e-3", 4, 4],
    ["12.345e2", 1, 1],
    ["12.300e0", 1, 1],
    ["0E-8", 0, 0],
    ["120e-1", 0, 0],
  ])("%s", (text, shown, significant) => expect(of(text)).toEqual([shown, significant]));

  it.each(["", "-", ".", "abc", "1.2.3", "1,2", "NaN", "1e", "1e+", "1e1234", "1 ", "0x10", "--1", "1e-40", `0.${"0".repeat(80)}1`])(
    "%j shows none, which is not the same as 0",
    (text) => expect(of(text)).toBeUndefined(),
  );

  it("what arithmetic left behind shows none: more digits than a double holds of a decimal", () => {
    expect(of("30471.990000000005")).toBeUndefined();
    expect(of(String(0.1 + 0.2))).toBeUndefined();
    expect(of("123456789012345")).toEqual([0, 0]);
    expect(of("1234567890.12345")).toEqual([5, 5]);
    expect(of("1234567890.123450000000")).toEqual([12, 5]);
    expect(of("0.000000000000001")).toEqual([15, 15]);
  });

  it("equals the digits behind the point, however they are written (property)", () => {
    const digits = fc.stringMatching(/^[0-9]{1,7}$/);
    fc.assert(
      fc.property(digits, digits, fc.integer({ min: -9, max: 9 }), fc.boolean(), (whole, fraction, exponent, negative) => {
        const text = `${negative ? "-" : ""}${whole}.${fraction}`;
        const trimmed = fraction.replace(/0+$/, "");
        expect(of(text)).toEqual([fraction.length, trimmed.length]);
        const zero = /^[0.]*$/.test(`${whole}${fraction}`);
        const places = trimmed === "" ? -(/0*$/.exec(whole)?.[0].length ?? 0) : trimmed.length;
        const moved = zero ? 0 : Math.max(0, places - exponent);
        expect(of(`${text}e${exponent}`)).toEqual([moved, moved]);
      }),
    );
  });

  it("reads a cell in its place, and a number that came without a text", () => {
    const row = Buffer.from("1,99.70,x");
    expect(shownOf(writtenDecimals(row, 2, 7))).toBe(2);
    expect(of("99.70")).toEqual([2, 1]);
    expect(shownOf(textDecimals(99.7))).toBe(1);
    expect(textDecimals(undefined)).toBe(UNSEEN);
    expect(textDecimals("1".repeat(100))).toBe(UNSEEN);
  });
});
