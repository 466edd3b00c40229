import { describe, expect, it } from "vitest";
import { eventProblem } from "../../../../test/eventSchema.ts";
import { STREAMS } from "../../../../test/wireFuzz.ts";
import type { Event } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import { klineValues } from "../../../domain/kline.ts";
import type { Kline } from "../../../domain/kline.ts";
import { instrumentIndex, NO_INSTRUMENT } from "../../../domain/units.ts";
import type { Arrival } from "./message.ts";
import { parseStream } from "./stream.ts";
import { parseTicker } from "./ticker.ts";

const { captured, documented } = STREAMS;
const RECEIVED_MS = 1_723_161_255_030;
const SYMBOLS = ["BTCUSDT", "SUSHIUSDT", "CTKUSDT", "KEEPUSDT"];
const arrival = (other: Partial<Arrival> = {}): Arrival => ({
  instrumentOf: (symbol) => (SYMBOLS.includes(symbol) ? instrumentIndex(SYMBOLS.indexOf(symbol)) : undefined),
  receivedTimeMs: RECEIVED_MS,
  notBeforeMs: 0,
  stream: "",
  symbol: "",
  ...other,
});
const parsed = (text: string | undefined, other: Partial<Arrival> = {}): readonly Event[] => parseStream(text ?? "", arrival(other));
const changed = (text: string | undefined, change: (data: Record<string, unknown>) => void): string => {
  const message = JSON.parse(text ?? "") as { data: Record<string, unknown> };
  change(message.data);
  return JSON.stringify(message);
};

