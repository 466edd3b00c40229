import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anyNumber } from "../../../test/arbitraryEvents.ts";
import { marketEvents } from "../../../test/contract/marketEvents.ts";
import { collected } from "../../../test/replay.ts";
import { dropTables, freshSettings, sql } from "../../../test/questdb/sharedServer.ts";
import type { BookDiff, BookSnapshot, Event, Liquidation, Trade } from "../../domain/event.ts";
import type { StoredKind } from "../../domain/kind.ts";
import { Kind } from "../../domain/kind.ts";
import { HOUR_MS, InvariantError, instrumentIndex } from "../../domain/units.ts";
import { migrate } from "../migrate.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
import type { Store } from "../store.ts";
import { tableOf } from "../table/marketTables.ts";
import type { Table } from "../table/tables.ts";
import { questDbStore } from "./questDbStore.ts";
import { createSql } from "./schema.ts";
import type { QuestDbSettings } from "./settings.ts";
import { questTableOf } from "./tables.ts";

const FROM_MS = Date.UTC(2023, 0, 30, 22, 59, 59, 900);
const ONLY = instrumentIndex(0);

const tradesTable = questTableOf(tableOf("trade") as Table);

let settings: QuestDbSettings;
let store: Store;
beforeEach(() => {
  settings = freshSettings();
  store = questDbStore(settings);
});
afterEach(async () => {
  await store.close();
  await dropTables(settings);
});

const series = (kind: StoredKind, fromMs = 0, toMs = Infinity, market = "um"): Promise<Event[]> =>
  collected(store.series(kind, "BTCUSDT", market, fromMs, toMs));
const header = (eventTimeMs: number) => ({
  seq: -1,
  instrument: ONLY,
  eventTimeMs,
  receivedTimeMs: eventTimeMs + 3,
  knownAtMs: eventTimeMs + 3,
});
const trade = (timeMs: number, tradeId: bigint | number, price = 100): Trade => ({
  kind: Kind.trade,
  ...header(timeMs),
  tradeId: String(tradeId),
  price,
  qty: 0.5,
  buyerIsMaker: BigInt(tradeId) % 2n === 0n,
});
const diff = (timeMs: number, finalUpdateId: bigint | number, bids: readonly number[], asks: readonly number[]): BookDiff => ({
  kind: Kind.bookDiff,
  ...header(timeMs),
  firstUpdateId: String(BigInt(finalUpdateId) - 1n),
  finalUpdateId: String(finalUpdateId),
  previousFinalUpdateId: String(BigInt(finalUpdateId) - 2n),
  bids: Float64Array.from(bids),
  asks: Float64Array.from(asks),
});
const liquidation = (timeMs: number, side: "buy" | "sell", price: number, qty: number): Liquidation => ({
  kind: Kind.liquidation,
  ...header(timeMs),
  side,
  price,
  qty,
});
const failure = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "",
    (error: unknown) => (error as Error).message,
  );

