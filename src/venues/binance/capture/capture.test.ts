import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STREAMS } from "../../../../test/wireFuzz.ts";
import { KIND_NAMES } from "../../../domain/kind.ts";
import type { Event } from "../../../domain/event.ts";
import { UserError } from "../../../domain/units.ts";
import { captureEvents } from "./captureEvents.ts";
import { scanCapture } from "./captureScan.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "capture-"));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const { trade = "", bookTicker = "", snapshot = "", depth = "", aggTrade = "" } = STREAMS.captured;
const START_MS = 1_723_161_255_000;
/** Messages a ms apart. */
const lines = (messages: readonly string[], fromMs = 0): string =>
  messages.map((json, i) => `${START_MS + fromMs + i}000000 ${json}\n`).join("");
const file = (name: string, content: string | Buffer): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};
const trades = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, i) => trade.replace("5266583935", String(from + i)));

const eventsOf = async (paths: readonly string[], burstEvents = 100): Promise<Event[]> => {
  const { symbols, bookSymbol } = await scanCapture(paths);
  const all: Event[] = [];
  for await (const burst of captureEvents({ paths, symbols, onlySymbol: bookSymbol, burstEvents })) {
    expect(burst.length).toBeLessThanOrEqual(burstEvents);
    all.push(...burst);
  }
  return all;
};

