import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { instrumentIndex } from "../src/domain/units.ts";
import { BTC, ETH, kline } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { continuity } from "./continuity.ts";
import { stepOperator } from "./stepOperator.ts";

describe("continuity", () => {
  operatorCases({
    operator: () => continuity([BTC, ETH]),
    rows: [
      [kline({ at: 5 }), ["kline0 #5 m5 c100"]],
      [kline({ at: 6 }), ["kline0 #6 m6 c100"]],
      [kline({ at: 0, instrument: 1 }), ["kline1 #0 m0 c100"]],
      [kline({ at: 6, seq: 7 }), ["fault0 #7 duplicate kline"]],
      [kline({ at: 10, seq: 8 }), ["gap0 #8 m7..m10 3", "kline0 #8 m10 c100"]],
      [kline({ at: 8, seq: 9 }), ["fault0 #9 kline out of order"]],
      [kline({ at: 1, instrument: 1, seq: 10 }), ["kline1 #10 m1 c100"]],
      [kline({ at: 11, ohlc: [1, NaN, 1, 1], seq: 11 }), ["fault0 #11 prices or volume that cannot be"]],
      [kline({ at: 12, seq: 12 }), ["gap0 #12 m11..m12 1", "kline0 #12 m12 c100"]],
    ],
    throws: {
      operator: () => (source) =>
        source.pipe(
          continuity([BTC]),
          stepOperator("behind", () => null, {
            [Kind.kline]: () => {
              throw new Error("no");
            },
          }),
        ),
      items: [kline({ at: 3 })],
      name: "behind",
      message: "no",
    },
  });

  it("counts the ids of trades that are not of the market", () => {
    const numbered = (kind: typeof Kind.trade | typeof Kind.nonMarketTrade, id: number): Item => {
      const header = { seq: id, instrument: instrumentIndex(0), eventTimeMs: 0, receivedTimeMs: 0, knownAtMs: 0, tradeId: String(id) };
      return kind === Kind.trade ? { kind, ...header, price: 1, qty: 1, buyerIsMaker: false } : { kind, ...header };
    };
    const [market, other] = [Kind.trade, Kind.nonMarketTrade];
    const items = [numbered(market, 7), numbered(other, 8), numbered(market, 9), numbered(other, 9), numbered(other, 11)];
    expect(through(continuity([BTC]), items)).toEqual([
      ...["trade0 #7 7", "id0 #8 8", "trade0 #9 9", "fault0 #9 duplicate trade", "fault0 #11 missing trades", "id0 #11 11"],
    ]);
  });

  it("drops trades that were seen or overtaken, and tells of missing ones", () => {
    const trade = (id: string, seq: number): Item => ({
      kind: Kind.trade,
      seq,
      instrument: instrumentIndex(0),
      eventTimeMs: 0,
      receivedTimeMs: 0,
      knownAtMs: 0,
      tradeId: id,
      price: 1,
      qty: 1,
      buyerIsMaker: false,
    });
    const trades = ["7", "8", "8", "7", "10", "11"].map(trade);
    expect(through(continuity([BTC]), trades)).toEqual([
      ...["trade0 #0 7", "trade0 #1 8", "fault0 #2 duplicate trade", "fault0 #3 trade out of order"],
      ...["fault0 #4 missing trades", "trade0 #4 10", "trade0 #5 11"],
    ]);
  });

  it.each([
    ["a NaN open", { ohlc: [NaN, 2, 1, 1] }],
    ["a NaN close", { ohlc: [1, 2, 1, NaN] }],
    ["a NaN low", { ohlc: [1, 2, NaN, 1] }],
    ["an infinite high", { ohlc: [1, Infinity, 1, 1] }],
    ["a price of 0", { ohlc: [1, 2, 0, 1] }],
    ["a negative price", { ohlc: [1, 2, -1, 1] }],
    ["an open above the high", { ohlc: [3, 2, 1, 1] }],
    ["a close below the low", { ohlc: [2, 2, 1, 0.5] }],
    ["a NaN volume", { volume: NaN }],
    ["a negative volume", { volume: -1 }],
  ] as const)("puts a fault in the place of %s", (_, what) => {
    expect(through(continuity([BTC]), [kline({ at: 0, ...what })])).toEqual(["fault0 #0 prices or volume that cannot be"]);
  });

  it("passes each minute once and in order, and its gaps say what is missing (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 }), (minutes) => {
        const passed: number[] = [];
        let faults = 0;
        let missing = 0;
        from<Item[]>(minutes.map((at, seq) => kline({ at, seq })))
          .pipe(continuity([BTC]))
          .subscribe((item) => {
            if (item.kind === Kind.kline) passed.push(item.openTimeMs);
            else if (item.kind === Kind.gap) missing += item.missingBars;
            else faults += 1;
          });
        expect(passed).toEqual([...new Set(passed)].sort((a, b) => a - b));
        expect(passed.length + faults).toBe(minutes.length);
        expect(passed.length + missing).toBe(((passed.at(-1) as number) - (passed[0] as number)) / 60_000 + 1);
      }),
    );
  });
});
