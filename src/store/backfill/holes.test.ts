import type { StoredKind } from "../../domain/kind.ts";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf, zipOf } from "../../../test/contract/archiveFiles.ts";
import type { ExchangeFaults } from "../../../test/contract/exchangeServer.ts";
import { barLines, ExchangeServer, restBar } from "../../../test/contract/exchangeServer.ts";
import { status } from "../../../test/contract/wireServer.ts";
import type { Funding } from "../../domain/event.ts";
import type { Kline } from "../../domain/kline.ts";
import { klineValues } from "../../domain/kline.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../domain/units.ts";
import { httpGet } from "../../venues/binance/http.ts";
import { binanceRest } from "../../venues/binance/rest.ts";
import { localArchive } from "../archive/localArchive.ts";
import { httpArchive } from "../archive/source.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
import type { Store } from "../store.ts";
import { backfill } from "./backfill.ts";
import type { BackfillOptions } from "./options.ts";
import type { BackfillReport } from "./report.ts";

const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 30);
const TODAY_MS = Date.UTC(2026, 10, 29);
const day = (ago: number): number => TODAY_MS - ago * DAY_MS;

let folder: string;
let store: Store;
let exchange: ExchangeServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-holes-"));
  store = open("history");
  exchange = await ExchangeServer.start({ nowMs: () => NOW_MS });
});
afterEach(async () => {
  await store.close();
  await exchange.stop();
  await rm(folder, { recursive: true });
});

/** Bars of an hour: days of them are few. */
const open = (name: string): Store => parquetStore({ root: join(folder, name), intervalMs: HOUR_MS });
const faults = (changed: Partial<ExchangeFaults>): void => void Object.assign(exchange.faults, changed);
const fill = (options: Partial<BackfillOptions> = {}): Promise<BackfillReport> => {
  const get = httpGet({ sleep: () => Promise.resolve() });
  return backfill({
    store,
    symbols: ["AAAUSDT"],
    interval: "1h",
    market: "um",
    kinds: ["kline"],
    archive: httpArchive(exchange.url, get),
    newest: binanceRest({ market: "um", baseUrl: exchange.url, get, nowMs: () => options.nowMs ?? NOW_MS }),
    nowMs: NOW_MS,
    ...options,
  });
};
const told = async (kind: StoredKind, symbol = "AAAUSDT", from = store): Promise<readonly (Kline | Funding)[]> => {
  const events: (Kline | Funding)[] = [];
  for await (const burst of from.series(kind, symbol, "um", 0, Date.UTC(2030, 0))) events.push(...(burst as readonly (Kline | Funding)[]));
  return events;
};
/** Bars of each day, days ago → count. */
const barsByDay = async (from = store): Promise<Readonly<Record<number, number>>> => {
  const counts: Record<number, number> = {};
  for (const { eventTimeMs } of await told("kline", "AAAUSDT", from)) {
    const ago = Math.floor((TODAY_MS - eventTimeMs) / DAY_MS) + 1;
    counts[ago] = (counts[ago] ?? 0) + 1;
  }
  return counts;
};
const WHOLE = 24;
const SINCE_MIDNIGHT = 12;

