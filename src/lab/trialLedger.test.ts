import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Trial } from "./trialLedger.ts";
import { TrialLedger, trialStatistics } from "./trialLedger.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-ledger-"));
  path = join(folder, "trials.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

const trial = (config: string, sharpePerDay: number | null = 0.1, data = "d"): Trial => ({
  configSha256: config,
  dataSha256: data,
  decisionsSha256: "x",
  symbols: ["BTCUSDT"],
  from: "2023-01-01T00:00:00Z",
  to: "2023-02-01T00:00:00Z",
  values: { "position.options.stopFraction": "0.004" },
  sharpePerDay,
  days: 31,
  skew: 0,
  kurtosis: 3,
  totalReturn: 0.01,
  maxDrawdown: -0.01,
  trades: 5,
});

describe("TrialLedger", () => {
  it("appends each trial once, and knows those of earlier runs", async () => {
    const first = new TrialLedger(path);
    expect([first.append(trial("a")), first.append(trial("b", null)), first.append(trial("a"))]).toEqual([true, true, false]);
    const again = new TrialLedger(path);
    expect(again.trials).toEqual([trial("a"), trial("b", null)]);
    expect([again.append(trial("b")), again.append(trial("b", 0.2, "other data"))]).toEqual([false, true]);
    expect((await readFile(path, "utf8")).split("\n")).toHaveLength(4);
  });

  it("takes up a ledger whose last line was cut off, says so, and keeps what it held", async () => {
    new TrialLedger(path).append(trial("a"));
    await appendFile(path, JSON.stringify(trial("b")).slice(0, 50));
    const torn = await readFile(path, "utf8");
    const ledger = new TrialLedger(path);
    expect(ledger.unreadable).toEqual([2]);
    expect(ledger.append(trial("b"))).toBe(true);
    expect((await readFile(path, "utf8")).startsWith(torn)).toBe(true);
    const again = new TrialLedger(path);
    expect(again.trials.map(({ configSha256 }) => configSha256)).toEqual(["a", "b"]);
    expect(again.unreadable).toEqual([2]);
  });

  it("counts a last line that lacks its end only", async () => {
    await writeFile(path, JSON.stringify(trial("a")));
    const ledger = new TrialLedger(path);
    expect(ledger.trials).toHaveLength(1);
    ledger.append(trial("b"));
    expect(new TrialLedger(path).trials).toHaveLength(2);
  });

  it("skips lines that are no trial", async () => {
    await writeFile(path, `{"a":1}\n5\nnull\n${JSON.stringify(trial("a"))}\n`);
    const ledger = new TrialLedger(path);
    expect(ledger.unreadable).toEqual([1, 2, 3]);
    expect(ledger.trials).toHaveLength(1);
  });

  it("says in one line that it cannot be read or written", async () => {
    await mkdir(path);
    expect(() => new TrialLedger(path)).toThrow(/^cannot read the ledger .*: it is a folder; name another file with --ledger$/);
    const nowhere = new TrialLedger(join(folder, "no", "trials.jsonl"));
    expect(() => nowhere.append(trial("a"))).toThrow(/^cannot write the ledger .*: its folder does not exist; name another/);
  });
});

describe("trialStatistics", () => {
  it("counts the trials on the data that are asked for and takes the variance of those with a Sharpe ratio", () => {
    const trials = [trial("a", 0.1), trial("b", 0.3), trial("c", null), trial("d", -0.1), trial("e", 9, "other")];
    expect(trialStatistics(trials, "d")).toEqual({ count: 4, withSharpe: 3, sharpeVariance: expect.closeTo(0.04, 12) as number });
    expect(trialStatistics(trials)).toMatchObject({ count: 5, withSharpe: 4 });
    expect(trialStatistics([trial("a")])).toEqual({ count: 1, withSharpe: 1, sharpeVariance: NaN });
  });
});
