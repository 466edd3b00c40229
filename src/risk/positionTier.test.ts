import { describe, expect, it } from "vitest";
import { NO_BRACKET } from "../domain/order.ts";
import type { Lots, Ticks } from "../domain/units.ts";
import { limitsOf, nextTo, riskInstrument, RiskLine } from "../../test/riskLine.ts";
import type { IntentTerms } from "../../test/riskLine.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { PositionLimits } from "./limits.ts";

const APPROVED = ["approved enter"];
const bracket = (stopFraction: number): IntentTerms => ({ bracket: { stopFraction, targetFraction: 0.015 } });

/** A flat account of 10,000 USDT with a mark of 100 (1000 ticks) in every instrument: a lot is 0.1 USDT. */
const ready = (position: Partial<PositionLimits>, instruments = 2): RiskLine => {
  const line = new RiskLine(limitsOf({ position }), {
    instruments: Array.from({ length: instruments }, (_, index) => riskInstrument(index)),
  });
  for (let index = 0; index < instruments; index += 1) line.bar({ instrument: index, at: 1 });
  return line;
};

describe("margin of an instrument: at most 8 % of equity", () => {
  const limits = { maxMarginFraction: DEFAULT_LIMITS.position.maxMarginFraction };
  const refused = (value: number) => [`refused position.maxMarginFraction ${value}/0.08`];

  // 40,000 lots × 0.1 USDT / leverage 5 = 800 USDT = 8 % of 10,000.
  describe.each([1, -1] as const)("direction %i", (direction) => {
    it.each([
      [39_999, APPROVED],
      [40_000, APPROVED],
      [40_001, refused(0.080002)],
    ])("%i lots", (lots, told) => {
      expect(ready(limits).enter(lots, { direction })).toEqual(told);
    });
    it("is divided by the leverage", () => {
      expect(ready(limits).enter(8_000, { direction, leverage: 1 })).toEqual(APPROVED);
      expect(ready(limits).enter(8_001, { direction, leverage: 1 })).toEqual(refused(0.08001));
    });
    it("counts resting entries as filled", () => {
      const line = ready(limits);
      line.enter(30_000, { direction });
      expect(line.enter(10_001, { direction })).toEqual(refused(0.080002));
      expect(line.enter(10_000, { direction })).toEqual(APPROVED);
    });
    it("counts the position at its mark", () => {
      const line = ready(limits);
      line.enter(30_000, { direction });
      line.fill(direction > 0 ? "buy" : "sell", 30_000);
      line.bar({ close: 110 });
      // 30,000 × 0.11 + 6,363 × 0.11 = 3,999.93; one lot more is 4,000.04.
      expect(line.enter(6_364, { direction, worstTicks: 1100 as Ticks })[0]).toContain("refused position.maxMarginFraction");
      expect(line.enter(6_363, { direction, worstTicks: 1100 as Ticks })).toEqual(APPROVED);
    });
    it("counts each side for itself: only one of two opposite entries can be left", () => {
      const line = ready(limits);
      line.enter(40_000, { direction: 1 });
      expect(line.enter(40_000, { direction: -1 })).toEqual(APPROVED);
      expect(line.enter(1, { direction })).toEqual(refused(0.080002));
    });
    it("counts no reduction in favour", () => {
      const line = ready(limits);
      line.enter(40_000, { direction });
      line.fill(direction > 0 ? "buy" : "sell", 40_000);
      expect(line.ask("exit", { direction, qtyLots: 40_000 as Lots })).toEqual(["approved exit"]);
      expect(line.enter(1, { direction })).toEqual(refused(0.080002));
      expect(line.enter(40_000, { direction: direction > 0 ? -1 : 1 })).toEqual(APPROVED);
    });
  });

  it("counts an entry at its worst price", () => {
    expect(ready(limits).enter(36_364, { worstTicks: 1100 as Ticks })[0]).toContain("refused position.maxMarginFraction");
    expect(ready(limits).enter(36_363, { worstTicks: 1100 as Ticks })).toEqual(APPROVED);
  });
  it.each([
    ["a market entry below the mark", { worstTicks: 1 as Ticks }],
    ["a resting sell below the mark", { worstTicks: 1 as Ticks, direction: -1, orderType: "limit", limitTicks: 900 as Ticks }],
    ["a resting sell below its limit", { worstTicks: 1 as Ticks, direction: -1, orderType: "limit", limitTicks: 1000 as Ticks }],
    [
      "a resting sell above the mark, below its limit",
      { worstTicks: 1 as Ticks, direction: -1, orderType: "limit", limitTicks: 1001 as Ticks },
    ],
    ["a resting buy below its limit", { worstTicks: 1 as Ticks, orderType: "limit", limitTicks: 1000 as Ticks }],
  ] as [string, IntentTerms][])("believes no worst price of %s", (_, terms) => {
    const line = ready(limits);
    const most = terms.limitTicks === 1001 ? 39_960 : 40_000;
    expect(line.enter(most + 1, terms)[0]).toContain("refused position.maxMarginFraction");
    expect(line.enter(most, terms)).toEqual(APPROVED);
    expect(line.enter(1, terms)[0]).toContain("refused position.maxMarginFraction");
  });
  it("counts a resting buy below the market at its limit: it fills no higher", () => {
    const limit: IntentTerms = { worstTicks: 1 as Ticks, orderType: "limit", limitTicks: 500 as Ticks };
    expect(ready(limits).enter(80_001, limit)[0]).toContain("refused");
    expect(ready(limits).enter(80_000, limit)).toEqual(APPROVED);
  });
  it("takes the lowest leverage of an instrument's parts for all of them", () => {
    const line = ready(limits);
    line.enter(4_000, { leverage: 1 });
    expect(line.enter(4_001, { leverage: 5 })).toEqual(refused(0.08001));
    line.fill("buy", 4_000, { orderId: "P-1" });
    expect(line.enter(4_001, { leverage: 5 })).toEqual(refused(0.08001));
    expect(line.enter(4_000, { leverage: 5 })).toEqual(APPROVED);
    line.fill("buy", 4_000);
    // The position keeps the lowest leverage of what was filled into it …
    expect(line.enter(1, { leverage: 5 })).toEqual(refused(0.08001));
    line.fill("sell", 8_000, { orderId: "P-0" });
    // … until it is closed.
    line.enter(20_000);
    line.fill("buy", 20_000);
    expect(line.enter(20_000)).toEqual(APPROVED);
  });
  it("counts neither price nor leverage of reductions and stops that are on their way", () => {
    const line = ready(limits);
    line.enter(20_000);
    line.fill("buy", 20_000);
    line.ask("reduce", { qtyLots: 20_000 as Lots, leverage: 1 });
    line.ask("moveStop", { stopTicks: 996 as Ticks, leverage: 1 });
    expect(line.enter(20_001)).toEqual(refused(0.080002));
    expect(line.enter(20_000)).toEqual(APPROVED);
  });
  it("lets go of what the venue is done with, and of nothing else", () => {
    const line = ready(limits);
    line.enter(40_000);
    const entry = line.planId;
    const isFull = (): boolean => line.enter(1)[0] !== "approved enter";
    line.expired(`${entry}.s`);
    expect(isFull()).toBe(true);
    line.rejected(entry, "unknownOrder");
    expect(isFull()).toBe(true);
    line.fill("buy", 10_000, { orderId: entry });
    expect(isFull()).toBe(true);
    // Its own stop takes the 10,000 off again: the other 30,000 still rest.
    line.fill("sell", 10_000, { orderId: `${entry}.s` });
    expect(line.enter(10_001)).toEqual(refused(0.080002));
    line.canceled(entry);
    expect(line.enter(40_001)).toEqual(refused(0.080002));
    expect(line.enter(40_000)).toEqual(APPROVED);
    line.rejected(line.planId);
    expect(line.enter(40_000)).toEqual(APPROVED);
    line.expired(line.planId);
    expect(line.enter(40_000)).toEqual(APPROVED);
  });
  it("refuses while equity is unknown, worthless or negative", () => {
    for (const equity of [NaN, 0, -1]) {
      const line = ready(limits);
      line.bar({ equity });
      expect(line.enter(1)[0]).toContain("refused position.maxMarginFraction");
    }
    expect(new RiskLine(limitsOf({ position: limits })).enter(1)).toEqual(["refused position.maxMarginFraction NaN/0.08"]);
  });
  it("refuses while a position or the market has no mark", () => {
    const line = ready(limits);
    line.enter(10);
    line.fill("buy", 10);
    line.bar({ close: NaN });
    expect(line.enter(1)).toEqual(["refused position.maxMarginFraction NaN/0.08"]);
  });
});

