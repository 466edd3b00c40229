import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runFileText } from "../runFile.ts";
import type { RunFile } from "../runFile.ts";
import type { ShelvedRun } from "../runShelf.ts";
import { shelved } from "../runShelf.ts";
import { sampleRun } from "../testing/sampleRun.ts";
import { compareRuns } from "./compareRuns.ts";
import { configDifferences } from "./configDifferences.ts";
import { csvRecords } from "./csvRecords.ts";
import { pairedDays } from "./pairedDays.ts";
import { tradeDifferences } from "./tradeDifferences.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "riposte-compare-"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const DAY_MS = 86_400_000;
const TRADES = "symbol,side,entryTimeMs,exitTimeMs,pnlUsdt,exitReason,confidence";
const equityOf = (days: number, daily: number): string =>
  [
    "timeMs,equityUsdt,drawdown",
    ...Array.from({ length: days + 1 }, (_, day) => `${day * DAY_MS},${1000 * (1 + daily) ** day},0`),
    "",
  ].join("\n");

const kept = (index: number, files: Readonly<Record<string, string>>, changes: Partial<RunFile> = {}): ShelvedRun => {
  const run = sampleRun(index, { hashes: { ...sampleRun(index).hashes, decisions: `d${index}` }, ...changes });
  const folder = join(root, run.id);
  mkdirSync(folder);
  for (const [name, text] of Object.entries({ "run.json": runFileText(run), ...files })) writeFileSync(join(folder, name), text);
  return shelved(run, folder);
};
const FILES = { "trades.csv": `${TRADES}\n`, "equity.csv": equityOf(40, 0.001), "decisions.jsonl": "" };

describe("compareRuns", () => {
  it("puts figures and settings side by side, and each run beside the first", async () => {
    const line = (timeMs: number, what: string): string =>
      `${JSON.stringify({ timeMs, symbol: "BTCUSDT", signal: null, happened: [{ what }] })}\n`;
    const first = kept(0, { ...FILES, "decisions.jsonl": line(1, "intent") + line(2, "fill") + line(3, "fill") });
    const other = kept(
      1,
      { ...FILES, "equity.csv": equityOf(40, 0.002), "decisions.jsonl": line(1, "intent") + line(3, "fill") },
      { config: { name: "other", symbols: ["BTCUSDT"], venue: { latencyMs: 5 } }, figures: { totalReturn: 0.5, halts: 2 } },
    );
    const { figures, differences, beside } = await compareRuns([first, other], 1);
    expect(figures).toEqual({ totalReturn: [0, 0.5], sharpe: [1, null], maxDrawdown: [-0.1, null], trades: [7, null], halts: [null, 2] });
    expect(differences).toEqual([{ key: "venue.latencyMs", values: [null, 5] }]);
    expect(beside).toHaveLength(1);
    expect(beside[0]).toMatchObject({
      id: other.run.id,
      sameDecisions: false,
      firstDecision: { timeMs: 2, symbol: "BTCUSDT", first: { happened: [{ what: "fill" }] }, other: null },
      daysInCommon: 40,
    });
    expect(beside[0]?.dailyReturns?.mean).toBeCloseTo(0.001, 12);
  });

  it("knows equal decisions by their hash, and says when only what was said differs", async () => {
    const same = { hashes: sampleRun(0).hashes };
    expect((await compareRuns([kept(0, FILES, same), kept(1, FILES, same)], 1)).beside[0]).toMatchObject({
      sameDecisions: true,
      firstDecision: null,
    });
    expect((await compareRuns([kept(2, FILES), kept(3, FILES)], 1)).beside[0]).toMatchObject({ sameDecisions: false, firstDecision: null });
  });

  it("finds the first difference wherever it is: at the end of one file, or in the same bar", async () => {
    const line = (timeMs: number, extra: object): string =>
      `${JSON.stringify({ timeMs, symbol: "B", signal: null, happened: [], ...extra })}\n`;
    const of = async (first: string, other: string, at: number): Promise<unknown> =>
      (await compareRuns([kept(at, { ...FILES, "decisions.jsonl": first }), kept(at + 1, { ...FILES, "decisions.jsonl": other })], 1))
        .beside[0]?.firstDecision;
    expect(await of(line(1, {}), line(1, {}) + line(4, {}), 0)).toMatchObject({ timeMs: 4, first: null, other: { timeMs: 4 } });
    expect(await of(line(5, { a: 1 }), line(5, { a: 2 }), 2)).toMatchObject({ timeMs: 5, first: { a: 1 }, other: { a: 2 } });
    expect(await of(line(5, {}), line(3, {}), 4)).toMatchObject({ timeMs: 3, first: null, other: { timeMs: 3 } });
  });

  it("compares sweeps by figures and settings alone", async () => {
    const sweep = kept(0, {}, { kind: "sweep", swept: [{ key: "position.options.stop", values: ["1", "2"] }] });
    const { beside, differences } = await compareRuns([sweep, kept(1, {})], 1);
    expect(beside).toEqual([]);
    expect(differences.map(({ key }) => key)).toEqual(["swept.position.options.stop"]);
  });

  it("refuses a run without figures, and one whose files are gone or another's", async () => {
    const good = kept(0, FILES);
    const failed = kept(1, {}, { status: "failed", problem: "no bar", figures: {} });
    await expect(compareRuns([good, failed], 1)).rejects.toThrow(
      /^run .* failed \(no bar\): it has no figures to compare; name a run that is done/,
    );
    const replaced = kept(2, { ...FILES, "run.json": runFileText(sampleRun(7)) });
    await expect(compareRuns([good, replaced], 1)).rejects.toThrow(
      /were replaced by those of run 2024.*: run its command again, riposte backtest$/,
    );
    const torn = kept(3, { "equity.csv": FILES["equity.csv"] });
    await expect(compareRuns([good, torn], 1)).rejects.toThrow(
      /^cannot read .*trades\.csv of run .*: the folder does not exist or vanished meanwhile; run/,
    );
    rmSync(torn.filesDir, { recursive: true });
    await expect(compareRuns([good, torn], 1)).rejects.toThrow(/^the files of run .* are gone: run its command again/);
  });
});

