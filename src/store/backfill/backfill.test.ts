import { mkdir, mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf, KLINE_HEADER, klineLines, zipOf } from "../../../test/contract/archiveFiles.ts";
import { testInstrument } from "../../../test/contract/testMarket.ts";
import type { Answer } from "../../../test/contract/wireServer.ts";
import { body, cutShort, reset, status, WireServer } from "../../../test/contract/wireServer.ts";
import { DAY_MS, MINUTE_MS, UserError } from "../../domain/units.ts";
import { httpGet } from "../../venues/binance/http.ts";
import { binanceRest } from "../../venues/binance/rest.ts";
import { localArchive } from "../archive/localArchive.ts";
import { httpArchive } from "../archive/source.ts";
import { backfill } from "./backfill.ts";
import type { BackfillOptions } from "./options.ts";
import type { BackfillReport } from "./report.ts";
import type { Store } from "../store.ts";
import { parquetStore } from "../parquet/parquetStore.ts";

const JANUARY = Date.UTC(2023, 0);
const FEBRUARY = Date.UTC(2023, 1);
const MARCH = Date.UTC(2023, 2);
const LATER = Date.UTC(2023, 8);
const PERPETUAL = "futures/um/monthly/klines/BTCUSDT/1m";
const noSleep = (): Promise<void> => Promise.resolve();