describe("margin of the account: at most 24 % of equity", () => {
  const limits = { maxAccountMarginFraction: DEFAULT_LIMITS.position.maxAccountMarginFraction };

  it.each([
    [39_999, APPROVED],
    [40_000, APPROVED],
    [40_001, ["refused position.maxAccountMarginFraction 0.240002/0.24"]],
  ])("80,000 lots in others and %i lots", (lots, told) => {
    const line = ready(limits, 3);
    line.enter(40_000);
    line.fill("buy", 40_000);
    line.enter(40_000, { instrument: line.instruments[1]?.index as never, direction: -1 });
    expect(line.enter(lots, { instrument: line.instruments[2]?.index as never })).toEqual(told);
  });
  it("counts the instrument's own position and entries once", () => {
    const line = ready(limits);
    line.enter(120_000);
    expect(line.enter(1)).toEqual(["refused position.maxAccountMarginFraction 0.240002/0.24"]);
  });
  it("refuses while another position has no mark", () => {
    const line = ready(limits);
    line.enter(10);
    line.fill("buy", 10);
    line.bar({ close: NaN });
    expect(line.enter(1, { instrument: line.instruments[1]?.index as never })).toEqual([
      "refused position.maxAccountMarginFraction NaN/0.24",
    ]);
  });
});