describe("ticks in QuestDB", () => {
  it("keeps every bit of a book: any double, sides of any length, empty ones, ids of 63 bits", async () => {
    const pairs = fc.array(fc.tuple(anyNumber, anyNumber), { maxLength: 30 }).map((found) => found.flat());
    const id = fc.oneof(fc.bigInt({ min: -(2n ** 63n) + 3n, max: 2n ** 63n - 1n }), fc.constant(2n ** 63n - 1n));
    const row = fc.record({ minute: fc.nat(600), id, bids: pairs, asks: pairs });
    const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 60, selector: ({ minute, id: own }) => `${minute} ${own}` });
    let market = 0;
    await fc.assert(
      fc.asyncProperty(rows, async (found) => {
        const diffs = found.map(({ minute, id: own, bids, asks }) => diff(FROM_MS + minute * 60_000, own, bids, asks));
        await store.write("BTCUSDT", `m${++market}`, diffs);
        const byKey = (a: BookDiff, b: BookDiff): number =>
          a.eventTimeMs - b.eventTimeMs || (BigInt(a.finalUpdateId) < BigInt(b.finalUpdateId) ? -1 : 1);
        expect(await series("bookDiff", 0, Infinity, `m${market}`)).toEqual([...diffs].sort(byKey));
      }),
      { numRuns: 15 },
    );
  });

  it("gives the trades of one ms by their ids, whatever order they came in, across hours, each once", async () => {
    const late = [7, 3, 12].map((id) => trade(FROM_MS + HOUR_MS, id));
    const early = [9, 2, 5].map((id) => trade(FROM_MS, id));
    await store.write("BTCUSDT", "um", [...late, ...early]);
    await store.write("BTCUSDT", "um", [
      trade(FROM_MS, 3),
      trade(FROM_MS, 9, 101),
      trade(FROM_MS + HOUR_MS, 1),
      trade(FROM_MS - HOUR_MS, 20),
    ]);
    const found = (await series("trade")) as Trade[];
    expect(found.map(({ eventTimeMs, tradeId, price }) => [(eventTimeMs - FROM_MS) / HOUR_MS, tradeId, price])).toEqual([
      [-1, "20", 100],
      [0, "2", 100],
      [0, "3", 100],
      [0, "5", 100],
      [0, "9", 101],
      [1, "1", 100],
      [1, "3", 100],
      [1, "7", 100],
      [1, "12", 100],
    ]);
    const partitions = await sql(settings, `SELECT name FROM table_partitions('${settings.prefix}trades')`);
    expect(partitions).toEqual([["2023-01-30"]]);
    const held = [FROM_MS - 2 * HOUR_MS, FROM_MS - HOUR_MS, FROM_MS].map((fromMs) =>
      store.count("trade", "BTCUSDT", "um", fromMs, fromMs + HOUR_MS),
    );
    expect(await Promise.all(held)).toEqual([0, 1, 4]);
  });

  it("tells liquidations apart by all that they have, for they have no id", async () => {
    const all = [
      liquidation(FROM_MS, "buy", 100, 1),
      liquidation(FROM_MS, "buy", 100, 2),
      liquidation(FROM_MS, "buy", 100.5, 1),
      liquidation(FROM_MS, "sell", 100, 1),
      liquidation(FROM_MS + 1, "buy", 100, 1),
    ];
    await store.write("BTCUSDT", "um", all);
    await store.write("BTCUSDT", "um", [...all].reverse());
    const found = (await series("liquidation")) as Liquidation[];
    expect(found).toHaveLength(5);
    expect(found).toEqual(expect.arrayContaining(all));
  });

  it("reads a long series in windows, none of them too long for the memory, though rows grow a thousandfold", async () => {
    const levels = (count: number): number[] => Array.from({ length: 2 * count }, (_, i) => i / 8);
    const long = levels(1000);
    const snapshot = (i: number): BookSnapshot => {
      const side = Float64Array.from(i < 6000 ? [i, 1] : long);
      return { kind: Kind.bookSnapshot, ...header(FROM_MS + i * 500), lastUpdateId: String(i), bids: side, asks: side };
    };
    const rows = Array.from({ length: 8000 }, (_, i) => snapshot(i));
    for (let from = 0; from < rows.length; from += 1000) await store.write("BTCUSDT", "um", rows.slice(from, from + 1000));
    let seen = 0;
    for await (const burst of store.series("bookSnapshot", "BTCUSDT", "um", 0, Infinity))
      for (const event of burst) {
        expect(event.kind === Kind.bookSnapshot && [event.lastUpdateId, event.bids.length]).toEqual([String(seen), seen < 6000 ? 2 : 2000]);
        seen += 1;
      }
    expect(seen).toBe(8000);
  }, 60_000);

  it("reads more rows of one ms than a window holds", async () => {
    const bids = Array.from({ length: 1000 }, (_, i) => i);
    const rows = Array.from({ length: 1500 }, (_, i) => diff(FROM_MS + (i < 10 ? 0 : i < 1400 ? 1 : 2), i + 10, bids, []));
    await store.write("BTCUSDT", "um", rows);
    const facts = (events: readonly Event[]) =>
      events.map((event) => event.kind === Kind.bookDiff && [event.finalUpdateId, event.bids.at(-1)]);
    expect(facts(await series("bookDiff"))).toEqual(facts(rows));
    expect(facts(await series("bookDiff", FROM_MS + 1, FROM_MS + 2))).toEqual(facts(rows.slice(10, 1400)));
  });

  it("keeps what is written after its table was dropped and made anew under it", async () => {
    await store.write("BTCUSDT", "um", [trade(FROM_MS, 1)]);
    await sql(settings, `DROP TABLE ${settings.prefix}trades`, createSql(settings.prefix, tradesTable));
    await store.write("BTCUSDT", "um", [trade(FROM_MS, 2)]);
    expect(((await series("trade")) as Trade[]).map(({ tradeId }) => tradeId)).toEqual(["2"]);
  });

  it("comes from Parquet and goes back there, hour by hour, and a second time nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "riposte-ticks-"));
    const [here, back] = ["here", "back"].map((name) => parquetStore({ root: join(folder, name) })) as [Store, Store];
    const all = { fromMs: -Infinity, toMs: Infinity, interval: "1m" };
    try {
      await here.write("BTCUSDT", "um", marketEvents());
      const copied = async (from: Store, to: Store): Promise<unknown> =>
        (await migrate({ from, to, ...all })).series.map(({ kind, events, partsCopied, partsSame }) => [
          kind,
          events,
          partsCopied,
          partsSame,
        ]);
      const kinds = {
        bookSnapshot: 1,
        bookDiff: 3,
        bestBidAsk: 1,
        trade: 3,
        markPrice: 1,
        liquidation: 3,
        openInterest: 1,
        longShortRatio: 1,
      };
      // An hour ends ten seconds after the first event: of the diffs two are in the next one.
      const parts = (kind: string): number => (kind === "bookDiff" ? 2 : 1);
      const wanted = Object.entries(kinds).map(([kind, events]) => [kind, events, parts(kind), 0]);
      expect(await copied(here, store)).toEqual(expect.arrayContaining(wanted));
      expect(await copied(store, back)).toEqual(expect.arrayContaining(wanted));
      const same = Object.keys(kinds).map((kind) => [kind, 0, 0, parts(kind)]);
      expect(await copied(back, store)).toEqual(expect.arrayContaining(same));
    } finally {
      await here.close();
      await back.close();
      await rm(folder, { recursive: true });
    }
  });

  it("writes nothing that would come back as something else", async () => {
    const null64 = { ...diff(FROM_MS, 5, [1, 1], []), firstUpdateId: String(-(2n ** 63n)) };
    for (const bad of [null64, trade(FROM_MS, 2n ** 63n), diff(FROM_MS, 5, [1, 1, 2], []), { ...trade(FROM_MS, 1), receivedTimeMs: 0.5 }])
      await expect(store.write("BTCUSDT", "um", [trade(FROM_MS, 1), bad])).rejects.toBeInstanceOf(InvariantError);
    expect(await store.spans()).toEqual([]);
  });
});

