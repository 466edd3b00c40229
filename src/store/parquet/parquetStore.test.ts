import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { coverageContract } from "../../../test/contract/coverage.ts";
import { historyStoreContract } from "../../../test/contract/historyStore.ts";
import { testInstrument, testKlines } from "../../../test/contract/testMarket.ts";
import { rulesContract } from "../../../test/contract/rulesContract.ts";
import type { Event } from "../../domain/event.ts";
import type { Kline } from "../../domain/kline.ts";
import { instrumentIndex, MINUTE_MS, UserError } from "../../domain/units.ts";
import { fundingEvent } from "../../domain/fundingEvent.ts";
import { FILE_LIST } from "../hashing/fileList.ts";
import { instrumentRulesEvent } from "../rules/defaultInstruments.ts";
import type { Store } from "../store.ts";
import { parquetStore } from "./parquetStore.ts";

const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "riposte-store-"));

const fresh = async (): Promise<{ open: () => Store; remove: () => Promise<void> }> => {
  const root = await temporaryFolder();
  return { open: () => parquetStore({ root }), remove: () => rm(root, { recursive: true, force: true }) };
};

historyStoreContract("parquetStore", fresh);
rulesContract("parquetStore", fresh);

coverageContract("parquetStore", async () => {
  const root = await temporaryFolder();
  return { open: (options) => parquetStore({ root, ...options }), remove: () => rm(root, { recursive: true, force: true }) };
});

const FROM_MS = Date.UTC(2023, 0, 30);
const RANGE = { fromMs: 0, toMs: Date.UTC(2030, 0), burstEvents: 4096 };

