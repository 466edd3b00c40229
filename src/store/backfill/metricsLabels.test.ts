import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf, METRICS_HEADER, zipOf } from "../../../test/contract/archiveFiles.ts";
import type { OpenInterest } from "../../domain/event.ts";
import { singleKline } from "../../domain/kline.ts";
import { DAY_MS, instrumentIndex, MINUTE_MS } from "../../domain/units.ts";
import { localArchive } from "../archive/localArchive.ts";
import type { LabelEnd } from "../../venues/binance/archive/metricsCsv.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
import type { Store } from "../store.ts";
import { backfill } from "./backfill.ts";
import type { BackfillReport } from "./report.ts";

const FIRST_MS = Date.UTC(2024, 2, 8);
const FIVE_MS = 5 * MINUTE_MS;

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-labels-"));
  store = parquetStore({ root: join(folder, "history") });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** The truth: open interest at the end of a period, and what takers bought and sold in it. */
const openInterestAt = (endMs: number): number => 1000 + (endMs - FIRST_MS) / FIVE_MS;
const boughtIn = (startMs: number): number => 3 + ((startMs / FIVE_MS) % 7);
const SOLD = 5;

/** A file of a day whose labels name the start or the end of each five minutes; `from` and `to`: periods of the day. */
const lines = (dayMs: number, labels: LabelEnd, [from, to] = [0, 288]): string[] =>
  Array.from({ length: to - from }, (_, i) => {
    const startMs = dayMs + (from + i) * FIVE_MS;
    const endMs = startMs + FIVE_MS;
    const label = new Date(labels === "start" ? startMs : endMs).toISOString().slice(0, 19).replace("T", " ");
    return `${label},AAAUSDT,${openInterestAt(endMs)},${openInterestAt(endMs) * 10},1.1,1.2,1.3,${(boughtIn(startMs) / SOLD).toFixed(8)}`;
  });
const put = async (day: number, rows: readonly string[]): Promise<void> => {
  const name = `AAAUSDT-metrics-${new Date(FIRST_MS + day * DAY_MS).toISOString().slice(0, 10)}.zip`;
  const path = join(folder, "archive/futures/um/daily/metrics/AAAUSDT", name);
  const zip = zipOf(name.replace(".zip", ".csv"), [METRICS_HEADER, ...rows].join("\n"));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, zip);
  await writeFile(`${path}.CHECKSUM`, checksumOf(zip, name));
};
const putDay = (day: number, labels: LabelEnd, part?: [number, number]): Promise<void> =>
  put(day, lines(FIRST_MS + day * DAY_MS, labels, part));
const run = async (day?: number): Promise<BackfillReport> => {
  const range = day === undefined ? {} : { fromMs: FIRST_MS + day * DAY_MS, toMs: FIRST_MS + (day + 1) * DAY_MS };
  const archive = await localArchive(join(folder, "archive"));
  const report = await backfill({
    ...{ store, symbols: ["AAAUSDT"], interval: "1m", market: "um", kinds: ["metrics"], archive, nowMs: Date.UTC(2025, 0) },
    ...range,
  });
  if (report.failures[0] !== undefined) throw report.failures[0].error;
  return report;
};
/** Ends of the periods that are held, in fives of minutes after the first day; all of them must have their own value. */
const held = async (): Promise<number[]> => {
  const ends: number[] = [];
  for await (const burst of store.series("openInterest", "AAAUSDT", "um", 0, Date.UTC(2030, 0)))
    for (const event of burst as readonly OpenInterest[]) {
      expect([event.eventTimeMs, event.openInterestQty]).toEqual([event.eventTimeMs, openInterestAt(event.eventTimeMs)]);
      expect(event.knownAtMs).toBe(event.eventTimeMs + FIVE_MS);
      ends.push((event.eventTimeMs - FIRST_MS) / FIVE_MS);
    }
  return ends;
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("files of whole days", () => {
  it.each([
    ["start", "end"],
    ["end", "start"],
    ["start", "start"],
    ["end", "end"],
  ] as const)("labelled by the %s and by the %s, in both orders of arrival: every value at the end of its period", async (a, b) => {
    await putDay(0, a);
    await putDay(1, b);
    for (const days of [
      [0, 1],
      [1, 0],
    ]) {
      for (const day of days) await run(day);
      expect(await held()).toEqual(range(1, 576));
    }
  });

  it("published again with the other labels beside an older file: nothing is overwritten, nothing stays behind", async () => {
    await putDay(0, "end");
    await putDay(1, "end");
    await run();
    await putDay(1, "start");
    expect(await run()).toMatchObject({ filesLanded: 1, filesSkipped: 1, labels: [{ labels: "start", by: "rows", files: 1 }], holes: [] });
    expect(await held()).toEqual(range(1, 576));
    await put(1, lines(FIRST_MS + DAY_MS, "start").slice(0, 200));
    await run();
    expect(await held()).toEqual(range(1, 488));
  });

  it("that landed before labels were told by rows come again, once", async () => {
    await putDay(0, "start");
    await run();
    const [[path, landed] = ["", { sha256: "", rows: 0 }]] = (await store.landed()).all();
    await (await store.landed()).change([[path, { ...landed, sha256: landed.sha256.slice(0, 64) }]]);
    expect((await run()).filesLanded).toBe(1);
    expect((await run()).filesLanded).toBe(0);
  });
});

describe("a file of a part of a day, without its midnights", () => {
  const part: [number, number] = [126, 138];
  const ENDS = range(127 + 288, 138 + 288);
  const klines = async (): Promise<void> => {
    const bars = Array.from({ length: 1440 }, (_, i) => {
      const openTimeMs = FIRST_MS + DAY_MS + i * MINUTE_MS;
      const bought = boughtIn(openTimeMs - (openTimeMs % FIVE_MS)) / 5;
      const volume = bought + SOLD / 5;
      return singleKline(instrumentIndex(0), MINUTE_MS, {
        ...{ openTimeMs, open: 10, high: 10, low: 10, close: 10, volume, quoteVolume: 10 * volume, trades: 3 },
        ...{ takerBuyVolume: bought, takerBuyQuoteVolume: 10 * bought },
      });
    });
    await store.write("AAAUSDT", "um", bars);
  };

  it.each(["start", "end"] as const)("is told by the klines that are held: the %s", async (labels) => {
    await klines();
    await putDay(1, labels, part);
    expect((await run()).labels).toEqual([{ labels, by: "klines", files: 1 }]);
    expect(await held()).toEqual(ENDS);
  });

  it.each([
    ["both say the end", "end", "end", "end"],
    ["both say the start", "start", "start", "start"],
    ["one says the start", "end", "start", "start"],
  ] as const)("is told by the files of the days beside it where %s", async (_, before, after, labels) => {
    await putDay(0, before);
    await putDay(1, labels, part);
    await putDay(2, after);
    expect((await run()).labels).toContainEqual({ labels, by: "neighbours", files: 1 });
    expect((await held()).slice(288, 300)).toEqual(ENDS);
  });

  it("is read as the later of the two where nothing tells: never a look ahead", async () => {
    await putDay(1, "end", part);
    expect((await run()).labels).toEqual([{ labels: "start", by: "nothing", files: 1 }]);
    const known: number[] = [];
    for await (const burst of store.series("openInterest", "AAAUSDT", "um", 0, Date.UTC(2030, 0)))
      for (const event of burst as readonly OpenInterest[])
        known.push(event.knownAtMs - (FIRST_MS + (event.openInterestQty - 1000) * FIVE_MS));
    expect(new Set(known)).toEqual(new Set([2 * FIVE_MS]));
  });
});