describe("what each message becomes", () => {
  it("trade", () =>
    expect(parsed(captured["trade"])).toEqual([
      {
        kind: Kind.trade,
        seq: -1,
        instrument: 0,
        eventTimeMs: 1_723_161_256_322,
        receivedTimeMs: RECEIVED_MS,
        // The recorder's clock is 1.3 s behind the exchange's: known no earlier than sent.
        knownAtMs: 1_723_161_256_322,
        tradeId: "5266583935",
        price: 61800.3,
        qty: 0.006,
        buyerIsMaker: false,
      },
    ]));

  it("aggregate trade", () =>
    expect(parsed(captured["aggTrade"])).toMatchObject([
      {
        instrument: 2,
        tradeId: "16599292",
        price: 1.011,
        qty: 10,
        buyerIsMaker: false,
        tradeCount: 1,
        eventTimeMs: 1_626_992_741_421,
        knownAtMs: RECEIVED_MS,
      },
    ]));

  it("depth diff", () =>
    expect(parsed(captured["depth2021"])).toMatchObject([
      {
        kind: Kind.bookDiff,
        instrument: 3,
        firstUpdateId: "600859601246",
        finalUpdateId: "600859602316",
        previousFinalUpdateId: "600859581808",
        bids: Float64Array.of(0.2443, 3688, 0.2445, 72866),
        asks: Float64Array.of(0.2465, 0),
      },
    ]));

  it("the same shape on a stream of the best levels is a snapshot", () => {
    const text = JSON.stringify({ ...(JSON.parse(captured["depth2021"] ?? "") as object), stream: "keepusdt@depth5@100ms" })
      .replace('[["0.2443","3688"],["0.2445","72866"]]', '[["0.2445","72866"],["0.2443","3688"]]')
      .replace('["0.2465","0"]', '["0.2465","1"]');
    expect(parsed(text)).toMatchObject([
      { kind: Kind.bookSnapshot, lastUpdateId: "600859602316", bids: Float64Array.of(0.2445, 72866, 0.2443, 3688) },
    ]);
  });

  it("answer of the depth endpoint, which does not name its symbol", () => {
    expect(parsed(captured["snapshot"], { symbol: "BTCUSDT" })).toMatchObject([
      {
        kind: Kind.bookSnapshot,
        lastUpdateId: "5123107852948",
        bids: { length: 10, 0: 61800.2, 1: 2.909 },
        asks: { 0: 61800.3, 9: 0.586 },
      },
    ]);
    expect(parsed(captured["snapshot"])).toEqual([]);
  });

  it("best bid and ask", () =>
    expect(parsed(captured["bookTicker"])).toMatchObject([
      { kind: Kind.bestBidAsk, updateId: "5123107839020", bidPrice: 61800.2, bidQty: 2.507, askPrice: 61800.3, askQty: 2.51 },
    ]));

  it("closed kline; an open one is nothing", () => {
    const [event] = parsed(captured["klineClosed"]);
    expect(klineValues(event as Kline)).toEqual({
      openTimeMs: 1_626_992_700_000,
      open: 7.608,
      high: 7.618,
      low: 7.607,
      close: 7.617,
      volume: 3005,
      quoteVolume: 22875.859,
      trades: 113,
      takerBuyVolume: 1900,
      takerBuyQuoteVolume: 14464.696,
    });
    expect(event).toMatchObject({ knownAtMs: 1_626_992_760_000, receivedTimeMs: RECEIVED_MS });
    expect(parsed(captured["klineOpen"])).toEqual([]);
  });

  it("mark price, single and as an array", () => {
    const mark = {
      kind: Kind.markPrice,
      markPrice: 11794.15,
      indexPrice: 11784.62659091,
      nextFundingRate: 0.00038167,
      nextFundingTimeMs: 1_562_306_400_000,
    };
    expect(parsed(documented["markPrice"])).toMatchObject([mark]);
    const other = (documented["markPrice"] ?? "").replace("BTCUSDT", "BTCUSD_PERP");
    expect(parsed(`{"stream":"!markPrice@arr","data":[${documented["markPrice"] ?? ""},${other}]}`)).toMatchObject([mark]);
  });

  it("liquidation: what was filled, at its average", () =>
    expect(parsed(documented["forceOrder"])).toMatchObject([
      { kind: Kind.liquidation, side: "sell", price: 9910, qty: 0.014, eventTimeMs: 1_568_014_460_893 },
    ]));

  it("24-hour ticker: nothing for the line", () => {
    expect(parsed(documented["ticker"])).toEqual([]);
    expect(parseTicker(JSON.parse(documented["ticker"] ?? "") as Record<string, unknown>)).toMatchObject({
      symbol: "BTCUSDT",
      lastPrice: 0.0025,
      changeFraction: 2.5,
      volume: 10_000,
    });
  });

  it("answers to subscriptions, contract news and other symbols are nothing", () => {
    expect(parsed('{"result":null,"id":1}')).toEqual([]);
    expect(parsed(documented["contractInfo"])).toEqual([]);
    expect(parsed((captured["trade"] ?? "").replace("BTCUSDT", "XRPUSDT"))).toEqual([]);
  });
});

describe("tolerance", () => {
  it("leaves extra fields alone and takes numbers for texts", () => {
    const text = changed(captured["trade"], (data) => Object.assign(data, { st: 1, nq: "5", p: 61800.3 }));
    expect(parsed(text)).toEqual(parsed(captured["trade"]));
  });

  it("keeps ids beyond 2^53", () => {
    const text = (captured["trade"] ?? "").replace("5266583935", "18446744073709551615");
    expect(parsed(text)).toMatchObject([{ tradeId: "18446744073709551615", price: 61800.3 }]);
  });

  it("the line's time does not go back", () =>
    expect(parsed(captured["trade"], { notBeforeMs: RECEIVED_MS + 5000 })).toMatchObject([{ knownAtMs: RECEIVED_MS + 5000 }]));

  it.each(["INSURANCE_FUND", "ADL", "NA", "BLOCK", ""])(
    "a trade of type %j is none of the market, whatever its price: its id stays",
    (X) => {
      for (const cells of [
        { p: "0", q: "0" },
        { p: "54000.00", q: "0.5" },
        { p: undefined, q: undefined, m: undefined },
      ]) {
        const [event, ...more] = parsed(changed(captured["trade"], (data) => Object.assign(data, { X }, cells)));
        expect([event, more]).toMatchObject([{ kind: Kind.nonMarketTrade, tradeId: "5266583935", eventTimeMs: 1_723_161_256_322 }, []]);
        expect(eventProblem(event as Event)).toBeNull();
      }
    },
  );

  it("a trade without a type is of the market, also at a price that other types carry; one of price 0 cannot be read", () => {
    expect(parsed(changed(captured["trade"], (data) => delete data["X"]))).toEqual(parsed(captured["trade"]));
    expect(parsed(changed(captured["trade"], (data) => Object.assign(data, { p: "0" })))).toMatchObject([{ kind: Kind.fault }]);
    expect(parsed(changed(captured["trade"], (data) => Object.assign(data, { X: 7 })))).toMatchObject([{ kind: Kind.fault }]);
  });
});

