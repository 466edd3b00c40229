import fc from "fast-check";
import { expect, it } from "vitest";
import { FillLog } from "./fillLog.ts";
import type { FillRow } from "./runRecord.ts";

const row = fc.record<FillRow>({
  timeMs: fc.integer({ min: 0, max: 2e12 }),
  symbol: fc.constantFrom("BTCUSDT", "ETHUSDT"),
  clientOrderId: fc.string({ maxLength: 36 }),
  side: fc.constantFrom("buy", "sell"),
  price: fc.double({ noNaN: true }),
  qty: fc.double({ noNaN: true }),
  feeUsdt: fc.double({ noNaN: true }),
  slippageUsdt: fc.double({ noNaN: true }),
  maker: fc.boolean(),
  reason: fc.constantFrom("entry", "stop", "a reason, with commas"),
});

const logOf = (rows: readonly FillRow[]): FillLog => {
  const log = new FillLog();
  for (const each of rows) log.push(each);
  return log;
};

it("gives back every fill in its place (property)", () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
      const log = logOf(rows);
      expect(log).toHaveLength(rows.length);
      expect([...log]).toEqual(rows);
      expect([...log]).toEqual(rows);
    }),
  );
});

it("goes on over the end of a chunk, and takes as many reasons as there are", () => {
  const rows = Array.from({ length: 70_000 }, (_, i): FillRow => ({
    timeMs: i,
    symbol: "BTCUSDT",
    clientOrderId: `P-${i}`,
    side: i % 2 === 0 ? "buy" : "sell",
    price: i / 3,
    qty: i / 7,
    feeUsdt: i / 11,
    slippageUsdt: 0,
    maker: false,
    reason: `reason ${i}`,
  }));
  const back = [...logOf(rows)];
  expect(back[4096]).toEqual(rows[4096]);
  expect(back[69_999]).toEqual(rows[69_999]);
  expect(back).toHaveLength(70_000);
});
