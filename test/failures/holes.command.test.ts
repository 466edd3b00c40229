import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Kline } from "../../src/domain/kline.ts";
import { DAY_MS, HOUR_MS, utcDayStart } from "../../src/domain/units.ts";
import { parquetStore } from "../../src/store/parquet/parquetStore.ts";
import { riposte, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import type { ExchangeFaults } from "../contract/exchangeServer.ts";
import { barLines, ExchangeServer } from "../contract/exchangeServer.ts";
import type { Answer } from "../contract/wireServer.ts";
import { status } from "../contract/wireServer.ts";

/** A day ago, as `--from` takes it. Whatever hour it is, the tests see today. */
const startOf = (daysAgo: number): number => utcDayStart(Date.now()) - daysAgo * DAY_MS;
const day = (daysAgo: number): string => new Date(startOf(daysAgo)).toISOString().slice(0, 10);

let folder = "";
let exchange: ExchangeServer;
let runs = 0;
beforeAll(async () => {
  folder = await scratchFolder("holes-command");
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => exchange.stop());

/** Starts an exchange; the data folder is this test's own. */
const begin = async (faults: Partial<ExchangeFaults>): Promise<string> => {
  exchange = await ExchangeServer.start(faults);
  return `h${runs++}`;
};
const fill = (data: string, ...more: readonly string[]): Promise<Ended> => {
  const from = more.includes("--from") ? [] : ["--from", day(4)];
  const urls = ["--archive-url", exchange.url, "--rest-url", exchange.url];
  return riposte(["backfill", "--symbol", "AAAUSDT", ...from, ...urls, "--data", data, ...more], { cwd: folder });
};
const klines = async (data: string, symbol = "AAAUSDT"): Promise<Kline[]> => {
  const store = parquetStore({ root: join(folder, data) });
  const found: Kline[] = [];
  for await (const burst of store.series("kline", symbol, "um", 0, Date.UTC(2100, 0))) found.push(...(burst as readonly Kline[]));
  await store.close();
  return found;
};
const ofDay = (all: readonly Kline[], daysAgo: number): number =>
  all.filter(({ openTimeMs }) => openTimeMs >= startOf(daysAgo) && openTimeMs < startOf(daysAgo - 1)).length;

describe("riposte backfill beside an exchange that misbehaves", { timeout: 180_000 }, () => {
  it("asks REST for a day that the archive lacks among the newest", async () => {
    const data = await begin({ has: ({ daily, daysAgo }) => daily && daysAgo > 1 && daysAgo !== 3 });
    const ended = await fill(data);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).not.toContain("gap:");
    expect(ofDay(await klines(data), 2)).toBe(1440);
  });

  it("ends a delisted symbol's history with a line, and fills the other; a run on it is possible", async () => {
    const data = await begin({
      has: ({ symbol, daily, daysAgo }) => daily && daysAgo > (symbol === "AAAUSDT" ? 4 : 1),
      klines: (symbol) => (symbol === "AAAUSDT" ? status(400, {}, '{"code":-1121,"msg":"Invalid symbol."}') : undefined),
      listed: ["BBBUSDT"],
    });
    const ended = await fill(data, "--symbol", "BBBUSDT", "--from", day(6));
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain(`AAAUSDT is not listed any more: its history ends ${day(3)}T00:00Z`);
    expect((await klines(data, "BBBUSDT")).length).toBeGreaterThanOrEqual(6 * 1440);
    const run = ["backtest", "--data", data, "--symbol", "AAAUSDT", "--out", "o", "--regime", "none", "--pattern", "none"];
    const replayed = await riposte([...run, "--signal", "trend"], { cwd: folder });
    expect(replayed.code, replayed.stderr).toBe(0);
  });

  it("tells each symbol that failed, and what of the others has landed", async () => {
    const data = await begin({
      has: ({ symbol, daily, daysAgo }) => daily && daysAgo > 1 && symbol !== "XUSDT",
      klines: (symbol) => (symbol === "XUSDT" ? status(400, {}, '{"code":-1121,"msg":"Invalid symbol."}') : undefined),
    });
    const ended = await fill(data, "--symbol", "XUSDT", "--from", day(2));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("XUSDT: Binance refused /fapi/v1/klines: Invalid symbol. (code -1121, status 400)");
    expect(ended.stderr).toMatch(/riposte: 1 of 2 symbols failed: XUSDT; what has landed stays\n$/);
    expect(ended.stdout).toContain("in the store: AAAUSDT");
  });

  it("stores no candle that is still open at the exchange, whose clock is behind ours", async () => {
    for (const tellsClock of [true, false]) {
      const data = await begin({ nowMs: () => Date.now() - 150_000, tellsClock, has: ({ daily, daysAgo }) => daily && daysAgo > 1 });
      const ended = await fill(data, "--kinds", "klines", "--from", day(1));
      expect(ended.code, ended.stderr).toBe(0);
      expect((await klines(data)).at(-1)?.volume).toBe(10);
      await exchange.stop();
    }
  });

  it("asks for the days of a month whose monthly file is late", async () => {
    const data = await begin({});
    const ended = await fill(data, "--kinds", "klines", "--from", day(60), "--to", day(0));
    expect(ended.code, ended.stderr).toBe(0);
    expect(await klines(data)).toHaveLength(60 * 1440);
    expect(ended.stdout).not.toContain("not in the archive");
  });

  it("drops rows that a replaced file does not have any more, as a fresh store", async () => {
    let replaced = false;
    const from = startOf(2) + 10 * HOUR_MS;
    const kept = (line: string): boolean => {
      const timeMs = Number(line.split(",")[0]);
      return !replaced || timeMs < from || timeMs >= from + HOUR_MS;
    };
    const data = await begin({ rows: ({ fromMs, toMs }) => barLines(fromMs, toMs).filter(kept) });
    await fill(data, "--kinds", "klines", "--from", day(3), "--to", day(0));
    replaced = true;
    const again = await fill(data, "--kinds", "klines", "--from", day(3), "--to", day(0));
    expect(again.stdout).toMatch(/^1 files landed/);
    expect(again.stdout).toContain("60 bars missing");
    expect(ofDay(await klines(data), 2)).toBe(1380);
  });

  it("refuses bars of REST that no file may have", async () => {
    const data = await begin({
      has: ({ daily, daysAgo }) => daily && daysAgo > 2,
      bar: (row, index) => (index === 4 ? Object.assign(row, { 9: "99999" }) : row),
    });
    const ended = await fill(data, "--kinds", "klines", "--from", day(2));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /riposte: Binance answered \/fapi\/v1\/klines with something unexpected: klines\[4\] has taker_buy_volume 99999 above/,
    );
  });

  it("asks again for half of a compressed body, and goes on behind a short page", async () => {
    let first = true;
    const half: Answer = (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(Buffer.from("1f8b080000000000000a8bd651", "hex"));
    };
    const data = await begin({
      has: ({ daily, daysAgo }) => daily && daysAgo > 1,
      pageMax: 100,
      fundingHours: 4,
      klines: () => {
        const answer = first ? half : undefined;
        first = false;
        return answer;
      },
    });
    const ended = await fill(data, "--from", day(20));
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain("the body was cut short at ");
    expect(ended.stdout).toMatch(/1[12]\d funding events/);
    expect(ended.stdout).not.toContain("gap:");
  });

  it("names the refused country and the way on, which works; and the proxies that it does not use", async () => {
    const refused = '{"code":0,"msg":"Service unavailable from a restricted location"}';
    const data = await begin({ klines: () => status(451, {}, refused) });
    const ended = await fill(data, "--kinds", "klines", "--from", day(2));
    expect(ended.code).toBe(1);
    const [, date = ""] =
      /this address or its country \(status 451: .*leave the newest days out with --to (\S+)\n$/.exec(ended.stderr) ?? [];
    expect(date).toBe(day(0));
    expect((await fill(data, "--kinds", "klines", "--from", day(2), "--to", date)).code).toBe(0);
    const alone = ["backfill", "--symbol", "AAAUSDT", "--from", day(2), "--archive-url", "http://127.0.0.1:9", "--data", "none"];
    const unreachable = await riposte(alone, { cwd: folder, env: { HTTPS_PROXY: "http://proxy:3128" } });
    expect(unreachable.code).toBe(1);
    expect(unreachable.stderr).toMatch(
      /proxies of the environment \(.*HTTPS_PROXY.*\) are not used: run with NODE_USE_ENV_PROXY=1 and Node 24\n$/,
    );
  });
});
