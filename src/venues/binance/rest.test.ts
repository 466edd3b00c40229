import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gzipSync } from "node:zlib";
import type { Answer } from "../../../test/contract/wireServer.ts";
import { body, cutShort, reset, silence, status, WireServer } from "../../../test/contract/wireServer.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import { bracketsOf } from "./leverageBrackets.ts";
import type { HttpOptions } from "./http.ts";
import { httpGet, unusedProxies } from "./http.ts";
import type { BinanceRest, BinanceRestOptions } from "./rest.ts";
import { binanceRest } from "./rest.ts";

const FROM_MS = Date.UTC(2024, 0, 1);
let wire: WireServer;
let waits: number[];
beforeEach(async () => {
  wire = await WireServer.start();
  waits = [];
});
afterEach(() => wire.stop());

const sleep = (ms: number): Promise<void> => {
  waits.push(ms);
  return Promise.resolve();
};
const get = (options: HttpOptions = {}): ReturnType<typeof httpGet> => httpGet({ sleep, stallMs: 2000, ...options });

describe("httpGet", () => {
  const content = Buffer.from("x".repeat(1000));

  it.each([
    ["503", status(503)],
    ["500", status(500)],
    ["a reset", reset],
    ["a body cut short", cutShort(content)],
  ])("repeats after %s with growing waits", async (_, failure) => {
    wire.on("/file", failure, failure, body(content));
    expect(Buffer.from((await get()(`${wire.url}/file`)).bytes)).toEqual(content);
    expect(waits).toEqual([500, 1000]);
  });

  it.each([429, 418])("waits as long as %i asks", async (code) => {
    wire.on("/file", status(code, { "retry-after": "7" }), body("ok"));
    expect((await get()(`${wire.url}/file`)).status).toBe(200);
    expect(waits).toEqual([7000]);
  });

  it.each(["0", "", "Sun, 06 Nov 2015 08:49:37 GMT", "soon"])('never waits less than its own backoff: Retry-After "%s"', async (asked) => {
    const refused = status(429, { "retry-after": asked });
    wire.on("/file", refused, refused, body("ok"));
    expect((await get()(`${wire.url}/file`)).status).toBe(200);
    expect(waits).toEqual([500, 1000]);
  });

  it("waits out a short ban that the text dates by the exchange's clock, and ends at a long one or one without a time", async () => {
    const date = "Sun, 29 Nov 2026 10:00:00 GMT";
    const banned = (seconds: number) =>
      status(418, { date }, `{"code":-1003,"msg":"Way too many requests; IP(1.2.3.4) banned until ${Date.parse(date) + seconds * 1000}."}`);
    wire.on("/file", banned(90), body("ok"));
    expect((await get()(`${wire.url}/file`)).status).toBe(200);
    expect(waits).toEqual([90_000]);
    wire.on("/file", banned(600));
    await expect(get()(`${wire.url}/file`)).rejects.toThrow(
      /: status 418: this address is banned until 2026-11-29T10:10:00Z \(it asks to wait 600 s\)/,
    );
    wire.on("/file", status(418));
    await expect(get()(`${wire.url}/file`)).rejects.toThrow(
      /: status 418: this address is banned, until when is not told \(no more tries\)/,
    );
    expect(wire.requests).toHaveLength(4);
  });

  it("asks again where a compressed body, or one that the connection ends, was cut short", async () => {
    const whole = JSON.stringify(Array.from({ length: 3000 }, (_, i) => [i, `1.${i}`]));
    const packed = gzipSync(whole);
    const half: Answer = (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(packed.subarray(0, packed.length >> 1));
    };
    const closed: Answer = ({ socket }) => {
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${whole.slice(0, 2000)}`);
    };
    const answer = status(200, { "content-encoding": "gzip" }, packed);
    wire.on("/file", half, closed, answer);
    const isWhole = (bytes: Uint8Array): boolean => Buffer.from(bytes).toString().endsWith("]]");
    expect(Buffer.from((await get()(`${wire.url}/file`, { whole: isWhole })).bytes).toString()).toBe(whole);
    expect(waits).toEqual([500, 1000]);
  });

  it("gives up a body that trickles", async () => {
    const timers: NodeJS.Timeout[] = [];
    wire.on("/file", (_, response) => {
      response.writeHead(200);
      timers.push(setInterval(() => response.write("x"), 5));
    });
    try {
      await expect(get({ attemptsMax: 1, slowAfterMs: 50 })(`${wire.url}/file`)).rejects.toThrow(": slower than 10 kB/s (1 tries)");
    } finally {
      timers.forEach(clearInterval);
    }
  });

  it("names the proxies of the environment where nothing answers, which it does not use", async () => {
    const proxies = unusedProxies({ HTTPS_PROXY: "http://p:3128", http_proxy: "", ALL_PROXY: "socks5://p" });
    const failed = get({ attemptsMax: 1, proxies })("http://127.0.0.1:9/");
    await expect(failed).rejects.toThrow(
      /; proxies of the environment \(HTTPS_PROXY, ALL_PROXY\) are not used: run with NODE_USE_ENV_PROXY=1 and Node 24$/,
    );
    wire.on("/file", status(503));
    await expect(get({ attemptsMax: 1, proxies })(`${wire.url}/file`)).rejects.toThrow(/what has landed is kept$/);
    expect(unusedProxies({ HTTPS_PROXY: "http://p:3128", NODE_USE_ENV_PROXY: "1" })).toEqual([]);
  });

  it("does not sit out a ban, and gives up after its tries, in one line", async () => {
    wire.on("/file", status(418, { "retry-after": "3600" }));
    await expect(get()(`${wire.url}/file`)).rejects.toThrow(
      /^cannot get \S+\/file: status 418 \(it asks to wait 3600 s\); try again later, what has landed is kept$/,
    );
    wire.on("/file", status(503));
    await expect(get({ attemptsMax: 3 })(`${wire.url}/file`)).rejects.toThrow("status 503 (3 tries)");
    expect(wire.requests).toHaveLength(4);
  });

  it("gives up a try when the other side is silent", async () => {
    wire.on("/file", silence, body("ok"));
    expect((await get({ stallMs: 30 })(`${wire.url}/file`)).status).toBe(200);
  });

  it("hands other statuses to the caller, and names what failed below HTTP", async () => {
    expect((await get()(`${wire.url}/none`)).status).toBe(404);
    await expect(get({ attemptsMax: 1 })("http://127.0.0.1:1/")).rejects.toThrow(/ECONNREFUSED|bad port/);
  });

  it("ends at once when aborted", async () => {
    const abort = new AbortController();
    wire.on("/file", () => abort.abort());
    await expect(get()(`${wire.url}/file`, { signal: abort.signal })).rejects.toThrow("aborted");
    expect(wire.requests).toHaveLength(1);
  });
});

describe("binanceRest", () => {
  const rest = (options: Partial<BinanceRestOptions> = {}): BinanceRest =>
    binanceRest({
      market: "um",
      baseUrl: wire.url,
      fundingBaseUrl: wire.url,
      get: get(),
      sleep,
      nowMs: () => FROM_MS + 4000 * MINUTE_MS + 1,
      ...options,
    });
  const kline = (openTimeMs: number): unknown[] => [openTimeMs, "1.5", "2", "1", "1.25", "10", openTimeMs + 59_999, "15", 3, "4", "6", "0"];
  const NOW_MS = FROM_MS + 4000 * MINUTE_MS;
  const date = new Date(NOW_MS).toUTCString();
  /** Serves a kline every minute from FROM_MS on to the exchange's now, at most `limitMax` a page. */
  const serveKlines = (path: string, limitMax = 1500, headers: Readonly<Record<string, string>> = {}): void =>
    wire.on(path, (request, response) => {
      const query = new URL(request.url ?? "", wire.url).searchParams;
      const [startTime, endTime, limit] = ["startTime", "endTime", "limit"].map((name) => Number(query.get(name))) as [
        number,
        number,
        number,
      ];
      const rows: unknown[] = [];
      for (let t = startTime; t <= Math.min(endTime, NOW_MS) && rows.length < Math.min(limit, limitMax); t += MINUTE_MS)
        rows.push(kline(t));
      response.writeHead(200, { "x-mbx-used-weight-1m": "10", date, ...headers }).end(JSON.stringify(rows));
    });
  const open = async (client: BinanceRest, toMs: number): Promise<number[]> => {
    const times: number[] = [];
    for await (const block of client.klines("BTCUSDT", "1m", MINUTE_MS, FROM_MS, toMs))
      times.push(...block.openTimeMs.subarray(0, block.length));
    return times;
  };

  it.each([
    ["um", "/fapi/v1/klines", 3],
    ["spot", "/api/v3/klines", 4],
  ] as const)("pages %s klines and drops the open candle", async (market, path, pages) => {
    serveKlines(path);
    const times = await open(rest({ market }), FROM_MS + 5000 * MINUTE_MS);
    expect(times).toEqual(Array.from({ length: 4000 }, (_, i) => FROM_MS + i * MINUTE_MS));
    expect(wire.requests.length).toBeGreaterThanOrEqual(pages);
    expect(wire.requests[0]).toContain(`symbol=BTCUSDT&interval=1m&startTime=${FROM_MS}`);
  });

  it("ends the range before toMs", async () => {
    serveKlines("/fapi/v1/klines");
    expect(await open(rest(), FROM_MS + 3 * MINUTE_MS)).toHaveLength(3);
  });

  it("goes on behind a short page, until an empty one", async () => {
    serveKlines("/fapi/v1/klines", 100);
    expect(await open(rest(), FROM_MS + 1000 * MINUTE_MS)).toHaveLength(1000);
    expect(await open(rest(), FROM_MS + 5000 * MINUTE_MS)).toHaveLength(4000);
  });

  it("tells the open candle by the exchange's clock, not by its own", async () => {
    serveKlines("/fapi/v1/klines");
    for (const aheadMs of [-10, 10].map((minutes) => minutes * MINUTE_MS))
      expect(await open(rest({ nowMs: () => NOW_MS + aheadMs }), NOW_MS + aheadMs)).toHaveLength(aheadMs < 0 ? 3990 : 4000);
  });

  it("waits for the next minute before the next request when the request weight is nearly used up, and says so", async () => {
    const said: string[] = [];
    serveKlines("/fapi/v1/klines", 1500, { "x-mbx-used-weight-1m": "2000", date: new Date(NOW_MS + 15_000).toUTCString() });
    const client = rest({ nowMs: () => NOW_MS, onWait: (line) => said.push(line) });
    expect(await open(client, FROM_MS + 2000 * MINUTE_MS)).toHaveLength(2000);
    expect(waits).toEqual([45_000]);
    expect(said).toEqual([`the request weight of ${wire.url} is nearly used up: waiting 45 s for the next minute`]);
  });

  const hour = 3_600_000;
  /** Serves a settlement every `hours` from `firstHour` on, `count` of them, at most `limit` a page. */
  const serveFunding = (hours: number, firstHour: number, count: number, limit = 1000): void =>
    wire.on("/fapi/v1/fundingRate", (request, response) => {
      const startTime = Number(new URL(request.url ?? "", wire.url).searchParams.get("startTime"));
      const rows = Array.from({ length: count }, (_, i) => ({
        symbol: "BTCUSDT",
        fundingTime: FROM_MS + (firstHour + i * hours) * hour + 3,
        fundingRate: "-0.00012",
        markPrice: "42000.5",
      }));
      response.end(JSON.stringify(rows.filter(({ fundingTime }) => fundingTime >= startTime).slice(0, limit)));
    });

  it.each([1000, 100])("pages funding rates, %i a page", async (limit) => {
    serveFunding(8, -8, 1501, limit);
    const events = await rest().funding("BTCUSDT", FROM_MS, FROM_MS + 1e12);
    expect(events).toHaveLength(1500);
    expect(events[1499]).toMatchObject({ eventTimeMs: FROM_MS + 1499 * 8 * hour, rate: -0.00012, intervalHours: 8, markPrice: 42000.5 });
  });

  it("tells the interval of the first settlement by the one before it, of a lone one by fundingInfo", async () => {
    serveFunding(4, -4, 4);
    expect((await rest().funding("BTCUSDT", FROM_MS, FROM_MS + 10 * hour)).map((event) => event.intervalHours)).toEqual([4, 4, 4]);
    serveFunding(4, 0, 1);
    wire.on("/fapi/v1/fundingInfo", body('[{"symbol":"BTCUSDT","fundingIntervalHours":4}]'));
    expect(await rest().funding("BTCUSDT", FROM_MS, FROM_MS + 3 * hour)).toMatchObject([{ intervalHours: 4 }]);
  });

  it("reads a symbol's rules, undefined when it is not listed", async () => {
    wire.on("/fapi/v1/exchangeInfo", body('{"symbols":[]}'));
    const beside = { brackets: bracketsOf("BTCUSDT"), makerFeeRate: 0, takerFeeRate: 0, fundingIntervalHours: 8 };
    expect(await rest().instrument("BTCUSDT", beside)).toBeUndefined();
  });

  it.each([
    [
      "a refusal",
      status(400, {}, '{"code":-1121,"msg":"Invalid symbol."}'),
      "Binance refused /fapi/v1/klines: Invalid symbol. (code -1121, status 400); check --symbol and --market",
    ],
    [
      "a refusal of the country",
      status(451, {}, '{"code":0,"msg":"Service unavailable from a restricted location"}'),
      "Binance refused /fapi/v1/klines to this address or its country (status 451: Service unavailable from a restricted location); the archive is not affected",
    ],
    [
      "a refusal of the address by a page of HTML",
      status(403, {}, "<html>\n<b>Forbidden</b>"),
      'Binance refused /fapi/v1/klines to this address or its country (status 403: "<html> <b>Forbidden</b>"); the archive is not affected',
    ],
    ["no JSON", body("<html>\n"), 'Binance answered /fapi/v1/klines with something that is not JSON ("<html> "); check --rest-url'],
    [
      "another shape",
      body('[[1,"x"],[2]]'),
      'Binance answered /fapi/v1/klines with something unexpected: klines[0][1] is not a number but "x"',
    ],
  ])("says in one line that it got %s", async (_, answer, message) => {
    wire.on("/fapi/v1/klines", answer);
    const failed = open(rest(), FROM_MS + MINUTE_MS);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(UserError);
  });
});
