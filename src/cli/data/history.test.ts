import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { Kind } from "../../domain/kind.ts";
import { formatUtc } from "../../domain/time.ts";
import { DAY_MS, MINUTE_MS } from "../../domain/units.ts";
import { instrumentRulesEvent } from "../../store/rules/defaultInstruments.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";
import type { RunData } from "./runData.ts";
import { runData } from "./history.ts";
import { barsOver } from "./runData.ts";
import { openStore } from "./store.ts";
import { simulateCommand } from "../simulate.ts";

test("trading rules that change inside the range stand on the line at their time, counted on one grid, and are told", async () => {
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
    // Ten times coarser in price: the run counts in the finer tick from its start on.
    const coarser = { ...rules, tickSize: rules.tickSize * 10, minNotionalUsdt: 50, minPriceTicks: 3 };
    await store.write("BTCUSDT", "simulated", [instrumentRulesEvent(coarser, changedMs)]);
    await store.close();
    const told: { minute: number; rules: Instrument }[] = [];
    const started: (Instrument | undefined)[] = [];
    const warningsFrom = async (from: number): Promise<readonly string[]> => {
      const config = configSchema.parse({ data: { dir }, from: new Date(from).toISOString().slice(0, 10) });
      const data = await runData({ config, warmUpBars: 0, simulate: false, dirGiven: true, captures: [], wanted: new Set(), env: {} });
      started.push(data.instruments[0]);
      for await (const burst of data.events())
        for (const event of burst)
          if (event.kind === Kind.instrumentRules) told.push({ minute: (event.knownAtMs - changedMs) / MINUTE_MS, rules: event.rules });
      await data.close();
      return data.warnings;
    };
    expect(await warningsFrom(changedMs - DAY_MS)).toContain(
      `The trading rules of BTCUSDT changed on ${formatUtc(changedMs)}; orders follow the rules of their time. Its tick changed: the whole run counts in the finest, and orders need not keep to the coarser.`,
    );
    expect(told).toMatchObject([{ minute: 0, rules: { index: 0, tickSize: rules.tickSize, minPriceTicks: 30, minNotionalUsdt: 50 } }]);
    expect(started[0]).toEqual(rules);
    // A run that begins there has those rules alone.
    expect((await warningsFrom(changedMs)).join()).not.toContain("trading rules");
    expect(told).toHaveLength(1);
    expect(started[1]).toMatchObject({ tickSize: coarser.tickSize, minPriceTicks: 3 });
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
