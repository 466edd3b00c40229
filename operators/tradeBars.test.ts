import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import type { BestBidAsk, Timer, Trade } from "../src/domain/event.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { KlineValues } from "../src/domain/kline.ts";
import { klineValues } from "../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS, NO_INSTRUMENT } from "../src/domain/units.ts";
import { BTC, ETH, T0 } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { stepOperator } from "./stepOperator.ts";
import { tradeBars } from "./tradeBars.ts";

interface TradeOf {
  readonly id: number;
  /** Minutes from `T0`. */
  readonly at: number;
  readonly price?: number;
  readonly qty?: number;
  readonly maker?: boolean;
  readonly count?: number;
  readonly instrument?: number;
}
const trade = ({ id, at, price = 100, qty = 1, maker = false, count = 1, instrument = 0 }: TradeOf): Trade => ({
  kind: Kind.trade,
  seq: id,
  instrument: instrumentIndex(instrument),
  eventTimeMs: T0 + Math.round(at * MINUTE_MS),
  receivedTimeMs: T0 + Math.round(at * MINUTE_MS),
  knownAtMs: T0 + Math.round(at * MINUTE_MS) + 40,
  tradeId: String(id),
  price,
  qty,
  buyerIsMaker: maker,
  tradeCount: count,
});
const header = (seq: number, ms: number): { seq: number; eventTimeMs: number; receivedTimeMs: number; knownAtMs: number } => ({
  seq,
  eventTimeMs: T0 + ms,
  receivedTimeMs: T0 + ms,
  knownAtMs: T0 + ms,
});
const timer = (seq: number, ms: number): Timer => ({ kind: Kind.timer, ...header(seq, ms), instrument: NO_INSTRUMENT, periodMs: 1000 });
const quote = (seq: number, ms: number): BestBidAsk => ({
  kind: Kind.bestBidAsk,
  ...header(seq, ms),
  instrument: instrumentIndex(0),
  updateId: "1",
  bidPrice: 1,
  bidQty: 1,
  askPrice: 2,
  askQty: 1,
});
const FIRST = [instrumentIndex(0)];
const ofFirst = (id: number) => ({ instrument: instrumentIndex(0), tradeId: String(id) });
/** The klines that come out, as values. */
const barsOf = (items: readonly Item[]): KlineValues[] => {
  const bars: KlineValues[] = [];
  from(items)
    .pipe(tradeBars([BTC, ETH], FIRST))
    .subscribe((item) => {
      if (item.kind === Kind.kline) bars.push(klineValues(item));
    });
  return bars;
};
const klines = (lines: readonly string[]): string[] => lines.filter((line) => /^(kline|gap|fault)/.test(line));

