import fc from "fast-check";
import { expect, it } from "vitest";
import type { BookDiff, Event, MarketEvent, Trade } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { KindName } from "../../src/domain/kind.ts";
import type { HistoryStore } from "../../src/domain/ports.ts";
import { HOUR_MS, instrumentIndex, InvariantError, UserError } from "../../src/domain/units.ts";
import type { Kline } from "../../src/domain/kline.ts";
import { compareOnLine } from "../../streams/merge.ts";
import { testInstrument, testKlines } from "./testMarket.ts";

/** An hour ends in the middle of what follows. */
const AT_MS = Date.UTC(2024, 7, 8, 23, 59, 50);
export const MARKET_KINDS: readonly KindName[] = [
  "markPrice",
  "openInterest",
  "longShortRatio",
  "bookSnapshot",
  "bookDiff",
  "bestBidAsk",
  "trade",
  "liquidation",
];

const header = (eventTimeMs: number, delayMs = 40) => ({
  seq: -1,
  instrument: instrumentIndex(0),
  eventTimeMs,
  receivedTimeMs: eventTimeMs + delayMs - 15,
  knownAtMs: eventTimeMs + delayMs,
});
const trade = (timeMs: number, tradeId: string, more: Partial<Trade> = {}): Trade => ({
  kind: Kind.trade,
  ...header(timeMs),
  tradeId,
  price: 61_800.2,
  qty: 0.1 + 0.2,
  buyerIsMaker: true,
  ...more,
});
const diff = (timeMs: number, finalUpdateId: string, bids: readonly number[], asks: readonly number[]): BookDiff => ({
  kind: Kind.bookDiff,
  ...header(timeMs),
  firstUpdateId: "5123107832006",
  finalUpdateId,
  previousFinalUpdateId: "9007199254740993",
  bids: Float64Array.from(bids),
  asks: Float64Array.from(asks),
});

/** One of every kind and more, in line order; ids that no float64 holds, sides without a level, values at the ends of their range. */
export const marketEvents = (): Exclude<MarketEvent, Kline>[] => [
  {
    kind: Kind.bookSnapshot,
    ...header(AT_MS),
    lastUpdateId: "9223372036854775807",
    bids: Float64Array.of(61_800.1, 0.5, 61_799.9, 1.25),
    asks: Float64Array.of(61_800.2, 3),
  },
  diff(AT_MS + 10, "5123107837557", [61_800.1, 0, 61_700, 5e-324], []),
  trade(AT_MS + 20, "9007199254740993"),
  trade(AT_MS + 20, "9007199254740994", { buyerIsMaker: false, price: Number.MAX_VALUE }),
  { kind: Kind.nonMarketTrade, ...header(AT_MS + 20), tradeId: "9007199254740995" },
  { kind: Kind.bestBidAsk, ...header(AT_MS + 30), updateId: "0", bidPrice: 1, bidQty: 0, askPrice: 1 + Number.EPSILON, askQty: 7 },
  {
    kind: Kind.markPrice,
    ...header(AT_MS + 9000),
    markPrice: 61_811.12345678,
    indexPrice: 61_812,
    nextFundingRate: NaN,
    nextFundingTimeMs: AT_MS + HOUR_MS,
  },
  { kind: Kind.liquidation, ...header(AT_MS + 10_010), side: "sell", price: 61_000.5, qty: 2 },
  { kind: Kind.liquidation, ...header(AT_MS + 10_010), side: "sell", price: 61_000.5, qty: 2.5 },
  { kind: Kind.liquidation, ...header(AT_MS + 10_010), side: "sell", price: 61_000.75, qty: 1 },
  diff(AT_MS + 11_000, "5123107837558", [], []),
  diff(AT_MS + 11_000, "5123107837559", [], [61_801, 0.001]),
  { kind: Kind.openInterest, ...header(AT_MS + 12_000, 300_000), openInterestQty: 84_123.456, openInterestUsdt: NaN },
  {
    kind: Kind.longShortRatio,
    ...header(AT_MS + 12_001, 300_000),
    topAccountRatio: 1.9,
    topPositionRatio: NaN,
    globalAccountRatio: 2.1,
    takerVolumeRatio: 0.7,
  },
];

interface MarketStore {
  readonly fresh: () => Promise<{ store: HistoryStore; open: () => HistoryStore }>;
}

