import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testInstrument } from "../../../test/contract/testMarket.ts";
import { archiveOf, RecordingStore } from "../../../test/contract/recordingStore.ts";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { Kind } from "../../domain/kind.ts";
import { DAY_MS, MINUTE_MS } from "../../domain/units.ts";
import { binanceRest } from "../../venues/binance/rest.ts";
import type { ArchiveSource } from "../archive/source.ts";
import { instrumentRulesEvent } from "../rules/defaultInstruments.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import type { Store } from "../store.ts";
import type { BackfillOptions } from "./options.ts";
import type { BackfillReport } from "./report.ts";
import { backfill } from "./backfill.ts";

const FROM_MS = Date.UTC(2023, 1);
const NOW_MS = Date.UTC(2023, 8);
const dayOf = (day: number): string => new Date(FROM_MS + day * DAY_MS).toISOString().slice(0, 10);

/** A day's klines with these prices, one a minute, and its trades. */
const klines = (day: number, prices: readonly string[], volume = "10"): string[] =>
  prices.map((price, at) => {
    const openMs = FROM_MS + day * DAY_MS + at * MINUTE_MS;
    return `${openMs},${price},${price},${price},${price},${volume},${openMs + MINUTE_MS - 1},1,1,1,1,0`;
  });
const trades = (day: number, prices: readonly string[]): string[] =>
  prices.map((price, at) => `${1000 * day + at},${price},1,${at},${at},${FROM_MS + day * DAY_MS + at},true`);

type Days = ReadonlyMap<number, readonly string[]>;
const archive = (days: Days, kind: "kline" | "aggTrades" = "kline", local = true): ArchiveSource =>
  archiveOf(
    Object.fromEntries(
      [...days].map(([day, prices]) =>
        kind === "kline"
          ? [`futures/um/daily/klines/AAAUSDT/1m/AAAUSDT-1m-${dayOf(day)}.zip`, klines(day, prices)]
          : [`futures/um/daily/aggTrades/AAAUSDT/AAAUSDT-aggTrades-${dayOf(day)}.zip`, trades(day, prices)],
      ),
    ),
    local,
  );
const run = (store: RecordingStore, source: ArchiveSource, options: Partial<BackfillOptions> = {}): Promise<BackfillReport> =>
  backfill({
    ...{ store: store as unknown as Store, symbols: ["AAAUSDT"], interval: "1m", market: "um", kinds: ["kline"], archive: source },
    ...{ nowMs: NOW_MS, ...options },
  });
const rulesOf = (store: RecordingStore): Promise<readonly DatedRules[]> => store.rules("AAAUSDT", "um");
const sizes = async (store: RecordingStore): Promise<unknown[]> =>
  (await rulesOf(store)).map(({ rules: { source, tickSize } }) => [source, tickSize]);
const ANSWER: Instrument = { ...testInstrument("AAAUSDT", -1), tickSize: 0.1 };

