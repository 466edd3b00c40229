/**
 * How fast one-minute bars go into a store and out of it into the line: `npx tsx bench/store.ts [--data DIR] [--questdb]`.
 * In: two years of bars, a call a month, into an empty store, until they can be read. Out: each size runs three times in a process of its own, which opens the store, reads every bar with all ten columns in
 * bursts of 4096, touches each bar's close and checks the order. Printed: rows a second of the read alone (cold: the
 * process's first), of the whole process from its start to its end, and its peak memory. Without `--data` it uses the
 * archive under RIPOSTE_SHARED, else a random walk; both are imported once into `out/bench-store`. `--questdb` does the same
 * with a QuestDB server of its own (Java 17, Maven). Last, the two years as a whole backtest of the default rule from each
 * store, and reading's share of it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { QuestDbServer } from "../scripts/questdb/server.ts";
import { serverJar } from "../scripts/questdb/serverJar.ts";
import { decimalsOfStep } from "../src/domain/decimals/seen.ts";
import type { Event } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { Kind } from "../src/domain/kind.ts";
import { appendKline, klineBlock, klinesOf } from "../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { parseKlineCsv } from "../src/venues/binance/archive/klineCsv.ts";
import { unzipCsv } from "../src/store/archive/zip.ts";
import { guessedInstrument, instrumentRulesEvent } from "../src/store/rules/defaultInstruments.ts";
import { parquetStore } from "../src/store/parquet/parquetStore.ts";
import type { Store } from "../src/store/store.ts";
import { measuredApart, serverAt, storeAt, tell } from "./storePlace.ts";

const SYMBOL = "BTCUSDT";
const SEEN = { price: decimalsOfStep(0.01), qty: decimalsOfStep(0.00001) };
const TO_MS = Date.UTC(2024, 0);
const SIZES = [
  { name: "one year", fromMs: Date.UTC(2023, 0) },
  { name: "two years", fromMs: Date.UTC(2022, 0) },
];
const RUNS = 3;

const read = async (place: string, fromMs: number, toMs: number): Promise<void> => {
  const openedMs = performance.now();
  const store = storeAt(place);
  const instruments = [guessedInstrument(SYMBOL, "spot", SEEN, instrumentIndex(0)) as Instrument];
  let bars = 0;
  let closes = 0;
  let lastMs = 0;
  for await (const burst of store.read({ instruments, kinds: ["kline", "funding"], fromMs, toMs, burstEvents: 4096 }))
    for (const event of burst) {
      if (event.kind !== Kind.kline) continue;
      if (event.openTimeMs <= lastMs) throw new Error("out of order");
      lastMs = event.openTimeMs;
      closes += event.close;
      bars += 1;
    }
  await store.close();
  const readMs = performance.now() - openedMs;
  tell({ bars, readMs, closes });
};

const prepare = async (): Promise<string> => {
  const root = resolve("out/bench-store");
  if (existsSync(join(root, "klines"))) return root;
  const shared = resolve(process.env["RIPOSTE_SHARED"] ?? "../shared", "data/archive/spot/monthly/klines", SYMBOL, "1m");
  const store = parquetStore({ root });
  const startedMs = performance.now();
  if (existsSync(shared)) {
    for (const file of readdirSync(shared)
      .filter((name) => name.endsWith(".zip"))
      .sort())
      await store.write(
        SYMBOL,
        "spot",
        klinesOf(parseKlineCsv(await unzipCsv(readFileSync(join(shared, file)), file), file, MINUTE_MS).block),
      );
  } else await store.write(SYMBOL, "spot", klinesOf(randomWalk()));
  await store.close();
  console.log(
    `imported ${existsSync(shared) ? "the archive" : "a random walk"} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
  );
  return root;
};

/** Two years of bars that compress about as real ones do. */
const randomWalk = (): ReturnType<typeof klineBlock> => {
  const fromMs = Date.UTC(2022, 0);
  const block = klineBlock(instrumentIndex(0), MINUTE_MS, (TO_MS - fromMs) / MINUTE_MS);
  let state = 1;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  let open = 4_000_000;
  for (let openTimeMs = fromMs; openTimeMs < TO_MS; openTimeMs += MINUTE_MS) {
    const close = Math.max(100_000, open + Math.round((uniform() - 0.5) * 6000));
    const [volume, taker] = [Math.round(uniform() * 1e7) / 1e5, uniform()];
    const quoteVolume = (volume * close) / 100;
    const extremes = { high: (Math.max(open, close) + 500) / 100, low: (Math.min(open, close) - 500) / 100 };
    const taken = { takerBuyVolume: volume * taker, takerBuyQuoteVolume: quoteVolume * taker };
    appendKline(block, {
      openTimeMs,
      open: open / 100,
      close: close / 100,
      ...extremes,
      volume,
      quoteVolume,
      trades: Math.round(volume * 20),
      ...taken,
    });
    open = close;
  }
  return block;
};

interface ReadOnce {
  readonly bars: number;
  readonly readMs: number;
  readonly peakRssMb: number;
}