let folder: string;
let root: string;
let store: Store;
let wire: WireServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-backfill-"));
  root = join(folder, "history");
  store = parquetStore({ root });
  wire = await WireServer.start();
});
afterEach(async () => {
  await store.close();
  await wire.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A zip with its checksum, by archive path. */
const fileOf = (path: string, lines: readonly string[]): { zip: Buffer; checksum: string } => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const zip = zipOf(name.replace(".zip", ".csv"), `${lines.join("\n")}\n`);
  return { zip, checksum: checksumOf(zip, name) };
};
/** Puts a file into the local archive. */
const put = async (path: string, lines: readonly string[], changed: { zip?: Buffer; checksum?: string | null } = {}): Promise<void> => {
  const { zip, checksum } = { ...fileOf(path, lines), ...changed };
  const target = join(folder, "archive", path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, zip);
  if (checksum !== null) await writeFile(`${target}.CHECKSUM`, checksum);
};
/** Serves a file; `first` answers come before it. */
const serve = (path: string, lines: readonly string[], ...first: Answer[]): Buffer => {
  const { zip, checksum } = fileOf(path, lines);
  wire.on(`/data/${path}`, ...first, body(zip));
  wire.on(`/data/${path}.CHECKSUM`, body(checksum));
  return zip;
};
const month = (period: string): string => `${PERPETUAL}/BTCUSDT-1m-${period}.zip`;
/** A backfill; throws what a symbol failed of. */
const run = async (options: Partial<BackfillOptions> = {}): Promise<BackfillReport> => {
  const report = await attempt(options);
  if (report.failures[0] !== undefined) throw report.failures[0].error;
  return report;
};
const attempt = async (options: Partial<BackfillOptions> = {}): Promise<BackfillReport> =>
  backfill({
    store,
    symbols: ["BTCUSDT"],
    interval: "1m",
    market: "um",
    kinds: ["kline"],
    archive: options.archive ?? (await localArchive(join(folder, "archive"))),
    nowMs: LATER,
    ...options,
  });
const network = (): BackfillOptions["archive"] => httpArchive(wire.url, httpGet({ sleep: noSleep, attemptsMax: 3 }));
const openTimes = async (): Promise<number[]> => {
  const times: number[] = [];
  if ((await store.spans()).length === 0) return times;
  const query = {
    instruments: [testInstrument("BTCUSDT", 0)],
    kinds: ["kline"] as const,
    fromMs: 0,
    toMs: Date.UTC(2030, 0),
    burstEvents: 4096,
  };
  for await (const burst of store.read(query)) times.push(...burst.map((event) => event.eventTimeMs - MINUTE_MS + 1));
  return times;
};

describe("backfill from a local copy of the archive", () => {
  it("imports klines and funding, writes default rules, reports gaps; twice changes nothing", async () => {
    await put(month("2023-01"), [KLINE_HEADER, ...klineLines(FEBRUARY - 100 * MINUTE_MS, 90)]);
    await put(month("2023-02"), klineLines(FEBRUARY, 100));
    await put("futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2023-01.zip", [`${JANUARY + 4},8,0.0001`]);
    const report = await run({ kinds: ["kline", "funding"] });
    expect(report).toMatchObject({ filesLanded: 3, filesSkipped: 0, rows: 191, missing: [], aborted: false });
    expect(report.holes).toEqual([
      { symbol: "BTCUSDT", kind: "kline", market: "um", fromMs: FEBRUARY - 10 * MINUTE_MS, toMs: FEBRUARY, missing: 10 },
      // The settlement of midnight, which lies in the span of the klines.
      { symbol: "BTCUSDT", kind: "funding", market: "um", fromMs: FEBRUARY, toMs: FEBRUARY + 100 * MINUTE_MS, missing: 1 },
    ]);
    expect(report.spans.map((span) => [span.kind, span.events])).toEqual([
      ["kline", 190],
      ["funding", 1],
      ["instrumentRules", 1],
    ]);
    expect(await store.instruments(["BTCUSDT"])).toMatchObject([{ tickSize: 0.01, lotSize: 0.001, minNotionalUsdt: 100 }]);
    const again = await run({ kinds: ["kline", "funding"] });
    expect(again).toMatchObject({ filesLanded: 0, filesSkipped: 3, rows: 0 });
    expect(again.holes).toEqual(report.holes);
  });

  it("finds the files below data/ as well", async () => {
    await put(`data/${month("2023-01")}`, klineLines(JANUARY, 3));
    expect((await run()).filesLanded).toBe(1);
  });

  it("takes a corrected file over the one that landed, and all of them again when forced", async () => {
    await put(month("2023-01"), klineLines(JANUARY, 3));
    await run();
    await put(month("2023-01"), klineLines(JANUARY, 5));
    expect(await run()).toMatchObject({ filesLanded: 1, filesSkipped: 0 });
    expect(await openTimes()).toHaveLength(5);
    expect(await run({ force: true })).toMatchObject({ filesLanded: 1, filesSkipped: 0 });
  });

  it("imports again what the list of landed files says but the store has lost", async () => {
    await put(month("2023-01"), klineLines(JANUARY, 3));
    await run();
    await unlink(join(root, "klines/market=um/symbol=BTCUSDT/interval=1m/2023-01.parquet"));
    expect((await run()).filesLanded).toBe(1);
  });

  it("uses daily files where the monthly one is missing, and reports a month without any as missing", async () => {
    await put(month("2023-01"), klineLines(JANUARY, 3));
    await put("futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-03-02.zip", klineLines(MARCH + DAY_MS, 3));
    const report = await run({ fromMs: JANUARY, toMs: MARCH + 2 * DAY_MS });
    expect(report).toMatchObject({ filesLanded: 2 });
    expect(report.missing).toEqual([month("2023-02"), "futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-03-01.zip"]);
  });

  it("takes a file without a checksum file by its own", async () => {
    await put(month("2023-01"), klineLines(JANUARY, 3), { checksum: null });
    expect((await run()).filesLanded).toBe(1);
    expect((await run()).filesSkipped).toBe(1);
  });

  it.each<[string, Parameters<typeof put>[2], string]>([
    [
      "a wrong checksum",
      { checksum: `${"a".repeat(64)}  BTCUSDT-1m-2023-02.zip\n` },
      `BTCUSDT-1m-2023-02.zip has the wrong checksum: expected ${"a".repeat(64)}, found `,
    ],
    ["a checksum file of something else", { checksum: "oops" }, "BTCUSDT-1m-2023-02.zip.CHECKSUM does not name BTCUSDT-1m-2023-02.zip"],
    [
      "a truncated zip",
      { zip: fileOf("BTCUSDT-1m-2023-02.zip", klineLines(FEBRUARY, 9)).zip.subarray(0, 100), checksum: null },
      "BTCUSDT-1m-2023-02.zip is not a whole zip (",
    ],
    [
      "a bad row late in the file",
      { zip: zipOf("BTCUSDT-1m-2023-02.csv", [...klineLines(FEBRUARY, 50), "x,y"].join("\n")), checksum: null },
      "BTCUSDT-1m-2023-02.zip line 51 has 2 columns instead of 12; nothing of this file was imported",
    ],
  ])("stops at %s: nothing of the file lands, the files before it stay", async (_, changed, message) => {
    await put(month("2023-01"), klineLines(JANUARY, 3));
    await put(month("2023-02"), klineLines(FEBRUARY, 9), changed);
    const failed = run();
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(UserError);
    expect(await openTimes()).toEqual([0, 1, 2].map((i) => JANUARY + i * MINUTE_MS));
  });

  it("says what there is when it finds nothing", async () => {
    await put("spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-01.zip", klineLines(JANUARY, 3));
    await expect(run()).rejects.toThrow(
      /^found no BTCUSDT 1m klines in .* \(looked in futures\/um\/monthly\/klines\/BTCUSDT\/1m\): it has spot klines: use --market spot$/,
    );
    await expect(run({ market: "spot", fromMs: MARCH, toMs: MARCH + DAY_MS })).rejects.toThrow(
      "it has 2023-01-01 … 2023-01-31: choose --from and --to inside it",
    );
    await expect(run({ symbols: ["XUSDT"] })).rejects.toThrow("check --symbol");
    await expect(localArchive(join(folder, "none"))).rejects.toThrow(/the archive folder .* does not exist/);
    await expect(localArchive(folder)).rejects.toThrow(/holds neither futures\/ nor spot\//);
    expect((await run({ market: "spot" })).filesLanded).toBe(1);
  });

  it("refuses a damaged list of landed files by name", async () => {
    await put(month("2023-01"), klineLines(JANUARY, 3));
    await run();
    await writeFile(join(root, "landed.json"), "{");
    await expect(run()).rejects.toThrow(/landed\.json is damaged: delete it/);
  });

  it("ends cleanly when aborted: what has landed stays, and the next run goes on from there", async () => {
    await put(month("2023-01"), klineLines(JANUARY, 3));
    await put(month("2023-02"), klineLines(FEBRUARY, 3));
    await put(month("2023-03"), klineLines(MARCH, 3));
    const abort = new AbortController();
    const report = await run({ signal: abort.signal, onProgress: ({ filesDone }) => filesDone === 1 && abort.abort() });
    expect(report).toMatchObject({ aborted: true, filesLanded: 1 });
    expect(await openTimes()).toHaveLength(3);
    expect(JSON.parse(await readFile(join(root, "landed.json"), "utf8"))).toHaveProperty(["files", month("2023-01")]);
    expect(await run()).toMatchObject({ aborted: false, filesLanded: 2, filesSkipped: 1 });
  });
});

describe("backfill over the network", () => {
  it("gets through resets, 503, 429 and bodies cut short, and tells its progress", async () => {
    const path = month("2023-01");
    const lines = klineLines(FEBRUARY - 100 * MINUTE_MS, 100);
    serve(path, lines, cutShort(fileOf(path, lines).zip), reset);
    serve(month("2023-02"), klineLines(FEBRUARY, 100), status(503), status(429, { "retry-after": "1" }));
    const seen: string[] = [];
    const report = await run({
      archive: network(),
      fromMs: FEBRUARY - 100 * MINUTE_MS,
      toMs: FEBRUARY + 100 * MINUTE_MS,
      onProgress: ({ filesDone, filesTotal, rows }) => seen.push(`${filesDone}/${filesTotal} ${rows}`),
    });
    expect(report).toMatchObject({ filesLanded: 2, rows: 200, missing: [] });
    expect(seen.at(-1)).toBe("2/2 200");
  });

  it("skips what has landed without downloading it again", async () => {
    serve(month("2023-01"), klineLines(JANUARY, 3));
    const options = { archive: network(), fromMs: JANUARY, toMs: JANUARY + 3 * MINUTE_MS };
    await run(options);
    wire.requests.length = 0;
    expect(await run(options)).toMatchObject({ filesLanded: 0, filesSkipped: 1 });
    expect(wire.requests).toEqual([`/data/${month("2023-01")}.CHECKSUM`]);
  });

  it("tries a wrong checksum once more, since files are replaced, then names what it expected and found", async () => {
    const path = month("2023-01");
    const older = fileOf(path, klineLines(JANUARY, 2)).zip;
    serve(path, klineLines(JANUARY, 3), body(older));
    expect((await run({ archive: network(), fromMs: JANUARY, toMs: FEBRUARY })).rows).toBe(3);
    wire.on(`/data/${path}`, body(older));
    await expect(run({ archive: network(), fromMs: JANUARY, toMs: FEBRUARY, force: true })).rejects.toThrow(
      /wrong checksum: expected [0-9a-f]{64}, found [0-9a-f]{64}/,
    );
    expect(await openTimes()).toHaveLength(3);
  });

  it("reports a missing month as a gap, and fails when there is nothing at all", async () => {
    serve(month("2023-02"), klineLines(FEBRUARY, 3));
    const report = await run({ archive: network(), fromMs: JANUARY, toMs: MARCH });
    expect([report.filesLanded, report.missing]).toEqual([1, [month("2023-01")]]);
    await expect(run({ archive: network(), symbols: ["XUSDT"], fromMs: JANUARY, toMs: MARCH })).rejects.toThrow(
      /^found no XUSDT 1m klines in http/,
    );
  });

  it("gives up with one line when the other side stays broken", async () => {
    wire.on(`/data/${month("2023-01")}.CHECKSUM`, status(503));
    await expect(run({ archive: network(), fromMs: JANUARY, toMs: FEBRUARY })).rejects.toThrow(
      /^cannot get http.*status 503 \(3 tries\); try again later/,
    );
    wire.on(`/data/${month("2023-01")}.CHECKSUM`, status(403));
    await expect(run({ archive: network(), fromMs: JANUARY, toMs: FEBRUARY })).rejects.toThrow(/status 403; check --archive-url/);
  });

  it("takes daily files for the running month and REST for the newest days", async () => {
    const nowMs = MARCH + 2 * DAY_MS + 30 * MINUTE_MS;
    serve(month("2023-02"), klineLines(MARCH - 10 * MINUTE_MS, 10));
    serve("futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-03-01.zip", klineLines(MARCH, 1440));
    wire.on("/fapi/v1/klines", (request, response) => {
      const startTime = Number(new URL(request.url ?? "", wire.url).searchParams.get("startTime"));
      const rows = klineLines(startTime, Math.min(1500, Math.floor((nowMs - startTime) / MINUTE_MS) + 1)).map((line) =>
        line.split(",").map((cell, i) => (i === 0 ? Number(cell) : cell)),
      );
      response.end(JSON.stringify(rows));
    });
    const newest = binanceRest({ market: "um", baseUrl: wire.url, nowMs: () => nowMs, get: httpGet({ sleep: noSleep }) });
    const report = await run({ archive: network(), newest, nowMs, fromMs: MARCH - 10 * MINUTE_MS });
    expect(report).toMatchObject({ filesLanded: 2, rowsFromRest: 1470, missing: [] });
    const times = await openTimes();
    expect([times.length, times.at(-1)]).toEqual([10 + 1440 + 1470, nowMs - MINUTE_MS]);
  });

  it("needs to know from when", async () => {
    await expect(run({ archive: network() })).rejects.toThrow("say from when: add --from");
  });
});