describe("guessed rules of a store", () => {
  it.each(["kline", "aggTrades"] as const)(
    "are the same after imports in any order, together, one by one or twice: %s (property)",
    async (kind) => {
      const day = fc.array(fc.constantFrom("100", "1.25", "1.250", "0.0125", "7.2E-7", "100.00", "3.00000000"), {
        minLength: 1,
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(day, { minLength: 1, maxLength: 4 }),
          fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
          async (days, chance) => {
            const all = new Map(days.entries());
            const together = new RecordingStore();
            await run(together, archive(all, kind), { kinds: [kind] });
            const order = [...all, ...all].map((entry, i) => ({ entry, at: chance[i] as number })).sort((a, b) => a.at - b.at);
            const apart = new RecordingStore();
            for (let from = 0; from < order.length;) {
              const [length, force] = [1 + ((chance[from] as number) % order.length), (chance[from + 1] as number) % 2 === 0];
              const part = new Map(order.slice(from, from + length).map(({ entry }) => entry));
              await run(apart, archive(part, kind), { kinds: [kind], force });
              from += length;
            }
            expect(await rulesOf(apart)).toEqual(await rulesOf(together));
          },
        ),
        { numRuns: 30 },
      );
    },
  );

  it("are there before the first row that needs them, and finer before the first finer one", async () => {
    const store = new RecordingStore();
    const source = archive(
      new Map([
        [0, ["1.25", "1.26"]],
        [1, ["0.0125", "0.0126"]],
      ]),
    );
    const report = await run(store, source);
    const written = store.writes.flatMap(({ events }) =>
      events.map((event: Event) => [event.kind, "rules" in event ? event.rules.tickSize : 0]),
    );
    expect(written).toEqual([
      [Kind.instrumentRules, 0.01],
      ...Array.from({ length: 2 }, () => [Kind.kline, 0]),
      [Kind.instrumentRules, 0.0001],
      ...Array.from({ length: 2 }, () => [Kind.kline, 0]),
    ]);
    expect(report.rules).toMatchObject([{ symbol: "AAAUSDT", source: "guessed", tickSize: 0.0001, tickBefore: null, offTick: null }]);
  });

  it("say what tick they had before, and which rows are too rarely finer to count", async () => {
    const store = new RecordingStore();
    await run(store, archive(new Map([[0, ["1.25", "1.26"]]])));
    const rare = [...Array.from({ length: 150 }, () => "0.125"), "0.123456"];
    const { rules } = await run(store, archive(new Map([[1, rare]])));
    expect(rules).toMatchObject([
      {
        ...{ source: "guessed", tickSize: 0.001, tickBefore: 0.01 },
        offTick: { rows: 1, ofRows: 151, firstMs: FROM_MS + DAY_MS + 150 * MINUTE_MS, price: 0.123456 },
      },
    ]);
  });

  it("are not invented where prices show none", async () => {
    const store = new RecordingStore();
    await run(store, archive(new Map([[0, ["1.2345678901234567", "1.2345678901234569"]]])));
    expect(await rulesOf(store)).toEqual([]);
  });
});

describe("rules that an outage made guesses", () => {
  const source = archive(new Map([[0, ["1.25", "1.26"]]]));
  const outage = { rulesOf: () => Promise.resolve(undefined) };
  const there = { rulesOf: () => Promise.resolve(ANSWER) };

  it.each([false, true])("are asked for again by the next backfill, whether it is forced (%s) or not", async (force) => {
    const store = new RecordingStore();
    await run(store, source, outage);
    expect(await sizes(store)).toEqual([["guessed", 0.01]]);
    const { rules } = await run(store, source, { ...there, force });
    expect(await sizes(store)).toEqual([["exchange", 0.1]]);
    expect(rules).toMatchObject([{ source: "exchange", tickSize: 0.1, tickBefore: 0.01 }]);
  });

  it("are asked for once for all kinds of a symbol, and no more when the exchange has told them", async () => {
    const store = new RecordingStore();
    let asked = 0;
    const counting = { rulesOf: () => Promise.resolve((asked++, ANSWER)) };
    const both = archiveOf({
      [`futures/um/daily/klines/AAAUSDT/1m/AAAUSDT-1m-${dayOf(0)}.zip`]: klines(0, ["1.2"]),
      [`futures/um/daily/aggTrades/AAAUSDT/AAAUSDT-aggTrades-${dayOf(0)}.zip`]: trades(0, ["1.3"]),
    });
    await run(store, both, { ...counting, kinds: ["kline", "aggTrades"] });
    await run(store, both, { ...counting, force: true });
    expect(asked).toBe(1);
  });

  it("leave the exchange's own dated rules as they are", async () => {
    const store = new RecordingStore();
    await run(store, source, outage);
    const later = { ...ANSWER, tickSize: 0.5 };
    await store.write("AAAUSDT", "um", [instrumentRulesEvent(later, Date.UTC(2023, 6))]);
    await run(store, source, { ...there, force: true });
    expect(await sizes(store)).toEqual([
      ["exchange", 0.1],
      ["exchange", 0.5],
    ]);
  });
});

