import { afterEach, describe, expect, it } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import type { KindName } from "../../src/domain/kind.ts";
import { Kind } from "../../src/domain/kind.ts";
import { klineValues } from "../../src/domain/kline.ts";
import type { HistoryStore } from "../../src/domain/ports.ts";
import { InvariantError, instrumentIndex, MINUTE_MS, UserError } from "../../src/domain/units.ts";
import { fundingEvent } from "../../src/domain/fundingEvent.ts";
import { instrumentRulesEvent } from "../../src/store/rules/defaultInstruments.ts";
import { compareOnLine } from "../../streams/merge.ts";
import { marketEventContract } from "./marketEvents.ts";
import { testInstrument, testKlines } from "./testMarket.ts";

/** 2023-01-30 00:00 UTC: the bars below cross a month, and the funding a year with `YEAR_END_MS`. */
const FROM_MS = Date.UTC(2023, 0, 30);
const YEAR_END_MS = Date.UTC(2022, 11, 31, 20);
const ALL = { fromMs: 0, toMs: Date.UTC(2030, 0) };
const KINDS: readonly KindName[] = ["instrumentRules", "funding", "kline"];

const funding = (fromMs: number, count: number, rate = 1e-4): Event[] =>
  Array.from({ length: count }, (_, i) => fundingEvent(fromMs + i * 8 * 60 * MINUTE_MS, rate, 8, NaN, instrumentIndex(0)));

/** An event as plain data. */
const plain = (event: Event): unknown =>
  event.kind === Kind.kline ? { kind: event.kind, instrument: event.instrument, knownAtMs: event.knownAtMs, ...klineValues(event) } : event;

interface ReadOptions {
  readonly symbols?: readonly string[];
  readonly kinds?: readonly KindName[];
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly burstEvents?: number;
}

/**
 * What every `HistoryStore` must do. `makeStore` gives a fresh empty store, with the means to open it a second time
 * and to remove it; the tests close what they open.
 */