describe("backfill asks for what is missing", () => {
  it("REST for a day that the archive lacks among the newest, and for today", async () => {
    faults({ has: ({ daily, daysAgo }) => daily && daysAgo > 1 && daysAgo !== 4 });
    const report = await fill({ fromMs: day(4) });
    expect(await barsByDay()).toEqual({ 4: WHOLE, 3: WHOLE, 2: WHOLE, 1: WHOLE, 0: SINCE_MIDNIGHT });
    expect(report).toMatchObject({ rowsFromRest: WHOLE + SINCE_MIDNIGHT, missing: [], holes: [], failures: [] });
    const klines = exchange.wire.requests.length;
    expect((await fill({ fromMs: day(4) })).rowsFromRest).toBe(0);
    expect(exchange.wire.requests.length - klines).toBeLessThan(12);
  });

  it("the days of a month whose monthly file is late, whenever it is, and one day where there is no history yet", async () => {
    const firstMs = day(50);
    faults({ has: ({ daily, fromMs, daysAgo }) => daily && daysAgo > 1 && fromMs >= firstMs });
    const report = await fill({ fromMs: Date.UTC(2026, 0), toMs: day(20), newest: undefined as never });
    expect(await barsByDay()).toEqual(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [50 - i, WHOLE])));
    const asked = exchange.files.filter((name) => name.includes("1h-2026-0"));
    expect(asked.filter((name) => /-\d\d-\d\d\.zip$/.test(name))).toEqual(
      ["09-30", "08-31", "07-31", "06-30", "05-31", "04-30", "03-31", "02-28", "01-31"].map((date) => `AAAUSDT-1h-2026-${date}.zip`),
    );
    expect(report.missing.map((path) => path.slice(-11, -4))).toEqual(
      ["01", "02", "03", "04", "05", "06", "07", "08", "09"]
        .map((month) => `2026-${month}`)
        .concat(Array.from({ length: 9 }, (_, i) => `10-0${i + 1}`).map((date) => `6-${date}`)),
    );
    expect(report.holes).toMatchObject([{ fromMs: Date.UTC(2026, 0), toMs: firstMs }]);
  });

  it("all days of a month without a file between two that have one", async () => {
    const [march, may] = [Date.UTC(2026, 2), Date.UTC(2026, 4)];
    faults({
      has: ({ daily, fromMs }) => (daily ? [10, 11].some((date) => fromMs === Date.UTC(2026, 3, date)) : [march, may].includes(fromMs)),
      rows: ({ fromMs, toMs, daily }) => (daily ? barLines(fromMs, toMs, HOUR_MS) : barLines(fromMs, fromMs + HOUR_MS, HOUR_MS)),
    });
    const report = await fill({ fromMs: march, toMs: may + HOUR_MS, newest: undefined as never });
    expect((await told("kline")).length).toBe(2 * WHOLE + 2);
    expect(report.missing).toHaveLength(28);
  });

  it("days with a hole in a monthly file, whole or in part, of daily files; in any order of arrival the same", async () => {
    const april = Date.UTC(2026, 3);
    const hole = { fromMs: april + 6 * DAY_MS + 12 * HOUR_MS, toMs: april + 8 * DAY_MS + 6 * HOUR_MS };
    const at = (line: string): number => Number(line.split(",")[0]);
    const monthly = barLines(april, april + 12 * DAY_MS, HOUR_MS)
      .filter((line) => at(line) < hole.fromMs || at(line) >= hole.toMs)
      .map((line) => line.replace(",101,", ",102,"));
    const put = async (name: string, cadence: string, lines: readonly string[]): Promise<void> => {
      const path = join(folder, "archive/futures/um", cadence, "klines/AAAUSDT/1h", name);
      const zip = zipOf(name.replace(".zip", ".csv"), lines.join("\n"));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, zip);
      await writeFile(`${path}.CHECKSUM`, checksumOf(zip, name));
    };
    const putDay = (date: number): Promise<void> => {
      const fromMs = april + (date - 1) * DAY_MS;
      return put(`AAAUSDT-1h-2026-04-${String(date).padStart(2, "0")}.zip`, "daily", barLines(fromMs, fromMs + DAY_MS, HOUR_MS));
    };
    const local = async (into: Store): Promise<BackfillReport> => {
      const { newest: _, ...options } = { newest: undefined, archive: await localArchive(join(folder, "archive")), store: into };
      return fill({ ...options, newest: undefined as never });
    };
    const late = open("late");
    try {
      for (const date of [6, 7, 8, 9, 10]) await putDay(date);
      await local(late);
      await put("AAAUSDT-1h-2026-04.zip", "monthly", monthly);
      await local(late);
      const report = await local(store);
      expect(report.holes).toEqual([]);
      const values = (await told("kline")).map((kline) => klineValues(kline as Kline));
      expect(values).toHaveLength(12 * WHOLE);
      expect((await told("kline", "AAAUSDT", late)).map((kline) => klineValues(kline as Kline))).toEqual(values);
      const fromDays = values.filter(({ high }) => high === 101).map(({ openTimeMs }) => openTimeMs);
      expect([fromDays.length, fromDays[0], fromDays.at(-1)]).toEqual([
        (hole.toMs - hole.fromMs) / HOUR_MS,
        hole.fromMs,
        hole.toMs - HOUR_MS,
      ]);
      expect(await local(late)).toMatchObject({ filesLanded: 0 });

      // A daily file beside it is replaced: its own klines are those of the newer version, the month's stay.
      const seventh = april + 6 * DAY_MS;
      const newer = barLines(seventh, seventh + DAY_MS, HOUR_MS).filter((line) => at(line) < seventh + 18 * HOUR_MS);
      await put(
        "AAAUSDT-1h-2026-04-07.zip",
        "daily",
        newer.map((line) => line.replace(",101,", ",103,")),
      );
      expect(await local(late)).toMatchObject({ filesLanded: 1 });
      const highs = (await told("kline", "AAAUSDT", late)).map((kline) => klineValues(kline as Kline));
      const ofSeventh = highs.filter(({ openTimeMs }) => openTimeMs >= seventh && openTimeMs < seventh + DAY_MS).map(({ high }) => high);
      expect(ofSeventh).toEqual([...Array<number>(12).fill(102), ...Array<number>(6).fill(103)]);
    } finally {
      await late.close();
    }
  });

  it("REST behind a short page, for klines and for funding, whose interval it tells by the settlement before", async () => {
    faults({ pageMax: 5, fundingHours: 4 });
    await fill({ fromMs: day(20), kinds: ["kline", "funding"] });
    expect((await barsByDay())[0]).toBe(SINCE_MIDNIGHT);
    const funding = (await told("funding")) as readonly Funding[];
    expect(funding).toHaveLength(20 * 6 + 4);
    expect(new Set(funding.map(({ intervalHours }) => intervalHours))).toEqual(new Set([4]));
  });
});