describe("an exchange's tick", () => {
  it("is never made finer by prices that contradict it, which are counted", async () => {
    const store = new RecordingStore();
    const source = archive(new Map([[0, ["1.2", "1.25", "1.3", "1.26"]]]));
    const { rules } = await run(store, source, { rulesOf: () => Promise.resolve(ANSWER) });
    expect(await sizes(store)).toEqual([["exchange", 0.1]]);
    expect(rules).toMatchObject([
      { source: "exchange", tickSize: 0.1, offTick: { rows: 2, ofRows: 4, firstMs: FROM_MS + MINUTE_MS, price: 1.25 } },
    ]);
  });
});

describe("rules that a store has lost", () => {
  const days: Days = new Map([
    [0, ["1.25", "1.26"]],
    [1, ["0.0125"]],
    [2, ["1.5"]],
  ]);
  const losing = async (): Promise<RecordingStore> => {
    const store = new RecordingStore();
    await run(store, archive(days));
    expect(await run(store, archive(days))).toMatchObject({ filesLanded: 0, filesSkipped: 3 });
    store.writes.splice(0, store.writes.length, ...store.writes.filter(({ events }) => events[0]?.kind !== Kind.instrumentRules));
    return store;
  };

  it("are found again by a plain backfill, which reads what has landed once more", async () => {
    const store = await losing();
    expect(await run(store, archive(days))).toMatchObject({ filesLanded: 3, filesSkipped: 0 });
    expect(await sizes(store)).toEqual([["guessed", 0.0001]]);
    expect(await run(store, archive(days))).toMatchObject({ filesLanded: 0, filesSkipped: 3 });
  });

  it("are not taken from a part of the data when that is stopped in the middle", async () => {
    const store = await losing();
    const stop = new AbortController();
    const onProgress = (): void => {
      stop.abort();
    };
    expect(await run(store, archive(days), { signal: stop.signal, onProgress })).toMatchObject({ aborted: true });
    expect(await rulesOf(store)).toEqual([]);
    await run(store, archive(days));
    expect(await sizes(store)).toEqual([["guessed", 0.0001]]);
  });

  it("are the exchange's, without reading anything again, where it is there", async () => {
    const store = await losing();
    expect(await run(store, archive(days), { rulesOf: () => Promise.resolve(ANSWER) })).toMatchObject({ filesLanded: 0, filesSkipped: 3 });
    expect(await sizes(store)).toEqual([["exchange", 0.1]]);
  });
});

describe("bars over REST", () => {
  it("show their decimals as files do: all four prices, trailing zeros, and a day on two pages is one day", async () => {
    const dayMs = NOW_MS - DAY_MS;
    const row = (at: number, price: string): unknown[] => {
      const openMs = dayMs + at * MINUTE_MS;
      return [openMs, price, price, price, price, "10.000", openMs + MINUTE_MS - 1, "1", 1, "1", "1", "0"];
    };
    const rows = Array.from({ length: 300 }, (_, at) => row(at, at === 20 ? "1.25001" : "1.2500"));
    const get = (url: string): Promise<{ status: number; bytes: Uint8Array; headers: Headers }> => {
      const from = Number(new URL(url).searchParams.get("startTime"));
      const page = rows.filter((each) => (each[0] as number) >= from).slice(0, 100);
      return Promise.resolve({ status: 200, bytes: Buffer.from(JSON.stringify(page)), headers: new Headers() });
    };
    const store = new RecordingStore([{ fromMs: dayMs, toMs: NOW_MS, missing: 300 }]);
    const newest = binanceRest({ market: "um", get, nowMs: () => NOW_MS, sleep: () => Promise.resolve() });
    const { rules } = await run(store, archive(new Map(), "kline", false), { newest, fromMs: dayMs, toMs: NOW_MS });
    expect(store.of("kline")).toHaveLength(300);
    expect(rules).toMatchObject([
      { source: "guessed", tickSize: 0.0001, lotSize: 0.001, offTick: { rows: 1, ofRows: 300, price: 1.25001 } },
    ]);
  });
});
