import fc from "fast-check";
import { expect, it } from "vitest";
import { isNewTrade, knownSince, tradeIds } from "./tradeIds.ts";

it("books each trade once, in whatever order they are told (property)", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 200 }), (told) => {
      const ids = tradeIds();
      const booked = told.filter((id) => isNewTrade(ids, id));
      expect(booked).toEqual([...new Set(told)]);
      expect(ids.duplicates).toBe(told.length - booked.length);
    }),
  );
});
it("remembers a thousand; an older one counts as told before", () => {
  const ids = tradeIds();
  expect(knownSince(ids)).toBe(-1);
  for (let id = 1; id <= 1500; id += 1) if (id !== 700) expect(isNewTrade(ids, id)).toBe(true);
  // 1,000 ids without a hole begin at 501, with one at 500.
  expect(knownSince(ids)).toBe(499);
  expect([400, 499, 500, 501, 1500].map((id) => isNewTrade(ids, id))).toEqual([false, false, false, false, false]);
  expect(isNewTrade(ids, 700)).toBe(true);
  expect(ids.known.size).toBe(1000);
});
