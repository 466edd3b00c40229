/**
 * How fast one-minute bars come out of the Parquet store into the line: `npx tsx bench/store.ts [--data DIR]`.
 * Each size runs three times in a process of its own, which opens the store, reads every bar with all ten columns in
 * bursts of 4096, touches each bar's close and checks the order. Printed: rows a second of the read alone (cold: the
 * process's first), of the whole process from its start to its end, and its peak memory. Without `--data` it uses the
 * archive under RIPOSTE_SHARED, else a random walk; both are imported once into `out/bench-store`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Kind } from "../src/domain/kind.ts";
import { appendKline, klineBlock, klinesOf } from "../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { parseKlineCsv } from "../src/store/archive/klineCsv.ts";
import { unzipCsv } from "../src/store/archive/zip.ts";
import { defaultInstrument } from "../src/store/defaultInstruments.ts";
import { parquetStore } from "../src/store/parquetStore.ts";

const SYMBOL = "BTCUSDT";
const TO_MS = Date.UTC(2024, 0);
const SIZES = [
  { name: "one year", fromMs: Date.UTC(2023, 0) },
  { name: "two years", fromMs: Date.UTC(2022, 0) },
];
const RUNS = 3;

const read = async (root: string, fromMs: number, toMs: number): Promise<void> => {
  const openedMs = performance.now();
  const store = parquetStore({ root });
  const instruments = [defaultInstrument(SYMBOL, "spot", { priceDecimals: 2, qtyDecimals: 5 }, instrumentIndex(0))];
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
  process.stdout.write(JSON.stringify({ bars, readMs, peakRssMb: process.resourceUsage().maxRSS / 1024, closes }));
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

/** A process of its own that reads `[fromMs, toMs)`, loaded as `riposte` itself is. */
const measure = (root: string, fromMs: number, toMs: number): { bars: number; readMs: number; wholeMs: number; peakRssMb: number } => {
  const startedMs = performance.now();
  const loader = fileURLToPath(new URL("../bin/loader.mjs", import.meta.url));
  const script = [fileURLToPath(import.meta.url), "--read", root, String(fromMs), String(toMs)];
  const child = spawnSync(process.execPath, ["--import", loader, ...script], { encoding: "utf8" });
  const wholeMs = performance.now() - startedMs;
  if (child.status !== 0) throw new Error(child.stderr);
  return { ...(JSON.parse(child.stdout) as { bars: number; readMs: number; peakRssMb: number }), wholeMs };
};

const [, , mode, ...rest] = process.argv;
if (mode === "--read") await read(rest[0] as string, Number(rest[1]), Number(rest[2]));
else {
  const root = mode === "--data" ? resolve(rest[0] as string) : await prepare();
  const { wholeMs, peakRssMb } = measure(root, TO_MS, TO_MS);
  console.log(`start-up alone (nothing read): ${wholeMs.toFixed(0)} ms, ${peakRssMb.toFixed(0)} MB`);
  console.log("size           bars   read alone                 whole process              peak RSS");
  for (const { name, fromMs } of SIZES)
    for (let run = 0; run < RUNS; run++) {
      const found = measure(root, fromMs, TO_MS);
      const speed = (ms: number): string => `${ms.toFixed(0).padStart(5)} ms  ${(found.bars / ms / 1000).toFixed(2)} M bars/s`;
      console.log(
        `${name.padEnd(10)} ${String(found.bars).padStart(8)}   ${speed(found.readMs)}   ${speed(found.wholeMs)}   ${found.peakRssMb.toFixed(0)} MB`,
      );
    }
}