describe("a capture", () => {
  it("plain and gzip give the same events, at any burst size; time does not go back", async () => {
    const text = lines([bookTicker, ...trades(500), snapshot, depth]);
    const plain = await eventsOf([file("a.jsonl", text)]);
    expect(plain).toHaveLength(503);
    expect(await eventsOf([file("a.jsonl.gz", gzipSync(text))], 7)).toEqual(plain);
    for (let i = 1; i < plain.length; i += 1) expect(plain[i]?.knownAtMs).toBeGreaterThanOrEqual(plain[i - 1]?.knownAtMs ?? NaN);
  });

  it("says what it holds", async () => {
    expect(await scanCapture([file("b.jsonl", lines([...trades(200), bookTicker, snapshot, "{"]))])).toMatchObject({
      messages: 203,
      faults: 1,
      exchangeInfo: null,
      symbols: [
        { symbol: "BTCUSDT", trades: 200, bestBidAsks: 1, snapshots: 1, seen: { price: { significant: 1, shown: 2 }, qty: { shown: 3 } } },
      ],
    });
  });

  it("several files are merged by arrival, and in the order of the line where messages arrived in one ms", async () => {
    const laterMs = 60_000;
    const paths = [file("c1.jsonl", lines(trades(4), laterMs)), file("c2.jsonl", lines([snapshot, bookTicker], laterMs + 2))];
    const kinds = (await eventsOf(paths)).map(({ kind }) => KIND_NAMES[kind]);
    expect(kinds).toEqual(["trade", "trade", "bookSnapshot", "trade", "bestBidAsk", "trade"]);
  });

  it("has single trades and aggregates both", async () => {
    const other = aggTrade.replaceAll("CTKUSDT", "BTCUSDT").replace("ctkusdt", "btcusdt");
    const events = await eventsOf([file("d.jsonl", lines([...trades(2), other]))]);
    expect(events.map((event) => ("tradeId" in event ? event.tradeId : ""))).toEqual(["1", "2", "16599292"]);
  });

  it("an order book that does not name its symbol is that of the only one with a book", async () => {
    const other = trades(2).map((text) => text.replaceAll("BTCUSDT", "ETHUSDT"));
    const { bookSymbol, symbols } = await scanCapture([file("owner.jsonl", lines([...other, depth, snapshot]))]);
    expect([bookSymbol, symbols.map(({ symbol, snapshots }) => [symbol, snapshots])]).toEqual([
      "BTCUSDT",
      [
        ["ETHUSDT", 0],
        ["BTCUSDT", 1],
      ],
    ]);
  });

  it("types that are not known are counted apart, however many, with the place of the first", async () => {
    const news = Array.from({ length: 50 }, (_, i) => `{"e":"${i === 7 ? "otherNew" : "brandNew"}","s":"BTCUSDT","x":${i}}`);
    const path = file("new.jsonl", lines([...news, ...trades(10)]));
    expect(await scanCapture([path])).toMatchObject({
      messages: 60,
      faults: 0,
      unknownTypes: [
        { type: "brandNew", count: 49, at: `capture ${path} line 1` },
        { type: "otherNew", count: 1, at: `capture ${path} line 8` },
      ],
    });
    const bad = trades(1).map((text) => text.replace('"p":', '"price":'));
    await expect(scanCapture([file("share.jsonl", lines([...news, ...trades(99), ...bad, ...bad]))])).rejects.toThrow(/2 of 101 messages/);
    await expect(scanCapture([file("only-new.jsonl", lines(news))])).rejects.toThrow(
      /has no market message, only messages of types that are not known \(brandNew, otherNew\)/,
    );
  });

  it("a message that is not understood before all others does not refuse the capture", async () => {
    expect(await scanCapture([file("torn.jsonl", lines(['{"e":"tra', ...trades(200)]))])).toMatchObject({
      faults: 1,
      firstFault: /line 1 /,
    });
  });

  it("answers are told by their fields, in any order, in any envelope, with or without spaces", async () => {
    const book = JSON.parse(snapshot) as Record<string, unknown>;
    const reversed = Object.fromEntries(Object.entries(book).reverse());
    const info = { symbols: [{ symbol: "BTCUSDT" }], rateLimits: [], assets: [], timezone: "UTC" };
    const data = (JSON.parse(trade) as { data: object }).data;
    const forms = [
      ...[
        JSON.stringify(reversed),
        JSON.stringify(reversed, null, 1).replaceAll("\n", ""),
        JSON.stringify({ id: "7", status: 200, result: book }),
      ],
      ...[JSON.stringify({ stream: "x", data: book }), JSON.stringify([data, data]), JSON.stringify({ data, stream: "btcusdt@trade" })],
    ];
    for (const asked of [info, Object.fromEntries(Object.entries(info).reverse()), { result: info, id: 1 }]) {
      const text = lines([...trades(1), ...forms, JSON.stringify(asked), '{"id":3,"result":null}', '{"error":{"code":2},"id":4}']);
      const summary = await scanCapture([file("forms.jsonl", text)]);
      expect(summary).toMatchObject({ faults: 0, exchangeInfo: info, symbols: [{ snapshots: 4, trades: 4 }] });
    }
  });

  it("the best levels in whole among differences are books, with the stream's name or, where the differences tell, without", async () => {
    const side = (from: number, step: number): string[][] => Array.from({ length: 5 }, (_, i) => [(from + i * step).toFixed(1), "1.5"]);
    const message = (pu: number, u: number, b: string[][], a: string[][]): object => {
      const atMs = START_MS;
      return { e: "depthUpdate", E: atMs, T: atMs, s: "BTCUSDT", U: u, u, pu, b, a };
    };
    const difference = (pu: number, u: number): object => message(pu, u, side(100, -0.1).slice(0, 2), []);
    const book = (pu: number, u: number): object => message(pu, u, side(100, -0.1), side(100.1, 0.1));
    const rows = [difference(1, 2), book(1, 2), difference(2, 3), book(2, 3), difference(3, 4)];
    const named = rows.map((data, i) => ({ data, stream: i % 2 === 1 ? "btcusdt@depth5@100ms" : "btcusdt@depth@100ms" }));
    const [bare, enveloped] = [rows, named].map((list, i) => file(`partial-${i}.jsonl`, lines(list.map((row) => JSON.stringify(row)))));
    const events = await eventsOf([bare as string]);
    expect(events.map(({ kind }) => KIND_NAMES[kind])).toEqual(["bookDiff", "bookSnapshot", "bookDiff", "bookSnapshot", "bookDiff"]);
    expect(await eventsOf([enveloped as string])).toEqual(events);
    expect((await scanCapture([bare as string])).symbols).toMatchObject([{ diffs: 3, snapshots: 2, unclearDepth: "" }]);
  });

  it("rows of COIN-M and of dated contracts in streams of all symbols are left out", async () => {
    const rows = ["BTCUSDT", "BTCUSD_PERP", "ETHUSDT_261225", "ODD"].map((s) => ({
      ...{ e: "markPriceUpdate", E: START_MS, s, p: "1.5", i: "1.5", r: "", T: 0 },
      ...(s === "ODD" ? { ps: "BTCUSDT" } : { ps: s, st: s.includes("USD_") ? 2 : 1 }),
    }));
    const { symbols, refused } = await scanCapture([file("all.jsonl", lines([JSON.stringify({ stream: "!markPrice@arr", data: rows })]))]);
    expect(symbols.map(({ symbol, marks }) => [symbol, marks])).toEqual([["BTCUSDT", 1]]);
    expect([...refused.keys()]).toEqual(["BTCUSD_PERP", "ETHUSDT_261225", "ODD"]);
  });

  it("a bad message in the middle is a fault on the line", async () => {
    const events = await eventsOf([file("e.jsonl", lines([...trades(150), '{"e":"trade"}', ...trades(1, 151)]))]);
    expect(events.filter(({ kind }) => KIND_NAMES[kind] === "fault")).toMatchObject([{ message: "trade.s is not a text, missing" }]);
  });
});

