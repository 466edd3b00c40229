import { describe, expect, it } from "vitest";
import { limitsOf, RiskLine } from "../../test/riskLine.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { DayLimits } from "./limits.ts";
import type { RejectionReason } from "../domain/rejection.ts";

const DAY = 1440;
const { maxLossFraction, maxEntries, maxConsecutiveLosses, maxVenueRefusals } = DEFAULT_LIMITS.day;

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
  it("is judged at the close of a moment, not behind a fill or payment, and clears at 00:00 UTC alone", () => {
    const line = started({ maxLossFraction }, 60);
    expect(line.account(0, 9_700)).toEqual([]);
    expect(line.bar({ equity: 9_700 })).toHaveLength(1);
    expect(line.bar({ equity: 9_600 })).toEqual([]);
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
  it("counts scale-ins, over all instruments; not what risk refuses, no reductions", () => {
    const line = started({ maxEntries: 4 });
    line.enter(10);
    line.fill("buy", 10);
    expect(line.ask("scaleIn")).toEqual(["approved scaleIn"]);
    line.enter(1, { instrument: 1 as never });
    line.ask("reduce", { qtyLots: 1 as never });
    line.enter(0);
    expect(line.enter(1)).toEqual(["approved enter"]);
    line.accepted(line.planId);
    expect(line.enter(1)[0]).toBe("REDUCING +day.maxEntries 5/4");
    expect(line.enter(1)).toEqual(["refused day.maxEntries 5/4"]);
  });
  it("does not count an entry that the venue surely refused, whatever the reason", () => {
    const line = started({ maxEntries: 1 });
    for (const reason of ["notionalTooSmall", "insufficientMargin", "postOnlyWouldTake", "neverArrived", "other"] as const) {
      expect(line.enter(1)).toEqual(["approved enter"]);
      expect(line.rejected(line.planId, reason)).toEqual([]);
    }
    expect(line.enter(1)).toEqual(["approved enter"]);
    line.rejected(line.planId);
    line.enter(1);
    expect(line.enter(1)[0]).toBe("REDUCING +day.maxEntries 2/1");
  });
  it.each([
    ["a lost answer", (line: RiskLine) => line.unknown(line.planId)],
    ["a refused cancel", (line: RiskLine) => line.rejected(line.planId, "unknownOrder")],
  ])("counts an entry whose outcome is unknown (%s), and keeps it on its way", (_, answer) => {
    const line = started({ maxEntries: 1 });
    line.enter(1);
    expect(answer(line)).toEqual([]);
    // It may rest: it is withdrawn like any other.
    expect(line.enter(1)).toEqual(["REDUCING +day.maxEntries 2/1", "cancelEntries0 0 risk", "refused day.maxEntries 2/1"]);
  });
  it.each(["canceled", "expired"] as const)("counts an entry that the venue had and that is %s", (ended) => {
    const line = started({ maxEntries: 1 });
    line.enter(1);
    line[ended](line.planId);
    expect(line.enter(1)[0]).toBe("REDUCING +day.maxEntries 2/1");
  });
  it("counts an entry that filled in part before the rest was refused, and no refusal of a reduction or a stop gives one back", () => {
    const line = started({ maxEntries: 1 });
    line.enter(10);
    const entry = line.planId;
    line.fill("buy", 4);
    line.rejected(entry);
    line.ask("reduce", { qtyLots: 1 as never });
    line.rejected(line.planId);
    line.ask("moveStop", { stopTicks: 999 as never });
    line.rejected(line.planId, "priceTooLow");
    expect(line.enter(1)[0]).toBe("REDUCING +day.maxEntries 2/1");
  });
  it("ends the cause when what was beyond the count is given back", () => {
    const line = started({ maxEntries: 2 });
    line.enter(1);
    const first = line.planId;
    line.enter(1);
    line.enter(1);
    // Its cancel has left: a refusal may be the cancel's. That it never arrived is certain.
    expect(line.rejected(first)).toEqual([]);
    expect(line.rejected(first, "neverArrived")).toEqual(["ACTIVE -day.maxEntries 3/2"]);
    expect(line.enter(1)).toEqual(["approved enter"]);
    expect(line.enter(1)[0]).toBe("REDUCING +day.maxEntries 3/2");
  });
  it("gives nothing back of an entry of the day before", () => {
    const line = started({ maxEntries: 1 }, DAY - 1);
    line.enter(1);
    const yesterday = line.planId;
    line.bar({ at: DAY });
    line.enter(1);
    expect(line.rejected(yesterday)).toEqual([]);
    expect(line.enter(1)[0]).toBe("REDUCING +day.maxEntries 2/1");
    // An entry of the very moment at which the day began is of the new day.
    const midnight = started({ maxEntries: 1 }, DAY);
    midnight.enter(1);
    midnight.rejected(midnight.planId);
    expect(midnight.enter(1)).toEqual(["approved enter"]);
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

describe("entries that the venue refuses in a row on an instrument: with the 3rd it gets no more", () => {
  const raised = ["REDUCING +day.maxVenueRefusals S0USDT 3/3"];
  const refusedNow = ["refused day.maxVenueRefusals S0USDT 3/3"];
  /** An entry of `instrument` that the venue answers with `reason`. */
  const refuse = (line: RiskLine, times = 1, reason: RejectionReason = "notionalTooSmall", instrument = 0): string[] =>
    Array.from({ length: times }, () => {
      line.enter(1, { instrument: instrument as never });
      return line.rejected(line.planId, reason, instrument);
    }).flat();

  it.each([
    [2, []],
    [3, raised],
    [5, raised],
  ])("%i", (times, told) => {
    expect(refuse(started({ maxVenueRefusals }), times)).toEqual(told);
  });
  it("keeps entries and scale-ins of this instrument out, of no other, and lets reduce, leave and protect", () => {
    const line = started({ maxVenueRefusals });
    line.bar({ at: 0, instrument: 1 });
    line.enter(10);
    line.fill("buy", 10);
    refuse(line, 3);
    expect(line.enter(1)).toEqual(refusedNow);
    expect(line.ask("scaleIn", { qtyLots: 1 as never })).toEqual(refusedNow);
    expect(line.ask("moveStop", { stopTicks: 998 as never })).toEqual(["approved moveStop"]);
    expect(line.ask("reduce", { qtyLots: 4 as never })).toEqual(["approved reduce"]);
    expect(line.enter(1, { instrument: 1 as never })).toEqual(["approved enter"]);
    const other = started({ maxVenueRefusals });
    other.bar({ at: 0, instrument: 1 });
    refuse(other, 3, "notionalTooSmall", 1);
    expect(other.enter(1, { instrument: 1 as never })).toEqual(["refused day.maxVenueRefusals S1USDT 3/3"]);
    expect(other.enter(1)).toEqual(["approved enter"]);
  });
  it("withdraws what still rests on it", () => {
    const line = started({ maxVenueRefusals: 1 });
    line.enter(1, { orderType: "limit", limitTicks: 990 as never });
    line.accepted(line.planId);
    expect(refuse(line)).toEqual(["REDUCING +day.maxVenueRefusals S0USDT 1/1", "cancelEntries0 0 risk"]);
  });
  it.each([
    ["accepted", (line: RiskLine) => line.accepted(line.planId)],
    ["filled, which says that it was accepted", (line: RiskLine) => line.fill("buy", 1)],
  ])("begins anew with an entry that is %s", (_, take) => {
    const line = started({ maxVenueRefusals });
    refuse(line, 2);
    line.enter(1);
    take(line);
    expect(refuse(line, 2)).toEqual([]);
    expect(refuse(line)[0]).toBe(raised[0]);
  });
  it("stays when an entry is taken that was sent before", () => {
    const line = started({ maxVenueRefusals });
    line.enter(1);
    const sent = line.planId;
    refuse(line, 3);
    expect(line.accepted(sent)).toEqual([]);
    expect(line.enter(1)).toEqual(refusedNow);
  });
  it("counts each instrument by itself", () => {
    const line = started({ maxVenueRefusals });
    line.bar({ at: 0, instrument: 1 });
    refuse(line, 2);
    expect(refuse(line, 2, "notionalTooSmall", 1)).toEqual([]);
    line.enter(1, { instrument: 1 as never });
    line.accepted(line.planId, 1);
    expect(refuse(line)).toEqual(raised);
    expect(refuse(line, 2, "notionalTooSmall", 1)).toEqual([]);
    expect(refuse(line, 1, "notionalTooSmall", 1)[0]).toBe("REDUCING +day.maxVenueRefusals S1USDT 3/3");
  });
  it.each([
    ["a refused cancel", "unknownOrder"],
    ["post-only that would have taken", "postOnlyWouldTake"],
    ["FOK that could not fill at once", "couldNotFillAtOnce"],
  ] as const)("%s neither counts nor ends the row", (_, reason) => {
    const line = started({ maxVenueRefusals });
    refuse(line, 2);
    expect(refuse(line, 5, reason)).toEqual([]);
    expect(refuse(line)[0]).toBe(raised[0]);
  });
  it("an outcome that is unknown neither counts nor ends the row", () => {
    const line = started({ maxVenueRefusals });
    refuse(line, 2);
    for (let i = 0; i < 5; i += 1) {
      line.enter(1);
      expect(line.unknown(line.planId)).toEqual([]);
    }
    expect(refuse(line)[0]).toBe(raised[0]);
  });
  it("counts no refusal of a reduction or a stop, and their acceptance ends no row", () => {
    const line = started({ maxVenueRefusals });
    line.enter(10);
    line.fill("buy", 10);
    for (let i = 0; i < 5; i += 1) {
      line.ask("reduce", { qtyLots: 1 as never });
      line.rejected(line.planId, "reduceOnlyRejected");
    }
    line.ask("moveStop", { stopTicks: 997 as never });
    line.rejected(line.planId, "priceTooLow");
    expect(refuse(line, 2)).toEqual([]);
    line.ask("moveStop", { stopTicks: 998 as never });
    line.accepted(line.planId);
    line.ask("reduce", { qtyLots: 1 as never });
    line.accepted(line.planId);
    line.fill("sell", 1);
    expect(refuse(line)).toEqual(raised);
  });
  it("counts no entry that had filled in part", () => {
    const line = started({ maxVenueRefusals: 1 });
    line.enter(10);
    const entry = line.planId;
    line.fill("buy", 4);
    expect(line.rejected(entry)).toEqual([]);
  });
  it("ends at 00:00 UTC, where the row begins anew too", () => {
    const line = started({ maxVenueRefusals });
    refuse(line, 3);
    expect(line.bar({ at: DAY - 1 })).toEqual([]);
    expect(line.timer(1000)).toEqual([]);
    expect(line.bar({ at: DAY })).toEqual(["ACTIVE -day.maxVenueRefusals S0USDT 3/3"]);
    expect(refuse(line, 2)).toEqual([]);
    line.bar({ at: 2 * DAY });
    expect(refuse(line, 2)).toEqual([]);
    expect(refuse(line)).toEqual(raised);
  });
  it("ends when a person resumes, halted or not", () => {
    const line = started({ maxVenueRefusals });
    refuse(line, 3);
    expect(line.command("resume")).toEqual(["ACTIVE -day.maxVenueRefusals S0USDT 3/3"]);
    expect(refuse(line, 2)).toEqual([]);
    expect(line.command("resume")).toEqual([]);
    expect(refuse(line, 2)).toEqual([]);
    expect(refuse(line)).toEqual(raised);
  });
  it("off, it never fires", () => {
    expect(refuse(started({ maxVenueRefusals: null }), 20)).toEqual([]);
  });
});
