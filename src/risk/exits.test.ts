import { describe, expect, it } from "vitest";
import { limitsOf, riskInstrument, RiskLine } from "../../test/riskLine.ts";
import { stopIdOf } from "../domain/orders/orderIds.ts";
import type { Lots, Ticks } from "../domain/units.ts";
import type { RiskLimits } from "./limits.ts";

const ONE = 1 as never;
const WOULD_TRIGGER = "wouldTriggerAtOnce";
const REFUSED = "reduceOnlyRejected";
const PROTECTED = limitsOf({ position: { maxStopFraction: 0.005 } });
const DONE = ["exit0 10 done"];
const PASSED = ["exit0 10 stop-passed"];

/** Long 10 lots of instrument 0, which a bracket protects. */
const long = (limits: RiskLimits = limitsOf({})): RiskLine => {
  const line = new RiskLine(limits);
  line.bar({ at: 1 });
  line.bar({ at: 1, instrument: 1 });
  line.enter(10);
  line.fill("buy", 10);
  return line;
};
/** The strategy asks to exit all 10 lots. */
const exit = (line: RiskLine): string[] => line.ask("exit", { reason: "done" });
/** The venue refuses the newest exit. */
const refuse = (line: RiskLine): string[] => line.rejected(line.emergencyId, REFUSED);

describe("what the venue ends by itself", () => {
  it("leaves a position without a stop, which is left at once: the stop itself, and an exit that was to take it off", () => {
    const line = long(PROTECTED);
    expect(line.canceled(stopIdOf(line.planId))).toEqual(["exit0 10 unprotected"]);
    expect(line.expired(line.emergencyId)).toEqual(["exit0 10 unprotected"]);
    expect(line.rejected(line.emergencyId, REFUSED)).toEqual(["exit0 10 unprotected"]);
  });
  it("asks for nothing where it was an entry, none of ours, or where limits ask for no stop", () => {
    const line = long(PROTECTED);
    line.enter(5);
    expect([...line.canceled(line.planId), ...line.canceled("P-99")]).toEqual([]);
    const free = long();
    expect(free.canceled(stopIdOf(free.planId))).toEqual([]);
  });
  it("is told twice: the second time says nothing", () => {
    const line = long(PROTECTED);
    line.canceled(stopIdOf(line.planId));
    const exitId = line.emergencyId;
    line.rejected(exitId, REFUSED);
    expect(line.rejected(exitId, WOULD_TRIGGER)).toEqual([]);
  });
});

describe("an exit that was approved is seen through", () => {
  it("when the venue refuses it, at once and as often as it does", () => {
    const line = long();
    expect(exit(line)).toEqual(DONE);
    expect(refuse(line)).toEqual(DONE);
    expect(refuse(line)).toEqual(DONE);
    expect(line.bar()).toEqual([]);
  });
  it.each([
    ["bar", (line: RiskLine) => line.bar()],
    ["timer", (line: RiskLine) => line.timer()],
    ["fill, for the rest of it", (line: RiskLine) => line.account()],
  ])("when it expires, at the next %s", (_, next) => {
    const line = long();
    exit(line);
    expect(line.expired(line.emergencyId)).toEqual([]);
    expect(next(line)).toEqual(DONE);
    expect(next(line)).toEqual([]);
  });
  it("at a moment's close in all instruments, whichever's bar it is; behind a fill in its own alone", () => {
    const line = long();
    line.enter(10, { instrument: ONE, direction: -1 });
    line.fill("sell", 10, { instrument: 1 });
    line.ask("exit", { reason: "done", instrument: ONE, direction: -1 });
    line.expired(line.emergencyId, 1);
    expect(line.account(0)).toEqual([]);
    expect(line.bar({ instrument: 0 })).toEqual(["exit1 -10 done"]);
    line.expired(line.emergencyId, 1);
    expect(line.account(1)).toEqual(["exit1 -10 done"]);
  });
  it("with the entries that rest: they are withdrawn, and what fills all the same is left too", () => {
    const line = long();
    line.enter(5);
    const late = line.planId;
    expect(exit(line)).toEqual(DONE);
    expect(line.rejected(late, "unknownOrder")).toEqual([]);
    expect(line.bar()).toEqual(["cancelEntries0 0 done"]);
    expect(line.fill("buy", 2, { orderId: late })).toEqual(["exit0 2 done"]);
    expect(line.account()).toEqual([]);
  });
  it("until nothing is held", () => {
    const line = long();
    exit(line);
    line.fill("sell", 10, { orderId: line.emergencyId });
    line.enter(10);
    expect(line.fill("buy", 10)).toEqual([]);
    expect([line.bar(), line.timer()].flat()).toEqual([]);
  });
  it("until the strategy enters anew", () => {
    const line = long();
    exit(line);
    line.enter(5);
    expect(refuse(line)).toEqual([]);
    const scaled = long();
    exit(scaled);
    scaled.ask("scaleIn");
    expect(refuse(scaled)).toEqual([]);
  });
  it.each([
    ["a moved stop", (line: RiskLine) => line.ask("moveStop", { stopTicks: 996 as Ticks })],
    ["a withdrawal", (line: RiskLine) => line.ask("cancelEntries")],
    ["an entry that was refused", (line: RiskLine) => line.enter(0)],
    ["an entry in another instrument", (line: RiskLine) => line.enter(1, { instrument: ONE })],
  ])("in spite of %s", (_, ask) => {
    const line = long();
    exit(line);
    ask(line);
    expect(refuse(line)).toEqual(DONE);
  });
  it("a part of a position that is to go is not: its rest stays", () => {
    const line = long();
    line.ask("reduce", { qtyLots: 4 as Lots });
    expect(line.rejected(line.planId, REFUSED)).toEqual([]);
    expect(line.bar()).toEqual([]);
  });
  it("an exit that was refused by risk means nothing", () => {
    const line = long();
    line.ask("exit", { qtyLots: 11 as Lots });
    expect(line.bar()).toEqual([]);
  });
  it("what a withdrawn entry turned the position into is left too", () => {
    const line = long();
    line.enter(30, { direction: -1 });
    const turn = line.planId;
    exit(line);
    expect(line.fill("sell", 30, { orderId: turn })).toEqual([expect.stringContaining("exit0 -")]);
  });
  it("what a withdrawn entry opens behind the exit is left too, until its cancel is answered", () => {
    const line = long();
    line.enter(30);
    const late = line.planId;
    exit(line);
    line.fill("sell", 10, { orderId: line.planId });
    expect(line.fill("buy", 5, { orderId: late })).toEqual([expect.stringContaining("exit0 5")]);
    const answered = long();
    answered.enter(30);
    const gone = answered.planId;
    exit(answered);
    answered.fill("sell", 10, { orderId: answered.planId });
    answered.canceled(gone);
    answered.bar();
    answered.enter(7);
    expect(answered.fill("buy", 7)).toEqual([]);
  });
});

