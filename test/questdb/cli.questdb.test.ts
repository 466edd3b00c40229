import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, riposte, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { KLINE_COLUMNS, singleKline } from "../../src/domain/kline.ts";
import type { KlineValues } from "../../src/domain/kline.ts";
import { HOUR_MS, instrumentIndex } from "../../src/domain/units.ts";
import { parquetStore } from "../../src/store/parquet/parquetStore.ts";
import { checksumOf, klineLines, zipOf } from "../contract/archiveFiles.ts";
import { dropTables, freshSettings, sql } from "./sharedServer.ts";

const settings = freshSettings();
let folder: string;
const server = { RIPOSTE_DATA_QUESTDB_HTTPPORT: String(settings.httpPort), RIPOSTE_DATA_QUESTDB_PREFIX: settings.prefix };
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  riposte(args, { cwd: folder, env: { ...server, ...env } });
const ok = async (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await run([...args, "--json"], env);
  expect(stderr.split("\n").filter((line) => line.startsWith("riposte: "))).toEqual([]);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};

/** Bytes are compared at once: a matcher would go through millions of them one by one. */
const sameFiles = async (a: string, b: string): Promise<boolean> =>
  (await readFile(join(folder, a))).equals(await readFile(join(folder, b)));

const SIMULATE = ["simulate", "--symbol", "BTCUSDT,ETHUSDT", "--from", "2023-01-25", "--days", "12"];
const BACKTEST = ["backtest", "--symbol", "BTCUSDT,ETHUSDT", "--set", "data.warmUp=false"];
const MIGRATE = ["migrate", "--from-store", "parquet", "--to-store", "questdb", "--data", "h"];

beforeAll(async () => {
  folder = await scratchFolder("questdb-cli");
  await ok([...SIMULATE, "--data", "h"]);
});
afterAll(async () => {
  await dropTables(settings);
  await rm(folder, { recursive: true });
});