export const historyStoreContract = (
  name: string,
  makeStore: () => Promise<{ open: () => HistoryStore; remove: () => Promise<void> }>,
): void => {
  describe(`${name} keeps the contract of HistoryStore`, () => {
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    const fresh = async (): Promise<{ store: HistoryStore; open: () => HistoryStore }> => {
      const { open, remove } = await makeStore();
      cleanups.push(remove);
      const opened = (): HistoryStore => {
        const store = open();
        cleanups.push(() => store.close());
        return store;
      };
      return { store: opened(), open: opened };
    };
    const bursts = async (store: HistoryStore, options: ReadOptions = {}): Promise<(readonly Event[])[]> => {
      const { symbols = ["BTCUSDT"], kinds = KINDS, burstEvents = 4096, fromMs = ALL.fromMs, toMs = ALL.toMs } = options;
      const found: (readonly Event[])[] = [];
      for await (const burst of store.read({ instruments: symbols.map(testInstrument), kinds, fromMs, toMs, burstEvents }))
        found.push(burst);
      return found;
    };
    const events = async (store: HistoryStore, options: ReadOptions = {}): Promise<Event[]> => (await bursts(store, options)).flat();

    it("gives back what was written, bit by bit, across a month and a year", async () => {
      const { store } = await fresh();
      const klines = testKlines(FROM_MS, 3 * 1440);
      const rates = funding(YEAR_END_MS - (YEAR_END_MS % (8 * 60 * MINUTE_MS)), 6, -1.23e-5);
      await store.write("BTCUSDT", "um", [...klines, ...rates]);
      expect((await events(store, { kinds: ["kline"] })).map(plain)).toEqual(klines.map(plain));
      expect((await events(store, { kinds: ["funding"] })).map(plain)).toEqual(rates.map(plain));
    });

    it("keeps rules of instruments, dated", async () => {
      const { store } = await fresh();
      const rules = instrumentRulesEvent(testInstrument("BTCUSDT", 0), FROM_MS);
      await store.write("BTCUSDT", "um", [rules, ...testKlines(FROM_MS, 2)]);
      const found = await events(store);
      expect(found.map((event) => event.kind)).toEqual([Kind.instrumentRules, Kind.kline, Kind.kline]);
      expect(found[0]).toEqual(rules);
    });

    it("reads from inclusive, to exclusive, by open and event time", async () => {
      const { store } = await fresh();
      await store.write("BTCUSDT", "um", [...testKlines(FROM_MS, 10), ...funding(FROM_MS + 2 * MINUTE_MS, 2)]);
      const found = await events(store, { fromMs: FROM_MS + 2 * MINUTE_MS, toMs: FROM_MS + 5 * MINUTE_MS });
      expect(found.filter((event) => event.kind === Kind.kline).map((kline) => kline.openTimeMs)).toEqual(
        [2, 3, 4].map((minute) => FROM_MS + minute * MINUTE_MS),
      );
      expect(found.filter((event) => event.kind === Kind.funding)).toHaveLength(1);
    });

    it("merges symbols and kinds in line order, ties by rank, then by instrument", async () => {
      const { store } = await fresh();
      await store.write("ETHUSDT", "um", [...testKlines(FROM_MS, 600, 5), ...funding(FROM_MS, 2)]);
      await store.write("BTCUSDT", "um", [...testKlines(FROM_MS, 600), ...funding(FROM_MS, 2)]);
      const found = await events(store, { symbols: ["ETHUSDT", "BTCUSDT"] });
      expect(found).toHaveLength(1204);
      for (let i = 1; i < found.length; i++) expect(compareOnLine(found[i - 1] as Event, found[i] as Event)).toBeLessThan(0);
      expect(found.slice(0, 4).map((event) => [event.kind, event.instrument])).toEqual([
        [Kind.funding, 0],
        [Kind.funding, 1],
        [Kind.kline, 0],
        [Kind.kline, 1],
      ]);
    });

    it("gives the same events in bursts of 1, 7 and 4096, none longer, none empty", async () => {
      const { store } = await fresh();
      await store.write("BTCUSDT", "um", [...testKlines(FROM_MS, 5000), ...funding(FROM_MS, 9)]);
      const whole = (await events(store)).map(plain);
      expect(whole).toHaveLength(5009);
      for (const burstEvents of [1, 7, 4096]) {
        const found = await bursts(store, { burstEvents });
        expect(Math.max(...found.map((burst) => burst.length))).toBe(burstEvents);
        expect(Math.min(...found.map((burst) => burst.length))).toBeGreaterThan(0);
        expect(found.flat().map(plain)).toEqual(whole);
      }
    });

    it("lets a later write of the same key win, and keeps the rest", async () => {
      const { store } = await fresh();
      await store.write("BTCUSDT", "um", testKlines(FROM_MS, 100));
      const corrected = testKlines(FROM_MS + 98 * MINUTE_MS, 4, 9);
      await store.write("BTCUSDT", "um", corrected);
      const found = await events(store, { kinds: ["kline"] });
      expect(found).toHaveLength(102);
      expect(found.slice(98).map(plain)).toEqual(corrected.map(plain));
      expect(found.slice(0, 98).map(plain)).toEqual(testKlines(FROM_MS, 98).map(plain));
    });

    it("takes events in any order and the last of equal keys in one write", async () => {
      const { store } = await fresh();
      const first = testKlines(FROM_MS, 50);
      const last = testKlines(FROM_MS + 10 * MINUTE_MS, 1, 3);
      await store.write("BTCUSDT", "um", [...first.slice().reverse(), ...last]);
      const found = await events(store, { kinds: ["kline"] });
      expect(found.map(plain)).toEqual([...first.slice(0, 10), ...last, ...first.slice(11)].map(plain));
    });

    it("changes nothing when the same is written twice", async () => {
      const { store, open } = await fresh();
      const all = [...testKlines(FROM_MS, 3000), ...funding(FROM_MS, 3), instrumentRulesEvent(testInstrument("BTCUSDT", 0), FROM_MS)];
      await store.write("BTCUSDT", "um", all);
      const [before, spans] = [(await events(store)).map(plain), await store.spans()];
      await store.write("BTCUSDT", "um", all);
      await store.close();
      const again = open();
      expect((await events(again)).map(plain)).toEqual(before);
      expect(await again.spans()).toEqual(spans);
    });

    it("tells what it holds", async () => {
      const { store } = await fresh();
      expect(await store.spans()).toEqual([]);
      await store.write("BTCUSDT", "um", [...testKlines(FROM_MS, 3 * 1440), ...funding(FROM_MS, 2)]);
      await store.write("ETHUSDT", "spot", testKlines(FROM_MS, 5));
      const found = await store.spans();
      expect(found).toHaveLength(3);
      expect(found).toContainEqual({
        symbol: "BTCUSDT",
        kind: "kline",
        market: "um",
        fromMs: FROM_MS,
        toMs: FROM_MS + 3 * 86_400_000,
        events: 4320,
      });
      expect(found).toContainEqual({
        symbol: "ETHUSDT",
        kind: "kline",
        market: "spot",
        fromMs: FROM_MS,
        toMs: FROM_MS + 5 * MINUTE_MS,
        events: 5,
      });
      expect(found).toContainEqual(expect.objectContaining({ symbol: "BTCUSDT", kind: "funding", fromMs: FROM_MS, events: 2 }));
    });

    it("reads nothing from an empty range or a hole, and refuses what it does not hold by name", async () => {
      const { store } = await fresh();
      await store.write("BTCUSDT", "um", [...testKlines(FROM_MS, 10), ...testKlines(FROM_MS + 20 * MINUTE_MS, 10)]);
      expect(await bursts(store, { fromMs: FROM_MS, toMs: FROM_MS })).toEqual([]);
      expect(await bursts(store, { fromMs: FROM_MS + 12 * MINUTE_MS, toMs: FROM_MS + 15 * MINUTE_MS })).toEqual([]);
      await expect(events(store, { symbols: ["SOLUSDT"] })).rejects.toThrow(
        /^SOLUSDT is not in history .*BTCUSDT 2023-01-30 … 2023-01-30.*backfill/,
      );
      await expect(events(store, { fromMs: FROM_MS + 86_400_000 })).rejects.toThrow(
        /^BTCUSDT has no data from 2023-01-31 to 2030-01-01.*2023-01-30/,
      );
      await expect(events(store, { fromMs: FROM_MS + 1, toMs: FROM_MS })).rejects.toBeInstanceOf(UserError);
      await expect(events(store, { burstEvents: 4097 })).rejects.toBeInstanceOf(UserError);
      await expect(events(store, { kinds: ["kline", "timer"] })).rejects.toThrow(/not timer/);
    });

    it("writes nothing of a call with an event that it cannot keep", async () => {
      const { store } = await fresh();
      const bad = { ...fundingEvent(FROM_MS, 1e-4, 8, NaN, instrumentIndex(0)), eventTimeMs: NaN };
      await expect(store.write("BTCUSDT", "um", [...testKlines(FROM_MS, 10), bad])).rejects.toBeInstanceOf(InvariantError);
      expect(await store.spans()).toEqual([]);
    });

    it("serves reads at the same time, also beside a write", async () => {
      const { store } = await fresh();
      await store.write("BTCUSDT", "um", testKlines(FROM_MS, 5000));
      const [a, b, , c] = await Promise.all([
        events(store),
        events(store, { burstEvents: 100 }),
        store.write("ETHUSDT", "um", testKlines(FROM_MS, 3000)),
        events(store),
      ]);
      expect(a.map(plain)).toEqual(b.map(plain));
      expect(a.map(plain)).toEqual(c.map(plain));
    });

    it("frees an abandoned read", async () => {
      const { store } = await fresh();
      await store.write("BTCUSDT", "um", testKlines(FROM_MS, 20_000));
      for (let i = 0; i < 20; i++) {
        for await (const burst of store.read({ instruments: [testInstrument("BTCUSDT", 0)], kinds: ["kline"], ...ALL, burstEvents: 64 })) {
          expect(burst).toHaveLength(64);
          break;
        }
      }
      expect(await events(store)).toHaveLength(20_000);
      await store.close();
    });

    marketEventContract({ fresh });
  });
};