describe("parquetStore on disk", () => {
  let root = "";
  const opened: Store[] = [];
  beforeEach(async () => {
    root = await temporaryFolder();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await rm(root, { recursive: true, force: true });
  });
  const open = (options: { market?: string; intervalMs?: number } = {}): Store => {
    const store = parquetStore({ root, ...options });
    opened.push(store);
    return store;
  };
  const klines = async (store: Store): Promise<Event[]> => {
    const found: Event[] = [];
    for await (const burst of store.read({ instruments: [testInstrument("BTCUSDT", 0)], kinds: ["kline"], ...RANGE })) found.push(...burst);
    return found;
  };
  const files = async (): Promise<string[]> =>
    (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort();
  const parquetFiles = async (): Promise<string[]> => (await files()).filter((file) => file.endsWith(".parquet"));

  it("lays klines out by market, symbol, interval and month, funding by year, rules as JSON", async () => {
    const store = open();
    const funding = fundingEvent(FROM_MS, 1e-4, 8, NaN, instrumentIndex(0));
    await store.write("BTCUSDT", "um", [...testKlines(FROM_MS, 3000), funding, instrumentRulesEvent(testInstrument("BTCUSDT", 0))]);
    await store.close();
    expect(await files()).toEqual([
      "funding/market=um/symbol=BTCUSDT/2023.parquet",
      "funding/market=um/symbol=BTCUSDT/files.sha256",
      "instruments/market=um/files.sha256",
      "instruments/market=um/symbol=BTCUSDT.json",
      "klines/market=um/symbol=BTCUSDT/interval=1m/2023-01.parquet",
      "klines/market=um/symbol=BTCUSDT/interval=1m/2023-02.parquet",
      "klines/market=um/symbol=BTCUSDT/interval=1m/files.sha256",
    ]);
  });

  it("does not touch a file when the same rows come again, and only the touched month when others come", async () => {
    const store = open();
    await store.write("BTCUSDT", "um", testKlines(FROM_MS, 3000));
    const times = async (): Promise<number[]> =>
      Promise.all((await parquetFiles()).map(async (file) => (await stat(join(root, file))).mtimeMs));
    const before = await times();
    await store.write("BTCUSDT", "um", testKlines(FROM_MS, 3000));
    expect(await times()).toEqual(before);
    await store.write("BTCUSDT", "um", testKlines(FROM_MS + 2990 * MINUTE_MS, 20));
    const after = await times();
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBeGreaterThan(before[1] as number);
  });

  it("finishes a write that crashed between two renames, which readers meanwhile see through, and drops one that had not committed", async () => {
    const first = open();
    await first.write("BTCUSDT", "um", testKlines(FROM_MS, 3000));
    const [january = "", february = ""] = await parquetFiles();
    const list = join(dirname(january), FILE_LIST);
    const [oldFebruary, oldList] = [await readFile(join(root, february)), await readFile(join(root, list))];
    await first.write("BTCUSDT", "um", testKlines(FROM_MS, 3000, 7));
    await first.close();
    // January is renamed, February and the list are not yet.
    const halfDone = join(root, ".staging", "999-0");
    await mkdir(halfDone, { recursive: true });
    await rename(join(root, february), join(halfDone, "1"));
    await rename(join(root, list), join(halfDone, "2"));
    await writeFile(join(root, february), oldFebruary);
    await writeFile(join(root, list), oldList);
    const moves = [january, february, list].map((target, i) => ({ staged: `${i}`, target }));
    await writeFile(join(halfDone, "commit.json"), JSON.stringify(moves));
    const orphan = join(root, ".staging", "999-1");
    await mkdir(orphan);
    await writeFile(join(orphan, "0"), "rubbish");

    const store = open();
    const closes = async (): Promise<number[]> =>
      (await klines(store)).map((event) => (event as Kline).block.close[(event as Kline).row] as number);
    const [before, after] = [0, 7].map((salt) => testKlines(FROM_MS, 3000, salt).map(({ block, row }) => block.close[row] as number));
    expect(await closes()).toEqual([...(after ?? []).slice(0, 2880), ...(before ?? []).slice(2880)]);
    await store.lock();
    expect(await closes()).toEqual(after);
    expect(await readdir(join(root, ".staging"))).toEqual([]);
  });

  it("says that the list of renames of a crashed write is damaged, and what to do", async () => {
    const folder = join(root, ".staging", "999-0");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "commit.json"), `[{"staged":"0","tar`);
    const store = open();
    await expect(store.lock()).rejects.toThrow(/999-0\/commit\.json is damaged: delete the folder .*\.staging, and let riposte verify/);
    await rm(join(root, ".staging"), { recursive: true });
    await store.write("BTCUSDT", "um", testKlines(FROM_MS, 1));
    expect(await klines(store)).toHaveLength(1);
  });

  it("refuses a second writer while the first holds the store, and lets it in afterwards", async () => {
    const [first, second] = [open(), open()];
    await first.write("BTCUSDT", "um", testKlines(FROM_MS, 1));
    await expect(second.write("BTCUSDT", "um", testKlines(FROM_MS, 2))).rejects.toThrow(`is locked by process ${process.pid}`);
    expect(await klines(second)).toHaveLength(1);
    await first.close();
    await second.write("BTCUSDT", "um", testKlines(FROM_MS, 2));
    expect(await klines(second)).toHaveLength(2);
  });

  it("refuses a store that another live process or another machine holds", async () => {
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    try {
      const lock = join(root, ".lock");
      await writeFile(lock, JSON.stringify({ pid: child.pid, host: hostname(), token: "x" }));
      await expect(open().write("BTCUSDT", "um", testKlines(FROM_MS, 1))).rejects.toThrow(`locked by process ${child.pid ?? 0}`);
      await writeFile(lock, JSON.stringify({ pid: 1, host: "elsewhere", token: "x" }));
      await expect(open().write("BTCUSDT", "um", testKlines(FROM_MS, 1))).rejects.toThrow(/on elsewhere.*if it is gone, delete .*\.lock/);
    } finally {
      child.kill();
    }
  });

  it.each([
    ["a dead process", { pid: 2 ** 22 + 12345, host: hostname(), token: "x" }],
    ["an earlier process with our pid", { pid: process.pid, host: hostname(), token: "x" }],
    ["an earlier process with a pid in use", { pid: process.ppid, host: hostname(), token: "x", startTicks: "1" }],
  ])("takes the lock over from %s", async (_, holder) => {
    await writeFile(join(root, ".lock"), JSON.stringify(holder));
    const store = open();
    await store.write("BTCUSDT", "um", testKlines(FROM_MS, 1));
    await store.close();
    expect((await files()).filter((file) => file.startsWith(".lock"))).toEqual([]);
  });

  it("says in one line that a folder cannot be written", async () => {
    const file = join(root, "file");
    await writeFile(file, "");
    const store = parquetStore({ root: join(file, "history") });
    opened.push(store);
    await expect(store.write("BTCUSDT", "um", testKlines(FROM_MS, 1))).rejects.toThrow(
      /^cannot write to the store .*: a part of the path is a file; nothing was changed; .*--data/,
    );
  });

  it("leaves every month as it was when one of several cannot be written", async () => {
    const store = open();
    await store.write("BTCUSDT", "um", testKlines(FROM_MS, 10));
    await writeFile(join(root, "klines/market=um/symbol=BTCUSDT/interval=1m/2023-02.parquet"), "not parquet");
    await expect(store.write("BTCUSDT", "um", testKlines(FROM_MS, 3000))).rejects.toThrow();
    await rm(join(root, "klines/market=um/symbol=BTCUSDT/interval=1m/2023-02.parquet"));
    expect(await klines(store)).toHaveLength(10);
    expect(await readdir(join(root, ".staging"))).toEqual([]);
  });

  it("prefers the perpetual's klines to spot's and takes the perpetual's funding for spot", async () => {
    const writer = open();
    await writer.write("BTCUSDT", "spot", testKlines(FROM_MS, 5));
    await writer.write("BTCUSDT", "um", [fundingEvent(FROM_MS, 1e-4, 8, NaN, instrumentIndex(0))]);
    const read = async (store: Store): Promise<number> => {
      let count = 0;
      const query = { instruments: [testInstrument("BTCUSDT", 0)], kinds: ["kline", "funding"] as const, ...RANGE };
      for await (const burst of store.read(query)) count += burst.length;
      return count;
    };
    expect(await read(open())).toBe(6);
    await writer.write("BTCUSDT", "um", testKlines(FROM_MS, 2));
    expect(await read(open())).toBe(3);
    expect(await read(open({ market: "spot" }))).toBe(6);
    await expect(read(open({ market: "simulated" }))).rejects.toThrow(/of market simulated is not in history.*choose --market um/);
    await expect(read(open({ intervalMs: 5 * MINUTE_MS }))).rejects.toThrow(/it holds no 5m klines/);
  });

  it("gives the instrument rules as of a time, with the run's index", async () => {
    const store = open();
    const [old, young] = [0.01, 0.1].map((tickSize) => ({
      ...testInstrument("BTCUSDT", -1),
      tickSize,
    }));
    if (old === undefined || young === undefined) throw new Error("two rules");
    await store.write("BTCUSDT", "um", [instrumentRulesEvent(old, 1000), instrumentRulesEvent(young, 2000)]);
    const tick = async (asOfMs?: number): Promise<unknown> =>
      (await store.instruments(["BTCUSDT"], asOfMs)).map(({ index, tickSize }) => [index, tickSize]);
    expect([await tick(1999), await tick(2000), await tick(5), await tick()]).toEqual([[[0, 0.01]], [[0, 0.1]], [[0, 0.01]], [[0, 0.1]]]);
    await store.write("BTCUSDT", "um", [instrumentRulesEvent(young, 3000)]);
    const changed = async (fromMs: number, toMs: number): Promise<readonly number[]> =>
      (await store.rulesChanged("BTCUSDT", fromMs, toMs)).map(({ validFromMs }) => validFromMs);
    expect([await changed(0, 5000), await changed(1999, 2001), await changed(2000, 5000), await changed(0, 2000)]).toEqual([
      [2000],
      [2000],
      [],
      [],
    ]);
    await expect(store.instruments(["XUSDT"])).rejects.toThrow("XUSDT instrumentRules is not in history");
    await writeFile(join(root, "instruments/market=um/symbol=BTCUSDT.json"), `[{"validFromMs":1,"rules":{"symbol":3}}]`);
    await expect(store.instruments(["BTCUSDT"])).rejects.toThrow(
      /symbol=BTCUSDT\.json is damaged: its bytes are not those that were written/,
    );
    await rm(join(root, "instruments/market=um", FILE_LIST)); // as an older version left it
    await expect(store.instruments(["BTCUSDT"])).rejects.toThrow(/instrument file .*symbol=BTCUSDT\.json has 0\.rules\.symbol/);
  });

  it("never leaves its folder", async () => {
    await expect(open().write("../x", "um", testKlines(FROM_MS, 1))).rejects.toBeInstanceOf(UserError);
    await expect(open().instruments(["../x"])).rejects.toBeInstanceOf(UserError);
  });
});
