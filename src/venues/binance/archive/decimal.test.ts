import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDecimal } from "./decimal.ts";

const parsed = (text: string): number => parseDecimal(Buffer.from(text), 0, text.length);

describe("parseDecimal", () => {
  it("equals Number bit by bit on decimals of any length (property)", () => {
    const digits = (max: number): fc.Arbitrary<string> =>
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map((list) => list.join(""));
    const decimal = fc.tuple(fc.boolean(), digits(20), fc.option(digits(25)), fc.option(fc.integer({ min: -30, max: 30 })));
    fc.assert(
      fc.property(decimal, ([negative, whole, fraction, exponent]) => {
        const text = `${negative ? "-" : ""}${whole}${fraction === null ? "" : `.${fraction}`}${exponent === null ? "" : `e${exponent}`}`;
        expect(parsed(text)).toBe(Number(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    "9007199254740991",
    "9007199254740993",
    "90071992547409.93",
    "0.1",
    "46216.93",
    "1260270.3720627",
    "5.",
    ".5",
    "-0.00012345",
    "123456789012345678",
  ])("reads %s", (text) => expect(parsed(text)).toBe(Number(text)));

  it.each(["", "-", ".", "-.", "1.2.3", "1,2", "abc", "NaN", "Infinity", "0x10", "1e", "1e999", " 1", "1 ", "+1", "--1", "1-1"])(
    "takes %j for no number",
    (text) => expect(parsed(text)).toBeNaN(),
  );
});