describe("leverage: at most 5", () => {
  it.each([
    [nextTo(5, -1), APPROVED],
    [5, APPROVED],
    [nextTo(5, 1), [`refused position.maxLeverage ${nextTo(5, 1)}/5`]],
    [125, ["refused position.maxLeverage 125/5"]],
  ])("%d", (leverage, told) => {
    expect(ready({ maxLeverage: DEFAULT_LIMITS.position.maxLeverage }).enter(1, { leverage })).toEqual(told);
  });
});

describe("protection: every entry brings a stop at most 0.5 % away", () => {
  const limits = { maxStopFraction: DEFAULT_LIMITS.position.maxStopFraction };
  it.each([
    [nextTo(0.005, -1), APPROVED],
    [0.005, APPROVED],
    [nextTo(0.005, 1), [`refused position.maxStopFraction ${nextTo(0.005, 1)}/0.005`]],
    [Number.MIN_VALUE, APPROVED],
    [0, ["refused position.maxStopFraction Infinity/0.005"]],
    [-0.001, ["refused position.maxStopFraction Infinity/0.005"]],
    [NaN, ["refused position.maxStopFraction Infinity/0.005"]],
  ])("%d", (stopFraction, told) => {
    expect(ready(limits).enter(1, bracket(stopFraction))).toEqual(told);
  });
  it("switched off, an entry may go without", () => {
    expect(ready({}).enter(1, bracket(0))).toEqual(APPROVED);
  });
  it("a scale-in is covered by the stop of a position on its side, and by nothing else", () => {
    const line = ready(limits);
    const refused = ["refused position.maxStopFraction Infinity/0.005"];
    expect(line.ask("scaleIn")).toEqual(refused);
    line.enter(10);
    line.fill("buy", 10);
    expect(line.ask("scaleIn", { direction: -1 })).toEqual(refused);
    expect(line.ask("scaleIn")).toEqual(["approved scaleIn"]);
    line.canceled("P-2.s");
    expect(line.ask("scaleIn")).toEqual(refused);
    line.fill("sell", 10, { orderId: line.emergencyId });
    expect(line.ask("scaleIn")).toEqual(refused);
  });

  it("without that limit it still needs a position of its side", () => {
    const line = ready({ ...limits, maxStopFraction: null });
    const refused = (value: number): string[] => [`refused position.scaleInGrows ${value}/1`];
    expect(line.ask("scaleIn")).toEqual(refused(0));
    line.enter(10);
    line.fill("buy", 10);
    expect(line.ask("scaleIn", { direction: -1 })).toEqual(refused(-10));
    expect(line.ask("scaleIn")).toEqual(["approved scaleIn"]);
    expect(line.enter(1)).toEqual(["approved enter"]);
  });

  // A tick is 0.1 USDT: at a price of 199 ticks one of them is 0.5025 %.
  const at = (ticks: number, given: Partial<PositionLimits> = limits): RiskLine => {
    const line = ready(given);
    line.bar({ close: ticks / 10 });
    return line;
  };
  it.each([
    [200, 0.0001, APPROVED],
    [199, 0.0001, [`refused position.maxStopFraction ${1 / 199}/0.005`]],
    [199, 0.005, [`refused position.maxStopFraction ${1 / 199}/0.005`]],
    [62, 0.005, [`refused position.maxStopFraction ${1 / 62}/0.005`]],
    [301, 0.005, APPROVED], // 1.505 ticks are placed at two, half a tick more than was asked, and were asked
  ])("at %d ticks a stop of %d is judged by where it stands: a tick away at least", (ticks, stopFraction, told) => {
    expect(at(ticks).enter(1, bracket(stopFraction))).toEqual(told);
    expect(at(ticks).enter(1, { ...bracket(stopFraction), direction: -1 })).toEqual(told);
  });
  it("a limit order is judged at its limit, a market order at the last price, and at its worst one before there is any", () => {
    expect(at(62).enter(1, { ...bracket(0.005), orderType: "limit", limitTicks: 200 as Ticks })).toEqual(APPROVED);
    expect(at(62).enter(1, { ...bracket(0.005), worstTicks: 200 as Ticks })).toEqual([`refused position.maxStopFraction ${1 / 62}/0.005`]);
    const line = new RiskLine(limitsOf({ position: limits }), { instruments: [riskInstrument(0)] });
    line.account();
    expect(line.enter(1, { ...bracket(0.005), worstTicks: 200 as Ticks })).toEqual(APPROVED);
  });
});

