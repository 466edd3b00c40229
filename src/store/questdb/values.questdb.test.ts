import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collected } from "../../../test/replay.ts";
import { dropTables, freshSettings, sql } from "../../../test/questdb/sharedServer.ts";
import type { Event } from "../../domain/event.ts";
import { fundingEvent } from "../../domain/fundingEvent.ts";
import { Kind } from "../../domain/kind.ts";
import type { KlineValues } from "../../domain/kline.ts";
import { KLINE_COLUMNS, klineValues, singleKline } from "../../domain/kline.ts";
import { DAY_MS, InvariantError, instrumentIndex, MINUTE_MS } from "../../domain/units.ts";
import type { Store } from "../store.ts";
import { questDbStore } from "./questDbStore.ts";
import type { QuestDbSettings } from "./settings.ts";

const FROM_MS = Date.UTC(2023, 0);
const ONLY = instrumentIndex(0);

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

const series = (kind: "kline" | "funding", fromMs: number, toMs: number, market = "um"): Promise<Event[]> =>
  collected(store.series(kind, "BTCUSDT", market, fromMs, toMs));
const bar = (openTimeMs: number, value: number, trades = 1): KlineValues => ({
  ...(Object.fromEntries(KLINE_COLUMNS.map((column) => [column, value])) as KlineValues),
  openTimeMs,
  trades,
});

describe("values in QuestDB", () => {
  it("come back bit by bit: any double, any count up to 2^53 - 1, any time to the year 9999", async () => {
    const row = fc.record({
      openTimeMs: fc.integer({ min: 0, max: Math.floor(253_402_300_799_999 / MINUTE_MS) }).map((minute) => minute * MINUTE_MS),
      ...Object.fromEntries(KLINE_COLUMNS.slice(1).map((column) => [column, fc.double()])),
      trades: fc.oneof(fc.maxSafeInteger(), fc.constant(NaN)),
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(row, { minLength: 1, maxLength: 30, selector: ({ openTimeMs }) => openTimeMs }), async (rows) => {
        const market = `m${Math.round(performance.now() * 1000)}`;
        const sorted = [...rows].sort((a, b) => a.openTimeMs - b.openTimeMs) as unknown as KlineValues[];
        await store.write(
          "BTCUSDT",
          market,
          rows.map((values) => singleKline(ONLY, MINUTE_MS, values as unknown as KlineValues)),
        );
        for (const values of sorted) {
          const [found] = await series("kline", values.openTimeMs, values.openTimeMs + 1, market);
          if (found?.kind !== Kind.kline) throw new Error("a kline");
          expect(klineValues(found)).toEqual(values);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("does not round a count that others stored beyond 2^53, but refuses it by table and column", async () => {
    await store.write("BTCUSDT", "um", [singleKline(ONLY, MINUTE_MS, bar(FROM_MS, 1, Number.MAX_SAFE_INTEGER))]);
    expect((await series("kline", FROM_MS, FROM_MS + 1)).map((kline) => kline.kind === Kind.kline && kline.trades)).toEqual([2 ** 53 - 1]);
    const table = `${settings.prefix}klines`;
    const stored = await sql(settings, `SELECT trades::STRING FROM ${table}`);
    expect(stored).toEqual([["9007199254740991"]]);
    await sql(
      settings,
      `INSERT INTO ${table} (ts, symbol, market, interval, trades) VALUES ('2023-01-01T00:01:00Z', 'BTCUSDT', 'um', '1m', 9007199254740993)`,
    );
    const later = questDbStore(settings);
    try {
      await later.spans(); // waits until the row can be read
    } finally {
      await later.close();
    }
    await expect(series("kline", FROM_MS, FROM_MS + 2 * MINUTE_MS)).rejects.toThrow(
      `table ${table}: trades holds a count beyond 2^53, which no event can carry exactly`,
    );
  });

  it("writes nothing of a count that is no whole number, or of a time before 1970", async () => {
    for (const values of [bar(FROM_MS, 1, 1.5), bar(FROM_MS, 1, 2 ** 53), bar(-MINUTE_MS, 1)])
      await expect(store.write("BTCUSDT", "um", [singleKline(ONLY, MINUTE_MS, values)])).rejects.toBeInstanceOf(InvariantError);
    expect(await store.spans()).toEqual([]);
  });

  it("counts the rows of a write, and says that the server has thrown some of them away", async () => {
    const DAY_ROWS = 3;
    const days = (from: number, count: number): Event[] =>
      Array.from({ length: count * DAY_ROWS }, (_, i) =>
        singleKline(ONLY, MINUTE_MS, bar(FROM_MS + from * DAY_MS + Math.floor(i / DAY_ROWS) * DAY_MS + (i % DAY_ROWS) * MINUTE_MS, 1)),
      );
    await store.write("BTCUSDT", "um", days(0, 1));
    await sql(settings, `ALTER TABLE ${settings.prefix}klines SET TTL 1 MONTH`);
    // The store has found the table right before: it counts all the same.
    await expect(store.write("BTCUSDT", "um", days(1, 100))).rejects.toThrow(
      /took 300 rows of table \S+klines and holds \d+ of them: see its log and the retention/,
    );
  });

  it("tells the counts and the rules apart by market, and keeps the files that have landed", async () => {
    const LAST_MS = FROM_MS + 100 * MINUTE_MS;
    const at = (minute: number): Event => singleKline(ONLY, MINUTE_MS, bar(FROM_MS + minute * MINUTE_MS, 1));
    await store.write("BTCUSDT", "um", [at(0), at(1), at(90), at(91), fundingEvent(FROM_MS, 1e-4, 8, NaN, ONLY)]);
    await store.write("BTCUSDT", "spot", [at(0)]);
    const held = await Promise.all([
      store.count("kline", "BTCUSDT", "um", FROM_MS, LAST_MS),
      store.count("kline", "BTCUSDT", "um", FROM_MS + MINUTE_MS, FROM_MS + 91 * MINUTE_MS),
      store.count("funding", "BTCUSDT", "um", FROM_MS, FROM_MS + 1),
      store.count("funding", "BTCUSDT", "spot", FROM_MS, LAST_MS),
      store.count("instrumentRules", "BTCUSDT", "um", 0, LAST_MS),
    ]);
    expect(held).toEqual([4, 2, 1, 0, 0]);
    expect(await store.rules("BTCUSDT", "um")).toEqual([]);
    const path = "data/futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-01.zip";
    await (
      await store.landed()
    ).change([
      [path, { sha256: "ab12", rows: 44_640 }],
      ["gone", { sha256: "ef56", rows: 1 }],
    ]);
    await (
      await store.landed()
    ).change([
      [path, { sha256: "cd34", rows: 44_640 }],
      ["gone", undefined],
    ]);
    const again = questDbStore(settings);
    expect([...(await again.landed()).all()]).toEqual([[path, { sha256: "cd34", rows: 44_640 }]]);
    await again.close();
  });
});