describe("a run on QuestDB", () => {
  it("decides as the same run on Parquet does, also in another time zone, and migrating back gives the same files", async () => {
    const first = (await ok(MIGRATE)) as { series: { events: number; partsCopied: number; partsSame: number }[] };
    expect(first.series.map(({ partsSame }) => partsSame)).toEqual(first.series.map(() => 0));
    // Two symbols: 12 days of bars in two months, funding every 8 hours in one year, one set of rules.
    expect(first.series.map(({ events, partsCopied }) => [events, partsCopied])).toEqual([
      [17_280, 2],
      [17_280, 2],
      [36, 1],
      [36, 1],
      [1, 1],
      [1, 1],
    ]);
    const parquet = await ok([...BACKTEST, "--data", "h", "--out", "p"]);
    const questdb = await ok([...BACKTEST, "--store", "questdb", "--out", "q"], { TZ: "America/New_York" });
    expect(parquet["decisionsSha256"]).toMatch(/^[0-9a-f]{64}$/);
    for (const name of ["decisionsSha256", "dataSha256"]) expect(questdb[name]).toBe(parquet[name]);
    expect(await readFile(join(folder, "q/decisions.jsonl"), "utf8")).toBe(await readFile(join(folder, "p/decisions.jsonl"), "utf8"));

    const listed = async (...store: readonly string[]): Promise<unknown> => (await ok(["list", "--to", "2023-02-08", ...store]))["series"];
    expect(await listed("--store", "questdb")).toEqual(await listed("--data", "h"));

    await ok(["migrate", "--from-store", "questdb", "--to-store", "parquet", "--data", "back"]);
    for (const file of [
      "klines/market=simulated/symbol=BTCUSDT/interval=1m/2023-02.parquet",
      "funding/market=simulated/symbol=ETHUSDT/2023.parquet",
    ])
      expect(await sameFiles(join("back", file), join("h", file))).toBe(true);
  });

  it("migrates what is missing or differs, and nothing twice", async () => {
    const table = `${settings.prefix}klines`;
    await ok(MIGRATE);
    await sql(settings, `ALTER TABLE ${table} DROP PARTITION LIST '2023-02'`);
    await sql(settings, `UPDATE ${table} SET volume = volume + 1 WHERE symbol = 'ETHUSDT' AND ts = '2023-01-26'`);
    const again = (await ok(MIGRATE)) as { series: { symbol: string; kind: string; events: number; partsCopied: number }[] };
    expect(again.series.filter(({ partsCopied }) => partsCopied > 0)).toEqual([
      expect.objectContaining({ symbol: "BTCUSDT", kind: "kline", events: 5 * 1440, partsCopied: 1 }),
      expect.objectContaining({ symbol: "ETHUSDT", kind: "kline", events: 12 * 1440, partsCopied: 2 }),
    ]);
    const third = (await ok(MIGRATE)) as { series: { partsCopied: number }[] };
    expect(third.series.every(({ partsCopied }) => partsCopied === 0)).toBe(true);
  });

  it("says what it migrated: a part, or all but the klines of other intervals, which the remedy that is named takes", async () => {
    const own = { RIPOSTE_DATA_QUESTDB_PREFIX: `${settings.prefix}said_` };
    const said = async (...args: readonly string[]): Promise<string | undefined> => {
      const { code, stdout } = await run([...MIGRATE, ...args], own);
      expect(code).toBe(0);
      return stdout.trimEnd().split("\n").at(-1);
    };
    const hourly = parquetStore({ root: join(folder, "h"), intervalMs: HOUR_MS });
    const values = Object.fromEntries(KLINE_COLUMNS.map((column) => [column, 1])) as KlineValues;
    const bars = Array.from({ length: 70 }, (_, i) => ({ ...values, openTimeMs: Date.UTC(2023, 0, 25) + i * HOUR_MS }));
    await hourly.write(
      "BTCUSDT",
      "simulated",
      bars.map((bar) => singleKline(instrumentIndex(0), HOUR_MS, bar)),
    );
    await hourly.close();
    const left = "; 70 klines of 1h were left: --interval 1h copies them";
    expect(await said("--from", "2023-01-26", "--to", "2023-01-27")).toMatch(
      new RegExp(`^QuestDB at \\S+ holds what h held from 2023-01-26 to 2023-01-27${left.replace("70", "\\d+")}$`),
    );
    expect(await said("--symbol", "ETHUSDT", "--market", "simulated")).toMatch(/ holds what h held of ETHUSDT \(simulated\)$/);
    expect(await said()).toMatch(new RegExp(` holds what h held, which lists no archive files that have landed${left}$`));
    expect(await said("--interval", "1h")).toMatch(
      / holds what h held, which lists no archive files that have landed; 34560 klines of 1m were left: --interval 1m copies them$/,
    );
    const counted = await sql(settings, `SELECT interval, count() FROM ${own.RIPOSTE_DATA_QUESTDB_PREFIX}klines ORDER BY interval`);
    expect(counted).toEqual([
      ["1h", 70],
      ["1m", 34_560],
    ]);
    await rm(join(folder, "h/klines/market=simulated/symbol=BTCUSDT/interval=1h"), { recursive: true });
    await dropTables({ ...settings, prefix: own.RIPOSTE_DATA_QUESTDB_PREFIX });
  });

  it("takes simulate, features and dataset too", async () => {
    const own = { RIPOSTE_DATA_QUESTDB_PREFIX: `${settings.prefix}own_` };
    const args = ["--store", "questdb"];
    await ok([...SIMULATE, ...args], own);
    await ok([...SIMULATE, ...args], own);
    const refused = await run([...SIMULATE, ...args, "--seed", "9"], own);
    expectRefusal(
      refused,
      1,
      /^riposte: QuestDB at .* already holds another simulated path of BTCUSDT, .*: choose another data\.questdb\.prefix$/,
    );
    await ok(["features", ...args, "--out", "q.parquet"], own);
    await ok(["features", "--data", "h", "--out", "p.parquet"]);
    expect(await sameFiles("q.parquet", "p.parquet")).toBe(true);
    const dataset = await ok(["dataset", ...args, "--set", "features.columns=return_1", "--out", "d"], own);
    expect(dataset["source"]).toMatch(/^SIMULATED market in QuestDB at http/);
    await dropTables({ ...settings, prefix: own.RIPOSTE_DATA_QUESTDB_PREFIX });
  });

  it("is filled from the archive, file by file, and a second time from nothing", async () => {
    const own = { RIPOSTE_DATA_QUESTDB_PREFIX: `${settings.prefix}archive_` };
    const name = "BTCUSDT-1m-2023-01";
    const path = join(folder, "archive/spot/monthly/klines/BTCUSDT/1m");
    const lines = klineLines(Date.UTC(2023, 0), 200).filter((_, minute) => minute < 50 || minute >= 60);
    const zip = zipOf(`${name}.csv`, lines.join("\n"));
    await mkdir(path, { recursive: true });
    await writeFile(join(path, `${name}.zip`), zip);
    await writeFile(join(path, `${name}.zip.CHECKSUM`), checksumOf(zip, `${name}.zip`));
    const backfill = ["backfill", "--store", "questdb", "--archive", "archive", "--market", "spot", "--kinds", "klines"];
    const first = await ok(backfill, own);
    expect(first).toMatchObject({ filesLanded: 1, filesSkipped: 0, rows: 190, aborted: false });
    const hole = { fromMs: Date.UTC(2023, 0, 1, 0, 50), toMs: Date.UTC(2023, 0, 1, 1), missing: 10 };
    expect(first["holes"]).toEqual([{ symbol: "BTCUSDT", kind: "kline", market: "spot", ...hole }]);
    expect(await ok(backfill, own)).toMatchObject({ filesLanded: 0, filesSkipped: 1, rows: 0 });
    expect(await ok([...backfill, "--force"], own)).toMatchObject({ filesLanded: 1, rows: 190 });
    expect(await sql(settings, `SELECT count() FROM ${own.RIPOSTE_DATA_QUESTDB_PREFIX}klines`)).toEqual([[190]]);
    await dropTables({ ...settings, prefix: own.RIPOSTE_DATA_QUESTDB_PREFIX });
  });
});
