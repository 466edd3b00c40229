import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, riposteEach, scratchFolder } from "../../test/cli/riposte.ts";
import { returnMoments } from "../risk/sharpeBound.ts";
import type { Trial } from "../sweep/trial.ts";
import { returnsOf, trialStatistics } from "../sweep/trial.ts";
import { deflatedSharpe } from "../record/statistics/sharpeProbability.ts";
import type { Ended } from "../../test/cli/riposte.ts";

/**
 * A rule in TypeScript that no JavaScript engine reads: the trials' processes must load it too. It can press Ctrl-C at a bar; from then
 * on each bar takes 1 ms, so that the run is never over before the signal has arrived.
 */
const POSITION = `enum Side { long = 1, short = -1 }
interface Options { stop?: number; target?: number; stopAt?: number }
export default (options: Options) => {
  if (options.stop !== undefined && options.stop <= 0) throw new Error("stop must be above 0");
  return { name: "mine", init: () => ({ n: 0 }), decide: (state: { n: number }, view: any, propose: any) => {
    if (++state.n === options.stopAt) process.kill(process.ppid, "SIGINT");
    if (state.n >= (options.stopAt ?? Infinity) && (options.stopAt ?? -1) > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    if (view.position.positionLots !== 0 || view.entryPending || !view.signal.ready || state.n % 40 !== 0) return;
    propose.enter({ direction: view.signal.pLong > 0.5 ? Side.long : Side.short, qtyLots: 20, leverage: 2,
      bracket: { stopFraction: options.stop ?? 0.004, targetFraction: options.target ?? 0.01 },
      worstTicks: Math.ceil((view.bar.close / view.instrument.tickSize) * 1.002) });
  } };
};`;
const BASE = ["--simulate", "--days", "8", "--position", "./mine.ts"];
const GRID = ["--set", "position.options.stop=0.002,0.003,0.004", "--set", "position.options.target=0.006,0.01"];
const FILES = ["run.json", "sweep.beliefs", "sweep.csv", "sweep.html", "sweep.json"];

interface Document {
  readonly runs: readonly { values: string[]; figures: Record<string, number | null>; decisionsSha256: string; configSha256: string }[];
  readonly luck: { trials: number; withSharpe: number; expectedMaxSharpe: number };
  readonly ledger: { added: number; known: number; trials: number };
  readonly planned: number;
}
interface Tested extends Document {
  readonly runs: readonly (Document["runs"][number] & { readonly test: Document["runs"][number] })[];
  readonly test: { readonly from: string; readonly rankCorrelation: number; readonly verdict: Tested["verdict"] };
  readonly overfitting: unknown;
  readonly verdict: { readonly sentence: string; readonly dsr?: number };
}
/** Without ties: 1 − 6·Σd² / (n·(n² − 1)). */
const spearman = (pairs: readonly (readonly [number, number])[]): number => {
  const rank = (at: 0 | 1, of: number): number => pairs.filter((pair) => pair[at] < of).length;
  const squares = pairs.reduce((sum, [a, b]) => sum + (rank(0, a) - rank(1, b)) ** 2, 0);
  return 1 - (6 * squares) / (pairs.length * (pairs.length ** 2 - 1));
};
const documentOf = ({ stdout, stderr }: Ended): Document => {
  expect(stdout, stderr).not.toBe("");
  return JSON.parse(stdout) as Document;
};

let folder: string;
let first: Ended;
beforeAll(async () => {
  folder = await scratchFolder("sweep");
  await writeFile(join(folder, "mine.ts"), POSITION);
  first = await riposte(["sweep", ...BASE, ...GRID, "--out", "s", "--jobs", "2", "--json"], { cwd: folder });
}, 120_000);
afterAll(() => Promise.all([folder, `${folder}.state`].map((each) => rm(each, { recursive: true }))));

