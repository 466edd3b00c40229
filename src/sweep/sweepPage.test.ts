import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { pageScript, SWEEP_MODULES } from "../report/html/assets.ts";
import { sweepPage } from "./sweepPage.ts";
import type { SweepRecord } from "./sweepRecord.ts";
import type { Trial } from "./trial.ts";
import { bySharpe, luckOf, luckText } from "./sweepRecord.ts";
import { sweepText } from "./sweepText.ts";
import { sampleSweep, testedSweep } from "./testing/sampleSweep.ts";

const page = (record: SweepRecord): string => [...sweepPage(record)].join("");
const dataOf = (text: string): { keys: unknown; runs: { at: number[]; figures: (number | null)[] }[] } =>
  JSON.parse(/<script type="application\/json" id="sweep-data">(.*?)<\/script>/s.exec(text)?.[1] ?? "") as ReturnType<typeof dataOf>;

describe("sweepPage", () => {
  it("holds every run in the table and in the data of the heat map", () => {
    const record = sampleSweep(2);
    const text = page(record);
    expect(text.match(/<tr data-run=/g)).toHaveLength(9);
    const { keys, runs } = dataOf(text);
    expect(keys).toEqual([
      { key: "k0", values: ["1", "2", "10"] },
      { key: "k1", values: ["1", "2", "10"] },
    ]);
    expect(runs).toHaveLength(9);
    expect(runs.at(-1)).toMatchObject({ at: [0, 0], figures: expect.arrayContaining([null]) as unknown });
    expect(text).toContain("expected best of 40 trials without skill");
  });

  it("escapes what comes from outside, and loads nothing", () => {
    const hostile = `</script><img src=x onerror="alert(1)">`;
    const text = page(
      sampleSweep(1, { name: hostile, command: hostile, warnings: [hostile], keys: [{ key: "position.module", values: [hostile] }] }),
    );
    expect(text).not.toContain("<img src=x");
    expect(text).not.toMatch(/(?:src|href)=["']?https?:/);
    expect(text).toContain("default-src 'none'");
  });

  it("asks for a second key only where there is one, and for the others only where there are more", () => {
    const controls = (keys: number): string[] =>
      [...page(sampleSweep(keys)).matchAll(/data-map="(\w+)"/g)].map(([, name]) => name as string);
    expect([controls(1), controls(2), controls(3)]).toEqual([
      ["figure", "x"],
      ["figure", "x", "y"],
      ["figure", "x", "y", "join"],
    ]);
  });

  it("says that the prices are simulated, and that the sweep was stopped", () => {
    const text = page(sampleSweep(1, { simulated: true, dataSource: "seed 1", planned: 12 }));
    expect(text).toContain("Simulated market, not real prices.");
    expect(text).toContain("The sweep was stopped after 3 of 12 runs.");
  });

  it("says IN-SAMPLE, and which members they were", () => {
    const record = sampleSweep(1, { models: { "signal/x@1": "m1" }, inSample: ["signal member x@1 serves inside."] });
    expect(page(record)).toContain("<strong>IN-SAMPLE.</strong> This sweep proves nothing: signal member x@1 serves inside.");
    expect(page(record)).toMatch(/Member signal\/x@1<[^m]*<code>m1</s);
    expect(sweepText(record, "p")).toMatch(/^!! IN-SAMPLE: signal member x@1 serves inside\.$/m);
    expect(page(sampleSweep(1))).not.toContain("IN-SAMPLE");
  });

  it("shows both ranges side by side, and of the first alone nothing of a test", () => {
    const record = testedSweep(2);
    const text = page(record);
    expect([...text.matchAll(/data-sort="figure-\d+">([^<]+)</g)].slice(0, 9).map(([, label]) => label)).toEqual([
      ...["Sharpe", "Sharpe, test", "Return", "Return, test", "Max drawdown", "Max drawdown, test", "Trades", "Trades, test", "Win rate"],
    ]);
    const { runs } = dataOf(text);
    expect(runs[0]?.figures[1]).toBe((runs[0]?.figures[0] as number) / 2);
    expect([1, 3, 5, 7].map((at) => runs.at(-1)?.figures[at])).toEqual([null, null, null, null]);
    expect(text).toMatch(
      /<strong>Test<\/strong> 2024-01-01 to 2024-04-01 UTC: the winner(?:&#39;|')s Sharpe ratio is 0\.\d+ there and 0\.\d+/,
    );
    expect(page(sampleSweep(2))).not.toMatch(/, test<|<strong>Test/);
    const shown = sweepText(record, "p");
    expect(shown).toMatch(/^ *k0 .* Sharpe {3}Sharpe, test {3}Return {3}Return, test {3}Max drawdown {3}Max drawdown, test {3}/m);
    expect(shown).toMatch(
      /^Test {7}2024-01-01 .* Rank correlation of the Sharpe ratios of 8 runs: 0\.13\. Verdict of the test: none: 3 trades/m,
    );
    const unfinished = { ...record, runs: record.runs.map(({ test: _, ...run }) => run), test: { ...record.test!, verdict: null } };
    expect(sweepText(unfinished, "p")).toMatch(/^Test .*: the winner was not run there; the sweep was stopped\.$/m);
  });

  it("has one script without imports or twice-used names", () => {
    const script = pageScript(SWEEP_MODULES);
    expect(script).not.toMatch(/^\s*(?:import|export)\b(?!\()/m);
    expect(() => new Script(script)).not.toThrow();
  });
});

describe("the words of a sweep", () => {
  it("put the best first and runs without a Sharpe ratio last", () => {
    const sharpes = bySharpe([...sampleSweep(2).runs].reverse()).map(({ figures }) => figures.sharpe);
    expect(sharpes.slice(0, -1)).toEqual([...sharpes.slice(0, -1)].sort((a, b) => b - a));
    expect(sharpes.at(-1)).toBeNaN();
    expect(sweepText(sampleSweep(3), "out/sweep/sweep.html")).toContain("… and 15 more");
  });

  it("say the verdict and the probability of overfitting, as the page does", () => {
    const record = sampleSweep(1);
    const verdict = "not distinguishable from luck: 8 trades, DSR .03";
    expect(sweepText(record, "p")).toContain(`\nVerdict    ${verdict}\n`);
    expect(page(record)).toContain(`<strong>Verdict</strong> ${verdict}.`);
    for (const text of [sweepText(record, "p"), page(record)]) expect(text).toContain("(PBO .62)");
  });

  it("say how much luck there is in the best of many", () => {
    expect(
      luckText({ trials: 40, withSharpe: 39, days: 365, sharpeVariance: 0.01, expectedMaxSharpe: 4.123, deflatedSharpe: [0.031, 0.0549] }),
    ).toMatch(
      /^The best of 40 trials on these data \(1 of them never traded\) .* would be about 4\.12;.* deflated Sharpe ratio is \.03 \(\.05 with the variance of chance alone\)/,
    );
    expect(
      luckText({ trials: 1, withSharpe: 1, days: 365, sharpeVariance: NaN, expectedMaxSharpe: NaN, deflatedSharpe: [NaN, NaN] }),
    ).toMatch(/^The best of 1 trial .* Too few trials/);
    expect(luckOf([])).toMatchObject({ trials: 0, days: NaN, expectedMaxSharpe: NaN });
  });

  it("annualise no luck of fewer than 30 days", () => {
    const trials = (days: number): Trial[] =>
      [0.1, 0.2, 0.4].map((sharpePerDay, at) => ({
        ...{
          kind: "sweep" as const,
          configSha256: `c${at}`,
          dataSha256: "d",
          decisionsSha256: "",
          modules: {},
          models: {},
          symbols: ["BTCUSDT"],
          from: "",
          to: "",
          values: {},
        },
        ...{ sharpePerDay, days, skew: 0, kurtosis: 3, totalReturn: 0, maxDrawdown: 0, trades: 1 },
      }));
    expect(luckOf(trials(30)).expectedMaxSharpe).toBeGreaterThan(1);
    expect(luckOf(trials(29)).expectedMaxSharpe).toBeNaN();
    expect(luckOf(trials(29)).deflatedSharpe).toEqual([NaN, NaN]);
    expect(luckText(luckOf(trials(29)))).toContain(": it was chosen for looking good. 29 days are too few");
    expect(luckText({ ...luckOf([]), days: 1 })).toContain("1 day is too few");
    // The best of three, .4 a day, by scipy: variance of the three, then 1 / 30.
    const [byTrials, byChance] = luckOf(trials(30)).deflatedSharpe;
    expect(byTrials).toBeCloseTo(0.9189011038530814, 10);
    expect(byChance).toBeCloseTo(0.897231315072593, 10);
  });
});
