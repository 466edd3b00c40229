import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { describeShared, sharedData } from "../../../test/sharedData.ts";
import { testInstrument } from "../../../test/contract/testMarket.ts";
import type { Decimals } from "../../domain/decimals/seen.ts";
import { stepDecimals } from "../../domain/decimals/seen.ts";
import { Kind } from "../../domain/kind.ts";
import { klineValues, klinesOf } from "../../domain/kline.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import { listedSymbols, parseExchangeInfo } from "../../venues/binance/parse/exchangeInfo.ts";
import { parseLeverageBrackets } from "../../venues/binance/parse/leverageBrackets.ts";
import { backfill } from "../backfill/backfill.ts";
import { bracketsOf } from "../../venues/binance/leverageBrackets.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
import { parseKlineCsv } from "../../venues/binance/archive/klineCsv.ts";
import { localArchive } from "./localArchive.ts";
import { unzipCsv } from "./zip.ts";

const json = async (file: string): Promise<unknown> => JSON.parse(gunzipSync(await readFile(sharedData(file))).toString());

describeShared("the real archive", () => {
  it("parses as Number does, cell by cell", async () => {
    for (const [folder, file] of [
      ["archive/spot/monthly/klines/BTCUSDT/1m", "BTCUSDT-1m-2023-03.zip"],
      ["archive/futures/um/monthly/klines/FILUSDT/1m", "FILUSDT-1m-2023-11.zip"],
    ] as const) {
      const csv = await unzipCsv(await readFile(sharedData(folder, file)), file);
      const klines = klinesOf(parseKlineCsv(csv, file, MINUTE_MS).block);
      const lines = csv.toString().trim().split("\n");
      const rows = lines.slice(lines.length - klines.length).map((line) => line.split(",").map(Number));
      expect(klines.map((kline) => Object.values(klineValues(kline)))).toEqual(
        rows.map((row) => row.filter((_, c) => c !== 6 && c !== 11)),
      );
    }
  });

  it("backfills two years of BTCUSDT with the one real hole, and nothing the second time", async () => {
    const root = await mkdtemp(join(tmpdir(), "riposte-shared-"));
    const store = parquetStore({ root });
    try {
      const options = {
        store,
        root,
        symbols: ["BTCUSDT"],
        interval: "1m",
        market: "spot",
        kinds: ["kline", "funding"],
        nowMs: Date.now(),
      } as const;
      const report = await backfill({ ...options, archive: await localArchive(sharedData("archive")) });
      expect(report).toMatchObject({
        filesLanded: 48,
        rows: 1_051_120 + 2190,
        identicalDuplicates: 0,
        conflictingDuplicates: 0,
        missing: [],
      });
      expect(report.holes).toEqual([
        {
          symbol: "BTCUSDT",
          kind: "kline",
          market: "spot",
          fromMs: Date.UTC(2023, 2, 24, 12, 40),
          toMs: Date.UTC(2023, 2, 24, 14),
          missing: 80,
        },
      ]);
      let bars = 0;
      const range = { fromMs: Date.UTC(2023, 0), toMs: Date.UTC(2024, 0), burstEvents: 4096 };
      for await (const burst of store.read({ instruments: [testInstrument("BTCUSDT", 0)], kinds: ["kline", "funding"], ...range }))
        for (const event of burst) bars += event.kind === Kind.kline ? 1 : 0;
      expect(bars).toBe(525_520);
      expect(await store.instruments(["BTCUSDT"])).toMatchObject([{ tickSize: 0.01, lotSize: 0.00001 }]);
      expect(await backfill({ ...options, archive: await localArchive(sharedData("archive")) })).toMatchObject({
        filesLanded: 0,
        filesSkipped: 48,
      });
    } finally {
      await store.close();
      await rm(root, { recursive: true });
    }
  });

  it("parses every month of the other symbols, with ticks and lots from the data", async () => {
    const expected = { FILUSDT: [3, 1], NEARUSDT: [3, 0] };
    for (const [symbol, decimals] of Object.entries(expected)) {
      const folder = sharedData("archive/futures/um/monthly/klines", symbol, "1m");
      for (const file of (await readdir(folder)).filter((name) => name.endsWith(".zip"))) {
        const parsed = parseKlineCsv(await unzipCsv(await readFile(join(folder, file)), file), file, MINUTE_MS);
        const { price, qty } = parsed.numbers.seen;
        expect([price, qty].map((seen) => stepDecimals(seen as Decimals))).toEqual(decimals);
      }
    }
  });
});

describeShared("captured answers", () => {
  it("exchangeInfo of every perpetual becomes an instrument, and dated contracts are refused", async () => {
    const text = gunzipSync(await readFile(sharedData("captures/fapi-exchangeInfo-2021-07-22.txt.gz"))).toString();
    const [first = ""] = text.split("\n");
    const info: unknown = JSON.parse(first.slice(first.indexOf("{")));
    const symbols = listedSymbols(info);
    expect(symbols.length).toBeGreaterThan(100);
    const beside = { brackets: bracketsOf("BTCUSDT"), makerFeeRate: 0.0002, takerFeeRate: 0.0005, fundingIntervalHours: 8 };
    const dated = symbols.filter((symbol) => /_\d{6}$/.test(symbol));
    expect(dated.length).toBeGreaterThan(0);
    for (const symbol of symbols)
      if (dated.includes(symbol)) expect(() => parseExchangeInfo(info, symbol, beside)).toThrow(/is a dated contract/);
      else expect(parseExchangeInfo(info, symbol, beside)?.lotSize).toBeGreaterThan(0);
    expect(parseExchangeInfo(info, "BTCUSDT", beside)).toMatchObject({
      tickSize: 0.01,
      lotSize: 0.001,
      maxQtyLots: 1_000_000,
      percentPriceUp: 1.15,
    });
  });

  it("leverage brackets equal the table that ships", async () => {
    const found = parseLeverageBrackets(await json("leverage-brackets.json.gz"));
    expect(found.size).toBeGreaterThan(200);
    for (const symbol of ["BTCUSDT", "ETHUSDT", "FILUSDT", "NEARUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"])
      expect(bracketsOf(symbol)).toEqual(found.get(symbol));
  });
});
