import { describe, expect, it } from "vitest";
import { nothingOf } from "../../venues/binance/capture/capturedSymbol.ts";
import { captureNotes, lostAtEnd, nonMarketNotes } from "./captureNotes.ts";

const END_MS = Date.UTC(2026, 1, 16, 15, 24);

describe("lostAtEnd", () => {
  it.each([
    [0, []],
    [89_999, []],
    [90_000, ["closed klines of AUSDT end at 2026-02-16T15:24:00Z, the recording at 2026-02-16T15:25:30Z: 1 minute is missing"]],
    [155_000, ["closed klines of AUSDT end at 2026-02-16T15:24:00Z, the recording at 2026-02-16T15:26:35Z: 2 minutes are missing"]],
  ])("a recording that goes on for %d ms behind the last closed kline", (ms, notes) => {
    expect(lostAtEnd([{ ...nothingOf("AUSDT"), klinesToMs: END_MS }], { heardToMs: END_MS + ms })).toEqual(notes);
  });

  it("says nothing of a symbol without closed klines", () => {
    expect(lostAtEnd([nothingOf("AUSDT")], { heardToMs: END_MS })).toEqual([]);
  });
});

describe("what was left out of a capture", () => {
  it("is told with one example of each", () => {
    const unknownTypes = [
      { type: "news", count: 2, at: "capture x line 4" },
      { type: "more", count: 1, at: "capture x line 9" },
    ];
    expect(captureNotes({ faults: 1, firstFault: "capture x line 3 (trade.p is not a number)", unknownTypes })).toEqual([
      "1 message of known types could not be read, the first at capture x line 3 (trade.p is not a number)",
      "3 messages of types that are not known (news, more), left out, the first at capture x line 4",
    ]);
    expect(captureNotes({ faults: 0, firstFault: "", unknownTypes: [] })).toEqual([]);
  });

  it("is by type of trades that are not of the market", () => {
    const nonMarketTrades = new Map([
      ["NA", 2],
      ["ADL", 1],
    ]);
    expect(nonMarketNotes([nothingOf("AUSDT"), { ...nothingOf("BUSDT"), nonMarketTrades }])).toEqual([
      "3 trades of BUSDT not of the market (NA 2, ADL 1): only ids are kept",
    ]);
  });
});
