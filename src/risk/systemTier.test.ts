import { describe, expect, it } from "vitest";
import { limitsOf, nextTo, RiskLine, START_MS } from "../../test/riskLine.ts";
import { MINUTE_MS } from "../domain/units.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { SystemLimits } from "./limits.ts";
import { sharpeUpperBound } from "./sharpeBound.ts";

const DAY = 1440;
const { maxDrawdownFraction, minSharpeUpperBound, sharpeMinDays } = DEFAULT_LIMITS.system;

const started = (system: Partial<SystemLimits>): RiskLine => {
  const line = new RiskLine(limitsOf({ system }));
  line.bar({ at: 0 });
  return line;
};

describe("drawdown: 5 % from the peak halts", () => {
  const raised = (value: number) => [`HALTED +system.maxDrawdownFraction ${value}/0.05`];
  it.each([
    [9_500.01, []],
    [9_500, raised(1 - 0.95)],
    [9_499.99, raised(1 - 9_499.99 / 10_000)],
    [NaN, []],
  ])("equity %d", (equity, told) => {
    expect(started({ maxDrawdownFraction }).bar({ equity })).toEqual(told);
  });
  it("is measured from the highest equity at the close of a moment since the start, across days", () => {
    const line = started({ maxDrawdownFraction });
    line.bar({ equity: 12_000 });
    line.bar({ at: DAY, equity: 11_500 });
    line.bar({ at: 2 * DAY, equity: NaN });
    expect(line.bar({ equity: 11_400.01 })).toEqual([]);
    expect(line.account(0, 11_000)).toEqual([]);
    expect(line.bar({ equity: 11_400 })).toEqual(raised(1 - 11_400 / 12_000));
  });
  it("person: stays until `resume`, whatever the equity and the day; then counts from a fresh peak", () => {
    const line = started({ maxDrawdownFraction, resume: "person" });
    line.bar({ equity: 9_500 });
    expect(line.bar({ at: DAY, equity: 20_000 })).toEqual([]);
    expect(line.enter(1)[0]).toContain("refused system.maxDrawdownFraction");
    line.bar({ equity: 9_000 });
    expect(line.command("resume")).toEqual([expect.stringContaining("ACTIVE -system.maxDrawdownFraction")]);
    expect(line.enter(1)).toEqual(["approved enter"]);
    expect(line.bar({ equity: 8_550.01 })).toEqual([]);
    expect(line.bar({ equity: 8_550 })).toEqual([...raised(1 - 8_550 / 9_000), "cancelEntries0 0 risk"]);
  });
  it("nextDay: ends at the next 00:00 UTC with a fresh peak", () => {
    const line = started({ maxDrawdownFraction, resume: "nextDay" });
    line.bar({ equity: 9_500 });
    expect(line.bar({ at: DAY - 1, equity: 9_000 })).toEqual([]);
    expect(line.bar({ at: DAY, equity: 9_000 })).toEqual([expect.stringContaining("ACTIVE -system.maxDrawdownFraction")]);
    expect(line.bar({ equity: 8_550.01 })).toEqual([]);
    expect(line.bar({ equity: 8_550 })).toHaveLength(1);
  });
  it("nextDay ends the system's halt alone", () => {
    const line = started({ maxDrawdownFraction, resume: "nextDay" });
    line.bar({ equity: 9_500 });
    line.command("halt");
    expect(line.bar({ at: DAY })).toEqual([expect.stringContaining("HALTED -system.maxDrawdownFraction")]);
    expect(line.bar({ at: 2 * DAY })).toEqual([]);
  });
  it("nextDay without a breach forgets no peak", () => {
    const line = started({ maxDrawdownFraction, resume: "nextDay" });
    line.bar({ at: DAY, equity: 9_700 });
    expect(line.bar({ equity: 9_500 })).toHaveLength(1);
    const paused = started({ maxDrawdownFraction, resume: "nextDay" });
    paused.command("halt");
    expect(paused.bar({ at: DAY, equity: 9_700 })).toEqual([]);
    expect(paused.bar({ equity: 9_500 })).toHaveLength(1);
  });
  it("`resume` without a breach of the system forgets no peak", () => {
    const line = started({ maxDrawdownFraction });
    line.bar({ equity: 9_700 });
    expect(line.command("resume")).toEqual([]);
    line.command("halt");
    expect(line.command("resume")).toEqual(["ACTIVE -command.halt 1/0"]);
    expect(line.bar({ equity: 9_500 })).toHaveLength(1);
  });
  it("a `resume` while equity is unknown takes the next known one as the peak", () => {
    const line = started({ maxDrawdownFraction });
    line.bar({ equity: 9_500 });
    line.bar({ equity: NaN });
    line.command("resume");
    line.bar({ equity: 9_000 });
    expect(line.bar({ equity: 8_551 })).toEqual([]);
    expect(line.bar({ equity: 8_550 })).toHaveLength(1);
  });
  it("counts no peak of the warm-up, its last moment included", () => {
    const line = new RiskLine(limitsOf({ system: { maxDrawdownFraction } }), { tradeFromMs: START_MS + 60 * MINUTE_MS });
    line.bar({ at: 59, equity: 20_000 });
    line.bar({ at: 60, equity: 20_000 });
    expect(line.bar({ equity: 10_000 })).toEqual([]);
    expect(line.bar({ equity: 9_500 })).toEqual(raised(1 - 0.95));
  });
});

