import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Event } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { Kline } from "../src/domain/kline.ts";
import { continued, FileJournal, readJournal } from "../src/engine/journal.ts";
import { localArchive } from "../src/store/archive/localArchive.ts";
import { backfill } from "../src/store/backfill/backfill.ts";
import type { Store } from "../src/store/store.ts";
import { parquetStore } from "../src/store/parquet/parquetStore.ts";
import { findLookahead, random, resampled } from "./lookahead.ts";
import { collected, inBursts, replay } from "./replay.ts";
import type { Replayed } from "./replay.ts";
import { describeShared, sharedData } from "./sharedData.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
/** The month with the real hole of 80 minutes. */
const FROM_MS = Date.UTC(2023, 2, 1);
const TO_MS = Date.UTC(2023, 3, 1);

let folder: string;
let root: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-real-"));
  root = join(folder, "history");
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describeShared("real data", () => {
  let store: Store;
  let instruments: readonly Instrument[];
  let events: Event[];
  let reference: Replayed;
  const read = (burstEvents: number): AsyncIterable<readonly Event[]> =>
    store.read({ instruments, kinds: ["funding", "kline"], fromMs: FROM_MS, toMs: TO_MS, burstEvents });
  const hashes = ({ decisionsSha256, dataSha256 }: Replayed): object => ({ decisionsSha256, dataSha256 });

  beforeAll(async () => {
    const writer = parquetStore({ root });
    const archive = await localArchive(sharedData("archive"));
    const all = { store: writer, root, interval: "1m", market: "spot", kinds: ["kline", "funding"], nowMs: Date.now(), archive } as const;
    await backfill({ ...all, symbols: ["BTCUSDT"] });
    await backfill({ ...all, symbols: ["ETHUSDT"], fromMs: FROM_MS, toMs: TO_MS });
    await writer.close();
    store = parquetStore({ root });
    instruments = await store.instruments(SYMBOLS, FROM_MS);
    events = await collected(read(4096));
    reference = await replay({ instruments, source: inBursts(events, 4096) });
  });
  afterAll(() => store.close());

  it("is a month of two symbols with its hole", () => {
    const klines = events.filter((event) => event instanceof Kline);
    expect(klines.length).toBe(2 * (31 * 1440 - 80));
    expect(reference.decisions).toBe(klines.length);
  });

  it.each([1, 7, 4096])("gives the same decisions out of the store in bursts of %i", async (burstEvents) => {
    expect(hashes(await replay({ instruments, source: read(burstEvents) }))).toEqual(hashes(reference));
  });

  it("gives the same decisions to a run that was cut and went on from its journal", async () => {
    const header = { runId: "real", configSha256: "c", symbols: SYMBOLS, models: {}, code: "", machine: "" };
    for (const [i, share] of [0.1, 0.5, 0.97].entries()) {
      const path = join(folder, `${i}.journal`);
      const journal = FileJournal.create(path, header);
      await replay({ instruments, source: inBursts(events.slice(0, Math.floor(events.length * share)), 1000), drive: { journal } });
      await journal.close();
      await truncate(path, (await readFile(path)).length - 1 - 500 * i);
      const source = continued(await readJournal(path), read(4096), 4096, () => undefined);
      expect(hashes(await replay({ instruments, source }))).toEqual(hashes(reference));
    }
  });

  it("decides nothing by what comes later: 20 resampled futures", async () => {
    const next = random(9);
    for (let run = 0; run < 4; run += 1) {
      const symbol = run % 2;
      const instrument = { ...(instruments[symbol] as Instrument), index: (instruments[0] as Instrument).index };
      const fromMs = FROM_MS + Math.floor(next() * 27) * 86_400_000;
      const own = await collected(
        store.read({ instruments: [instrument], kinds: ["funding", "kline"], fromMs, toMs: fromMs + 3 * 86_400_000, burstEvents: 4096 }),
      );
      const found = await findLookahead({
        fromMs,
        source: (cut) => inBursts(cut === null ? own : resampled(own, fromMs, cut, instrument.tickSize), 4096),
        cuts: Array.from({ length: 5 }, () => ({ atBar: 1 + Math.floor(next() * 4300), seed: Math.floor(next() * 1e6) })),
        replay: { instruments: [instrument] },
      });
      expect(found.leaks).toEqual([]);
      expect(found.idleCuts).toBeLessThan(2);
    }
  });

  interface Fixture {
    readonly bars: number;
    readonly entries: number;
    readonly entriesSha256: string;
    readonly feesUsdt: string;
    readonly equityEndCents: string;
    readonly gaps: readonly { readonly missingBars: number }[];
    readonly first5: readonly { readonly timeMs: number; readonly side: number; readonly price: string }[];
    readonly months: Readonly<Record<string, { readonly equity: string }>>;
  }

  it.each([
    ["2023.json", ["--from", "2023-01-01", "--to", "2024-01-01"]],
    ["2022-2023.json", []],
  ])("the reference workload equals the independent calculation: %s", async (file, range) => {
    const fixture = JSON.parse(readFileSync(new URL(`fixtures/emaCross/${file}`, import.meta.url), "utf8")) as Fixture;
    const out = join(folder, file);
    const args = ["backtest", "--config", "examples/emaCross.json", "--data", root, ...range, "--out", out, "--json"];
    const { code, stdout, stderr } = await riposte(args);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const summary = JSON.parse(stdout) as Readonly<Record<string, number>>;
    const rows = (await csv(join(out, "trades.csv"))).map((row) => ({
      timeMs: Number(row["entryTimeMs"]),
      side: row["side"] === "long" ? 1 : -1,
      price: Number(row["entryPrice"]).toFixed(2),
    }));
    expect(rows.slice(0, 5)).toEqual(fixture.first5.map(({ price, ...rest }) => ({ ...rest, price: Number(price).toFixed(2) })));
    expect(rows.length).toBe(fixture.entries);
    const entries = createHash("sha256");
    for (const { timeMs, side, price } of rows) entries.update(`${timeMs},${side},${price}\n`);
    expect(entries.digest("hex")).toBe(fixture.entriesSha256);
    expect(summary["bars"]).toBe(fixture.bars);
    expect(summary["gapBars"]).toBe(fixture.gaps.reduce((sum, { missingBars }) => sum + missingBars, 0));
    expect(summary["equityEndUsdt"]?.toFixed(2)).toBe(fixture.equityEndCents);
    expect(summary["feesUsdt"]).toBeCloseTo(Number(fixture.feesUsdt), 6);
    const equity = new Map((await csv(join(out, "equity.csv"))).map((row) => [Number(row["timeMs"]), Number(row["equityUsdt"])]));
    for (const [month, { equity: expected }] of Object.entries(fixture.months)) {
      const [year, number] = month.split("-").map(Number) as [number, number];
      expect(equity.get(Date.UTC(year, number))?.toFixed(2), `equity at the end of ${month}`).toBe(Number(expected).toFixed(2));
    }
  });
});

/** The real command in a process of its own. */
const riposte = (args: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, "bin/riposte.mjs"), ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });

const csv = async (path: string): Promise<Record<string, string>[]> => {
  const [head = "", ...lines] = (await readFile(path, "utf8")).trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i] as string, cell])));
};