describe("faults", () => {
  const kline = (cells: Readonly<Record<string, unknown>>): string =>
    changed(captured["klineClosed"], (data) => Object.assign(data["k"] as object, cells));
  const drop = (name: string) => (data: Record<string, unknown>) => Reflect.deleteProperty(data, name);
  it.each([
    ["no JSON", "{", "a message is not JSON, {"],
    ["no object", "5", "message is not an object, 5"],
    ["unknown type", '{"e":"outcome","E":1}', 'unknown type of message, "outcome"'],
    ["no type", '{"a":1}', 'a message without a type, {"a":1}'],
    ["missing price", changed(captured["trade"], drop("p")), "trade.p is not a number, missing"],
    ["price 0", changed(captured["trade"], (data) => (data["p"] = "0")), 'trade.p is not above 0, "0"'],
    ["no id", changed(captured["trade"], (data) => (data["t"] = -1)), "trade.t is no id, -1"],
    ["spot's depth", changed(captured["depth"], drop("pu")), "a depthUpdate without pu is of Binance spot"],
    ["a negative quantity", changed(captured["depth"], (data) => (data["b"] = [["1", "-1"]])), 'depthUpdate.b is negative, "-1"'],
    [
      "a level that is no pair",
      changed(captured["depth"], (data) => (data["b"] = [["1"]])),
      "depthUpdate.b[0] is no pair of price and quantity",
    ],
    [
      "a crossed quote",
      changed(captured["bookTicker"], (data) => (data["b"] = "70000")),
      "bookTicker has its bid at or above its ask, 70000 and 61800.3",
    ],
    [
      "more bought by takers than was traded",
      kline({ V: "3006" }),
      "a kline that cannot be, it has taker_buy_volume 3006 above volume 3005",
    ],
    ["trades without volume", kline({ v: "0", V: "0" }), "a kline that cannot be, it has volume 0 with 113 trades"],
    [
      "a kline that ends in a later one",
      kline({ T: 1_626_992_819_999 }),
      "a kline that cannot be, it has the close time 1626992819999, which is not inside the 60000 ms from 1626992700000 on",
    ],
    ["a time in seconds' fractions", changed(captured["trade"], (data) => (data["T"] = 1.5)), "trade.T is no time in ms, 1.5"],
    [
      "sent in the year 9000",
      changed(captured["trade"], (data) => (data["E"] = 221_000_000_000_000)),
      "trade.E is more than a day after the message arrived, 221000000000000",
    ],
  ])("%s", (_, text, message) => {
    const events = parsed(text);
    expect(events).toEqual([
      {
        kind: Kind.fault,
        seq: -1,
        instrument: NO_INSTRUMENT,
        eventTimeMs: RECEIVED_MS,
        receivedTimeMs: RECEIVED_MS,
        knownAtMs: RECEIVED_MS,
        source: "binance",
        message,
      },
    ]);
  });

  it("a snapshot that is not sorted", () => {
    const text = (captured["snapshot"] ?? "").replace("61800.10", "61900.10");
    expect(parsed(text, { symbol: "BTCUSDT" })).toMatchObject([
      { kind: Kind.fault, message: "depth.bids[1] is not sorted from the best price on" },
    ]);
  });
});

it("every fixture satisfies the schema of events", () => {
  for (const text of [...Object.values(captured), ...Object.values(documented)])
    for (const event of parsed(text, { symbol: "BTCUSDT" })) expect(eventProblem(event)).toBeNull();
});
