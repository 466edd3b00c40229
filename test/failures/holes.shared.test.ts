import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parquetStore } from "../../src/store/parquet/parquetStore.ts";
import { expectRefusal, riposteEach, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { describeShared, sharedData } from "../sharedData.ts";

const ROOT = join(import.meta.dirname, "../..");
const T0 = Date.UTC(2023, 1, 1);
let folder = "";
beforeAll(async () => {
  folder = await scratchFolder("holes");
  for (const name of ["always.ts", "steps.ts"]) {
    const text = await readFile(sharedData("cases/modules", name), "utf8");
    await writeFile(join(folder, name), text.replaceAll('"./models/', `"${ROOT}/models/`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (...lines: readonly (readonly string[])[]): Promise<readonly Ended[]> => riposteEach(lines, folder);
const backfill = (archive: string, data: string, ...more: readonly string[]): string[] => [
  ...["backfill", "--archive", sharedData(archive), "--data", data, ...more],
];
const backtest = (data: string, symbols: string, ...more: readonly string[]): string[] => [
  ...["backtest", "--data", data, "--symbol", symbols, "--out", `out-${data}`, "--json"],
  ...["--signal", "./always.ts", "--regime", "none", "--pattern", "none", "--position", "./steps.ts", "--set", "risk=null"],
  ...["--set", "venue.slippageFraction=0", ...more],
];
const steps = (...list: readonly (readonly unknown[])[]): string[] => [
  ...["--set", `position.options=${JSON.stringify({ t0: T0, steps: list })}`],
];
const json = ({ code, stdout, stderr }: Ended): Record<string, unknown> => {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};
const lines = ({ code, stdout, stderr }: Ended): string[] => {
  expect(code, stderr).toBe(0);
  return stdout.split("\n");
};
const trades = async (data: string): Promise<string[]> => (await readFile(join(folder, `out-${data}`, "trades.csv"), "utf8")).split("\n");

describeShared("holes of the history", { timeout: 300_000 }, () => {
  it("a series that ends inside the run: its trade ends with its own last bar, and what is missing is told", async () => {
    const [, ended] = await run(
      backfill("cases/05-one-symbol-ends", "ends", "--symbol", "AAAUSDT,BBBUSDT", "--kinds", "klines"),
      backtest("ends", "AAAUSDT,BBBUSDT", ...steps([10, "enter", 1, 10, 0.005, 0.015, 2])),
    );
    const summary = json(ended as Ended);
    expect(summary["warnings"]).toEqual(
      expect.arrayContaining([
        "History of AAAUSDT ends already at 2023-02-01T00:30:00Z: 1,470 minutes missing.",
        "klines of BBBUSDT: 1,380 minutes missing, the first 2023-02-01T01:00Z.",
      ]),
    );
    const [header = "", ...rows] = await trades("ends");
    const at = header.split(",").indexOf("exitTimeMs");
    const exits = rows.filter((row) => row.startsWith("AAAUSDT")).map((row) => row.split(",")[at]);
    expect(exits).toEqual([String(T0 + 30 * 60_000)]);
    expect(summary["meanHoldingMinutes"]).toBeLessThan(1500);
  });

  it("a day that only the daily file has is taken from there", async () => {
    const [ended] = await run(backfill("cases/11-day-only-in-daily-file", "day", "--symbol", "AAAUSDT", "--kinds", "klines", "--json"));
    const report = json(ended as Ended);
    expect(report).toMatchObject({ filesLanded: 2, rows: 60 });
    expect(report["holes"]).toHaveLength(2);
  });

  it("klines of another interval are named, with what a run needs", async () => {
    const [, refused] = await run(
      backfill("cases/12-hourly", "hourly", "--symbol", "AAAUSDT", "--kinds", "klines", "--interval", "1h"),
      backtest("hourly", "AAAUSDT"),
    );
    expectRefusal(
      refused as Ended,
      1,
      /AAAUSDT has no 1m klines in the history in hourly: it holds 1h klines; runs need 1m: run riposte backfill/,
    );
  });

  it("settlements that are missing, inside and at the end, in both commands", async () => {
    const [filled, ended] = await run(
      backfill("cases/13-funding-hole", "funding", "--symbol", "AAAUSDT"),
      backtest("funding", "AAAUSDT", ...steps([5, "enter", 1, 10, 0.005, 0, 2])),
    );
    const told = "funding of AAAUSDT: 7 settlements missing, the first 2023-02-02T00:00Z";
    expect(lines(filled as Ended)).toContainEqual(expect.stringContaining(told));
    expect(json(ended as Ended)["warnings"]).toContainEqual(expect.stringContaining(told));
    expect(await readFile(join(folder, "out-funding/report.html"), "utf8")).toContain(told);
  });

  it("open interest and ratios that are missing", async () => {
    const [filled, features] = await run(
      backfill(
        "cases/14-metrics-holes",
        "metrics",
        "--symbol",
        "AAAUSDT",
        "--kinds",
        "metrics",
        "--from",
        "2023-02-01",
        "--to",
        "2023-02-02",
      ),
      backfill("cases/13-funding-hole", "metrics", "--symbol", "AAAUSDT"),
    );
    expect(lines(filled as Ended)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^open interest of AAAUSDT: 271 five-minute values missing, the first 2023-02-01T00:45Z, in 2 gaps/),
        expect.stringMatching(/^long\/short ratios of AAAUSDT: 271 five-minute values missing/),
        "gap: AAAUSDT open interest 2023-02-01T00:45Z … 2023-02-01T01:25Z, 8 five-minute values missing",
      ]),
    );
    expect((features as Ended).code).toBe(0);
    const [row] = await run([
      "features",
      "--data",
      "metrics",
      "--symbol",
      "AAAUSDT",
      "--to",
      "2023-02-01T02:05Z",
      "--json",
      "--out",
      "f.parquet",
    ]);
    expect(json(row as Ended)["warnings"]).toContainEqual(expect.stringMatching(/^open interest of AAAUSDT: 8 five-minute values missing/));
  });

  it("a perpetual without any funding, one that begins in the middle, a symbol with a part of the bars, and a month that is missing inside", async () => {
    const perpetual = ["--symbol", "FILUSDT,NEARUSDT", "--kinds", "klines"];
    const short = ["--from", "2023-08-05", "--to", "2023-11-02"];
    await run(
      backfill("archive", "perpetual", ...perpetual),
      backfill("archive", "spot", "--market", "spot", "--symbol", "ETHUSDT", "--from", "2022-12-01", "--to", "2023-02-01"),
    );
    const month = "klines/market=um/symbol=FILUSDT/interval=1m/2023-09.parquet";
    await cp(join(folder, "perpetual"), join(folder, "lost"), { recursive: true });
    await rm(join(folder, "lost", month));
    const [whole, gone, adopted, lost, spot] = await run(
      backtest("perpetual", "FILUSDT,NEARUSDT", ...short, ...steps()),
      backtest("lost", "FILUSDT", ...short, ...steps()),
      ["verify", "--adopt", "--data", "lost"],
      backtest("lost", "FILUSDT", ...short, ...steps()),
      backtest("spot", "ETHUSDT", "--from", "2022-12-15", "--to", "2023-01-15", ...steps()),
    );
    expect(json(whole as Ended)["warnings"]).toEqual(
      expect.arrayContaining([
        "History of NEARUSDT ends already at 2023-11-01T00:00:00Z: 1,440 minutes missing.",
        "FILUSDT is held without funding data from 2023-08-05T00:00:00Z to 2023-11-02T00:00:00Z: 267 settlements missing.",
        "NEARUSDT is held without funding data from 2023-08-05T00:00:00Z to 2023-11-01T00:00:00Z: 264 settlements missing.",
      ]),
    );
    // A file that the store knows of is no hole; one that was left out as the message says is.
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining("2023-09.parquet is gone") as string });
    expect(adopted?.code).toBe(1); // what the archive's file gave is not there
    expect(json(lost as Ended)["warnings"]).toContainEqual("klines of FILUSDT: 43,200 minutes missing, the first 2023-09-01T00:00Z.");
    expect(json(spot as Ended)["warnings"]).toContainEqual("funding of ETHUSDT: 51 settlements missing, the first 2022-12-15T00:00Z.");
  });

  it("files that the archive lacks are one range", async () => {
    const [ended] = await run(
      backfill("archive", "range", "--market", "spot", "--symbol", "ETHUSDT", "--from", "2022-01-01", "--to", "2023-03-01"),
    );
    expect(lines(ended as Ended).filter((line) => line.startsWith("not in the archive"))).toEqual([
      "not in the archive: futures/um/monthly/fundingRate/ETHUSDT/ETHUSDT-fundingRate-2022-01.zip … 2022-12 (12 files)",
    ]);
  });
});

/** Sum of a column, in decimals as the file shows them. */
const sumOf = async (
  data: string,
  kind: "kline" | "funding" | "aggTrade",
  symbol: string,
  intervalMs: number,
  name: string,
): Promise<number[]> => {
  const store = parquetStore({ root: join(folder, data), intervalMs });
  try {
    let [rows, sum, first, last] = [0, 0, NaN, NaN];
    for await (const burst of store.series(kind, symbol, "um", 0, Date.UTC(2030, 0)))
      for (const event of burst) {
        const values = event as unknown as Record<string, number>;
        rows += 1;
        sum += values[name] ?? NaN;
        const timeMs = values["openTimeMs"] ?? event.eventTimeMs;
        if (rows === 1) first = timeMs;
        last = timeMs;
      }
    return [rows, Number(sum.toPrecision(12)), first, last];
  } finally {
    await store.close();
  }
};
const real = (data: string, symbol: string, kinds: string, ...more: readonly string[]): string[] =>
  backfill("real/archive", data, "--symbol", symbol, "--kinds", kinds, ...more);

describeShared("real files of the archive", { timeout: 300_000 }, () => {
  it("metrics that name the start of their five minutes are known five minutes after the end", async () => {
    const [ended] = await run(real("hype", "HYPEUSDT", "metrics", "--from", "2025-05-30", "--to", "2025-05-31"));
    expect(lines(ended as Ended)).toContainEqual(
      expect.stringMatching(/^metrics: 1 file with labels of the start of their five minutes, the later reading, since nothing tells$/),
    );
    const store = parquetStore({ root: join(folder, "hype") });
    const events: { eventTimeMs: number; knownAtMs: number }[] = [];
    for await (const burst of store.series("openInterest", "HYPEUSDT", "um", 0, Date.UTC(2030, 0))) events.push(...burst);
    await store.close();
    const at = (time: string): number => Date.parse(`2025-05-30T${time}Z`);
    expect(events.map(({ eventTimeMs }) => eventTimeMs)).toEqual(Array.from({ length: 12 }, (_, i) => at("10:35") + i * 300_000));
    expect(events[0]).toMatchObject({ eventTimeMs: at("10:35"), knownAtMs: at("10:40"), openInterestQty: 14088.01 });
  });

  it("aggregated trades with and without a header, with single trades that no aggregate holds", async () => {
    const [crude, litecoin] = await run(
      real("trades", "CLUSDT", "aggTrades", "--from", "2026-05-01", "--to", "2026-05-02"),
      real("trades", "LTCUSDT", "aggTrades", "--from", "2020-10-16", "--to", "2020-10-17"),
    );
    expect(lines(crude as Ended)).toContain("CLUSDT-aggTrades-2026-05-01.zip has 2 trade ids in 2 places that no aggregate holds");
    expect(lines(crude as Ended).join("\n")).not.toContain("skips");
    expect(lines(litecoin as Ended)[0]).toMatch(/^1 files landed \(500 rows/);
    expect(await sumOf("trades", "aggTrade", "CLUSDT", 60_000, "qty")).toEqual([1000, 103_169.3, 1777637520540, 1777637589781]);
    expect(await sumOf("trades", "aggTrade", "CLUSDT", 60_000, "tradeCount")).toMatchObject({ 0: 1000, 1: 3970 });
    expect(await sumOf("trades", "aggTrade", "LTCUSDT", 60_000, "qty")).toEqual([500, 744.396, 1602819697783, 1602819862086]);
    expect(await sumOf("trades", "aggTrade", "LTCUSDT", 60_000, "tradeCount")).toMatchObject({ 1: 707 });
  });

  it.each([
    ["LTCUSDT", "5m", [500, 1_913_265.086, 1602669900000, 1602819600000], "trades", 420_017],
    ["BTCUSDT", "1d", [116, 11_211_662.348, 1567900800000, 1577836800000], "trades", 25_256_902],
    ["LUNAUSDT", "1h", [21, 48_989_803_390, 1652349600000, 1652421600000], "trades", 4_864_636],
    ["BNXUSDT", "1h", [265, 23_842_446.7, 1676084400000, 1677085200000], "trades", 185_041],
  ] as const)("klines of %s, %s", async (symbol, interval, volume, column, sum) => {
    const intervalMs = { "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 }[interval];
    const [ended] = await run(real(`real-${symbol}`, symbol, "klines", "--interval", interval));
    const printed = lines(ended as Ended).join("\n");
    expect(await sumOf(`real-${symbol}`, "kline", symbol, intervalMs, "volume")).toEqual(volume);
    expect((await sumOf(`real-${symbol}`, "kline", symbol, intervalMs, column))[1]).toBe(sum);
    if (symbol === "LUNAUSDT") expect(printed).toContain("the last 15 bars of LUNAUSDT, from 2022-05-12T16:00Z on, are without any trade");
    if (symbol === "BNXUSDT") expect(printed).toContain("gap: BNXUSDT 2023-02-22 … 2023-02-22T14:00Z, 14 bars missing");
    else expect(printed).not.toContain("gap:");
  });

  it.each([
    ["KORUUSDT", 12, 0.0032187, "funding of KORUUSDT: 1 settlement missing, the first 2026-07-15T08:00Z"],
    ["LAYERUSDT", 14, -0.17792661, ""],
    ["BNBUSDT", 59, 0.03796864, ""],
    ["XRPUSDT", 91, 0.00559799 + 0.00236613, ""],
  ] as const)("funding of %s", async (symbol, rows, sum, hole) => {
    const [ended] = await run(real("rates", symbol, "funding"));
    const printed = lines(ended as Ended).filter((line) => line.startsWith("funding of"));
    const [count, total] = await sumOf("rates", "funding", symbol, 60_000, "rate");
    expect([count, Number((total as number).toFixed(8))]).toEqual([rows, Number(sum.toFixed(8))]);
    if (hole === "") expect(printed).toEqual([]);
    else expect(printed).toEqual([expect.stringContaining(hole)]);
  });

  it("a store with klines of another length and trades says of what the bars are made", async () => {
    await run(real("mixed", "LTCUSDT", "klines", "--interval", "5m"), real("mixed", "LTCUSDT", "aggTrades"));
    const [ended] = await run(backtest("mixed", "LTCUSDT", "--from", "2020-10-16", ...steps()));
    expect(json(ended as Ended)["warnings"]).toContainEqual(
      "The history has no 1m klines of LTCUSDT in this range, only 5m: bars come from trades.",
    );
  });
});