describe("tradeBars", () => {
  operatorCases({
    operator: () => tradeBars([BTC, ETH], FIRST),
    rows: [
      [trade({ id: 1, at: 0.5 }), ["trade0 #1 1"]],
      [trade({ id: 2, at: 1 }), ["trade0 #2 2"]],
      [trade({ id: 3, at: 1.9, price: 101 }), ["trade0 #3 3"]],
      [trade({ id: 3, at: 5, instrument: 1 }), ["trade1 #3 3"]],
      [trade({ id: 4, at: 2, price: 102 }), ["kline0 #4 m1 c101", "trade0 #4 4"]],
      [trade({ id: 5, at: 5.5, price: 103 }), ["kline0 #5 m2 c102", "kline0 #5 m3 c102", "kline0 #5 m4 c102", "trade0 #5 5"]],
    ],
    throws: {
      operator: () =>
        stepOperator("thrower", () => null, {
          [Kind.trade]: () => {
            throw new Error("no");
          },
        }),
      items: [trade({ id: 1, at: 0 })],
      name: "thrower",
      message: "no",
    },
  });

  it("open, high, low, close, sums and taker's share of a minute; an aggregate counts its trades", () => {
    const items = [
      trade({ id: 1, at: 0.9, price: 50 }),
      trade({ id: 2, at: 1, price: 100, qty: 2 }),
      trade({ id: 3, at: 1.2, price: 104, qty: 1, maker: true, count: 3 }),
      trade({ id: 4, at: 1.99, price: 99, qty: 4 }),
      trade({ id: 5, at: 2 }),
    ];
    expect(barsOf(items)).toEqual([
      {
        openTimeMs: T0 + MINUTE_MS,
        open: 100,
        high: 104,
        low: 99,
        close: 99,
        volume: 7,
        quoteVolume: 700,
        trades: 5,
        takerBuyVolume: 6,
        takerBuyQuoteVolume: 596,
      },
    ]);
  });

  it("a minute without a trade stands at the close before, with volume 0", () => {
    const [, empty] = barsOf([trade({ id: 1, at: 0.5 }), trade({ id: 2, at: 1, price: 7 }), trade({ id: 3, at: 3 })]);
    expect(empty).toEqual({
      openTimeMs: T0 + 2 * MINUTE_MS,
      open: 7,
      high: 7,
      low: 7,
      close: 7,
      volume: 0,
      quoteVolume: 0,
      trades: 0,
      takerBuyVolume: 0,
      takerBuyQuoteVolume: 0,
    });
  });

  it.each([
    ["a timer", timer],
    ["a quote", quote],
  ])("%s closes a minute a second after its end, not before", (_, other) => {
    const items = [trade({ id: 1, at: 0.5 }), trade({ id: 2, at: 1.5 }), other(3, 2 * MINUTE_MS + 999), other(4, 2 * MINUTE_MS + 1000)];
    expect(klines(through(tradeBars([BTC, ETH], FIRST), items))).toEqual(["kline0 #4 m1 c100"]);
  });

  it("a trade that comes after its bar is a fault and moves no bar", () => {
    const items = [
      trade({ id: 1, at: 0.5 }),
      trade({ id: 2, at: 1.5 }),
      timer(9, 2 * MINUTE_MS + 1500),
      trade({ id: 3, at: 1.9, price: 1 }),
      trade({ id: 4, at: 3 }),
    ];
    expect(klines(through(tradeBars([BTC, ETH], FIRST), items))).toEqual([
      "kline0 #9 m1 c100",
      "fault0 #3 a trade came after its bar",
      "kline0 #4 m2 c100",
    ]);
  });

  it("minutes with missing ids are a gap", () => {
    const at = (id: number, minute: number): Trade => trade({ id, at: minute });
    const items = [at(1, 0.5), at(2, 1.5), at(5, 1.6), at(6, 2.5), at(7, 3.5), at(9, 4.5), at(10, 5), at(11, 6)];
    // Between 7 and 9 one is missing, in minute 3 or 4.
    expect(klines(through(tradeBars([BTC, ETH], FIRST), items))).toEqual([
      "gap0 #7 m1..m2 1",
      "kline0 #7 m2 c100",
      "gap0 #11 m3..m5 2",
      "kline0 #11 m5 c100",
    ]);
  });

  it("minutes with missing ids at the end of the line are a gap, too", () => {
    const at = (id: number, minute: number): Trade => trade({ id, at: minute });
    expect(klines(through(tradeBars([BTC, ETH], FIRST), [at(1, 0.5), at(2, 1.5), at(4, 2.5), at(5, 3.2)]))).toEqual(["gap0 #5 m1..m3 2"]);
    // The minute that is open at the end may be partial: it is neither bar nor gap.
    expect(klines(through(tradeBars([BTC, ETH], FIRST), [at(1, 0.5), at(2, 1.5), at(3, 2.1), at(5, 2.5)]))).toEqual(["kline0 #3 m1 c100"]);
  });

  it("a trade that is not of the market is in no bar, and its id is not missing", () => {
    const other = (id: number, minute: number): Item => ({ kind: Kind.nonMarketTrade, ...header(id, minute * MINUTE_MS), ...ofFirst(id) });
    const items = [other(1, 0.5), trade({ id: 2, at: 1.1, price: 7 }), other(3, 1.5), trade({ id: 4, at: 1.9, price: 8 }), other(5, 3.5)];
    expect(klines(through(tradeBars([BTC, ETH], FIRST), items))).toEqual(["kline0 #5 m1 c8", "kline0 #5 m2 c8"]);
    expect(barsOf(items)[0]).toMatchObject({ open: 7, high: 8, low: 7, volume: 2, trades: 2 });
    expect(klines(through(tradeBars([BTC, ETH], FIRST), [...items.slice(0, 2), other(4, 1.5), trade({ id: 5, at: 2.5 })]))).toEqual([
      "gap0 #5 m1..m2 1",
    ]);
  });

  it("the first bar is the minute after the first trade, whatever was heard before", () => {
    const items = [quote(1, 0.2 * MINUTE_MS), trade({ id: 2, at: 1.2 }), trade({ id: 3, at: 2.1 }), trade({ id: 4, at: 3 })];
    expect(klines(through(tradeBars([BTC, ETH], FIRST), items))).toEqual(["kline0 #4 m2 c100"]);
  });

  it("every trade of a whole minute is in one bar, and the bars follow each other", () => {
    const steps = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 90_000 }), price: fc.integer({ min: 1, max: 9 }), qty: fc.integer({ min: 1, max: 9 }) }),
      { minLength: 2, maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        let ms = 0;
        const trades = list.map(({ wait, price, qty }, i) => trade({ id: i + 1, at: (ms += wait) / MINUTE_MS, price, qty }));
        const firstMs = T0 + (Math.floor((list[0] as { wait: number }).wait / MINUTE_MS) + 1) * MINUTE_MS;
        const endMs = T0 + ms - (ms % MINUTE_MS);
        const inside = trades.filter(({ eventTimeMs }) => eventTimeMs >= firstMs && eventTimeMs < endMs);
        const bars = barsOf(trades);
        expect(bars.map(({ openTimeMs }) => openTimeMs)).toEqual(
          Array.from({ length: Math.max(0, (endMs - firstMs) / MINUTE_MS) }, (_, i) => firstMs + i * MINUTE_MS),
        );
        expect(bars.reduce((sum, { volume }) => sum + volume, 0)).toBe(inside.reduce((sum, { qty }) => sum + qty, 0));
        expect(bars.reduce((sum, each) => sum + each.trades, 0)).toBe(inside.length);
      }),
    );
  });
});