describe("a file that has landed is what there is of its period", () => {
  it("rows that its next version no longer has are gone, as in a fresh store", async () => {
    let replaced = false;
    const from = day(3) + 10 * HOUR_MS;
    const without = (fromMs: number, toMs: number): string[] =>
      barLines(fromMs, toMs, HOUR_MS).filter((line) => Number(line.split(",")[0]) < from || Number(line.split(",")[0]) >= from + HOUR_MS);
    faults({ rows: ({ fromMs, toMs }) => (replaced ? without(fromMs, toMs) : barLines(fromMs, toMs, HOUR_MS)) });
    await fill({ fromMs: day(3) });
    replaced = true;
    const report = await fill({ fromMs: day(3) });
    expect(report).toMatchObject({ filesLanded: 1, rowsFromRest: 0 });
    expect(report.holes).toEqual([{ symbol: "AAAUSDT", kind: "kline", market: "um", fromMs: from, toMs: from + HOUR_MS, missing: 1 }]);
    expect((await barsByDay())[3]).toBe(WHOLE - 1);
    const fresh = open("fresh");
    await fill({ fromMs: day(3), store: fresh });
    expect(await barsByDay(fresh)).toEqual(await barsByDay());
    await fresh.close();
  });

  it("but for days that REST gave and the file has nothing of; what it has takes the place of theirs", async () => {
    const october = Date.UTC(2026, 9);
    let lacked = new Set([october + 20 * DAY_MS, october + 21 * DAY_MS]);
    let high = ",101,";
    faults({
      has: ({ daily, fromMs }) => !daily && fromMs === october,
      rows: ({ fromMs, toMs }) =>
        barLines(fromMs, toMs, HOUR_MS)
          .filter((line) => !lacked.has(Number(line.split(",")[0]) - (Number(line.split(",")[0]) % DAY_MS)))
          .map((line) => line.replace(",101,", high)),
      bar: (row) => Object.assign(row, { 2: "150" }),
    });
    const span = { fromMs: october, toMs: october + 31 * DAY_MS };
    const highs = async (): Promise<number[]> => {
      const values = (await told("kline")).map((kline) => klineValues(kline as Kline));
      return [19, 20, 21, 22].map((date) => values.find(({ openTimeMs }) => openTimeMs === october + date * DAY_MS)?.high ?? NaN);
    };
    expect((await fill(span)).rowsFromRest).toBe(2 * WHOLE);
    expect(await highs()).toEqual([101, 150, 150, 101]);
    lacked = new Set([october + 20 * DAY_MS]);
    high = ",102,";
    // Long after, when REST is not asked any more.
    expect(await fill({ ...span, nowMs: NOW_MS + 200 * DAY_MS })).toMatchObject({ filesLanded: 1, rowsFromRest: 0, holes: [] });
    expect(await highs()).toEqual([102, 150, 102, 102]);
  });
});

