import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Duck } from "../../src/store/duck/duck.ts";
import { quoted } from "../../src/store/duck/scanSql.ts";
import { parquetStore } from "../../src/store/parquet/parquetStore.ts";
import { tradeBarsState } from "../../operators/tradeBars.ts";
import type { NonMarketTrade } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Kline, KlineValues } from "../../src/domain/kline.ts";
import { klineValues } from "../../src/domain/kline.ts";
import { instrumentIndex } from "../../src/domain/units.ts";
import { expectRefusal, riposteEach, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { describeShared, sharedData } from "../sharedData.ts";

const ROOT = join(import.meta.dirname, "../..");
const T0 = 1_723_111_200_000;
let folder = "";
beforeAll(async () => {
  folder = await scratchFolder("captures");
  for (const name of ["always.ts", "steps.ts"]) {
    const text = await readFile(sharedData("cases/modules", name), "utf8");
    await writeFile(join(folder, name), text.replaceAll('"./models/', `"${ROOT}/models/`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (...lines: readonly (readonly string[])[]): Promise<readonly Ended[]> => riposteEach(lines, folder);
const real = (name: string): string => sharedData("real/captures", name);
const backtest = (out: string, data: readonly string[], ...more: readonly string[]): string[] => [
  ...["backtest", ...data, "--out", out, "--json", "--signal", "./always.ts", "--regime", "none", "--pattern", "none"],
  ...["--position", "./steps.ts", "--set", "risk=null", "--set", "venue.slippageFraction=0", ...more],
];
const steps = (...list: readonly (readonly unknown[])[]): string[] => [
  ...["--set", `position.options=${JSON.stringify({ t0: T0, steps: list })}`],
];
const NO_STEPS = steps();
const json = ({ code, stdout, stderr }: Ended): Record<string, unknown> => {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};
const tradeRows = async (out: string): Promise<Record<string, string>[]> => {
  const [header = "", ...rows] = (await readFile(join(folder, out, "trades.csv"), "utf8")).trimEnd().split("\n");
  return rows.map((row) => Object.fromEntries(row.split(",").map((cell, i) => [header.split(",")[i] as string, cell])));
};
/** What a capture, and the store that it was imported into, say of a run. */
const both = async (
  name: string,
  captures: readonly string[],
  more: readonly string[],
  ofStore: readonly string[] = [],
): Promise<readonly Record<string, unknown>[]> => {
  const given = captures.flatMap((path) => ["--capture", path]);
  const [imported, captured, stored] = await run(
    ["import", ...given, "--data", `${name}-store`, "--json"],
    backtest(`${name}-capture`, given, ...more),
    backtest(`${name}-of-store`, ["--data", `${name}-store`], ...more, ...ofStore),
  );
  return [json(imported as Ended), json(captured as Ended), json(stored as Ended)];
};
const SAME = ["bars", "gapBars", "decisionsSha256", "from", "to"] as const;
const same = (summary: Record<string, unknown> | undefined): readonly unknown[] => SAME.map((name) => summary?.[name]);

describeShared("captures", { timeout: 300_000 }, () => {
  const ONE = [...["--symbol", "BTCUSDT", "--set", "venue.maxVolumeShare=null"], ...steps([1, "enter", 1, 10, 0.005, 0, 2])];

  it("a trade of the insurance fund fills nothing and is in no bar", async () => {
    const [imported, ...runs] = await both("fund", [sharedData("cases/06-insurance-fund-trade.txt")], ONE);
    expect(imported).toMatchObject({ nonMarketTrades: 1 });
    for (const summary of runs) {
      expect(summary).toMatchObject({ bars: 4, gapBars: 0 });
      expect(summary["warnings"]).toContain("1 trade of BTCUSDT was not of the market: no bar, fill or feature sees it.");
    }
    expect(same(runs[0])).toEqual(same(runs[1]));
    expect(await tradeRows("fund-capture")).toMatchObject([{ exitReason: "open-at-end" }]);
  });

  it("a trade of no type makes no gap", async () => {
    const [, ...runs] = await both("na", [sharedData("cases/07-na-trade.txt")], ONE);
    for (const summary of runs) expect(summary).toMatchObject({ bars: 4, gapBars: 0 });
    expect(same(runs[0])).toEqual(same(runs[1]));
  });

  it("all fifteen whole minutes of a quarter of an hour of trades, as counted elsewhere", async () => {
    const [imported, ...runs] = await both("trx", [real("trxusdt-trades-2025-03-04.txt.gz")], ["--symbol", "TRXUSDT", ...NO_STEPS]);
    expect(imported).toMatchObject({ symbols: ["TRXUSDT"], events: 10_000, nonMarketTrades: 1, faults: 0 });
    for (const summary of runs) expect(summary).toMatchObject({ bars: 15, gapBars: 0 });
    expect(same(runs[0])).toEqual(same(runs[1]));
    const right = JSON.parse(await readFile(sharedData("real/other/trxusdt-2025-03-04-bars.json"), "utf8")) as Record<string, number[]>;
    const store = parquetStore({ root: join(folder, "trx-store") });
    const minute = tradeBarsState([{ index: instrumentIndex(0) } as Instrument], [instrumentIndex(0)])[0];
    const bars: KlineValues[] = [];
    const emit = (item: Item): void => {
      if (item.kind === Kind.kline) bars.push(klineValues(item));
    };
    let qty = 0;
    for await (const burst of store.series("trade", "TRXUSDT", "um", 0, Infinity))
      for (const event of burst) {
        if (event.kind === Kind.trade) minute?.trade(event, emit);
        else minute?.account(event as NonMarketTrade, emit);
        if (event.kind === Kind.trade) qty += event.qty;
      }
    await store.close();
    expect(qty).toBeCloseTo(15_437_677, 6);
    const shown = bars.map((bar) => [
      ...[String(bar.openTimeMs), bar.open, bar.high, bar.low, bar.close],
      ...[bar.volume, bar.trades, bar.takerBuyVolume].map(Math.round),
    ]);
    expect(shown).toEqual(
      Object.entries(right)
        .slice(1, -1)
        .map(([at, values]) => [at, ...values]),
    );
  });

  it("600 differences without a snapshot or a trade make no bar, and that is said", async () => {
    const [imported, refused] = await run(
      ["import", "--capture", real("trxusdt-depth-2025-03-04.txt.gz"), "--data", "depth-store", "--json"],
      backtest("depth", ["--capture", real("trxusdt-depth-2025-03-04.txt.gz")], "--symbol", "TRXUSDT", ...NO_STEPS),
    );
    expect(json(imported as Ended)).toMatchObject({ events: 600, faults: 0 });
    expectRefusal(refused as Ended, 1, /TRXUSDT has neither trades nor closed 1m klines in the capture/);
  });

  it.each([
    ["eth", "ETHUSDT", "ethusdt-kline_1m-2026-02-16.txt.gz", [270_646.022, 535_950, 135_591.393, 118_283.34]],
    ["sol", "SOLUSDT", "solusdt-kline_1m-2026-02-16.txt.gz", [1_808_724.18, 149_028, 909_696.68, 5045.6]],
  ])(
    "%s: sixty closed klines are sixty bars, whenever the recording began",
    async (name, symbol, file, [volume, trades, taker, closes]) => {
      const [imported, ...runs] = await both(name, [real(file)], NO_STEPS, ["--symbol", symbol]);
      expect(imported).toMatchObject({ symbols: [symbol], events: 60 });
      for (const summary of runs) expect(summary).toMatchObject({ bars: 60, gapBars: 0, from: "2026-02-16T14:24:00Z" });
      expect(same(runs[0])).toEqual(same(runs[1]));
      const store = parquetStore({ root: join(folder, `${name}-store`) });
      const klines: Kline[] = [];
      for await (const burst of store.series("kline", symbol, "um", 0, Infinity)) klines.push(...(burst as Kline[]));
      await store.close();
      const sum = (column: "volume" | "trades" | "takerBuyVolume" | "close"): number => klines.reduce((total, k) => total + k[column], 0);
      const sums = [sum("volume"), sum("trades"), sum("takerBuyVolume"), sum("close")];
      for (const [i, value] of [volume, trades, taker, closes].entries()) expect(sums[i]).toBeCloseTo(value as number, 6);
    },
  );

  it("features of a capture of klines are those of its import, the first minute too", async () => {
    const capture = real("ethusdt-kline_1m-2026-02-16.txt.gz");
    const [, ofCapture, ofStore] = await run(
      ["import", "--capture", capture, "--data", "features-store"],
      ["features", "--capture", capture, "--symbol", "ETHUSDT", "--out", "capture.parquet", "--json"],
      ["features", "--data", "features-store", "--symbol", "ETHUSDT", "--out", "store.parquet", "--json"],
    );
    expect([json(ofCapture as Ended)["rows"], json(ofStore as Ended)["rows"]]).toEqual([60, 60]);
    expect((await readFile(join(folder, "capture.parquet"))).equals(await readFile(join(folder, "store.parquet")))).toBe(true);
  });

  it("a capture of 5m klines says that a run needs others", async () => {
    const capture = real("btcusdt-kline_5m-2026-02-16.txt.gz");
    const refused = await run(backtest("five", ["--capture", capture], ...NO_STEPS), ["import", "--capture", capture, "--data", "five"]);
    for (const each of refused)
      expectRefusal(
        each,
        1,
        /btcusdt-kline_5m-2026-02-16\.txt\.gz holds klines of BTCUSDT of 5m only: runs need trades or closed 1m klines/,
      );
  });

  it("a capture of COIN-M is refused, whoever reads it", async () => {
    const coin = ["--capture", real("coinm-trxusd_perp-trades-2025-03-04.txt.gz")];
    const refused = await run(
      ["import", ...coin, "--data", "coin"],
      ["import", ...coin, "--data", "coin", "--symbol", "TRXUSD_PERP"],
      backtest("coin-out", coin, ...NO_STEPS),
      backtest("coin-out", coin, "--symbol", "TRXUSD_PERP", ...NO_STEPS),
      ["features", ...coin, "--symbol", "TRXUSD_PERP", "--out", "coin.parquet"],
      ["dataset", ...coin, "--symbol", "TRXUSD_PERP", "--out", "coin"],
      ["backfill", "--archive", ".", "--symbol", "TRXUSD_PERP"],
      ["backtest", "--symbol", "BTCUSDT_210129"],
    );
    for (const each of refused.slice(0, 7))
      expectRefusal(each, 1, /TRXUSD_PERP is a COIN-M contract, of 10 or 100 USD, with inverse profit/);
    expectRefusal(refused[7] as Ended, 1, /BTCUSDT_210129 is a dated contract, which expires/);
  });

  it("exchangeInfo with its keys in any order gives the rules", async () => {
    const info = ["--capture", real("exchangeInfo-2025-08-07-sorted-keys.txt")];
    const streams = [...["--capture", real("frames-2026-07-26.txt")], ...info];
    const [imported] = await run(["import", ...streams, "--data", "info", "--symbol", "BTCUSDT", "--json"]);
    expect(json(imported as Ended)).toMatchObject({ guessedRules: [] });
    const store = parquetStore({ root: join(folder, "info") });
    const [rules] = await store.instruments(["BTCUSDT"]);
    await store.close();
    expect(rules).toMatchObject({ tickSize: 0.1, lotSize: 0.001, minNotionalUsdt: 100, maxMarketQtyLots: 120_000 });
    const cases = [sharedData("cases/06-insurance-fund-trade.txt"), sharedData("cases/08-exchange-info-sorted-keys.txt")];
    const [other] = await run(["import", ...cases.flatMap((path) => ["--capture", path]), "--data", "info-8", "--json"]);
    expect(json(other as Ended)).toMatchObject({ guessedRules: [] });
    const second = parquetStore({ root: join(folder, "info-8") });
    expect(await second.instruments(["BTCUSDT"])).toMatchObject([{ tickSize: 0.5, lotSize: 0.005 }]);
    await second.close();
  });

  it("frames of 2026, with the fields of that year, give each its event", async () => {
    const [july, october] = await run(
      ["import", "--capture", real("frames-2026-07-26.txt"), "--data", "july", "--json"],
      ["import", "--capture", real("frames-2026-10-08.txt"), "--data", "october", "--json"],
    );
    expect(json(july as Ended)).toMatchObject({ faults: 0, events: 8 });
    expect(json(october as Ended)).toMatchObject({ symbols: ["BTCUSDT", "ILVUSDT"], faults: 0, events: 2 });
    const duck = new Duck();
    const count = async (glob: string, what: string): Promise<unknown> =>
      (await duck.query(`SELECT ${what} FROM read_parquet(${quoted(join(folder, glob))})`))[0];
    expect(await count("july/bookDiffs/**/*.parquet", "count(*)::DOUBLE")).toEqual([1]);
    expect(await count("july/bookSnapshots/**/*.parquet", "count(*)::DOUBLE")).toEqual([2]);
    expect(await count("october/liquidations/**/*.parquet", 'price, qty, "isSell"::DOUBLE')).toEqual([3.85642, 116.5, 1]);
    expect(await count("october/aggTrades/**/*.parquet", "price, qty")).toEqual([83_434.4, 0.016]);
    await duck.close();
  });

  it("the best twenty levels without an envelope are asked for with one, or told apart by what follows", async () => {
    const bare = (await readFile(real("frames-2026-07-26.txt"), "utf8"))
      .split("\n")
      .filter((line) => line.includes("depthUpdate"))
      .map((line) => line.replace(/^(\d+) \{"stream":"[^"]*","data":(.*)\}$/, "$1 $2"));
    expect(bare).toHaveLength(2);
    await writeFile(join(folder, "bare.txt"), `${bare.join("\n")}\n`);
    const [refused] = await run(["import", "--capture", "bare.txt", "--data", "bare"]);
    expectRefusal(
      refused as Ended,
      1,
      /capture bare\.txt line 2 may be a difference \(@depth\) or the best levels in whole .*: put it into the envelope that names its stream, \{"stream":"btcusdt@depth","data":…\}/,
    );
  });

  it("the only symbol of a capture is the run's where none is named, and the run says so", async () => {
    const [ended] = await run(backtest("only", ["--capture", real("solusdt-kline_1m-2026-02-16.txt.gz")], ...NO_STEPS));
    const summary = json(ended as Ended);
    expect(summary).toMatchObject({ symbol: "SOLUSDT", bars: 60 });
    expect(summary["warnings"]).toContain("No symbol was named: the run is of SOLUSDT, the only one of the capture.");
  });

  it("the recordings of 2021 and 2024 keep their figures", async () => {
    const names = ["fapi-streams", "fapi-depth", "fapi-exchangeInfo"].map((name) => sharedData("captures", `${name}-2021-07-22.txt.gz`));
    const messages = gunzipSync(await readFile(names[0] as string))
      .toString()
      .split("\n").length;
    expect(messages).toBeGreaterThan(1000);
    const [ended2024, ended2021] = await run(
      backtest("y2024", ["--capture", sharedData("captures", "usdm_btcusdt_2024-08-08.jsonl.gz")], ...NO_STEPS),
      backtest(
        "y2021",
        names.flatMap((path) => ["--capture", path]),
        ...["--symbol", "SUSHIUSDT,AKROUSDT,KEEPUSDT,CTKUSDT", ...NO_STEPS],
      ),
    );
    expect(json(ended2024 as Ended)).toMatchObject({ bars: 5, gapBars: 0 });
    expect(json(ended2021 as Ended)).toMatchObject({ bars: 4, gapBars: 0 });
  });
});
