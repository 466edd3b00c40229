import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListColumn } from "../table/columns.ts";
import { concatenated, listOf } from "../table/columns.ts";
import { levels, number } from "../table/tables.ts";
import { Duck } from "./duck.ts";
import { quoted } from "./scanSql.ts";
import { chunkOf, columnsOfChunk } from "./duckChunks.ts";

/** More than two vectors of DuckDB. */
const ROWS = 5000;
/** Row `row` has up to six numbers, some none; each is made of its row and place. */
const listAt = (row: number): number[] => Array.from({ length: ((row * 7) % 13) >> 1 }, (_, i) => row + i / 8);

describe("lists out of DuckDB", () => {
  let folder = "";
  const duck = new Duck();
  const file = (): string => join(folder, "lists.parquet");
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "riposte-lists-"));
    const offsets = new Int32Array(ROWS + 1);
    for (let row = 0; row < ROWS; row++) offsets[row + 1] = (offsets[row] as number) + listAt(row).length;
    const values = Float64Array.from(Array.from({ length: ROWS }, (_, row) => listAt(row)).flat());
    const columns = { length: ROWS, data: [Float64Array.from({ length: ROWS }, (_, row) => row), { offsets, values }] };
    await duck.write([number("place"), levels("list")], columns, file());
  });
  afterAll(async () => {
    await duck.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    ["all rows", "", ROWS],
    ["a range", "WHERE place >= 1000 AND place < 4000", 3000],
    ["every third row", "WHERE place::BIGINT % 3 = 0", 1667],
    ["backwards", "ORDER BY place DESC", ROWS],
    ["one list behind the other twice", "JOIN (VALUES (1), (2)) AS twice(n) ON true", 2 * ROWS],
  ])("are those of their rows: %s", async (_, clause, rows) => {
    const parts = [];
    const sql = `SELECT place, list FROM read_parquet(${quoted(file())}) ${clause}`;
    for await (const part of duck.streamSql(sql, 2, (why) => Promise.resolve(new Error(why)))) parts.push(part);
    const { length, data } = concatenated(parts);
    expect(length).toBe(rows);
    const [at, lists] = data as [Float64Array, ListColumn];
    for (let i = 0; i < rows; i++) expect([...listOf(lists, i)]).toEqual(listAt(at[i] as number));
  });

  it("are those of their rows where DuckDB keeps them in another order", () => {
    const list = { offsets: Int32Array.of(0, 2, 3, 3), values: Float64Array.of(1, 2, 3) };
    const chunk = chunkOf({ length: 3, data: [list] }, 0, 3);
    // Start and length of each row's list, as DuckDB's vectors of lists have them.
    (chunk.getColumnVector(0) as unknown as { entryData: BigUint64Array }).entryData.set([2n, 1n, 0n, 0n, 0n, 2n]);
    const found = columnsOfChunk(chunk).data[0] as ListColumn;
    expect([0, 1, 2].map((row) => [...listOf(found, row)])).toEqual([[3], [], [1, 2]]);
  });
});