/** What every store must do with market events besides klines, funding and rules. */
export const marketEventContract = ({ fresh }: MarketStore): void => {
  const read = async (store: HistoryStore, kinds = MARKET_KINDS, fromMs = 0, toMs = Date.UTC(2030, 0)): Promise<Event[]> => {
    const found: Event[] = [];
    for await (const burst of store.read({ instruments: [testInstrument("BTCUSDT", 0)], kinds, fromMs, toMs, burstEvents: 4096 }))
      found.push(...burst);
    return found;
  };

  it("gives every kind of market event back as it was written, bit by bit, across an hour and a day, in line order", async () => {
    const { store, open } = await fresh();
    const all = marketEvents();
    await store.write("BTCUSDT", "um", all.slice().reverse());
    expect(await read(store)).toEqual(all);
    await store.write("BTCUSDT", "um", all);
    await store.close();
    const again = open();
    expect(await read(again)).toEqual(all);
    expect((await again.spans(["bookDiff", "liquidation"])).map(({ kind, fromMs, toMs, events }) => [kind, fromMs, toMs, events])).toEqual([
      ["bookDiff", AT_MS + 10, AT_MS + 11_001, 3],
      ["liquidation", AT_MS + 10_010, AT_MS + 10_011, 3],
    ]);
  });

  it("reads only what is asked for, by kind and time of the event", async () => {
    const { store } = await fresh();
    await store.write("BTCUSDT", "um", [...marketEvents(), ...testKlines(AT_MS - (AT_MS % HOUR_MS), 120)]);
    const ids = ["9007199254740993", "9007199254740994", "9007199254740995"];
    expect((await read(store, ["trade"])).map((event) => (event as Trade).tradeId)).toEqual(ids);
    expect(await read(store, MARKET_KINDS, AT_MS + 11_000, AT_MS + 12_001)).toHaveLength(3);
    expect(await read(store, ["kline", "bookDiff"], AT_MS + 11_000, AT_MS + 11_001)).toHaveLength(2);
    await expect(read(store, ["funding"])).rejects.toThrow(/BTCUSDT funding is not in history/);
  });

  it("replaces rows of the same key, and keeps those that differ in their id alone", async () => {
    const { store } = await fresh();
    await store.write("BTCUSDT", "um", [trade(AT_MS, "7"), trade(AT_MS, "8"), trade(AT_MS + HOUR_MS, "9")]);
    await store.write("BTCUSDT", "um", [trade(AT_MS, "8", { qty: 5 }), trade(AT_MS, "6")]);
    expect((await read(store)).map((event) => [(event as Trade).tradeId, (event as Trade).qty])).toEqual([
      ["6", 0.1 + 0.2],
      ["7", 0.1 + 0.2],
      ["8", 5],
      ["9", 0.1 + 0.2],
    ]);
  });

  it("keeps single trades and aggregates apart, and reads those that cover more of the range", async () => {
    const { store } = await fresh();
    const single = [0, 1, 2].map((i) => trade(AT_MS + 1000 * i, `${i}`));
    const aggregates = [0, 1, 2].map((i) => trade(AT_MS + 60_000 * i, `${i}`, { tradeCount: i + 1 }));
    await store.write("BTCUSDT", "um", [...single, ...aggregates]);
    expect(await read(store)).toEqual(aggregates);
    expect(await read(store, ["trade"], AT_MS, AT_MS + 2001)).toEqual(single);
    expect((await store.spans()).map(({ kind, events }) => [kind, events])).toEqual([
      ["trade", 3],
      ["aggTrade", 3],
    ]);
  });

  it("does not let the line go back where a later event was known earlier", async () => {
    const { store } = await fresh();
    await store.write("BTCUSDT", "um", [{ ...trade(AT_MS, "1"), knownAtMs: AT_MS + 500 }, trade(AT_MS + 1, "2"), trade(AT_MS + 900, "3")]);
    expect((await read(store)).map(({ knownAtMs }) => knownAtMs - AT_MS)).toEqual([500, 500, 940]);
  });

  it("writes nothing of a call with an id that 64 bits do not hold, or a time that is none", async () => {
    const { store } = await fresh();
    const write = (bad: Trade): Promise<void> => store.write("BTCUSDT", "um", [...marketEvents(), bad]);
    await expect(write(trade(AT_MS, "9223372036854775808"))).rejects.toBeInstanceOf(InvariantError);
    await expect(write({ ...trade(AT_MS, "1"), knownAtMs: NaN })).rejects.toBeInstanceOf(InvariantError);
    await expect(store.write("BTCUSDT", "um", [{ ...trade(AT_MS, "1"), kind: Kind.fault } as never])).rejects.toBeInstanceOf(UserError);
    expect(await store.spans()).toEqual([]);
  });

  it("keeps any diffs and trades (property)", async () => {
    // Also such as exchanges give, with neighbours, and those at the bounds of what a float64 and 32 bits hold.
    const around = fc.tuple(fc.constantFrom(4n, 2n ** 32n, 10n ** 10n, 10n ** 12n, 2n ** 53n), fc.bigInt({ min: -4n, max: 4n }));
    const id = fc
      .oneof(
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        around.map(([at, step]) => at + step),
      )
      .map(String);
    const value = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
    const atMs = fc.integer({ min: AT_MS, max: AT_MS + 3 * HOUR_MS });
    const side = fc.array(fc.tuple(value, value), { maxLength: 30 }).map((levels) => levels.flat());
    const either = fc.oneof(
      fc.tuple(atMs, id, side, side).map(([timeMs, final, bids, asks]): MarketEvent => diff(timeMs, final, bids, asks)),
      fc.tuple(atMs, id, value).map(([timeMs, tradeId, price]): MarketEvent => trade(timeMs, tradeId, { price })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(either, {
          selector: (event) =>
            `${event.kind} ${event.eventTimeMs} ${event.kind === Kind.trade ? event.tradeId : (event as BookDiff).finalUpdateId}`,
          minLength: 1,
          maxLength: 40,
        }),
        async (events) => {
          const { store } = await fresh();
          await store.write("BTCUSDT", "um", events);
          const key = (event: Event): bigint => BigInt(event.kind === Kind.trade ? event.tradeId : (event as BookDiff).finalUpdateId);
          const expected = events.slice().sort((a, b) => compareOnLine(a, b) || (key(a) < key(b) ? -1 : 1));
          expect(await read(store)).toEqual(expected);
          await store.close();
        },
      ),
      { numRuns: 15 },
    );
  });
};