describe("tradeDifferences", () => {
  it("pairs trades by entry, several of one in their order", () => {
    const csv = (...rows: string[]): string => [TRADES, ...rows, ""].join("\n");
    const found = tradeDifferences(
      csv("B,long,1,2,5,stop,0.5", "B,long,1,3,6,stop,", "B,short,4,5,1,target,", "E,long,9,9,1,stop,"),
      csv("B,long,1,2,5,stop,0.6", "B,long,1,3,7,target,", "B,long,4,5,1,target,"),
    );
    expect(found.same).toBe(1);
    expect(found.changed).toEqual([
      {
        first: expect.objectContaining({ pnlUsdt: 6 }) as object,
        other: expect.objectContaining({ pnlUsdt: 7, exitReason: "target" }) as object,
      },
    ]);
    expect(found.onlyFirst.map(({ symbol, side }) => `${symbol} ${side}`)).toEqual(["B short", "E long"]);
    expect(found.onlyOther).toEqual([{ symbol: "B", side: "long", entryTimeMs: 4, exitTimeMs: 5, pnlUsdt: 1, exitReason: "target" }]);
  });
});

describe("pairedDays", () => {
  const csv = (...rows: (readonly [number, number])[]): string =>
    ["timeMs,equityUsdt,drawdown", ...rows.map((row) => `${row.join()},0`), ""].join("\n");

  it("takes the days that both have whole, and none behind a lost account", () => {
    const first = csv([0, 100], [1, 110], [2, 121], [3, 121], [4, 0], [5, 0]);
    const other = csv([1, 50], [2, 60], [4, 60], [5, 66]);
    const differences = pairedDays(first, other);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toBeCloseTo(0.1, 12);
  });
});

it("configDifferences compares leaves, lists as one value, and not the name or where runs lie", () => {
  const config = { name: "a", runs: { keep: 1 }, symbols: ["A"], venue: { fee: null, latencyMs: 1 }, signal: { options: {} } };
  const other = { ...config, name: "b", runs: { keep: 2 }, symbols: ["A", "B"], signal: { options: { x: 1 } } };
  expect(configDifferences([config, config])).toEqual([]);
  expect(configDifferences([config, other, config])).toEqual([
    { key: "symbols", values: [["A"], ["A", "B"], ["A"]] },
    { key: "signal.options.x", values: [null, 1, null] },
  ]);
});

it("csvRecords reads quoted cells, empty ones, and any line end", () => {
  expect(csvRecords('a,"b,c",d\r\n1,"x ""y"",\nz",\n,,3')).toEqual([
    { a: "1", "b,c": 'x "y",\nz', d: "" },
    { a: "", "b,c": "", d: "3" },
  ]);
  expect(csvRecords("a,b\n")).toEqual([]);
  expect(csvRecords("")).toEqual([]);
  expect(() => csvRecords("a,b\n1\n")).toThrow("row 1 has 1 cells, its header 2");
});