describe("Sharpe: after 90 daily returns, the upper 95 % bound below 0.5 halts", () => {
  const limits = { minSharpeUpperBound, sharpeMinDays };
  /** A bad system: daily returns around −0.1 %. */
  const returns = Array.from({ length: 200 }, (_, day) => -0.001 + 0.002 * Math.sin(day * 1.7));
  const equities = (line: RiskLine, from: number, to: number): string[] => {
    const told: string[] = [];
    for (let day = from; day < to; day += 1)
      told.push(...line.bar({ at: (day + 1) * DAY, equity: line.equityUsdt * (1 + (returns[day] as number)) }));
    return told;
  };
  const valueOf = (told: readonly string[]): number => Number(/ (\S+)\//.exec(told[0] ?? "")?.[1]);

  it("not at the 89th, but at the 90th", () => {
    const line = started(limits);
    expect(equities(line, 0, 89)).toEqual([]);
    const told = equities(line, 89, 90);
    expect(told).toEqual([expect.stringContaining("HALTED +system.minSharpeUpperBound ")]);
    expect(valueOf(told)).toBeCloseTo(sharpeUpperBound(returns.slice(0, 90), 0.95), 6);
    expect(told[0]).toContain("/0.5");
  });
  it("fires below the limit: not at it, not one step above", () => {
    const run = (limit: number): string[] => equities(started({ ...limits, minSharpeUpperBound: limit }), 0, 90);
    const exact = valueOf(run(0.5));
    expect(run(nextTo(exact, 1))).toHaveLength(1);
    expect(run(exact)).toEqual([]);
    expect(run(nextTo(exact, -1))).toEqual([]);
  });
  it("is judged at 00:00 UTC alone", () => {
    const line = started(limits);
    equities(line, 0, 89);
    expect(line.bar({ at: 89 * DAY + 720, equity: line.equityUsdt * 0.9 })).toEqual([]);
    expect(line.bar({ at: 90 * DAY - 1 })).toEqual([]);
    expect(line.bar({ at: 90 * DAY })).toHaveLength(1);
  });
  it.each(["person", "nextDay"] as const)("%s: resumes with an empty window", (resume) => {
    const line = started({ ...limits, resume });
    equities(line, 0, 90);
    if (resume === "person") {
      line.bar({ at: 90 * DAY + 60, equity: line.equityUsdt * 0.5 });
      expect(line.command("resume")).toHaveLength(1);
    } else expect(equities(line, 90, 91)).toEqual([expect.stringContaining("ACTIVE -system.minSharpeUpperBound")]);
    const first = resume === "person" ? 90 : 91;
    expect(equities(line, first, first + 89)).toEqual([]);
    const told = equities(line, first + 89, first + 90);
    expect(told).toHaveLength(1);
    expect(valueOf(told)).toBeCloseTo(sharpeUpperBound(returns.slice(first, first + 90), 0.95), 6);
  });
  it("a hole over midnight belongs to the day that has to bear it", () => {
    const line = started(limits);
    equities(line, 0, 44);
    const before = line.equityUsdt;
    // The moment at 00:00 is missing, and with it a loss of 1 %: it is of the day after.
    line.bar({ at: 45 * DAY - 1 });
    line.bar({ at: 45 * DAY + 1, equity: before * 0.99 });
    equities(line, 45, 89);
    const first45 = [...returns.slice(0, 44), 0, 0.99 * (1 + (returns[45] as number)) - 1];
    const told = equities(line, 89, 90);
    expect(valueOf(told)).toBeCloseTo(sharpeUpperBound([...first45, ...returns.slice(46, 90)], 0.95), 6);
  });
  it("a flat account has no Sharpe ratio, and an unknown equity no day", () => {
    const flat = started(limits);
    expect(Array.from({ length: 120 }, (_, day) => flat.bar({ at: (day + 1) * DAY })).flat()).toEqual([]);
    const line = started(limits);
    equities(line, 0, 45);
    line.bar({ at: 45.5 * DAY, equity: NaN });
    line.equityUsdt = 9_000;
    // One bar at midnight was not known: its two days are one return.
    line.bar({ at: 46 * DAY, equity: NaN });
    line.equityUsdt = 9_000;
    expect(equities(line, 46, 90)).toEqual([]);
    expect(equities(line, 90, 91)).toHaveLength(1);
  });
});

describe("a strategy that ran away: more than 100 intents of an instrument in a second", () => {
  const ask = (line: RiskLine, times: number, instrument = 0): string[] =>
    Array.from({ length: times }, () => line.ask("exit", { instrument: instrument as never }))
      .flat()
      .filter((text) => !text.startsWith("refused position"));
  it("halts at the 101st, whatever became of the others", () => {
    const line = started({ maxIntentsPerSecond: 100 });
    expect(ask(line, 100)).toEqual([]);
    expect(ask(line, 1)).toEqual(["HALTED +system.maxIntentsPerSecond 101/100"]);
    expect(line.enter(1)).toEqual(["refused system.maxIntentsPerSecond 101/100"]);
  });
  it("is on by default, and can be switched off", () => {
    const { maxIntentsPerSecond } = DEFAULT_LIMITS.system;
    expect(ask(started({ maxIntentsPerSecond }), 100)).toEqual([]);
    expect(ask(started({ maxIntentsPerSecond }), 101)).toHaveLength(1);
    expect(ask(started({ maxIntentsPerSecond: null }), 10_000)).toEqual([]);
  });
  it("counts each second and each instrument for itself", () => {
    const line = started({ maxIntentsPerSecond: 100 });
    ask(line, 100);
    expect(ask(line, 100, 1)).toEqual([]);
    line.nowMs += 999;
    expect(ask(line, 1)).toEqual(["HALTED +system.maxIntentsPerSecond 101/100"]);
    line.command("resume");
    line.nowMs += 1;
    expect(ask(line, 100)).toEqual([]);
  });
  it("K3: ten thousand in a second leave at most the day's entries", () => {
    const line = new RiskLine({ ...limitsOf({ day: DEFAULT_LIMITS.day }), system: DEFAULT_LIMITS.system });
    line.bar({ at: 0 });
    const told = Array.from({ length: 10_000 }, () => line.enter(1)).flat();
    expect(told.filter((text) => text === "approved enter")).toHaveLength(15);
    expect(told).toContain("HALTED +system.maxIntentsPerSecond 101/100");
  });
});