describe("riposte sweep", { timeout: 120_000 }, () => {
  it("runs every combination, the best one first, and decides in each what backtest would", async () => {
    const { runs, planned, luck, ledger } = documentOf(first);
    expect(planned).toBe(6);
    expect(new Set(runs.map(({ values }) => values.join())).size).toBe(6);
    // A few days have no Sharpe ratio of a year.
    expect(new Set(runs.map(({ figures }) => figures["sharpe"]))).toEqual(new Set([null]));
    const returns = runs.map(({ figures }) => figures["totalReturn"] as number);
    expect(returns).toEqual([...returns].sort((a, b) => b - a));
    expect(luck).toMatchObject({ trials: 6, withSharpe: 6, expectedMaxSharpe: null });
    expect(ledger).toMatchObject({ added: 6, known: 0, trials: 6 });
    const picked = runs.filter((_, index) => index % 3 === 0);
    const alone = await riposteEach(
      picked.map(({ values: [stop, target] }) => [
        ...["backtest", ...BASE, "--out", "b", "--json"],
        ...["--set", `position.options.stop=${stop}`, "--set", `position.options.target=${target}`],
      ]),
      folder,
    );
    expect(alone.map(({ stdout }) => (JSON.parse(stdout) as { decisionsSha256: string }).decisionsSha256)).toEqual(
      picked.map(({ decisionsSha256 }) => decisionsSha256),
    );
  });

  it("leaves its files, whole, the document of --json among them", async () => {
    expect(await namesIn(join(folder, "s"))).toEqual(FILES);
    expect(JSON.parse(await readFile(join(folder, "s", "sweep.json"), "utf8"))).toEqual(JSON.parse(first.stdout));
    const csv = (await readFile(join(folder, "s", "sweep.csv"), "utf8")).trim().split("\n");
    expect(csv).toHaveLength(7);
    expect(csv[0]).toMatch(/^position\.options\.stop,position\.options\.target,sharpe,totalReturn,maxDrawdown,trades,/);
    const trials = (await readFile(join(`${folder}.state`, "riposte", "trials.jsonl"), "utf8")).trim().split("\n");
    expect(trials.map((line) => (JSON.parse(line) as { configSha256: string }).configSha256).sort()).toEqual(
      documentOf(first)
        .runs.map(({ configSha256 }) => configSha256)
        .sort(),
    );
  });

  it("does not count the same trials twice, takes beliefs that are there, and says how many it is the best of", async () => {
    const again = await riposte(
      [
        "sweep",
        ...BASE,
        "--set",
        "position.options.stop=0.004,0.005",
        "--set",
        "position.options.target=0.01",
        "--beliefs",
        "s/sweep.beliefs",
        "--out",
        "t",
      ],
      { cwd: folder },
    );
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/trials\.jsonl: 1 added, 1 known already, 7 in all/);
    expect(again.stdout).toMatch(/The best of 7 trials on these data looks better than it is/);
    expect(await namesIn(join(folder, "t"))).toEqual(FILES.filter((name) => name !== "sweep.beliefs"));
  });

  it("runs the same grid on a later range beside that which chooses, and counts both", { timeout: 240_000 }, async () => {
    const market = ["simulate", "--days", "61", "--data", "m", "--seed", "3"];
    const filled = await riposte(market, { cwd: folder });
    expect(filled.code, filled.stderr).toBe(0);
    const data = ["--data", "m", "--position", "./mine.ts", "--set", "data.warmUp=false"];
    const small = ["--set", "position.options.stop=0.002,0.004", "--set", "position.options.target=0.006,0.01"];
    const [train, test] = ["2023-01-01..2023-02-01", "2023-02-01..2023-03-03"];
    const swept = await riposte(["sweep", ...data, ...small, "--train", train, "--test", test, "--out", "tt", "--json"], { cwd: folder });
    const { runs, test: tested, ledger, overfitting, verdict } = JSON.parse(swept.stdout) as Tested;
    expect(ledger).toMatchObject({ added: 8, known: 0, trials: 8 });
    expect(runs.map(({ figures }) => figures["sharpe"])).toEqual(runs.map(({ figures }) => figures["sharpe"]).sort((a, b) => b! - a!));
    expect(tested).toMatchObject({ from: "2023-02-01T00:00:00Z", to: "2023-03-03T00:00:00Z", runs: 4 });
    // A month is too short, and four trials were made on either range.
    expect(overfitting).toEqual({ probability: null, trials: 4, of: 4, days: 31, splits: 0 });
    const lines = (await readFile(join(folder, "m", "trials.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Trial);
    for (const trial of lines) {
      const { count, mean, standardDeviation } = returnMoments(returnsOf(trial) as Float64Array);
      expect([trial.kind, trial.days, trial.sharpePerDay]).toEqual(["sweep", count, mean / standardDeviation]);
    }
    expect(new Set(lines.map(({ dataSha256, days }) => `${dataSha256} ${days}`)).size).toBe(2);
    const winner = runs[0] as Tested["runs"][number];
    const own = lines.filter(({ days }) => days === 31);
    const best = returnsOf(own.find(({ configSha256 }) => configSha256 === winner.configSha256) as Trial) as Float64Array;
    const { sharpeVariance } = trialStatistics(own);
    // Of four tries on the range that chose, by either variance; on the other it is the only one.
    const expected = [sharpeVariance, 1 / 31].map((variance) => deflatedSharpe(returnMoments(best), 4, variance));
    expect(verdict.dsr).toBeCloseTo(Math.min(...expected), 12);
    expect(tested.verdict).not.toHaveProperty("dsr");
    expect(tested.verdict.sentence).toMatch(/ PSR /);
    const [stop, target] = winner.values as [string, string];
    const chosen = ["--set", `position.options.stop=${stop}`, "--set", `position.options.target=${target}`];
    const alone = await riposteEach(
      [train, test].map((range) => [
        "backtest",
        ...data,
        ...chosen,
        "--from",
        range.slice(0, 10),
        "--to",
        range.slice(12),
        "--out",
        "b",
        "--json",
      ]),
      folder,
    );
    expect(alone.map(({ stdout }) => (JSON.parse(stdout) as { decisionsSha256: string }).decisionsSha256)).toEqual([
      winner.decisionsSha256,
      winner.test.decisionsSha256,
    ]);
    const sharpes = runs.map((run) => [run.figures["sharpe"], run.test.figures["sharpe"]] as [number, number]);
    expect(tested.rankCorrelation).toBeCloseTo(spearman(sharpes), 12);
  });

  it("keeps the runs that are finished at Ctrl-C, and says so", async () => {
    const ended = await riposte(
      [
        "sweep",
        ...BASE,
        "--set",
        "position.options.stopAt=-1,-2,5000,-3",
        "--jobs",
        "1",
        "--burst",
        "64",
        "--out",
        "cut",
        "--ledger",
        "cut.jsonl",
      ],
      { cwd: folder },
    );
    expect(ended.code, ended.stderr).toBe(130);
    expect(ended.stderr).toMatch(/stopped after 2 of 4 runs: these are kept in cut and in cut\.jsonl/);
    expect(JSON.parse(await readFile(join(folder, "cut", "sweep.json"), "utf8"))).toMatchObject({ planned: 4, ledger: { added: 2 } });
    expect((await readFile(join(folder, "cut.jsonl"), "utf8")).trim().split("\n")).toHaveLength(2);
    expect(await readFile(join(folder, "cut", "sweep.html"), "utf8")).toContain("The sweep was stopped after 2 of 4 runs.");
  });

  it("leaves nothing when it is stopped before the first run is finished", async () => {
    const ended = await riposte(
      ["sweep", ...BASE, "--set", "position.options.stopAt=5000,-1", "--beliefs", "mine.bel", "--burst", "64", "--out", "none"],
      {
        cwd: folder,
      },
    );
    expectRefusal(ended, 130, /^riposte: stopped before the first run was finished: none is as it was$/);
    expect((await namesIn(folder)).filter((name) => /none|bel|partial/.test(name))).toEqual([]);
  });

  it("refuses before it begins what cannot run", async () => {
    await writeFile(
      join(folder, "other.ts"),
      'export default () => ({ name: "o", features: ["volatility"], init: () => null, decide: () => undefined });',
    );
    await writeFile(join(folder, "newer.jsonl"), '{"format":3}\n');
    const sweep = (...more: string[]): string[] => ["sweep", ...BASE, "--out", "bad", ...more];
    const cases: readonly (readonly [readonly string[], 1 | 2, RegExp])[] = [
      [sweep(), 2, /there is nothing to sweep/],
      [sweep("--set", "signal.options.fastBars=60,120"), 2, /signal\.options\.fastBars changes the beliefs/],
      [sweep("--set", "risk.dya.maxEntries=1,2"), 2, /there is no key risk\.dya/],
      [sweep("--set", "venue.latencyMs=0,-5"), 2, /venue\.latencyMs must be at least 0, got -5/],
      [sweep("--set", "venue.latencyMs=0,00"), 2, /two runs of the grid are the same: venue\.latencyMs=0 and venue\.latencyMs=00/],
      [sweep("--set", "position.options.stop=0.1,-1"), 1, /position\.options\.stop=-1: module \.\/mine\.ts: stop must be above 0/],
      [sweep("--set", "position.options.a=1,2,3", "--max-runs", "2"), 2, /the grid has 3 runs \(3\), at most 2/],
      [sweep("--set", "position.options.a=1,2", "--max-runs", "none"), 2, /--max-runs none: give a whole number, 1 or more/],
      [sweep("--set", "position.options.a=1,2", "--jobs", "0"), 2, /--jobs 0: give a whole number/],
      [sweep("--set", "position.options.a=1,2", "--train", "2023-01-01..2023-01-02"), 2, /--train and --test go together/],
      [
        sweep("--set", "position.options.a=1,2", "--train", "2023-01-01..2023-01-02", "--test", "2023-01-02..2023-01-03"),
        1,
        /--test needs stored history: the market simulator would begin anew/,
      ],
      [sweep("--set", "position.options.a=1,2", "--ledger", "newer.jsonl"), 1, /newer\.jsonl: line 1 has format 3, and this version/],
      [sweep("--set", "position.options.a=1,2", "--ledger", "s"), 1, /cannot read the ledger s: it is a folder/],
      [sweep("--set", "position.options.a=1,2", "--out", "mine.ts"), 1, /cannot write .*mine\.ts: it is a file, not a folder/],
    ];
    const ended = await riposteEach(
      cases.map(([args]) => args),
      folder,
    );
    for (const [index, [, code, line]] of cases.entries()) expectRefusal(ended[index] as Ended, code, line);
    expect(await namesIn(folder)).not.toContain("bad");
  });

  it("ends with the settings and the bar of a run that fails", async () => {
    await writeFile(
      join(folder, "throws.ts"),
      'export default ({ at }: { at: number }) => ({ name: "t", init: () => ({ n: 0 }), decide: (s: { n: number }) => { if (++s.n === at) throw new Error("oh"); } });',
    );
    const ended = await riposte(
      [
        "sweep",
        "--simulate",
        "--days",
        "2",
        "--position",
        "./throws.ts",
        "--set",
        "position.options.at=-1,50",
        "--out",
        "bad",
        "--ledger",
        "l",
        "--jobs",
        "1",
      ],
      { cwd: folder },
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /riposte: position\.options\.at=50: position module \.\/throws\.ts failed at the bar that closed at 2023-01-01T00:50:00Z: oh \(line 1\)\n$/,
    );
    expect(ended.stderr).toMatch(/NOTE 1 of 2 runs were finished: they are in l; bad is as it was/);
    expect(await namesIn(folder)).not.toContain("bad");
  });
});