/** A process of its own that reads `[fromMs, toMs)`. */
const measure = (place: string, fromMs: number, toMs: number): ReadOnce & { readonly wholeMs: number } =>
  measuredApart<ReadOnce>(fileURLToPath(import.meta.url), ["--read", place, String(fromMs), String(toMs)]);

/** Seconds to write every month of the two years into an empty store, until it can be read. Events are made before. */
const writeAll = async (months: readonly (readonly Event[])[], target: Store): Promise<number> => {
  await target.lock();
  const startedMs = performance.now();
  for (const month of months) await target.write(SYMBOL, "spot", month);
  return (performance.now() - startedMs) / 1000;
};

const monthsIn = async (root: string): Promise<(readonly Event[])[]> => {
  const source = parquetStore({ root });
  const months: Event[][] = [];
  for (let month = 0; month < 24; month++) {
    const events: Event[] = [];
    for await (const burst of source.series("kline", SYMBOL, "spot", Date.UTC(2022, month), Date.UTC(2022, month + 1)))
      events.push(...burst);
    months.push(events);
  }
  await source.close();
  return months;
};

/** A whole backtest of the default rule over the two years, as its user starts it: seconds from start to end. */
const backtest = (place: string): { wholeS: number; replayS: number } => {
  const bin = fileURLToPath(new URL("../bin/riposte.mjs", import.meta.url));
  const server = serverAt(place);
  const settings = Object.entries(server ?? {}).flatMap(([key, value]) => ["--set", `data.questdb.${key}=${value}`]);
  const store = server === undefined ? ["--data", place] : ["--store", "questdb", ...settings];
  const range = ["--from", "2022-01-01", "--to", "2024-01-01", "--out", "out/bench-store-report", "--json"];
  const startedMs = performance.now();
  const child = spawnSync(process.execPath, [bin, "backtest", ...store, "--market", "spot", ...range], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(child.stderr);
  const { replaySeconds } = JSON.parse(child.stdout) as { replaySeconds: number };
  return { wholeS: (performance.now() - startedMs) / 1000, replayS: replaySeconds };
};

const report = async (name: string, place: string, months: readonly (readonly Event[])[], emptyStore: () => Store): Promise<void> => {
  const rows = months.reduce((sum, month) => sum + month.length, 0);
  const target = emptyStore();
  const writeS = await writeAll(months, target);
  const rules = guessedInstrument(SYMBOL, "spot", SEEN) as Instrument;
  await target.write(SYMBOL, "spot", [instrumentRulesEvent(rules)]);
  await target.close();
  console.log(`\n${name}: ${rows} bars in: ${writeS.toFixed(2)} s, ${(rows / writeS / 1000).toFixed(0)} k rows/s`);
  console.log("size           bars   read alone                 whole process              peak RSS");
  let readMs = Infinity;
  for (const size of SIZES)
    for (let run = 0; run < RUNS; run++) {
      const found = measure(place, size.fromMs, TO_MS);
      const speed = (ms: number): string => `${ms.toFixed(0).padStart(5)} ms  ${(found.bars / ms / 1000).toFixed(2)} M bars/s`;
      console.log(
        `${size.name.padEnd(10)} ${String(found.bars).padStart(8)}   ${speed(found.readMs)}   ${speed(found.wholeMs)}   ${found.peakRssMb.toFixed(0)} MB`,
      );
      if (size.name === "two years") readMs = Math.min(readMs, found.readMs);
    }
  const { wholeS, replayS } = backtest(place);
  const share = (seconds: number): string => `${((readMs / seconds / 1000) * 100).toFixed(0)} %`;
  console.log(
    `backtest: ${wholeS.toFixed(2)} s, replay ${replayS.toFixed(2)} s: reading alone (${readMs.toFixed(0)} ms) is ${share(wholeS)} and ${share(replayS)} of them`,
  );
};

const [, , mode, ...rest] = process.argv;
if (mode === "--read") await read(rest[0] as string, Number(rest[1]), Number(rest[2]));
else {
  const { values } = parseArgs({ options: { data: { type: "string" }, questdb: { type: "boolean", default: false } } });
  const source = values.data === undefined ? await prepare() : resolve(values.data);
  const { wholeMs, peakRssMb } = measure(source, TO_MS, TO_MS);
  console.log(`start-up alone (nothing read): ${wholeMs.toFixed(0)} ms, ${peakRssMb.toFixed(0)} MB`);
  const months = await monthsIn(source);
  const scratch = mkdtempSync(join(tmpdir(), "riposte-bench-store-"));
  const root = join(scratch, "parquet");
  await report("Parquet", root, months, () => parquetStore({ root }));
  if (values.questdb) {
    const server = await QuestDbServer.start({ jar: await serverJar(), dataDir: scratch });
    const place = String(server.httpPort);
    await report("QuestDB", place, months, () => storeAt(place));
    await server.stop();
  }
  rmSync(scratch, { recursive: true });
}