describe("a replaced file of a local archive", () => {
  const put = async (path: string, lines: readonly string[]): Promise<void> => {
    const file = join(folder, "archive/futures/um", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, lines.join("\n"));
  };
  const local = async (kind: BackfillOptions["kinds"][number]): Promise<BackfillReport> =>
    fill({ kinds: [kind], archive: await localArchive(join(folder, "archive")), newest: undefined as never });
  const APRIL = Date.UTC(2026, 3);

  it("of funding takes settlements away", async () => {
    const rates = (hours: readonly number[]): string[] => hours.map((hour) => `${APRIL + hour * HOUR_MS + 5},8,0.0001`);
    const path = "monthly/fundingRate/AAAUSDT/AAAUSDT-fundingRate-2026-04.csv";
    await put(path, rates([0, 8, 16, 24]));
    await local("funding");
    await put(path, rates([0, 16, 24]));
    await local("funding");
    expect((await told("funding")).map(({ eventTimeMs }) => (eventTimeMs - APRIL) / HOUR_MS)).toEqual([0, 16, 24]);
  });

  it("of trades takes trades away, and whole hours of them", async () => {
    const trades = (minutes: readonly number[]): string[] =>
      minutes.map((minute) => `${minute},100,1,${minute},${minute},${APRIL + minute * MINUTE_MS},true`);
    const path = "daily/aggTrades/AAAUSDT/AAAUSDT-aggTrades-2026-04-01.csv";
    await put(path, trades([1, 2, 3, 70, 71, 130, 131, 132]));
    await local("aggTrades");
    await put(path, trades([1, 3, 130, 132, 200]));
    await local("aggTrades");
    expect((await told("aggTrade")).map(({ eventTimeMs }) => (eventTimeMs - APRIL) / MINUTE_MS)).toEqual([1, 3, 130, 132, 200]);
  });
});

describe("one symbol does not end the others", () => {
  it("a delisted one ends its own history, with a line", async () => {
    faults({
      has: ({ symbol, daily, daysAgo }) => daily && daysAgo > (symbol === "AAAUSDT" ? 4 : 1),
      klines: (symbol) => (symbol === "AAAUSDT" ? status(400, {}, '{"code":-1121,"msg":"Invalid symbol."}') : undefined),
      listed: ["BBBUSDT"],
    });
    const report = await fill({ symbols: ["AAAUSDT", "BBBUSDT"], fromMs: day(6) });
    expect(report).toMatchObject({ unlisted: ["AAAUSDT"], failures: [], holes: [] });
    expect((await told("kline")).length).toBe(3 * WHOLE);
    expect((await told("kline", "BBBUSDT")).length).toBe(6 * WHOLE + SINCE_MIDNIGHT);
    expect((await store.instruments(["AAAUSDT", "BBBUSDT"])).map(({ symbol }) => symbol)).toEqual(["AAAUSDT", "BBBUSDT"]);
    // A range behind all of its files: the store has its history.
    expect(await fill({ fromMs: day(2) })).toMatchObject({ unlisted: ["AAAUSDT"], failures: [] });
  });

  it("one that was never listed, and one with a damaged file, fail alone", async () => {
    faults({
      has: ({ symbol, daily, daysAgo }) => daily && daysAgo > 1 && symbol !== "XUSDT",
      rows: ({ symbol, fromMs, toMs }) => (symbol === "AAAUSDT" && fromMs === day(1) ? ["1,2"] : barLines(fromMs, toMs, HOUR_MS)),
      klines: (symbol) => (symbol === "XUSDT" ? status(400, {}, '{"code":-1121,"msg":"Invalid symbol."}') : undefined),
    });
    const report = await fill({ symbols: ["XUSDT", "AAAUSDT", "BBBUSDT"], fromMs: day(2) });
    expect(report.failures.map(({ symbol, error }) => [symbol, error.message.slice(0, 40)])).toEqual([
      ["XUSDT", "Binance refused /fapi/v1/klines: Invalid"],
      ["AAAUSDT", "AAAUSDT-1h-2026-11-28.zip line 1 has 2 c"],
    ]);
    expect(await barsByDay()).toEqual({ 2: WHOLE });
    expect((await told("kline", "BBBUSDT")).length).toBe(2 * WHOLE + SINCE_MIDNIGHT);
  });

  it("a host that does not answer ends all of them, at once", async () => {
    faults({ klines: () => status(503) });
    const { failures } = await fill({ symbols: ["AAAUSDT", "BBBUSDT"], fromMs: day(2) });
    expect(failures.map(({ symbol, error }) => [symbol, error.message])).toEqual([
      ["AAAUSDT", expect.stringContaining("status 503 (6 tries)")],
    ]);
    expect(exchange.files.some((name) => name.startsWith("BBB"))).toBe(false);
  });

  it("a refused country ends the newest days alone, and the way that is named goes on without them", async () => {
    faults({ klines: () => status(451, {}, '{"code":0,"msg":"Service unavailable from a restricted location"}') });
    const options = { symbols: ["AAAUSDT", "BBBUSDT"], fromMs: day(2) };
    const report = await fill(options);
    expect(report.failures.map(({ symbol, error }) => `${symbol}: ${error.message}`)).toEqual([
      "AAAUSDT: Binance refused /fapi/v1/klines to this address or its country (status 451: Service unavailable from a restricted location); the archive is not affected: leave the newest days out with --to 2026-11-29",
    ]);
    expect((await told("kline", "BBBUSDT")).length).toBe(2 * WHOLE);
    expect((await store.instruments(["AAAUSDT", "BBBUSDT"])).length).toBe(2);
    expect(await fill({ ...options, toMs: TODAY_MS })).toMatchObject({ failures: [], holes: [] });
  });
});

