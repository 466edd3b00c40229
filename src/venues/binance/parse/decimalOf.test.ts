import fc from "fast-check";
import { expect, it } from "vitest";
import { decimalOf } from "./decimalOf.ts";

it("reads what Number reads, bit for bit", () => {
  const digits = fc.string({ unit: fc.constantFrom(...Array.from({ length: 10 }, (_, i) => String(i))), minLength: 1, maxLength: 24 });
  fc.assert(
    fc.property(fc.constantFrom("", "-"), digits, fc.option(digits), (sign, whole, fraction) => {
      const text = `${sign}${whole}${fraction === null ? "" : `.${fraction}`}`;
      expect(decimalOf(text)).toBe(Number(text));
    }),
    { numRuns: 2000 },
  );
});

it.each(["61800.30", "0.001", "1e5", "1.5E-7", "7."])("takes %s", (text) => expect(decimalOf(text)).toBe(Number(text)));

it.each(["", "-", ".", ".5", "1.2.3", "0x10", " 1", "1 ", "1,5", "NaN", "Infinity", "1e400", "+1", "１"])("refuses %j", (text) =>
  expect(decimalOf(text)).toBeNaN(),
);
