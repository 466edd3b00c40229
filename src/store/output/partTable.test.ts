import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { featureSet } from "../../../operators/features/featureSet.ts";
import { scratchFolder } from "../../../test/cli/riposte.ts";
import { BTC, ETH, featureRowOf, T0 } from "../../../test/items.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import { Duck } from "../duck/duck.ts";
import { quoted } from "../duck/scanSql.ts";
import { FeatureTable } from "../../lab/featureTable.ts";
import { PartTable } from "./partTable.ts";

let folder: string;
beforeEach(async () => {
  folder = await scratchFolder("parts");
});
afterEach(() => rm(folder, { recursive: true }));

const file = (): string => join(folder, "t.parquet");
const partsDir = (): string => join(folder, "parts");
/** What DuckDB itself reads from a file, by a query on `t`. */
const asked = async (sql: string): Promise<unknown> => {
  const duck = new Duck();
  try {
    return await duck.query(sql.replace("t.parquet", quoted(file()).slice(1, -1)));
  } finally {
    await duck.close();
  }
};

/** 400 columns: a part is 5,243 rows. */
const WIDE = ["timeMs", ...Array.from({ length: 399 }, (_, i) => `c${i}`)];
const PART_ROWS = 5243;
const tableOf = (columns: readonly string[]): PartTable =>
  new PartTable({ columns, typed: { timeMs: "timeMs" }, file: file(), shownAs: "t.parquet", partsDir: partsDir() });
const fill = (table: PartTable, rows: number, from = 0): void => {
  for (let row = from; row < from + rows; row += 1) {
    const at = table.next();
    table.rows.data.forEach((column, c) => (column[at] = c === 1 && row % 2 === 1 ? NaN : row + c));
  }
};

describe("PartTable", () => {
  it("keeps rows in memory until there are enough for a part, and joins the parts in order", async () => {
    const table = tableOf(WIDE);
    fill(table, PART_ROWS - 1);
    expect([await table.drain(), existsSync(partsDir())]).toEqual([false, false]);
    fill(table, 2, PART_ROWS - 1);
    expect([await table.drain(), readdirSync(partsDir()), table.rows.length]).toEqual([true, ["0.parquet"], 0]);
    fill(table, 10, PART_ROWS + 1);
    expect(table.length).toBe(PART_ROWS + 11);
    await table.close();
    expect(existsSync(partsDir())).toBe(false);
    const rows = PART_ROWS + 11;
    const sums = "SELECT count(*)::DOUBLE, max(timeMs)::DOUBLE, count(c0)::DOUBLE, sum(c398)::DOUBLE FROM 't.parquet'";
    expect(await asked(sums)).toEqual([[rows, rows - 1, Math.ceil(rows / 2), (rows * (rows - 1)) / 2 + 399 * rows]]);
    const inOrder = "SELECT bool_and(timeMs = place) FROM (SELECT timeMs, row_number() OVER () - 1 AS place FROM 't.parquet')";
    expect(await asked(inOrder)).toEqual([[true]]);
  });

  it("writes a file without rows", async () => {
    const table = tableOf(["timeMs", "c0"]);
    await table.close();
    expect(await asked("SELECT count(*)::DOUBLE FROM 't.parquet'")).toEqual([[0]]);
  });

  it("refuses more rows than a burst may bring between two drains", () => {
    const table = tableOf(WIDE);
    fill(table, PART_ROWS + 4096);
    expect(() => table.next()).toThrow(/rows between two drains/);
  });

  it("says in one line that a part of it can no longer be read", async () => {
    const table = tableOf(WIDE);
    fill(table, PART_ROWS);
    await table.drain();
    const part = join(partsDir(), "0.parquet");
    const bytes = readFileSync(part);
    writeFileSync(part, bytes.fill(0xff, bytes.length - 900, bytes.length - 8));
    await expect(table.close()).rejects.toThrow(UserError);
    await table.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves nothing behind when it is abandoned, and says in one line why it cannot write", async () => {
    const table = tableOf(WIDE);
    fill(table, PART_ROWS);
    await table.drain();
    await table.abandon();
    await table.abandon();
    expect(readdirSync(folder)).toEqual([]);
    const lost = new PartTable({
      columns: ["timeMs"],
      typed: {},
      file: join(folder, "none/t.parquet"),
      shownAs: "shown",
      partsDir: partsDir(),
    });
    lost.next();
    await expect(lost.close()).rejects.toThrow(UserError);
    await lost.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("FeatureTable", () => {
  const column = (name: string) => ({ name, formula: "f", unit: "1", source: "s", warmUpBars: 1 });
  const set = featureSet({
    families: [{ name: "two", columns: [column("first"), column("second")], init: () => null, bar: () => undefined }],
    events: [],
    timeframesMs: [],
  });

  it("has a row for each of those known after its start: time, symbol, columns; what is not known is NULL", async () => {
    const fromMs = T0 + 2 * MINUTE_MS;
    const table = new FeatureTable({ instruments: [BTC, ETH], set, fromMs, file: file(), shownAs: "t", partsDir: partsDir() });
    table.add(featureRowOf({ at: 1 }, [1, 2]));
    table.add(featureRowOf({ at: 2 }, [3, NaN]));
    table.add(featureRowOf({ at: 2, instrument: 1 }, [-0.5, 1e300]));
    expect(table.rows).toBe(2);
    await table.drain();
    await table.close();
    expect(await asked("SELECT symbol, timeMs::DOUBLE, first, second FROM 't.parquet'")).toEqual([
      ["BTCUSDT", T0 + 3 * MINUTE_MS, 3, null],
      ["ETHUSDT", T0 + 3 * MINUTE_MS, -0.5, 1e300],
    ]);
  });
});