describe("a bracket needs room below the entry", () => {
  const at = (ticks: number, terms: IntentTerms): string[] => {
    const line = ready({});
    line.bar({ close: ticks / 10 });
    return line.enter(1, terms);
  };
  const both = { bracket: { stopFraction: 0.5, targetFraction: 0.5 } };
  const refused = ["refused position.minEntryTicks 1/2"];
  it.each<[string, number, IntentTerms, string[]]>([
    ["a long of one tick has no stop", 1, both, refused],
    ["a short of one tick has no target", 1, { ...both, direction: -1 }, refused],
    ["two ticks are enough", 2, both, APPROVED],
    ["for both sides", 2, { ...both, direction: -1 }, APPROVED],
    ["a long needs none for its target", 1, { bracket: { stopFraction: 0, targetFraction: 0.5 } }, APPROVED],
    ["a short none for its stop", 1, { bracket: { stopFraction: 0.5, targetFraction: 0 }, direction: -1 }, APPROVED],
    ["nor is there any where nothing is asked", 1, { bracket: NO_BRACKET }, APPROVED],
    ["a target that is never reached needs none", 1, { bracket: { stopFraction: 0.5, targetFraction: 1 }, direction: -1 }, APPROVED],
    ["the limit of a limit order counts", 5, { ...both, orderType: "limit", limitTicks: 1 as Ticks }, refused],
  ])("%s", (_, ticks, terms, told) => expect(at(ticks, terms)).toEqual(told));
});

describe("an entry is well formed", () => {
  it.each<[string, IntentTerms]>([
    ["no lots", { qtyLots: 0 as Lots }],
    ["negative lots", { qtyLots: -1 as Lots }],
    ["half a lot", { qtyLots: 1.5 as Lots }],
    ["NaN lots", { qtyLots: NaN as Lots }],
    ["endless lots", { qtyLots: Infinity as Lots }],
    ["no worst price", { worstTicks: 0 as Ticks }],
    ["half a tick", { worstTicks: 1000.5 as Ticks }],
    ["a limit of nothing", { orderType: "limit", limitTicks: 0 as Ticks }],
    ["leverage below 1", { leverage: nextTo(1, -1) }],
    ["leverage NaN", { leverage: NaN }],
    ["endless leverage", { leverage: Infinity }],
    ["no side", { direction: 0 as never }],
    ["a side and a half", { direction: 1.5 as never }],
  ])("%s", (_, terms) => {
    expect(ready({}).ask("enter", terms)[0]).toMatch(/^refused position\.wellFormed \S+\/1$/);
  });
  it("one lot at one tick with leverage 1 is", () => {
    expect(ready({}).enter(1, { leverage: 1, worstTicks: 1 as Ticks })).toEqual(APPROVED);
    expect(ready({}).enter(1, { orderType: "limit", limitTicks: 1 as Ticks, bracket: NO_BRACKET })).toEqual(APPROVED);
  });
});