describe("a table of ticks that others made or wrote", () => {
  it.each([
    ["lacks a column", (made: string) => made.replace(", buyer_is_maker BOOLEAN", ""), "it lacks buyer_is_maker BOOLEAN"],
    ["has another type", (made: string) => made.replace("trade_id LONG", "trade_id INT"), "column trade_id is INT instead of LONG"],
    [
      "has another key",
      (made: string) => made.replace(/KEYS\(.*/, "KEYS(ts, symbol, market)"),
      "its rows are deduplicated by ts, symbol, market instead of ts, symbol, market, trade_id",
    ],
  ])("%s: reading and writing say so in one line, and nothing is written", async (_, changed, difference) => {
    await sql(settings, changed(createSql(settings.prefix, tradesTable)));
    const line =
      `table ${settings.prefix}trades of ${store.shown} has another schema: ${difference}; ` +
      `rename or drop it (DROP TABLE ${settings.prefix}trades), or choose another data.questdb.prefix`;
    expect(await failure(store.write("BTCUSDT", "um", [trade(FROM_MS, 1)]))).toBe(line);
    expect(await failure(series("trade"))).toBe(line);
    expect(await failure(store.lock())).toBe(line);
    expect(await sql(settings, `SELECT count() FROM ${settings.prefix}trades`)).toEqual([[0]]);
  });

  it("has a row without an id: the read ends by table and column", async () => {
    await store.write("BTCUSDT", "um", [trade(FROM_MS, 1)]);
    const table = `${settings.prefix}trades`;
    await sql(settings, `INSERT INTO ${table} (ts, symbol, market, price, qty) VALUES ('2023-01-31', 'BTCUSDT', 'um', 1, 1)`);
    await store.close();
    store = questDbStore(settings);
    expect(await failure(series("trade"))).toMatch(
      new RegExp(`^table ${table}: \\w+ lacks a value in a row that Riposte did not write; correct that row on the server$`),
    );
  });
});