describe("a stop that the price has passed", () => {
  const passed = (limits?: RiskLimits): RiskLine => {
    const line = long(limits);
    line.ask("moveStop", { stopTicks: 999 as Ticks });
    return line;
  };
  it("is an exit at market that is seen through", () => {
    const line = passed();
    expect(line.rejected(line.planId, WOULD_TRIGGER)).toEqual(PASSED);
    expect(refuse(line)).toEqual(PASSED);
  });
  it("is over once nothing is held: what is entered later stays", () => {
    const line = passed();
    line.rejected(line.planId, WOULD_TRIGGER);
    line.fill("sell", 10, { orderId: line.emergencyId });
    line.bar();
    line.enter(10);
    expect(line.fill("buy", 10)).toEqual([]);
    expect(line.bar()).toEqual([]);
  });
  it("another refusal of a stop leaves nothing", () => {
    const line = passed();
    expect(line.rejected(line.planId, REFUSED)).toEqual([]);
    expect(line.bar()).toEqual([]);
  });
  it("takes the entries that rest along", () => {
    const line = passed();
    const move = line.planId;
    line.enter(5);
    expect(line.rejected(move, WOULD_TRIGGER)).toEqual(["cancelEntries0 0 stop-passed", ...PASSED]);
  });
  it("takes along what the strategy enters before it is over", () => {
    const line = passed();
    line.rejected(line.planId, WOULD_TRIGGER);
    const exitId = line.emergencyId;
    line.enter(5);
    expect(line.rejected(exitId, REFUSED)).toEqual(["cancelEntries0 0 stop-passed", ...PASSED]);
  });
  it("stays the reason when the strategy asks to exit as well", () => {
    const line = passed();
    line.rejected(line.planId, WOULD_TRIGGER);
    exit(line);
    line.enter(5);
    expect(refuse(line)[0]).toBe("cancelEntries0 0 stop-passed");
  });
  it("is nothing while nothing is held, and no reason to leave what is entered later", () => {
    const line = new RiskLine(limitsOf({}));
    line.bar({ at: 1 });
    expect(line.rejected("P-9", WOULD_TRIGGER)).toEqual([]);
    line.enter(10);
    expect(line.fill("buy", 10)).toEqual([]);
    expect(line.bar()).toEqual([]);
  });
});

describe("a position without a stop", () => {
  it.each([
    ["buy", 1, "exit0 10 unprotected"],
    ["sell", -1, "exit0 -10 unprotected"],
  ] as const)("is left, on either side (%s)", (side, direction, told) => {
    const line = new RiskLine(PROTECTED);
    line.bar({ at: 1 });
    line.enter(10, { direction });
    line.fill(side, 10);
    expect(line.canceled(stopIdOf(line.planId))).toEqual([told]);
    expect(line.bar()).toEqual([]);
  });
  it("has one as long as a moved stop stands, or is on its way", () => {
    const line = long(PROTECTED);
    line.ask("moveStop", { stopTicks: 996 as Ticks });
    line.canceled(stopIdOf("P-1"));
    expect(line.bar()).toEqual([]);
    line.accepted(line.planId);
    expect(line.bar()).toEqual([]);
    expect(line.expired(line.planId)).toEqual(["exit0 10 unprotected"]);
  });
  it("has none with the move of a trade that is over", () => {
    const line = long(PROTECTED);
    line.ask("moveStop", { stopTicks: 996 as Ticks });
    line.ask("scaleIn");
    const late = line.planId;
    line.fill("sell", 10, { orderId: stopIdOf("P-1") });
    expect(line.fill("buy", 10, { orderId: late })).toEqual(["exit0 10 unprotected"]);
  });
});

it("the last lot is left too", () => {
  const line = long();
  line.ask("reduce", { qtyLots: 9 as Lots });
  expect(line.command("halt")).toEqual(["HALTED +command.halt 1/0", "exit0 1 risk-halt"]);
});
it("no more than a hundred reductions are on their way", () => {
  const line = new RiskLine(limitsOf({}), { instruments: [riskInstrument(0, { maxMarketQtyLots: 1 })] });
  line.bar({ at: 1 });
  line.enter(120);
  line.fill("buy", 120);
  line.command("halt");
  for (let bar = 0; bar < 9; bar += 1) expect(line.bar()).toHaveLength(1);
  expect([line.bar(), line.timer()].flat()).toEqual([]);
  expect(line.fill("sell", 1, { orderId: line.emergencyId })).toEqual(["exit0 20 risk-halt"]);
});
