import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aggTradeLines, checksumOf, klineLines, metricsLines, zipOf } from "../../../test/contract/archiveFiles.ts";
import { DAY_MS } from "../../domain/units.ts";
import type { BackfillKind } from "../../venues/binance/archive/archivePath.ts";
import { backfill } from "../backfill/backfill.ts";
import type { BackfillReport } from "../backfill/report.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
import { localArchive } from "./localArchive.ts";

const JANUARY = Date.UTC(2023, 0);
const FOLDER = "futures/um/monthly/klines/BTCUSDT/1m";
const NAME = "BTCUSDT-1m-2023-01";
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-local-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts a file into the archive: a zip, or a CSV by its name; `count` rows. */
const put = async (path: string, lines: readonly string[] = klineLines(JANUARY, 5), checksum = false): Promise<void> => {
  const file = join(folder, "archive", path);
  const csv = lines.join("\n");
  const zip = zipOf(`${NAME}.csv`, csv);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, path.toLowerCase().endsWith(".zip") ? zip : csv);
  if (checksum) await writeFile(`${file}.CHECKSUM`, checksumOf(zip, `${NAME}.zip`));
};
const run = async (
  options: { kinds?: readonly BackfillKind[]; market?: "um" | "spot"; given?: boolean; symbols?: readonly string[] } = {},
): Promise<BackfillReport> => {
  const { kinds = ["kline"], market = "um", given = false, symbols = ["BTCUSDT"] } = options;
  const store = parquetStore({ root: join(folder, "history") });
  try {
    const archive = await localArchive(join(folder, "archive"), { symbols, ...(given ? { market } : {}) });
    const report = await backfill({ store, symbols, interval: "1m", market, kinds, archive, nowMs: Date.UTC(2024, 0) });
    if (report.failures[0] !== undefined) throw report.failures[0].error;
    return report;
  } finally {
    await store.close();
  }
};
const names = (paths: readonly string[]): string[] => paths.map((path) => basename(path)).sort();

describe("a local archive reads", () => {
  it.each([
    ["an unzipped file", `${FOLDER}/${NAME}.csv`],
    ["a second download", `${FOLDER}/${NAME} (1).zip`],
    ["a second one on a Mac", `${FOLDER}/${NAME} 2.zip`],
    ["a copy", `${FOLDER}/${NAME} - Copy.zip`],
    ["a name in lower case", `${FOLDER}/btcusdt-1m-2023-01.zip`],
    ["a name in capitals", `${FOLDER}/BTCUSDT-1M-2023-01.CSV`.replace("1M", "1m")],
    ["a file of another folder", `futures/um/my downloads/${NAME}.zip`],
    ["the layout without futures/", `um/monthly/klines/BTCUSDT/1m/${NAME}.zip`],
    ["the layout below data/", `data/${FOLDER}/${NAME}.zip`],
  ])("%s", async (_, path) => {
    await put(path);
    expect(await run()).toMatchObject({ filesLanded: 1, rows: 5, unused: [], unverified: [basename(path)] });
    expect(await run()).toMatchObject({ filesLanded: 0, filesSkipped: 1 });
  });

  it("a renamed file with the checksum of its old name", async () => {
    await put(`${FOLDER}/${NAME} (1).zip`, undefined, true);
    expect(await run()).toMatchObject({ filesLanded: 1, unverified: [] });
  });

  it("trades, metrics and funding by their names, wherever they lie; the last two are the perpetual's alone", async () => {
    await put("futures/trades of mine/BTCUSDT-aggTrades-2023-01-01.csv", aggTradeLines(JANUARY, 3));
    await put("data/btcusdt-METRICS-2023-01-01.csv", metricsLines("BTCUSDT", JANUARY, 5));
    await put("data/BTCUSDT-fundingRate-2023-01.csv", [`${JANUARY},8,0.0001`]);
    expect(await run({ kinds: ["aggTrades", "metrics", "funding"] })).toMatchObject({ filesLanded: 3, rows: 3 + 576 + 1, unused: [] });
  });

  it("a flat folder, if it is said whose klines they are", async () => {
    await put(`${NAME}.csv`);
    await expect(run()).rejects.toThrow(/what .*BTCUSDT-1m-2023-01\.csv holds its name and folder do not say: .*say --market$/);
    expect((await run({ given: true, market: "spot" })).spans[0]).toMatchObject({ market: "spot", events: 5 });
  });

  it("folders that are links", async () => {
    await put(`elsewhere/${NAME}.zip`);
    await mkdir(join(folder, "archive", dirname(FOLDER)), { recursive: true });
    await symlink(join(folder, "archive/elsewhere"), join(folder, "archive", FOLDER));
    expect((await run({ given: true })).filesLanded).toBe(1);
  });
});

describe("of several files that give the same", () => {
  it("takes the one at its place, and names the one that differs", async () => {
    await put(`${FOLDER}/${NAME}.zip`);
    await put(`${FOLDER}/${NAME} (1).zip`, klineLines(JANUARY, 7));
    const report = await run();
    expect([report.rows, names(report.unused)]).toEqual([5, [`${NAME} (1).zip`]]);
  });

  it("takes one of two that are the same, and none of two that differ", async () => {
    await put(`${FOLDER}/${NAME} (1).zip`);
    await put(`${FOLDER}/${NAME} (2).zip`);
    expect(await run()).toMatchObject({ rows: 5, unused: [] });
    await put(`${FOLDER}/${NAME} (2).zip`, klineLines(JANUARY, 7));
    await put("futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-02-01.zip", klineLines(JANUARY + 31 * DAY_MS, 3));
    const report = await run();
    expect([report.rows, names(report.unused)]).toEqual([3, [`${NAME} (1).zip`, `${NAME} (2).zip`]]);
  });
});

it("names what looks like data and is not known, and leaves alone what was not asked for", async () => {
  await put(`${FOLDER}/${NAME}.zip`);
  await put(`${FOLDER}/klines of january.zip`);
  await put("futures/um/BTCUSDT.parquet");
  await put(`${FOLDER}/BTCUSDT-1M-2023-01.zip`);
  await put("futures/um/monthly/klines/ETHUSDT/1m/ETHUSDT-1m-2023-01 (1).zip", ["garbage"]);
  await put(`futures/um/monthly/markPriceKlines/BTCUSDT/1m/${NAME}.zip`, klineLines(JANUARY, 9));
  await put(`futures/cm/monthly/klines/BTCUSD_PERP/1m/BTCUSD_PERP-1m-2023-01.zip`);
  await put("futures/um/README.md");
  const report = await run();
  expect(report.rows).toBe(5);
  expect(names(report.unused)).toEqual(["BTCUSDT-1M-2023-01.zip", "BTCUSDT.parquet", "klines of january.zip"]);
});
