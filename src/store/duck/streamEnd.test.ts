import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import { FUNDING_TABLE } from "../table/marketTables.ts";
import type { Table } from "../table/tables.ts";
import { numberColumns } from "../table/tables.ts";
import { Duck } from "./duck.ts";
import { quoted } from "./scanSql.ts";
import { unreadableFile } from "./readFailure.ts";

const TABLE: Table = { ...FUNDING_TABLE, columns: numberColumns(["timeMs", "a", "b", "c"]) };
const ROWS = 70_000;
const FILES = 6;

/** Rows whose values do not compress, so that DuckDB's buffer of a stream holds a part of a file only. */
const rowsFrom = (first: number, count: number) => ({
  length: count,
  data: [0, 1, 2, 3].map((column) => Float64Array.from({ length: count }, (_, row) => first + row + (column * Math.sin(first + row)) / 3)),
});

let folder = "";
const duck = new Duck();
const path = (name: number | string): string => join(folder, `${name}.parquet`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-stream-end-"));
  for (let i = 0; i < FILES; i++) await duck.write(TABLE.columns, rowsFrom(i * ROWS, ROWS), path(i));
});
afterAll(async () => {
  await duck.close();
  await rm(folder, { recursive: true });
});

const scanOf = (files: readonly string[]) => ({ table: TABLE, files, fromMs: 0, toMs: Infinity, remedyOf: () => "heal it" });
/** Rows that a scan delivers, and how it ends; `meanwhile` is called when the first chunk has come. */
const read = async (files: readonly string[], meanwhile = (): Promise<unknown> => Promise.resolve()) => {
  let rows = 0;
  try {
    for await (const chunk of duck.stream(scanOf(files))) {
      if (rows === 0) await meanwhile();
      rows += chunk.length;
    }
    return { rows, error: undefined };
  } catch (error) {
    return { rows, error: error as Error };
  }
};
const whole = (): string[] => [0, 1, 2, 3, 4, 5].map(path);

/** The files with a copy of the fifth in its place, changed. */
const withCopy = async (name: string, change: (bytes: Buffer) => void): Promise<string[]> => {
  const bytes = await readFile(path(4));
  change(bytes);
  await writeFile(path(name), bytes);
  return whole().with(4, path(name));
};

describe("a stream of files", () => {
  it("ends where the last file does, with every row", async () => {
    expect(await read(whole())).toEqual({ rows: FILES * ROWS, error: undefined });
  });

  it.each([
    ["no row", 0],
    ["one row", 1],
    ["a chunk", 2048],
    ["a chunk and a row", 2049],
  ])("is whole with %s in it", async (_, count) => {
    await duck.write(TABLE.columns, rowsFrom(5, count), path("few"));
    expect(await read([path("few")])).toEqual({ rows: count, error: undefined });
  });

  it("that breaks in a damaged page is an error with the file's name, however many rows came before", async () => {
    // The size in front of a snappy page: what it says does not come out.
    const files = await withCopy("page", (bytes) => bytes.fill(0xff, 3000, 3040));
    const { rows, error } = await read(files);
    expect(rows).toBeLessThan(FILES * ROWS);
    expect(error).toBeInstanceOf(UserError);
    expect(error?.message).toMatch(new RegExp(`^cannot read the history file ${path("page")}: .*; heal it$`));
  });

  it("whose file is cut short while it is read is an error", async () => {
    await copyFile(path(4), path("cut"));
    const { error } = await read(whole().with(4, path("cut")), () => truncate(path("cut"), 4000));
    expect(error).toBeInstanceOf(UserError);
    expect(error?.message).toContain(path("cut"));
  });

  it("whose file is deleted while it is read is an error", async () => {
    await copyFile(path(4), path("gone"));
    const { error } = await read(whole().with(4, path("gone")), () => rm(path("gone")));
    expect(error).toBeInstanceOf(UserError);
    expect(error?.message).toContain(path("gone"));
  });

  it("that breaks for a reason no file shows any more is an error without a file", async () => {
    let asked = 0;
    const once = { ...scanOf(whole()), table: TABLE };
    const broken = duck.streamSql(
      `SELECT a, CASE WHEN a > ${3 * ROWS} THEN error('a moment') ELSE b END FROM read_parquet([${whole().map(quoted).join(", ")}])`,
      2,
      (why) => {
        asked += 1;
        return Promise.resolve(new UserError(why));
      },
    );
    let rows = 0;
    const error: unknown = await (async () => {
      for await (const chunk of broken) rows += chunk.length;
    })().catch((thrown: unknown) => thrown);
    expect([rows > 0, rows < 3 * ROWS, asked, (error as Error).message]).toEqual([true, true, 1, "Invalid Input Error: a moment"]);
    expect((await unreadableFile(duck, once, "it broke off")).message).toMatch(
      /was not read to its end: it broke off; run the command again$/,
    );
  });

  it.each([0, 4])("of which file %i lacks a column is an error that names the column", async (at) => {
    await duck.write(numberColumns(["timeMs", "a", "bee", "c"]), rowsFrom(at * ROWS, 100), path("renamed"));
    const { error } = await read(whole().with(at, path("renamed")));
    expect(error).toBeInstanceOf(UserError);
    expect(error?.message).toMatch(/renamed\.parquet: it has no column b \(it has timeMs, a, bee, c\); heal it$/);
  });

  it("with an empty cell names the column and the file", async () => {
    const made = await duck.query(
      `COPY (SELECT range::BIGINT AS "timeMs", range::DOUBLE AS a, CASE WHEN range = 777 THEN NULL ELSE 1.5 END AS b, 0.5 AS c FROM range(3000)) TO ${quoted(path("empty"))}`,
    );
    expect(made).toHaveLength(1);
    const { error } = await read(whole().with(4, path("empty")));
    expect(error?.message).toMatch(/empty\.parquet: column b has an empty cell; heal it$/);
  });
});

describe("footers", () => {
  it.each([
    ["garbage", (bytes: Buffer) => bytes.fill(0xff, bytes.length - 300, bytes.length - 8)],
    ["a length beyond the file", (bytes: Buffer) => bytes.writeUInt32LE(0x7fffffff, bytes.length - 8)],
    ["no magic", (bytes: Buffer) => bytes.fill(0, bytes.length - 4)],
  ])("that are %s name their file", async (_, change) => {
    const files = await withCopy("footer", change);
    const refused: unknown = await duck.facts(scanOf(files)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as Error).message).toMatch(/^cannot read the history file .*footer\.parquet: .*; heal it$/);
    expect((await read(files)).error?.message).toContain("footer.parquet");
  });
});

describe("the memory that DuckDB may take", () => {
  it("is named when a stream needs more", async () => {
    const small = new Duck(8);
    try {
      const streams = Array.from({ length: 12 }, () => small.stream(scanOf(whole())));
      const refused: unknown = await Promise.all(streams.map((stream) => stream.next())).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UserError);
      expect((refused as Error).message).toMatch(/needs more than the 8 MB of memory .*fewer symbols/);
      for (const stream of streams) await stream.return();
    } finally {
      await small.close();
    }
  });
});
