import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event, OpenInterest, Trade } from "../../src/domain/event.ts";
import { fundingEvent } from "../../src/domain/fundingEvent.ts";
import type { StoredKind } from "../../src/domain/kind.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Kline } from "../../src/domain/kline.ts";
import { klineValues, singleKline } from "../../src/domain/kline.ts";
import { DAY_MS, HOUR_MS, instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import type { Hole } from "../../src/store/coverage/hole.ts";
import type { Store } from "../../src/store/store.ts";
import { testKlines } from "./testMarket.ts";

/** A Monday near the end of a month, so that a series crosses files. */
const FROM_MS = Date.UTC(2023, 0, 30);
const ONLY = instrumentIndex(0);

const times = (atMs: number) => ({ seq: -1, instrument: ONLY, eventTimeMs: atMs, receivedTimeMs: atMs, knownAtMs: atMs });
const trade = (atMs: number, id: number): Trade => ({
  ...{ kind: Kind.trade, ...times(atMs), tradeId: String(id) },
  ...{ price: 100, qty: 1, buyerIsMaker: false },
});
const openInterest = (atMs: number): OpenInterest => ({
  kind: Kind.openInterest,
  ...times(atMs),
  openInterestQty: 5,
  openInterestUsdt: 500,
});
const diff = (atMs: number, id: number): Event => ({
  ...{ kind: Kind.bookDiff, ...times(atMs), firstUpdateId: String(id), finalUpdateId: String(id), previousFinalUpdateId: String(id - 1) },
  ...{ bids: Float64Array.of(99, 1), asks: Float64Array.of(101, 1) },
});
const settlements = (...hours: readonly (readonly [hour: number, interval: number])[]): Event[] =>
  hours.map(([hour, interval]) => fundingEvent(FROM_MS + hour * HOUR_MS + 12, 1e-4, interval, NaN, ONLY));
/** Bars at these minutes. */
const barsAt = (minutes: readonly number[]): Kline[] => minutes.flatMap((minute) => testKlines(FROM_MS + minute * MINUTE_MS, 1));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** What every `Store` must tell of what it lacks, and must forget of what a source states not to exist. */
export const coverageContract = (
  name: string,
  makeStore: () => Promise<{ open: (options?: { intervalMs?: number }) => Store; remove: () => Promise<void> }>,
): void => {
  describe(`${name} tells what it lacks`, () => {
    let made: Awaited<ReturnType<typeof makeStore>>;
    let store: Store;
    const opened: Store[] = [];
    const open = (options?: { intervalMs?: number }): Store => {
      const another = made.open(options);
      opened.push(another);
      return another;
    };
    beforeEach(async () => {
      made = await makeStore();
      store = open();
    });
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
      await made.remove();
    });
    /** Holes of a series as minutes after FROM_MS, and how many events each lacks. */
    const holes = async (kind: StoredKind, fromMs: number, toMs: number, from = store): Promise<(number | null)[][]> =>
      (await from.holes(kind, "BTCUSDT", "um", fromMs, toMs)).map((hole: Hole) => [
        (hole.fromMs - FROM_MS) / MINUTE_MS,
        (hole.toMs - FROM_MS) / MINUTE_MS,
        hole.missing,
      ]);
    const write = (events: readonly Event[], ...stated: Parameters<Store["write"]>[3] & object): Promise<void> =>
      store.write("BTCUSDT", "um", events, stated);
    const minute = (at: number): number => FROM_MS + at * MINUTE_MS;

    it("klines: by their interval, at both ends and inside, across files and inside one", async () => {
      const kept = [...range(10, 100), ...range(110, 2000), ...range(2003, 2880), ...range(4320, 4330)];
      await write(barsAt(kept));
      const inside = [
        [100, 110, 10],
        [2000, 2003, 3],
        [2880, 4320, 1440],
      ];
      expect(await holes("kline", -Infinity, Infinity)).toEqual(inside);
      expect(await holes("kline", minute(0), minute(4400))).toEqual([[0, 10, 10], ...inside, [4330, 4400, 70]]);
      expect(await holes("kline", minute(105), minute(2002))).toEqual([
        [105, 110, 5],
        [2000, 2002, 2],
      ]);
      expect(await holes("kline", minute(-50), minute(-10))).toEqual([[-50, -10, 40]]);
      expect(await holes("kline", minute(20), minute(90))).toEqual([]);
      expect(await holes("kline", minute(11) + 1, minute(13) - 1)).toEqual([]);
      expect(await store.holes("kline", "ETHUSDT", "um", -Infinity, Infinity)).toEqual([]);
      expect(await store.holes("kline", "ETHUSDT", "um", minute(0), minute(3))).toEqual([
        { fromMs: minute(0), toMs: minute(3), missing: 3 },
      ]);
    });

    it("klines: each interval by itself", async () => {
      const fives = [0, 1, 4].map((i) => singleKline(ONLY, 5 * MINUTE_MS, { ...klineValues(testKlines(minute(5 * i), 1)[0] as Kline) }));
      await write([...barsAt([0, 1]), ...fives]);
      expect(await holes("kline", minute(0), minute(30), open({ intervalMs: 5 * MINUTE_MS }))).toEqual([
        [10, 20, 2],
        [25, 30, 1],
      ]);
      expect(await store.klineIntervals({ symbol: "BTCUSDT", market: "um" })).toEqual([MINUTE_MS, 5 * MINUTE_MS]);
      expect(await store.klineIntervals({ symbol: "BTCUSDT", market: "spot" })).toEqual([]);
      expect(await store.klineIntervals()).toEqual([MINUTE_MS, 5 * MINUTE_MS]);
    });

    it("open interest: by five minutes, whatever the jitter; a period that ends at a bound is of the range beside", async () => {
      await write([5, 10, 15, 30, 35].map((at, i) => openInterest(minute(at) + i * 700)));
      const inside = [20, 30, 2];
      expect((await holes("openInterest", minute(0), minute(40))).map(rounded)).toEqual([inside]);
      expect((await holes("openInterest", minute(0), minute(50))).map(rounded)).toEqual([inside, [40, 50, 2]]);
      expect(await holes("longShortRatio", minute(0), minute(15))).toEqual([[5, 15, 2]]);
    });

    it("funding: by the interval that each settlement states, also where it changes", async () => {
      const hours = settlements([0, 8], [8, 8], [32, 8], [36, 4], [40, 4], [42, 2], [43, 1], [46, 1], [50, 4], [58, 8]);
      await write(hours);
      const inside = [
        [16 * 60, 32 * 60, 2],
        [44 * 60, 46 * 60, 2],
      ];
      expect(await holes("funding", -Infinity, Infinity)).toEqual(inside);
      expect(await holes("funding", FROM_MS - DAY_MS, FROM_MS + 75 * HOUR_MS)).toEqual([
        [-24 * 60, 0, 3],
        ...inside,
        [66 * 60, 75 * 60, 2],
      ]);
      expect(await holes("funding", FROM_MS, FROM_MS + 8 * HOUR_MS)).toEqual([]);
      expect(await store.holes("funding", "ETHUSDT", "um", FROM_MS, FROM_MS + DAY_MS)).toEqual([
        { fromMs: FROM_MS, toMs: FROM_MS + DAY_MS, missing: 3 },
      ]);
    });

    it("trades: by their ids; an hour without any is none where the ids go on", async () => {
      const single = [...range(0, 10), 12, 13].map((id, i) => trade(minute(5 * i), 100 + id));
      const later = [trade(minute(250), 114), trade(minute(251), 115), trade(minute(400), 120)];
      await write([...single, ...later, ...single.map((event) => ({ ...event, tradeCount: 1 }))]);
      expect(await holes("trade", minute(0), minute(401))).toEqual([
        [0, 60, 2],
        [251 + 1 / MINUTE_MS, 400, 4],
      ]);
      expect(await holes("aggTrade", minute(0), minute(56))).toEqual([[0, 60, 2]]);
      expect(await holes("trade", minute(-60), minute(460))).toMatchObject([
        [-60, 0, null],
        [0, 60, 2],
        {},
        [400 + 1 / MINUTE_MS, 460, null],
      ]);
    });

    it("book differences: by hours without any", async () => {
      await write([3, 59, 60, 130, 310].map((at, i) => diff(minute(at), i + 1)));
      expect(await holes("bookDiff", minute(3), minute(311))).toEqual([[180, 300, null]]);
      expect(await holes("bookDiff", minute(0), minute(400))).toEqual([
        [0, 3, null],
        [180, 300, null],
        [310 + 1 / MINUTE_MS, 400, null],
      ]);
      expect(await holes("liquidation", minute(0), minute(400))).toEqual([]);
    });

    it("equals a count by hand over random holes", async () => {
      let seed = 7;
      const random = (below: number): number => (seed = (seed * 16_807) % 2_147_483_647) % below;
      const kept: number[] = [];
      for (let at = 0; at < 4400; at += 1 + random(40)) kept.push(...range(at, (at += random(400))));
      await write(barsAt(kept));
      const there = new Set(kept);
      for (const [from, to] of [
        [0, 4400],
        [random(900), 1000 + random(3000)],
        [1400, 3000],
      ] as const) {
        const expected: number[][] = [];
        for (let at = from; at < to; at++) {
          if (there.has(at)) continue;
          const last = expected.at(-1);
          if (last !== undefined && last[1] === at)
            expected[expected.length - 1] = [last[0] as number, at + 1, at + 1 - (last[0] as number)];
          else expected.push([at, at + 1, 1]);
        }
        expect(await holes("kline", minute(from), minute(to))).toEqual(expected);
      }
    });

    it("the last bar in which anything was traded", async () => {
      const quiet = { volume: 0, quoteVolume: 0, trades: 0, takerBuyVolume: 0, takerBuyQuoteVolume: 0 };
      const bars = testKlines(FROM_MS, 2900, 1).map((kline, i) =>
        i < 2870 ? kline : singleKline(ONLY, MINUTE_MS, { ...klineValues(kline), ...quiet }),
      );
      await write(bars);
      const last = (fromMs: number, toMs: number): Promise<number | undefined> => store.lastTradedMs("BTCUSDT", "um", fromMs, toMs);
      expect([await last(-Infinity, Infinity), await last(0, minute(100))]).toEqual([minute(2869), minute(99)]);
      expect([await last(minute(2870), Infinity), await store.lastTradedMs("X", "um", 0, Infinity)]).toEqual([undefined, undefined]);
    });
  });

  describe(`${name} forgets what a source states not to exist`, () => {
    let made: Awaited<ReturnType<typeof makeStore>>;
    let store: Store;
    beforeEach(async () => {
      made = await makeStore();
      store = made.open();
    });
    afterEach(async () => {
      await store.close();
      await made.remove();
    });
    const told = async (kind: StoredKind, symbol = "BTCUSDT", market = "um"): Promise<Event[]> => {
      const found: Event[] = [];
      for await (const burst of store.series(kind, symbol, market, 0, Date.UTC(2030, 0))) found.push(...burst);
      return found;
    };
    const minutes = async (...series: Parameters<typeof told>): Promise<number[]> =>
      (await told(...series)).map((event) => Math.floor((event.eventTimeMs - FROM_MS) / MINUTE_MS));

    it("klines of the range that are not written again, and nothing else", async () => {
      for (const [symbol, market] of [
        ["BTCUSDT", "um"],
        ["BTCUSDT", "spot"],
        ["ETHUSDT", "um"],
      ] as const)
        await store.write(symbol, market, testKlines(FROM_MS, 3000));
      await store.write("BTCUSDT", "um", [...settlements([0, 8])]);
      const stated = { kind: "kline", fromMs: FROM_MS + 100 * MINUTE_MS, toMs: FROM_MS + 2950 * MINUTE_MS } as const;
      const newer = testKlines(FROM_MS + 200 * MINUTE_MS, 2, 5);
      await store.write("BTCUSDT", "um", newer, [stated]);
      const left = [...range(0, 100), 200, 201, ...range(2950, 3000)];
      expect(await minutes("kline")).toEqual(left);
      expect(klineValues((await told("kline"))[100] as Kline)).toEqual(klineValues(newer[0] as Kline));
      expect(await minutes("kline", "BTCUSDT", "spot")).toHaveLength(3000);
      expect(await minutes("kline", "ETHUSDT")).toHaveLength(3000);
      expect(await minutes("funding")).toEqual([0]);
      await store.write("BTCUSDT", "um", newer, [stated]);
      expect(await minutes("kline")).toEqual(left);
      await store.write("BTCUSDT", "um", [], [{ kind: "kline", fromMs: FROM_MS, toMs: FROM_MS + 3000 * MINUTE_MS }]);
      expect(await minutes("kline")).toEqual([]);
      expect((await store.spans(["kline"])).map(({ symbol, market }) => [symbol, market]).sort()).toEqual([
        ["BTCUSDT", "spot"],
        ["ETHUSDT", "um"],
      ]);
      await store.write("BTCUSDT", "um", newer);
      expect(await minutes("kline")).toEqual([200, 201]);
    });

    it("trades of the range, told apart by their ids", async () => {
      await store.write(
        "BTCUSDT",
        "um",
        range(0, 240).map((i) => trade(FROM_MS + Math.floor(i / 2) * MINUTE_MS, i)),
      );
      const kept = [3, 4, 5, 100, 101].map((i) => trade(FROM_MS + Math.floor(i / 2) * MINUTE_MS, i));
      await store.write("BTCUSDT", "um", kept, [{ kind: "trade", fromMs: FROM_MS, toMs: FROM_MS + 2 * HOUR_MS }]);
      expect((await told("trade")).map((event) => (event as Trade).tradeId)).toEqual(["3", "4", "5", "100", "101"]);
      await store.write("BTCUSDT", "um", [], [{ kind: "trade", fromMs: FROM_MS, toMs: FROM_MS + HOUR_MS }]);
      expect(await told("trade")).toEqual([]);
    });

    it("files that have landed", async () => {
      const landed = { sha256: "ab12", rows: 3 };
      await store.lock();
      await (
        await store.landed()
      ).change([
        ["a", landed],
        ["b", landed],
      ]);
      await (
        await store.landed()
      ).change([
        ["a", undefined],
        ["c", landed],
      ]);
      expect([...(await store.landed()).all().keys()].sort()).toEqual(["b", "c"]);
    });
  });
};

const rounded = (hole: (number | null)[]): (number | null)[] => hole.map((value) => (value === null ? null : Math.round(value)));
