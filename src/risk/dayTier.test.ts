import { describe, expect, it } from "vitest";
import { limitsOf, RiskLine } from "../../test/riskLine.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { DayLimits } from "./limits.ts";

const DAY = 1440;
const { maxLossFraction, maxEntries, maxConsecutiveLosses } = DEFAULT_LIMITS.day;

const started = (day: Partial<DayLimits>, at = 0): RiskLine => {
  const line = new RiskLine(limitsOf({ day }));
  line.bar({ at });
  return line;
};

describe("the day's loss: at most 2 % of the equity of 00:00, marked", () => {
  const raised = (value: number) => [`REDUCING +day.maxLossFraction ${value}/-0.02`];
  it.each([
    [9_800.01, []],
    [9_800, []],
    [9_799.99, raised(9_799.99 / 10_000 - 1)],
    [10_201, []],
    [20_000, []],
    [NaN, []],
  ])("equity %d", (equity, told) => {
    expect(started({ maxLossFraction }).bar({ equity })).toEqual(told);
  });
  it("counts behind a fill or payment too, once, and clears at 00:00 UTC alone", () => {
    const line = started({ maxLossFraction }, 60);
    expect(line.account(0, 9_700)).toHaveLength(1);
    expect(line.account(0, 9_600)).toEqual([]);
    expect(line.bar({ equity: 10_000 })).toEqual([]);
    expect(line.enter(1)).toEqual([`refused day.maxLossFraction ${9_700 / 10_000 - 1}/-0.02`]);
    expect(line.command("resume")).toEqual([]);
    expect(line.bar({ at: DAY - 1 })).toEqual([]);
    // No bar, no new day: a payment at midnight belongs to the bar that closes then.
    line.nowMs += 60_000;
    expect(line.account()).toEqual([]);
    expect(line.bar({ at: DAY })).toEqual([expect.stringContaining("ACTIVE -day.maxLossFraction")]);
    expect(line.enter(1)).toEqual(["approved enter"]);
  });
  it("starts from the equity of 00:00, not from the day before", () => {
    const line = started({ maxLossFraction });
    line.bar({ at: DAY, equity: 9_900 });
    expect(line.bar({ equity: 9_702 })).toEqual([]);
    expect(line.bar({ equity: 9_701.99 })).toHaveLength(1);
  });
  it("starts from the last equity before a hole over midnight: what the hole did belongs to the new day", () => {
    const line = started({ maxLossFraction });
    line.bar({ at: DAY - 30, equity: 9_900 });
    expect(line.bar({ at: DAY + 30, equity: 9_702 })).toEqual([]);
    expect(line.bar({ equity: 9_701 })).toHaveLength(1);
    const crash = started({ maxLossFraction });
    expect(crash.bar({ at: DAY + 1, equity: 9_799 })).toHaveLength(1);
  });
  it("waits for a known equity before a day begins", () => {
    const line = started({ maxLossFraction });
    line.bar({ at: DAY - 1, equity: 9_900 });
    line.bar({ at: DAY, equity: NaN });
    expect(line.bar({ equity: 9_701 })).toEqual([`REDUCING +day.maxLossFraction ${9_701 / 9_900 - 1}/-0.02`]);
  });
  it("judges nothing before trading begins, and the first day from there", () => {
    const line = new RiskLine(limitsOf({ day: { maxLossFraction } }), { tradeFromMs: Date.UTC(2023, 0, 2, 1) });
    line.bar({ at: 59, equity: 20_000 });
    line.bar({ at: 60, equity: 15_000 });
    expect(line.bar({ equity: 10_000 })).toEqual([]);
    expect(line.bar({ equity: 9_799 })).toHaveLength(1);
  });
  it("takes bars of the decision time frame only", () => {
    const line = started({ maxLossFraction }, 1);
    line.bar({ equity: 9_700 });
    expect(line.bar({ at: DAY, frameMs: 300_000, base: false })).toEqual([]);
    expect(line.account()).toEqual([]);
  });
});

describe("entries: at most 15 a day", () => {
  const enterTimes = (line: RiskLine, times: number): string[] => Array.from({ length: times }, () => line.enter(1)).flat();
  const beyond = ["REDUCING +day.maxEntries 16/15", "cancelEntries0 0 risk", "refused day.maxEntries 16/15"];

  it.each([
    [14, ["approved enter"]],
    [15, beyond],
  ])("after %i", (times, told) => {
    const line = started({ maxEntries });
    expect(enterTimes(line, times)).toEqual(Array<string>(times).fill("approved enter"));
    expect(line.enter(1)).toEqual(told);
  });
  it("counts scale-ins, over all instruments, also what the venue refuses; not what risk refuses, no reductions", () => {
    const line = started({ maxEntries: 4 });
    line.enter(10);
    line.fill("buy", 10);
    expect(line.ask("scaleIn")).toEqual(["approved scaleIn"]);
    line.enter(1, { instrument: 1 as never });
    line.ask("reduce", { qtyLots: 1 as never });
    line.enter(0);
    expect(line.enter(1)).toEqual(["approved enter"]);
    line.rejected(line.planId);
    expect(line.enter(1)[0]).toBe("REDUCING +day.maxEntries 5/4");
    expect(line.enter(1)).toEqual(["refused day.maxEntries 5/4"]);
  });
  it("counts anew at 00:00 UTC", () => {
    const line = started({ maxEntries });
    enterTimes(line, 16);
    line.bar({ at: DAY - 1 });
    expect(line.enter(1)[0]).toContain("refused");
    expect(line.bar({ at: DAY })).toEqual(["ACTIVE -day.maxEntries 16/15"]);
    expect(enterTimes(line, 16)).toEqual([
      ...Array<string>(15).fill("approved enter"),
      "REDUCING +day.maxEntries 16/15",
      "cancelEntries0 0 risk",
      beyond[2],
    ]);
  });
  it("none at all is a limit too", () => {
    expect(started({ maxEntries: 0 }).enter(1)).toEqual(["REDUCING +day.maxEntries 1/0", "refused day.maxEntries 1/0"]);
  });
});

describe("losing trades in a row: at most 8 within the day", () => {
  const lose = (line: RiskLine, times: number, pnl = -1): string[] => Array.from({ length: times }, () => line.closed(pnl)).flat();
  const raised = ["REDUCING +day.maxConsecutiveLosses 9/8"];

  it.each([
    [7, []],
    [8, []],
    [9, raised],
    [12, raised],
  ])("%i", (times, told) => {
    expect(lose(started({ maxConsecutiveLosses }), times)).toEqual(told);
  });
  it.each([
    ["a gain", 0.01, []],
    ["nothing won or lost", 0, []],
    ["the smallest loss", -Number.MIN_VALUE, raised],
    ["an unknown result, which is no gain", NaN, raised],
  ])("8, then %s, then 1", (_, pnl, told) => {
    const line = started({ maxConsecutiveLosses });
    lose(line, 8);
    const after = line.closed(pnl);
    expect([...after, ...line.closed(-1)]).toEqual(told);
  });
  it("begins anew at 00:00 UTC, and the cause ends there", () => {
    const line = started({ maxConsecutiveLosses });
    lose(line, 8);
    line.bar({ at: DAY });
    expect(lose(line, 8)).toEqual([]);
    expect(lose(line, 1)).toEqual(raised);
    expect(line.closed(100)).toEqual([]);
    expect(line.enter(1)).toEqual(["refused day.maxConsecutiveLosses 9/8"]);
    expect(line.bar({ at: 2 * DAY })).toEqual(["ACTIVE -day.maxConsecutiveLosses 9/8"]);
  });
});
