import { describe, expect, it } from "vitest";
import { readCaptureLine } from "./captureLine.ts";

describe("readCaptureLine", () => {
  it("nanoseconds and a message", () =>
    expect(readCaptureLine('1723161255088176367 {"a":1}', 3)).toEqual({
      line: 3,
      receivedUs: 1_723_161_255_088_176,
      json: '{"a":1}',
      path: "",
      symbol: "",
    }));

  it("cryptofeed's seconds and a message", () => {
    expect(readCaptureLine('1626992741.06217: {"a":1}', 3)).toMatchObject({ receivedUs: 1_626_992_741_062_170, json: '{"a":1}' });
    expect(readCaptureLine('1626992741: {"a":1}', 3)).toMatchObject({ receivedUs: 1_626_992_741_000_000 });
  });

  it("the answer of an address", () =>
    expect(readCaptureLine('https://fapi.binance.com/fapi/v1/depth?symbol=SUSHIUSDT&limit=1000 -> 1626992741.301402: {"b":2}', 1)).toEqual({
      line: 1,
      receivedUs: 1_626_992_741_301_402,
      json: '{"b":2}',
      path: "/fapi/v1/depth",
      symbol: "SUSHIUSDT",
    }));

  it("the beginning of a connection and the recorder's settings are nothing", () => {
    expect(readCaptureLine("wss://fstream.binance.com/stream?streams=a@trade <-> 1626992740.179554", 1)).toBeNull();
    expect(readCaptureLine('configuration: {"x":1}', 1)).toBeNull();
  });

  it.each([
    ["another exchange", "wss://ws.kraken.com/v2 <-> 1626992740.179554", "it comes from ws.kraken.com, which is not Binance USD-M futures"],
    ["spot", "https://api.binance.com/api/v3/depth?symbol=A -> 1626992740.1: {}", "it comes from api.binance.com"],
    ["COIN-M", "wss://dstream.binance.com/stream <-> 1626992740.179554", "it comes from dstream.binance.com"],
    ["a time in ms", "1723161255088 {}", "its time is of no year between 2017 and 2100"],
    ["no message", "1723161255088176367", "there is no message behind the time"],
    ["something else", '{"time":1}', '"{"time":1}" begins neither with a time nor with an address'],
  ])("%s", (_, text, problem) => expect(readCaptureLine(text, 1)).toContain(problem));
});