describe("what REST says is checked", () => {
  it("the candle that is still open is no bar, however far our clock is ahead", async () => {
    faults({ has: () => false });
    for (const aheadMs of [0, 150_000, 30 * MINUTE_MS]) {
      const ahead = open(`ahead-${aheadMs}`);
      await fill({ fromMs: day(0), store: ahead, nowMs: NOW_MS + aheadMs });
      const klines = await told("kline", "AAAUSDT", ahead);
      expect([klines.length, ...new Set(klines.map((kline) => (kline as Kline).volume))]).toEqual([SINCE_MIDNIGHT, 10]);
      await ahead.close();
    }
  });

  it("the candle that is still open is no bar, though the answers carry our own time", async () => {
    const nowMs = Date.now();
    faults({ has: () => false, tellsClock: false, nowMs: () => nowMs - 150_000 });
    const minutes = parquetStore({ root: join(folder, "minutes") });
    await fill({ fromMs: nowMs - HOUR_MS, nowMs, interval: "1m", store: minutes });
    const volumes = (await told("kline", "AAAUSDT", minutes)).map((kline) => (kline as Kline).volume);
    await minutes.close();
    expect([volumes.length > 50, ...new Set(volumes)]).toEqual([true, 10]);
  });

  it.each<[string, Record<number, unknown>, string]>([
    ["more bought by takers than was traded", { 9: "99999" }, "klines[4] has taker_buy_volume 99999 above volume 10"],
    ["trades without volume", { 5: "0", 9: "0" }, "klines[4] has volume 0 with 5 trades"],
    ["another interval", { 6: day(0) + 6 * HOUR_MS - 1 }, "klines[4] has the close time"],
  ])("a bar with %s is refused as in a file, and nothing of its page is stored", async (_, cells, message) => {
    faults({ has: () => false, bar: (row, index) => (index === 4 ? Object.assign(row, cells) : row) });
    const { failures } = await fill({ fromMs: day(0) });
    expect(failures[0]?.error.message).toContain(`Binance answered /fapi/v1/klines with something unexpected: ${message}`);
    expect(await told("kline")).toEqual([]);
  });
});

it("bars without a trade at the end of a history are told", async () => {
  const quiet = (line: string): string => {
    const [open = "", ...rest] = line.split(",");
    return [open, "100", "100", "100", "100", "0", rest[5], "0", "0", "0", "0", "0"].join(",");
  };
  faults({
    rows: ({ fromMs, toMs }) => barLines(fromMs, toMs, HOUR_MS).map((line, i) => (fromMs === day(1) && i >= 10 ? quiet(line) : line)),
  });
  const report = await fill({ fromMs: day(2), toMs: TODAY_MS });
  expect(report.quietEnds).toEqual([{ symbol: "AAAUSDT", market: "um", fromMs: day(1) + 10 * HOUR_MS, bars: 14 }]);
  expect(restBar(0)).toHaveLength(12);
});