describe("reductions", () => {
  const long = (): RiskLine => {
    const line = ready({ maxStopFraction: 0.005 });
    line.enter(10);
    line.fill("buy", 10);
    return line;
  };
  it.each(["reduce", "exit"] as const)("%s: at most what is held, whole lots, the side that is held", (action) => {
    const line = long();
    const ask = (qtyLots: number, direction: 1 | -1 = 1): string[] => line.ask(action, { qtyLots: qtyLots as Lots, direction });
    expect(ask(1)).toEqual([`approved ${action}`]);
    expect(ask(10)).toEqual([`approved ${action}`]);
    expect(ask(11)).toEqual(["refused position.exitsNeverIncrease 11/10"]);
    expect(ask(0)).toEqual(["refused position.exitsNeverIncrease 0/10"]);
    expect(ask(-1)).toEqual(["refused position.exitsNeverIncrease -1/10"]);
    expect(ask(0.5)).toEqual(["refused position.exitsNeverIncrease 0.5/10"]);
    expect(ask(NaN)).toEqual(["refused position.exitsNeverIncrease NaN/10"]);
    expect(ask(1, -1)).toEqual(["refused position.exitsNeverIncrease 1/0"]);
    expect(line.ask(action, { qtyLots: 1 as Lots, instrument: 1 as never })).toEqual(["refused position.exitsNeverIncrease 1/0"]);
  });

  // The bracket's stop of an entry at 1000 ticks is at 995 (long) or 1005 (short).
  it.each([
    [1, 994, "refused position.stopOnlyTightens 994/995"],
    [1, 995, "refused position.stopOnlyTightens 995/995"],
    [1, 996, "approved moveStop"],
    [-1, 1006, "refused position.stopOnlyTightens 1006/1005"],
    [-1, 1005, "refused position.stopOnlyTightens 1005/1005"],
    [-1, 1004, "approved moveStop"],
    [1, 0, "refused position.wellFormed 0/1"],
    [1, 996.5, "refused position.wellFormed 996.5/1"],
    [1, NaN, "refused position.wellFormed NaN/1"],
  ] as const)("a stop may only come closer: direction %i to %d", (direction, stopTicks, told) => {
    const line = ready({ maxStopFraction: 0.005 });
    line.enter(10, { direction });
    line.fill(direction > 0 ? "buy" : "sell", 10);
    expect(line.ask("moveStop", { direction, stopTicks: stopTicks as Ticks })).toEqual([told]);
    expect(line.ask("moveStop", { direction: direction > 0 ? -1 : 1, stopTicks: 1000 as Ticks })[0]).toContain("exitsNeverIncrease");
  });
  it("without a position there is nothing to protect", () => {
    expect(ready({}).ask("moveStop", { stopTicks: 990 as Ticks })).toEqual(["refused position.exitsNeverIncrease 10/0"]);
  });
  it("a moved stop that the venue refuses leaves the one before in force", () => {
    const line = long();
    const move = (stopTicks: number): string[] => line.ask("moveStop", { stopTicks: stopTicks as Ticks });
    move(997);
    expect(move(996)).toEqual(["refused position.stopOnlyTightens 996/997"]);
    line.rejected("P-2");
    expect(move(996)).toEqual(["approved moveStop"]);
    line.canceled("P-1.s");
    expect(move(996)).toEqual(["refused position.stopOnlyTightens 996/996"]);
  });
  it("the first stop may be anywhere, and the tightest of several counts", () => {
    const short = ready({});
    short.enter(10, { ...bracket(0), direction: -1 });
    short.fill("sell", 10);
    expect(short.ask("moveStop", { direction: -1, stopTicks: 9_999 as Ticks })).toEqual(["approved moveStop"]);
    const line = ready({});
    line.enter(10, bracket(0));
    line.fill("buy", 10);
    expect(line.ask("moveStop", { stopTicks: 1 as Ticks })).toEqual(["approved moveStop"]);
    line.enter(10, bracket(0.01));
    line.fill("buy", 10);
    line.enter(10, bracket(0.05));
    line.fill("buy", 10);
    expect(line.ask("moveStop", { stopTicks: 990 as Ticks })).toEqual(["refused position.stopOnlyTightens 990/990"]);
  });
});