describe("what is refused, with file and line", () => {
  const zipped = gzipSync(lines(trades(2000)));
  const damaged = Buffer.from(zipped);
  // The checksum at its end.
  damaged.fill(0xff, damaged.length - 8, damaged.length - 4);
  const contradicting = [...trades(1), snapshot, snapshot.replace('"2.909"', '"2.910"')];
  const several = [trade, trade.replace("BTCUSDT", "ETHUSDT"), snapshot];
  it.each([
    ["gzip cut off", zipped.subarray(0, zipped.length >> 1), /x is cut off: its gzip ends in the middle, behind line \d+; copy it again/],
    ["gzip damaged", damaged, /x is damaged: its gzip breaks behind line \d+; copy it again/],
    ["text cut off", lines(trades(3)).slice(0, -20), /x line 3 ends in the middle of its message: the file is cut off/],
    [
      "lines out of order",
      lines(trades(2), 5) + lines(trades(1)),
      /x line 3 arrived 6.000 ms before the line above it: sort it by arrival/,
    ],
    ["another exchange", "wss://ws.kraken.com/v2 <-> 1626992740.1\n", /x line 1: it comes from ws.kraken.com, which is not/],
    [
      "another exchange, without addresses",
      lines(['{"channel":"trade","data":[]}']),
      /x line 1 is no message of Binance USD-M futures \(a message without a type/,
    ],
    ["spot", lines([...trades(3), depth.replace(/"pu":\d+,/, "")]), /x line 4: a depthUpdate without pu is of Binance spot/],
    [
      "another version",
      lines([...trades(10), ...trades(5).map((text) => text.replace('"p":', '"price":'))]),
      /5 of 15 messages are not understood, the first at capture .*x line 11 \(trade\.p is not a number, missing\)/,
    ],
    [
      "two snapshots of one moment",
      lines(contradicting),
      /x line 3: this snapshot and the one before it are both of update 5123107852948 and contradict/,
    ],
    ["a book of nobody", lines(several), /x has several symbols and an order book that does not say which is its own/],
    ["nothing", "", /x is empty: record it again/],
    ["no market message", lines(['{"result":null,"id":1}']), /x has no market message/],
  ])("%s", async (_, content, message) => {
    const scanned = scanCapture([file("x", content)]);
    await expect(scanned).rejects.toThrow(message);
    await expect(scanned).rejects.toBeInstanceOf(UserError);
  });

  it("a file that is not there, and a folder", async () => {
    await expect(scanCapture([join(dir, "none")])).rejects.toThrow(/none does not exist: check the name/);
    await expect(scanCapture([dir])).rejects.toThrow(/is no file: name the file itself/);
  });
});
