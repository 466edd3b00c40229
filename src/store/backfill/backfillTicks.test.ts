import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AGG_TRADES_HEADER, aggTradeLines, METRICS_HEADER, metricsLines } from "../../../test/contract/archiveFiles.ts";
import { testInstrument } from "../../../test/contract/testMarket.ts";
import { archiveOf, RecordingStore } from "../../../test/contract/recordingStore.ts";
import { compareOnLine } from "../../../streams/merge.ts";
import type { Event } from "../../domain/event.ts";
import { DAY_MS, HOUR_MS, UserError } from "../../domain/units.ts";
import { parseAggTradesCsv } from "../../venues/binance/archive/aggTradesCsv.ts";
import { metricsEvents, parseMetricsCsv } from "../../venues/binance/archive/metricsCsv.ts";
import type { ArchiveSource } from "../archive/source.ts";
import { backfill } from "./backfill.ts";
import type { BackfillOptions, NewestSource } from "./options.ts";
import type { BackfillReport } from "./report.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
import type { Store } from "../store.ts";

const FROM_MS = Date.UTC(2023, 2, 5);
const tradesPath = (day: string): string => `futures/um/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-${day}.zip`;
const metricsPath = (day: string): string => `futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-${day}.zip`;
/** Trades of a whole day, a quarter of an hour apart. */
const dayOfTrades = (dayMs: number): string[] => aggTradeLines(dayMs, 96, HOUR_MS / 4);

const run = async (
  store: RecordingStore | Store,
  archive: ArchiveSource,
  options: Partial<BackfillOptions> = {},
): Promise<BackfillReport> => {
  const report = await backfill({
    store: store as Store,
    symbols: ["BTCUSDT"],
    interval: "1m",
    market: "um",
    kinds: ["aggTrades"],
    archive,
    nowMs: Date.UTC(2023, 8),
    ...options,
  });
  if (report.failures[0] !== undefined) throw report.failures[0].error;
  return report;
};

describe("backfill of aggTrades", () => {
  const twoDays = archiveOf({
    [tradesPath("2023-03-05")]: [AGG_TRADES_HEADER, ...dayOfTrades(FROM_MS)],
    [tradesPath("2023-03-07")]: dayOfTrades(FROM_MS + 2 * DAY_MS),
  });

  it("writes each day an hour at a time, reports days that are missing, and takes rules from the decimals; twice changes nothing", async () => {
    const store = new RecordingStore();
    const report = await run(store, twoDays);
    expect(report).toMatchObject({ filesLanded: 2, rows: 192, missing: [tradesPath("2023-03-06")], idGaps: [], outOfOrder: 0 });
    const sizes = store.writes.map(({ symbol, market, events }) => [symbol, market, events.length]);
    expect(sizes).toEqual([["BTCUSDT", "um", 1], ...Array.from({ length: 48 }, () => ["BTCUSDT", "um", 4])]);
    expect(store.of("trade").map((event) => event.eventTimeMs)).toEqual(
      [0, 2].flatMap((day) => Array.from({ length: 96 }, (_, i) => FROM_MS + day * DAY_MS + (i * HOUR_MS) / 4)),
    );
    expect(store.of("instrumentRules")).toMatchObject([{ rules: { tickSize: 0.1, lotSize: 0.001 } }]);
    expect(await run(store, twoDays)).toMatchObject({ filesLanded: 0, filesSkipped: 2, rows: 0 });
    expect(store.writes).toHaveLength(49);
  });

  it("imports again what the store has lost, but not a day that begins without trades", async () => {
    const store = new RecordingStore();
    const archive = archiveOf({ [tradesPath("2023-03-05")]: aggTradeLines(FROM_MS + 9 * HOUR_MS, 3) });
    await run(store, archive);
    expect(await run(store, archive)).toMatchObject({ filesLanded: 0, filesSkipped: 1 });
    store.writes.length = 0;
    expect(await run(store, archive)).toMatchObject({ filesLanded: 1, filesSkipped: 0 });
  });

  it("writes nothing of a file with a bad row late in it", async () => {
    const store = new RecordingStore();
    const lines = dayOfTrades(FROM_MS);
    const failed = run(store, archiveOf({ [tradesPath("2023-03-05")]: [...lines, "1,2"] }));
    await expect(failed).rejects.toThrow("BTCUSDT-aggTrades-2023-03-05.zip line 97 has 2 columns instead of 7; nothing of this file");
    expect([store.writes, store.landedFiles.size]).toEqual([[], 0]);
  });

  it("reports ids that are skipped, rows out of order and duplicates", async () => {
    const [a = "", b = "", c = "", d = "", e = ""] = aggTradeLines(FROM_MS, 5);
    const report = await run(new RecordingStore(), archiveOf({ [tradesPath("2023-03-05")]: [b, a, a, e] }));
    expect(report).toMatchObject({ outOfOrder: 1, identicalDuplicates: 1, rows: 3 });
    expect(report.idGaps).toEqual([{ file: "BTCUSDT-aggTrades-2023-03-05.zip", places: 1, ids: [c, d].length }]);
  });

  it("keeps the hours that are written when it is stopped inside a file, which then has not landed", async () => {
    const store = new RecordingStore();
    const abort = new AbortController();
    const write = store.write.bind(store);
    store.write = (symbol, market, events) => {
      if (store.writes.length === 2) abort.abort();
      return write(symbol, market, events);
    };
    expect(await run(store, twoDays, { signal: abort.signal })).toMatchObject({ aborted: true, filesLanded: 0 });
    expect([store.writes.length, store.landedFiles.size]).toEqual([3, 0]);
    store.write = write;
    expect(await run(store, twoDays)).toMatchObject({ aborted: false, filesLanded: 2, filesSkipped: 0 });
  });

  it("asks the network for daily files alone, and REST for nothing", async () => {
    const rest: NewestSource = {
      klines: () => expect.unreachable(),
      funding: () => expect.unreachable(),
    };
    const archive = archiveOf({ [tradesPath("2023-03-05")]: dayOfTrades(FROM_MS) }, false);
    const nowMs = FROM_MS + 2 * DAY_MS + HOUR_MS;
    const seen: string[] = [];
    const report = await run(new RecordingStore(), archive, {
      ...{ fromMs: FROM_MS + HOUR_MS, newest: rest, nowMs },
      onProgress: ({ label, filesDone, filesTotal }) => seen.push(`${label} ${filesDone}/${filesTotal}`),
    });
    const [first, second] = [tradesPath("2023-03-05"), tradesPath("2023-03-06")];
    expect(report).toMatchObject({ filesLanded: 1, rows: 96, missing: [second] });
    expect([...archive.asked].sort()).toEqual([first, `${first}.CHECKSUM`, second, `${second}.CHECKSUM`]);
    expect(seen).toContain("2023-03-05 1/2");
    expect(seen.at(-1)).toBe("2023-03-06 2/2");
  });

  it("refuses spot, and says where it looked when there is nothing", async () => {
    const store = new RecordingStore();
    const spot = run(store, twoDays, { market: "spot" });
    await expect(spot).rejects.toThrow("aggTrades are taken from the perpetual only: use --market um, or leave them out of --kinds");
    await expect(spot).rejects.toMatchObject({ exitCode: 2 });
    const none = run(store, archiveOf({ "futures/um/monthly/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2023-03.zip": [] }));
    await expect(none).rejects.toThrow("found no BTCUSDT aggTrades in the archive (looked in futures/um/daily/aggTrades/BTCUSDT): check");
    await expect(none).rejects.toBeInstanceOf(UserError);
  });
});

