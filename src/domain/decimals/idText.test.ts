import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdText, SHORT_IDS } from "./idText.ts";

describe("ids as text", () => {
  it("are the digits of the number, whatever was asked for before", () => {
    const near = fc
      .tuple(fc.constantFrom(0, 9_999, 10_000, 99_999, 2_300_123_456, SHORT_IDS, Number.MAX_SAFE_INTEGER), fc.integer({ min: -3, max: 3 }))
      .map(([id, step]) => Math.min(Math.max(id + step, 0), Number.MAX_SAFE_INTEGER));
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(20_000), near), { maxLength: 30 }), (ids) => {
        const text = new IdText();
        expect(ids.map((id) => text.of(id))).toEqual(ids.map((id) => BigInt(id).toString()));
      }),
    );
  });
});
