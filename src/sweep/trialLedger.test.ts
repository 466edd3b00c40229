import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Trial } from "./trial.ts";
import { allTrials, packedReturns, returnsOf, trialsOf, trialStatistics } from "./trial.ts";
import { readTrials, TrialLedger } from "./trialLedger.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-ledger-"));
  path = join(folder, "trials.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

const trial = (config: string, sharpePerDay: number | null = 0.1, data = "d"): Trial => ({
  kind: "sweep",
  configSha256: config,
  dataSha256: data,
  decisionsSha256: "x",
  modules: {},
  models: {},
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

  it.each(["hello\n", '{"name":"package"}\n', "\u0000\u0001\nab", '{\n  "name": 1\n}\n'])(
    "appends nothing to the file of another program: %j",
    async (text) => {
      await writeFile(path, text);
      expect(() => new TrialLedger(path)).toThrow(
        /^cannot use the ledger .*: none of its lines is a trial; name another file with --ledger/,
      );
      expect(await readFile(path, "utf8")).toBe(text);
    },
  );

  it("takes up a ledger whose first line was cut off", async () => {
    await writeFile(path, JSON.stringify(trial("a")).slice(0, 50));
    new TrialLedger(path).append(trial("b"));
    expect(new TrialLedger(path).trials).toHaveLength(1);
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

  it("counts a module that was edited, or that another file of it was, as another trial", () => {
    const ledger = new TrialLedger(path);
    const withModule = (sha256: string): Trial => ({ ...trial("a"), modules: { "./mine.ts": sha256 } });
    expect([withModule("1"), withModule("1"), withModule("2"), trial("a")].map((each) => ledger.append(each))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(new TrialLedger(path).trials).toHaveLength(3);
  });

  it("counts a trained member of other files as another trial", () => {
    const ledger = new TrialLedger(path);
    const withMember = (sha256: string): Trial => ({ ...trial("a"), models: { "signal/x@1": sha256 } });
    expect([withMember("1"), withMember("1"), withMember("2"), trial("a")].map((each) => ledger.append(each))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(new TrialLedger(path).trials).toHaveLength(3);
  });

  it("names a line that was changed after it was written, whichever character it is, and counts it as it stands", async () => {
    new TrialLedger(path).append(trial("a"));
    new TrialLedger(path).append(trial("b"));
    const [first = "", second = ""] = (await readFile(path, "utf8")).split("\n");
    for (let at = first.indexOf("trades"); at < first.length; at += 1) {
      const changed = first.slice(0, at) + (first[at] === "7" ? "8" : "7") + first.slice(at + 1);
      await writeFile(path, `${changed}\n${second}\n`);
      const ledger = new TrialLedger(path);
      expect([...ledger.changed, ...ledger.unreadable]).toEqual([1]);
      expect(ledger.trials.length).toBe(ledger.changed.length + 1);
    }
  });

  it("takes lines of earlier versions, which have no checksum and know no modules and members", async () => {
    const { kind: _, modules: _modules, models: _models, ...older } = trial("a");
    await writeFile(path, `${JSON.stringify(older)}\r\n`);
    const ledger = new TrialLedger(path);
    expect(ledger.trials).toEqual([trial("a")]);
    expect([ledger.changed, ledger.unreadable]).toEqual([[], []]);
    expect(ledger.append(trial("a"))).toBe(false);
    expect(allTrials(ledger.trials, readTrials(path).trials)).toHaveLength(1);
  });

  it("keeps daily returns to the bit, and walk-forwards apart from sweeps", async () => {
    const returns = Float64Array.of(0.1 + 0.2, -1 / 3, 0, 5e-324, NaN);
    const walk: Trial = { ...trial("a"), kind: "walkForward", dailyReturns: packedReturns(returns) };
    const ledger = new TrialLedger(path);
    expect([ledger.append(trial("a")), ledger.append(walk), ledger.append(walk)]).toEqual([true, true, false]);
    const { trials } = new TrialLedger(path);
    expect(trials).toEqual([trial("a"), walk]);
    expect([trialsOf(trials, "sweep"), trialsOf(trials, "walkForward"), trialsOf(trials, "walkForward", "other")]).toEqual([
      [trial("a")],
      [walk],
      [],
    ]);
    expect(returnsOf(trials[1] as Trial)).toEqual(returns);
    expect(returnsOf(trial("a"))).toBeUndefined();
    expect((await readFile(path, "utf8")).startsWith('{"format":2,"kind":"sweep",')).toBe(true);
  });

  it("refuses the ledger of a newer version in one line, and takes no kind that it does not know", async () => {
    await writeFile(path, `${JSON.stringify(trial("a"))}\n${JSON.stringify({ ...trial("b"), kind: "guess" })}\n`);
    expect(new TrialLedger(path).unreadable).toEqual([2]);
    await appendFile(path, `${JSON.stringify({ format: 3, tried: "something" })}\n`);
    expect(() => new TrialLedger(path)).toThrow(
      /^cannot use the ledger .*: line 3 has format 3, and this version of Riposte reads up to 2; use the version that wrote it, or name another/,
    );
  });

  it("is appended to by two at once without a line lost, and knows the other's trials when it is read again", async () => {
    const [one, other] = [new TrialLedger(path), new TrialLedger(path)];
    for (let i = 0; i < 20; i += 1) (i % 2 === 0 ? one : other).append(trial(String(i)));
    await appendFile(path, "torn");
    other.append(trial("last"));
    one.refresh();
    expect(one.trials).toHaveLength(21);
    expect(one.unreadable).toEqual([21]);
  });

  it("says in one line, before the first trial, that it cannot be read or written", async () => {
    await mkdir(path);
    expect(() => new TrialLedger(path)).toThrow(/^cannot read the ledger .*: it is a folder; name another file with --ledger$/);
    const nowhere = join(folder, "no", "trials.jsonl");
    expect(() => new TrialLedger(nowhere)).toThrow(/^cannot write the ledger .*: its folder does not exist; name another/);
    expect(() => new TrialLedger("/dev/null")).toThrow(/it is a device; name another file with --ledger$/);
    const made = new TrialLedger(nowhere, true);
    expect(await readdir(join(folder, "no"))).toEqual([]);
    made.append(trial("a"));
    expect(await readdir(join(folder, "no"))).toEqual(["trials.jsonl"]);
  });
});

describe("trialStatistics", () => {
  it("counts the trials on the data that are asked for and takes the variance of those with a Sharpe ratio", () => {
    const trials = [trial("a", 0.1), trial("b", 0.3), trial("c", null), trial("d", -0.1), trial("e", 9, "other")];
    expect(trialStatistics(trialsOf(trials, "sweep", "d"))).toEqual({
      count: 4,
      withSharpe: 3,
      sharpeVariance: expect.closeTo(0.04, 12) as number,
    });
    expect(trialStatistics(trials)).toMatchObject({ count: 5, withSharpe: 4 });
    expect(trialStatistics([trial("a")])).toEqual({ count: 1, withSharpe: 1, sharpeVariance: NaN });
  });
});