describe("backfill of metrics", () => {
  const archive = archiveOf({
    [metricsPath("2023-03-05")]: [METRICS_HEADER, ...metricsLines("BTCUSDT", FROM_MS, 5)],
    [metricsPath("2023-03-06")]: [
      METRICS_HEADER,
      ...metricsLines("BTCUSDT", FROM_MS + DAY_MS, 5).slice(0, 100),
      "2023-03-06 23:00:00,BTCUSDT,,,,,,",
    ],
  });

  it("gives open interest and ratios of the perpetual, whose klines ever are taken; twice changes nothing", async () => {
    const store = new RecordingStore();
    expect(await run(store, archive, { kinds: ["metrics"], market: "spot" })).toMatchObject({ filesLanded: 2, rows: 776, blankRows: 1 });
    expect(store.writes.map(({ market }) => market)).toEqual(["um", "um"]);
    expect([store.of("openInterest").length, store.of("longShortRatio").length]).toEqual([388, 388]);
    expect(await run(store, archive, { kinds: ["metrics"], market: "spot" })).toMatchObject({ filesLanded: 0, filesSkipped: 2 });
  });

  it("goes together with trades", async () => {
    const store = new RecordingStore();
    const both = archiveOf({
      [tradesPath("2023-03-05")]: dayOfTrades(FROM_MS),
      [metricsPath("2023-03-05")]: metricsLines("BTCUSDT", FROM_MS, 5),
    });
    expect(await run(store, both, { kinds: ["aggTrades", "metrics"] })).toMatchObject({ filesLanded: 2, rows: 96 + 576, missing: [] });
  });
});

describe("backfill of aggTrades and metrics into Parquet", () => {
  it("is read back as the events of the files", async () => {
    const root = await mkdtemp(join(tmpdir(), "riposte-backfill-ticks-"));
    const store = parquetStore({ root });
    try {
      const trades = [AGG_TRADES_HEADER, ...dayOfTrades(FROM_MS)];
      const metrics = metricsLines("BTCUSDT", FROM_MS, 5);
      const archive = archiveOf({ [tradesPath("2023-03-05")]: trades, [metricsPath("2023-03-05")]: metrics });
      const kinds = ["aggTrades", "metrics"] as const;
      expect(await run(store, archive, { kinds })).toMatchObject({ filesLanded: 2, rows: 96 + 576 });
      const events: Event[] = [];
      const query = { instruments: [testInstrument("BTCUSDT", 0)], fromMs: FROM_MS, toMs: FROM_MS + 2 * DAY_MS, burstEvents: 4096 };
      for await (const burst of store.read({ ...query, kinds: ["trade", "openInterest", "longShortRatio"] })) events.push(...burst);
      const csv = (lines: readonly string[]): Buffer => Buffer.from(lines.join("\n"));
      const written: Event[] = [
        ...[...parseAggTradesCsv(csv(trades), "BTCUSDT-aggTrades-2023-03-05.zip").hours()].flat(),
        ...metricsEvents(parseMetricsCsv(csv(metrics), "BTCUSDT-metrics-2023-03-05.zip"), "end"),
      ];
      expect(events).toEqual(written.sort(compareOnLine));
      expect(await run(store, archive, { kinds })).toMatchObject({ filesLanded: 0, filesSkipped: 2 });
    } finally {
      await store.close();
      await rm(root, { recursive: true });
    }
  });
});
