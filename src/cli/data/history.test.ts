import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import { formatUtc } from "../../domain/time.ts";
import { DAY_MS, MINUTE_MS } from "../../domain/units.ts";
import { instrumentRulesEvent } from "../../store/rules/defaultInstruments.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";
import type { RunData } from "./runData.ts";
import { runData } from "./history.ts";
import { barsOver } from "./runData.ts";
import { openStore } from "./store.ts";
import { simulateCommand } from "../simulate.ts";

test("trading rules that change inside the range are a warning that names the time and the remedy", async () => {
  const dir = await mkdtemp(join(tmpdir(), "riposte-rules-"));
  try {
    const context = { log: () => undefined, print: () => undefined, progress: () => undefined, json: false, env: {} };
    await simulateCommand.run(
      { data: dir, symbol: ["BTCUSDT"], from: "2023-01-01", days: "3" },
      { ...context, signal: new AbortController().signal },
    );
    const store = parquetStore({ root: dir });
    const [rules] = await store.instruments(["BTCUSDT"]);
    if (rules === undefined) throw new Error("no rules");
    const changedMs = Date.UTC(2023, 0, 2);
    await store.write("BTCUSDT", "simulated", [instrumentRulesEvent({ ...rules, minNotionalUsdt: 50 }, changedMs)]);
    await store.close();
    const warningsFrom = async (from: number): Promise<readonly string[]> => {
      const config = configSchema.parse({ data: { dir }, from: new Date(from).toISOString().slice(0, 10) });
      const data = await runData({ config, warmUpBars: 0, simulate: false, dirGiven: true, captures: [], wanted: new Set(), env: {} });
      await data.close();
      return data.warnings;
    };
    expect(await warningsFrom(changedMs - DAY_MS)).toContain(
      `The trading rules of BTCUSDT changed on ${formatUtc(changedMs)}; the run keeps those of its start: begin another one there.`,
    );
    expect((await warningsFrom(changedMs)).join()).not.toContain("trading rules");
  } finally {
    await rm(dir, { recursive: true });
  }
});

test("a folder without a file is no history: the market simulator runs, unless the folder was named", async () => {
  const dir = await mkdtemp(join(tmpdir(), "riposte-empty-"));
  try {
    const request = {
      config: configSchema.parse({ data: { dir } }),
      warmUpBars: 0,
      simulate: false,
      captures: [],
      wanted: new Set<never>(),
      env: {},
    };
    await mkdir(join(dir, "klines", "spot"), { recursive: true });
    const data = await runData({ ...request, dirGiven: false });
    await data.close();
    expect(data.simulated).toBe(true);
    await expect(runData({ ...request, dirGiven: true })).rejects.toThrow("it holds nothing; run riposte backfill");
    await writeFile(join(dir, "klines", "spot", "a-file"), "");
    await expect(runData({ ...request, dirGiven: false })).rejects.toThrow();
  } finally {
    await rm(dir, { recursive: true });
  }
});

test("a history that is a file, or lies below one, is refused by whatever opens it", async () => {
  const dir = await mkdtemp(join(tmpdir(), "riposte-file-"));
  try {
    await writeFile(join(dir, "file"), "");
    const { data } = configSchema.parse({ data: { dir: join(dir, "file") } });
    expect(() => openStore({ data, env: {} })).toThrow(/^the history .*file is a file, not a folder: name the folder with --data$/);
    expect(() => openStore({ data: { ...data, dir: join(dir, "file", "sub") }, env: {} })).toThrow(/a part of its path is a file/);
    const none = openStore({ data: { ...data, dir: join(dir, "none") }, env: {} });
    expect(await none.spans()).toEqual([]);
    await none.close();
    expect(openStore({ data: { ...data, store: "questdb" }, env: {} })).toBeDefined();
  } finally {
    await rm(dir, { recursive: true });
  }
});

test("progress counts bars, however many events there are in them", () => {
  const data = { toMs: 100 * MINUTE_MS, expectedBars: 200, instruments: [0, 1] } as unknown as RunData;
  expect([0, 40.5, 99.1, 100, 130].map((minute) => barsOver(data, minute * MINUTE_MS))).toEqual([0, 80, 198, 200, 200]);
});
