import { describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import type { Columns } from "../table/columns.ts";
import { FUNDING_TABLE } from "../table/marketTables.ts";
import type { Holdings, Known } from "./holdings.ts";
import { wholeScan } from "./wholeScan.ts";

const chunk = (...times: readonly number[]): Columns => ({ length: times.length, data: [Float64Array.from(times)] });

/** A medium that knows of rows, and gives some; `known` may change from one question to the next. */
const holdings = (chunks: readonly Columns[], ...known: readonly Known[]) => {
  let asked = 0;
  return {
    shown: "the store",
    known: () => Promise.resolve(known[Math.min(asked++, known.length - 1)]),
    async *scan() {
      for (const each of chunks) yield await Promise.resolve(each);
    },
  } as unknown as Holdings;
};
const read = async (medium: Holdings): Promise<number> => {
  let rows = 0;
  for await (const each of wholeScan(medium, FUNDING_TABLE, "um", "AUSDT", 0, 100)) rows += each.length;
  return rows;
};

describe("a scan that ends before what the catalogue knows of", () => {
  it.each([
    ["a chunk missing", [chunk(1, 2)], { rows: 3, lastMs: 3 }, /cut short: there are at least 3, .*, and 2 were read/],
    ["the last row missing", [chunk(1, 2, 3)], { rows: 0, lastMs: 4 }, /cut short/],
    ["a row in the middle missing", [chunk(1, 3)], { rows: 3, lastMs: 3 }, /cut short/],
    ["nothing", [], { rows: 1, lastMs: 1 }, /and none was read; run riposte verify/],
  ])("is an error: %s", async (_, chunks, known, line) => {
    const refused: unknown = await read(holdings(chunks, known)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as Error).message).toMatch(line);
    expect((refused as Error).message).toMatch(/^the funding rows of AUSDT \(um\) in the store are /);
  });

  it.each([
    ["as many", [chunk(1), chunk(2, 3)], { rows: 3, lastMs: 3 }],
    ["more, which came meanwhile", [chunk(1), chunk(2, 3, 4)], { rows: 3, lastMs: 3 }],
    ["a range without rows", [], { rows: 0, lastMs: -Infinity }],
  ])("is none with %s", async (_, chunks, known) => {
    expect(await read(holdings(chunks, known))).toBe(chunks.reduce((sum, { length }) => sum + length, 0));
  });

  it("is none where a writer has replaced the rows by fewer meanwhile", async () => {
    expect(await read(holdings([chunk(1, 2)], { rows: 3, lastMs: 3 }, { rows: 2, lastMs: 2 }))).toBe(2);
  });
});
