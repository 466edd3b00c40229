import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { body, cutShort, reset, silence, status, WireServer } from "../../../test/contract/wireServer.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import { bracketsOf } from "../../store/rules/leverageBrackets.ts";
import type { HttpOptions } from "./http.ts";
import { httpGet } from "./http.ts";
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
  /** Serves a kline every minute from FROM_MS on, as the exchange pages them. */
  const serveKlines = (path: string): void =>
    wire.on(path, (request, response) => {
      const query = new URL(request.url ?? "", wire.url).searchParams;
      const [startTime, endTime, limit] = ["startTime", "endTime", "limit"].map((name) => Number(query.get(name))) as [
        number,
        number,
        number,
      ];
      const rows: unknown[] = [];
      for (let t = startTime; t <= Math.min(endTime, FROM_MS + 4000 * MINUTE_MS) && rows.length < limit; t += MINUTE_MS)
        rows.push(kline(t));
      response.writeHead(200, { "x-mbx-used-weight-1m": "10" }).end(JSON.stringify(rows));
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

  it("waits for the next minute when the request weight is nearly used up", async () => {
    wire.on("/fapi/v1/klines", status(200, { "x-mbx-used-weight-1m": "2000" }, "[]"));
    expect(await open(rest({ nowMs: () => FROM_MS + 4000 * MINUTE_MS + 15_000 }), FROM_MS + MINUTE_MS)).toEqual([]);
    expect(waits).toEqual([45_000]);
  });

  it("pages funding rates", async () => {
    const hour = 3_600_000;
    wire.on("/fapi/v1/fundingRate", (request, response) => {
      const startTime = Number(new URL(request.url ?? "", wire.url).searchParams.get("startTime"));
      const first = Math.ceil((startTime - FROM_MS) / (8 * hour));
      const rows = Array.from({ length: Math.max(0, Math.min(1000, 1500 - first)) }, (_, i) => ({
        symbol: "BTCUSDT",
        fundingTime: FROM_MS + (first + i) * 8 * hour + 3,
        fundingRate: "-0.00012",
        markPrice: "42000.5",
      }));
      response.end(JSON.stringify(rows));
    });
    const events = await rest().funding("BTCUSDT", FROM_MS, FROM_MS + 1e12);
    expect(events).toHaveLength(1500);
    expect(events[1499]).toMatchObject({ eventTimeMs: FROM_MS + 1499 * 8 * hour, rate: -0.00012, intervalHours: 8, markPrice: 42000.5 });
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
    ["no JSON", body("<html>\n"), 'Binance answered /fapi/v1/klines with something that is not JSON ("<html> "); check --rest-url'],
    ["another shape", body('[[1,"x"]]'), "Binance answered /fapi/v1/klines with something unexpected: klines[0] opens at 1"],
  ])("says in one line that it got %s", async (_, answer, message) => {
    wire.on("/fapi/v1/klines", answer);
    const failed = open(rest(), FROM_MS + MINUTE_MS);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(UserError);
  });
});
