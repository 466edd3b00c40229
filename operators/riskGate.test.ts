import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import type { ApprovedPlan } from "../src/domain/derived.ts";
import type { Item } from "../src/domain/item.ts";
import { BARRIER } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { planTagOf, stopIdOf } from "../src/domain/orders/orderIds.ts";
import type { OwnOrder } from "../src/domain/orders/ownOrder.ts";
import type { Lots, Ticks } from "../src/domain/units.ts";
import { instrumentIndex } from "../src/domain/units.ts";
import { DEFAULT_LIMITS } from "../src/risk/limits.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { isSealed } from "../src/risk/sealedPlan.ts";
import { withOrders } from "../test/ownOrdersLine.ts";
import { limitsOf, riskInstrument, RiskLine } from "../test/riskLine.ts";
import { riskGate } from "./riskGate.ts";

const ONE = 1 as never;
const GAP = "REDUCING +data.gap 1/0";
const HALT = "HALTED +command.halt 1/0";
const started = (limits: RiskLimits = limitsOf({ data: DEFAULT_LIMITS.data })): RiskLine => {
  const line = new RiskLine(limits);
  line.bar({ at: 1 });
  line.bar({ at: 1, instrument: 1 });
  return line;
};
/** Long 10 lots of instrument 0, short 20 of instrument 1. */
const holding = (limits?: RiskLimits): RiskLine => {
  const line = started(limits);
  line.enter(10);
  line.fill("buy", 10);
  line.enter(20, { direction: -1, instrument: ONE });
  line.fill("sell", 20, { instrument: 1 });
  return line;
};

/** The orders of the exits that the gate made itself. */
const exitsOf = (line: RiskLine): OwnOrder[] =>
  line.items.flatMap((item) => (item.kind === Kind.approvedPlan && item.intent.reason === "risk-halt" ? [...item.orders] : []));

describe("REDUCING", () => {
  it("withdraws resting entries, refuses new ones and scale-ins by rule, value and limit", () => {
    const line = holding();
    line.enter(10);
    line.enter(10, { instrument: ONE });
    expect(line.gap(1)).toEqual([GAP, "cancelEntries0 0 risk", "cancelEntries1 0 risk"]);
    expect(line.enter(1)).toEqual(["refused data.gap 1/0"]);
    expect(line.ask("scaleIn")).toEqual(["refused data.gap 1/0"]);
    expect(line.items.findLast((item) => item.kind === Kind.refusal)).toMatchObject({
      planId: line.planId,
      rule: "data.gap",
      value: 1,
      limit: 0,
    });
  });
  it("lets positions be: leaving, reducing and tightening stay allowed", () => {
    const line = holding();
    line.stream("a", "stale");
    expect(line.ask("moveStop", { stopTicks: 996 as Ticks })).toEqual(["approved moveStop"]);
    expect(line.ask("moveStop", { stopTicks: 1004 as Ticks, direction: -1, instrument: ONE })).toEqual(["approved moveStop"]);
    expect(line.ask("reduce", { qtyLots: 3 as Lots })).toEqual(["approved reduce"]);
    expect(line.ask("exit")).toEqual(["approved exit"]);
    expect(line.bar()).toEqual([]);
  });
  it("asks once for a withdrawal, and again when the venue refused it while the entry still rests", () => {
    const line = started();
    line.enter(10);
    const entry = line.planId;
    expect(line.stream("a", "stale")).toEqual(["REDUCING +data.stream 1/0", "cancelEntries0 0 risk"]);
    expect(line.gap(1)).toEqual([GAP]);
    expect(line.bar({ frameMs: 30_000 })).toEqual([]);
    line.rejected(entry, "unknownOrder");
    expect(line.bar({ frameMs: 1 })).toEqual(["cancelEntries0 0 risk"]);
    expect(line.bar({ frameMs: 1 })).toEqual([]);
    line.rejected(entry, "unknownOrder");
    expect(line.timer()).toEqual(["cancelEntries0 0 risk"]);
    line.canceled(entry);
    expect(line.rejected(entry, "unknownOrder")).toEqual([]);
    expect(line.timer()).toEqual([]);
  });
  it("counts no attempts: the day's entries are no cause while another one keeps them out", () => {
    const line = started(limitsOf({ data: DEFAULT_LIMITS.data, day: { maxEntries: 1 } }));
    line.enter(1);
    line.stream("a", "stale");
    expect(line.enter(1)).toEqual(["refused data.stream 1/0"]);
  });
  it("ends with its cause, and entries pass again", () => {
    const line = started();
    line.gap(1);
    expect(line.bar()).toEqual(["ACTIVE -data.gap 1/0"]);
    expect(line.enter(1)).toEqual(["approved enter"]);
  });
});

describe("HALTED", () => {
  it("withdraws entries and flattens every instrument", () => {
    const line = holding();
    line.enter(5);
    expect(line.command("halt")).toEqual([HALT, "cancelEntries0 0 risk", "exit0 10 risk-halt", "exit1 -20 risk-halt"]);
    expect(line.enter(1)).toEqual(["refused command.halt 1/0"]);
    expect(line.ask("exit")).toEqual(["approved exit"]);
    expect(line.ask("moveStop", { stopTicks: 999 as Ticks })).toEqual(["approved moveStop"]);
  });
  it("does not ask twice while an exit is on its way, its own or the strategy's", () => {
    const line = holding();
    line.ask("exit");
    line.command("halt");
    expect(line.told.slice(-2)).toEqual([HALT, "exit1 -20 risk-halt"]);
    expect([line.bar(), line.bar({ instrument: 1 }), line.timer(), line.command("halt")].flat()).toEqual([]);
  });
  it("takes what an exit on its way does not cover", () => {
    const line = holding();
    line.ask("reduce", { qtyLots: 3 as Lots });
    line.command("halt");
    expect(line.told).toContain("exit0 7 risk-halt");
    expect(line.bar()).toEqual([]);
  });
  it("has forgotten an exit that filled", () => {
    const line = holding();
    line.ask("reduce", { qtyLots: 3 as Lots });
    line.fill("sell", 3, { orderId: line.planId });
    line.command("halt");
    expect(line.told).toContain("exit0 7 risk-halt");
  });
  it.each([
    ["rejected", (line: RiskLine, id: string) => line.rejected(id)],
    ["expired", (line: RiskLine, id: string) => line.expired(id)],
    ["canceled", (line: RiskLine, id: string) => line.canceled(id)],
  ])("asks again at the next bar or timer when the exit is %s", (_, end) => {
    for (const next of [(line: RiskLine) => line.bar(), (line: RiskLine) => line.timer()]) {
      const line = started();
      line.enter(10);
      line.fill("buy", 10);
      line.command("halt");
      expect(end(line, line.emergencyId)).toEqual([]);
      expect(next(line)).toEqual(["exit0 10 risk-halt"]);
      expect(next(line)).toEqual([]);
    }
  });
  it("waits for the rest of an exit that filled in part, and asks for what is left when it ended early", () => {
    const line = started();
    line.enter(10);
    line.fill("buy", 10);
    line.command("halt");
    expect(line.fill("sell", 4, { orderId: line.emergencyId })).toEqual([]);
    expect(line.bar()).toEqual([]);
    line.expired(line.emergencyId);
    expect(line.bar()).toEqual(["exit0 6 risk-halt"]);
    line.fill("sell", 6, { orderId: line.emergencyId });
    expect(line.bar()).toEqual([]);
  });
  it("flattens what fills afterwards, also while an exit of the old size is on its way", () => {
    const line = started();
    line.enter(10);
    line.fill("buy", 10);
    line.enter(5);
    const late = line.planId;
    line.command("halt");
    const exit = line.emergencyId;
    expect(line.fill("buy", 2, { orderId: late })).toEqual(["exit0 2 risk-halt"]);
    expect(line.fill("sell", 10, { orderId: exit })).toEqual([]);
    expect(line.fill("sell", 2, { orderId: line.emergencyId })).toEqual([]);
    // The last part of the entry comes when everything is closed.
    expect(line.fill("buy", 3, { orderId: late })).toEqual(["exit0 3 risk-halt"]);
  });
  it("flattens what a flip leaves on the other side", () => {
    const line = started();
    line.enter(10);
    line.fill("buy", 10);
    line.ask("exit");
    const exit = line.planId;
    line.enter(10, { direction: -1 });
    const entry = line.planId;
    expect(line.command("halt")).toEqual([HALT, "cancelEntries0 0 risk"]);
    line.fill("sell", 10, { orderId: exit });
    expect(line.fill("sell", 10, { orderId: entry })).toEqual(["exit0 -10 risk-halt"]);
    expect(line.rejected(exit, "reduceOnlyRejected")).toEqual([]);
  });
  it("flattens a position that an entry flipped with an exit still on its way", () => {
    const line = started();
    line.enter(10);
    line.fill("buy", 10);
    line.ask("exit");
    line.enter(30, { direction: -1 });
    line.command("halt");
    expect(line.fill("sell", 30)).toEqual(["exit0 -20 risk-halt"]);
  });
  it("splits what the venue does not take at once", () => {
    const line = new RiskLine(limitsOf({}), { instruments: [riskInstrument(0, { maxMarketQtyLots: 4 })] });
    line.bar({ at: 1 });
    line.enter(10);
    line.fill("buy", 10);
    expect(line.command("halt")).toEqual([HALT, "exit0 10 risk-halt"]);
    expect(exitsOf(line).map(({ qtyLots }) => qtyLots)).toEqual([4, 4, 2]);
    expect(new Set(exitsOf(line).map(({ orderId }) => orderId)).size).toBe(3);
    const many = new RiskLine(limitsOf({}), { instruments: [riskInstrument(0, { maxMarketQtyLots: 1 })] });
    many.bar({ at: 1 });
    many.enter(25);
    many.fill("buy", 25);
    const exits = ["halt", "bar", "bar", "bar"].map((what) => {
      const before = exitsOf(many).length;
      if (what === "halt") many.command("halt");
      else many.bar();
      return exitsOf(many).length - before;
    });
    expect(exits).toEqual([10, 10, 5, 0]);
  });
  it("is named by its own cause, the oldest one, whatever comes later", () => {
    const line = started(limitsOf({ data: DEFAULT_LIMITS.data, system: { maxDrawdownFraction: 0.05 } }));
    line.command("halt");
    expect(line.gap(1)).toEqual(["HALTED +data.gap 1/0"]);
    line.bar({ equity: 9_000 });
    expect(line.enter(1)).toEqual(["refused command.halt 1/0"]);
  });
  it("outlives REDUCING causes that come and go", () => {
    const line = started(limitsOf({ data: DEFAULT_LIMITS.data }));
    line.gap(1);
    expect(line.command("halt")).toEqual([HALT]);
    expect(line.enter(1)).toEqual(["refused command.halt 1/0"]);
    expect(line.timer(60_000)).toEqual(["HALTED -data.gap 1/0"]);
    line.stream("a", "stale");
    expect(line.command("resume")).toEqual(["REDUCING -command.halt 1/0"]);
    expect(line.enter(1)).toEqual(["refused data.stream 1/0"]);
  });
});

describe("commands", () => {
  it("halt stays through days, in every profile, until resume", () => {
    for (const resume of ["person", "nextDay"] as const) {
      const line = started(limitsOf({ system: { maxDrawdownFraction: 0.05, resume } }));
      line.command("halt");
      expect(line.bar({ at: 1440 })).toEqual([]);
      expect(line.bar({ at: 2880 })).toEqual([]);
      expect(line.command("resume")).toEqual(["ACTIVE -command.halt 1/0"]);
      expect(line.enter(1)).toEqual(["approved enter"]);
    }
  });
  it("resume lifts the system's halt and a person's together", () => {
    const line = started(limitsOf({ system: { maxDrawdownFraction: 0.05 } }));
    line.command("halt");
    line.bar({ equity: 9_000 });
    expect(line.command("resume")).toEqual(["HALTED -command.halt 1/0", "ACTIVE -system.maxDrawdownFraction 0.09999999999999998/0.05"]);
  });
  it("reduce takes no new risk, over midnight too, and lets the rest be managed until `resume`", () => {
    const line = holding();
    line.enter(5);
    expect(line.command("reduce")).toEqual(["REDUCING +command.reduce 1/0", "cancelEntries0 0 risk"]);
    expect(line.command("reduce")).toEqual([]);
    expect(line.enter(1)).toEqual(["refused command.reduce 1/0"]);
    expect(line.ask("scaleIn", { qtyLots: 1 as Lots })).toEqual(["refused command.reduce 1/0"]);
    expect(line.bar({ at: 1440 })).toEqual([]);
    expect(line.enter(1)).toEqual(["refused command.reduce 1/0"]);
    expect(line.ask("moveStop", { stopTicks: 999 as Ticks })).toEqual(["approved moveStop"]);
    expect(line.ask("reduce", { qtyLots: 2 as Lots })).toEqual(["approved reduce"]);
    expect(line.command("halt")).toEqual([expect.stringContaining("HALTED +command.halt"), expect.any(String), expect.any(String)]);
    expect(line.command("resume")).toEqual(["REDUCING -command.halt 1/0", "ACTIVE -command.reduce 1/0"]);
    expect(line.enter(1)).toEqual(["approved enter"]);
  });
  it("flatten withdraws and closes everything, keeps entries out until that has happened, and ends by itself", () => {
    const line = holding();
    line.enter(5);
    const entry = line.planId;
    expect(line.command("flatten")).toEqual([
      "HALTED +command.flatten 2/0",
      "cancelEntries0 0 risk",
      "exit0 10 risk-halt",
      "exit1 -20 risk-halt",
    ]);
    const [first, second] = line.items.flatMap((item) =>
      item.kind === Kind.approvedPlan && item.intent.reason === "risk-halt" ? [item.intent.planId] : [],
    );
    line.fill("sell", 10, { orderId: first as string });
    expect(line.enter(1)).toEqual(["refused command.flatten 2/0"]);
    expect(line.fill("buy", 20, { orderId: second as string, instrument: 1 })).toEqual([]);
    line.canceled(entry);
    expect(line.bar()).toEqual(["ACTIVE -command.flatten 2/0"]);
    expect(line.enter(1)).toEqual(["approved enter"]);
  });
  it("flatten of nothing is nothing; of a resting entry alone it withdraws that", () => {
    const line = started();
    expect(line.command("flatten")).toEqual([]);
    line.enter(1);
    expect(line.command("flatten")).toEqual(["HALTED +command.flatten 1/0", "cancelEntries0 0 risk"]);
  });
  it("setLimits is answered with a fault and changes nothing; swapModel is not risk's", () => {
    const line = started();
    expect(line.command("setLimits", '{"day":{"maxEntries":99}}')).toEqual([
      expect.stringContaining("fault riskGate: setLimits is not taken"),
    ]);
    expect(line.command("swapModel")).toEqual([]);
    expect(line.enter(1)).toEqual(["approved enter"]);
  });
});

describe("protection", () => {
  const limits = limitsOf({ position: { maxStopFraction: 0.005 } });
  it("a stop that the price has passed is an exit at market", () => {
    const line = holding(limits);
    line.ask("moveStop", { stopTicks: 999 as Ticks });
    expect(line.rejected(line.planId, "wouldTriggerAtOnce")).toEqual(["exit0 10 stop-passed"]);
    expect(line.rejected("P-9", "wouldTriggerAtOnce")).toEqual([]);
    expect(line.bar()).toEqual([]);
    expect(line.rejected("P-9", "reduceOnlyRejected")).toEqual([]);
  });
  it("scale-ins are withdrawn when their position is closed, and what fills all the same is left", () => {
    const line = started(limits);
    line.enter(10);
    const entry = line.planId;
    line.fill("buy", 10);
    line.ask("scaleIn");
    const scaleIn = line.planId;
    expect(line.fill("sell", 10, { orderId: stopIdOf(entry) })).toEqual(["cancelEntries0 0 scale-in without position"]);
    expect(line.fill("buy", 10, { orderId: scaleIn })).toEqual(["exit0 10 unprotected"]);
    expect(line.bar()).toEqual([]);
    expect(line.rejected(line.emergencyId)).toEqual(["exit0 10 unprotected"]);
    expect(line.expired(line.emergencyId)).toEqual(["exit0 10 unprotected"]);
  });
  it("scale-ins that are withdrawn already are not withdrawn again", () => {
    const line = started(limitsOf({ position: { maxStopFraction: 0.005 }, data: DEFAULT_LIMITS.data }));
    line.enter(10);
    line.fill("buy", 10);
    line.ask("scaleIn");
    expect(line.stream("a", "stale")).toContain("cancelEntries0 0 risk");
    expect(line.fill("sell", 10, { orderId: "P-1.s" })).toEqual([]);
  });
  it("other entries rest on when a position is closed", () => {
    const line = started(limits);
    line.enter(10);
    line.fill("buy", 10);
    line.enter(10, { direction: -1 });
    expect(line.fill("sell", 10, { orderId: "P-1.s" })).toEqual([]);
    line.enter(5, { direction: 1 });
    line.fill("sell", 10, { orderId: "P-2" });
    line.ask("scaleIn", { direction: -1 });
    expect(line.told.at(-1)).toBe("approved scaleIn");
    expect(line.fill("buy", 10, { orderId: "P-2.t" })).toHaveLength(1);
  });
  it("an entry that closes to flat brings no stop either", () => {
    const line = started(limits);
    line.enter(10);
    line.fill("buy", 10);
    line.enter(10, { direction: -1 });
    line.fill("sell", 10);
    line.enter(5, { direction: -1 });
    line.fill("sell", 5);
    expect(line.canceled(stopIdOf(line.planId))).toEqual(["exit0 -5 unprotected"]);
  });
  it("a position whose stop is lost is left at once", () => {
    const line = started(limits);
    line.enter(10);
    line.fill("buy", 10);
    expect(line.bar()).toEqual([]);
    expect(line.canceled(stopIdOf("P-1"))).toEqual(["exit0 10 unprotected"]);
  });
  it("each part of an entry is protected, also when the stop took the first part off", () => {
    const line = started(limits);
    line.enter(10);
    const entry = line.planId;
    expect(line.fill("buy", 4, { orderId: entry })).toEqual([]);
    expect(line.fill("sell", 4, { orderId: stopIdOf(entry) })).toEqual([]);
    line.expired(`${entry}.t`);
    expect(line.fill("buy", 6, { orderId: entry })).toEqual([]);
    expect(line.bar()).toEqual([]);
  });
  it("an entry that only closes brings no stop; one that flips brings its own", () => {
    const line = started(limits);
    line.enter(10);
    line.fill("buy", 10);
    line.enter(15, { direction: -1 });
    const flip = line.planId;
    line.fill("sell", 4, { orderId: flip });
    expect(line.canceled("P-1.s")).toEqual(["exit0 6 unprotected"]);
    expect(line.fill("sell", 11, { orderId: flip })).toEqual([]);
    expect(line.bar()).toEqual([]);
    expect(line.ask("moveStop", { direction: -1, stopTicks: 1005 as Ticks })).toEqual(["refused position.stopOnlyTightens 1005/1005"]);
  });
  it("is not asked for where it is switched off", () => {
    const line = started(limitsOf({}));
    line.enter(10, { bracket: { stopFraction: 0, targetFraction: 0 } });
    expect([line.fill("buy", 10), line.bar(), line.timer()].flat()).toEqual([]);
  });
});

describe("plans", () => {
  it("are sealed, one for each approval, directly behind their intent", () => {
    const line = holding();
    line.command("halt");
    const plans = line.items.filter((item): item is ApprovedPlan => item.kind === Kind.approvedPlan);
    expect(plans).toHaveLength(4);
    expect(plans.every(isSealed)).toBe(true);
    expect(isSealed({ ...(plans[0] as ApprovedPlan) })).toBe(false);
    const emergency = line.items.findIndex((item) => item.kind === Kind.intent);
    expect(line.items[emergency + 1]).toMatchObject({ kind: Kind.approvedPlan, intent: line.items[emergency] });
  });
  it.each([
    "BTCUSDT",
    "1000000MOGUSDT",
    "BTCUSDT_231229",
    "ABCDEFGHIJKLMNOPQR",
    "ABCDEFGHIJKLMNOPQRSTUVW",
    "币安人生USDT",
    "币".repeat(40),
  ])("of emergencies have ids that every venue takes: %s", (symbol) => {
    const line = new RiskLine(limitsOf({}), { instruments: [riskInstrument(0, { symbol, maxMarketQtyLots: 1 })] });
    const ids = new Set<string>();
    let exits = 0;
    for (let at = 1; at <= 40; at += 1) {
      line.bar({ at });
      line.enter(30);
      line.fill("buy", 30);
      for (let i = 0; i < 3; i += 1) {
        line.command("halt");
        line.bar({ at });
      }
      line.fill("sell", 30, { orderId: "external-x" });
      line.command("resume");
    }
    const name = planTagOf(symbol);
    for (const { orderId, decidedAtMs } of exitsOf(line)) {
      ids.add(orderId);
      exits += 1;
      expect(orderId).toMatch(/^[.A-Z:/a-z0-9_-]{1,36}$/);
      expect(orderId).toMatch(new RegExp(`^${name}-${Math.floor(decidedAtMs / 1000)}-r[123](\\.([2-9]|10))?$`));
    }
    expect(exits).toBe(40 * 30);
    expect(ids.size).toBe(exits);
  });
  it("of emergencies keep their ids apart when line time steps back and forth", () => {
    const line = started();
    line.enter(10);
    line.fill("buy", 10);
    line.command("halt");
    for (const step of [-10_000, 10_000, 0]) {
      line.rejected(line.emergencyId);
      expect(line.timer(step)).toEqual(["exit0 10 risk-halt"]);
    }
    const ids = line.items.flatMap((item) =>
      item.kind === Kind.approvedPlan && item.intent.reason === "risk-halt" ? [item.intent.planId] : [],
    );
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
  });
});

describe("a restart", () => {
  /** A day and a half in which every tier speaks. */
  const story = (): RiskLine => {
    const line = holding(DEFAULT_LIMITS);
    for (let i = 0; i < 12; i += 1) line.enter(1);
    const lose = (times: number): void => {
      for (let i = 0; i < times; i += 1) line.closed(-1, -1);
    };
    lose(1);
    line.gap(2);
    line.bar();
    line.bar();
    lose(7);
    line.stream("a", "stale");
    line.inferenceFailed();
    line.inferenceFailed();
    line.inferenceFailed(59_000);
    line.bar({ equity: 11_000 });
    line.bar({ equity: 10_460 });
    line.stream("a", "connected");
    line.bookBroke(1);
    lose(1);
    line.bar({ at: 700, equity: 10_450 });
    line.rejected(line.emergencyId, "reduceOnlyRejected", 1);
    line.bar({ at: 701 });
    line.command("halt");
    line.bar({ at: 1440 });
    line.enter(1);
    line.command("resume");
    line.enter(1);
    line.bar({ at: 1441, equity: 9_920 });
    line.enter(1, { instrument: instrumentIndex(1) });
    line.bookTop(1);
    line.enter(1);
    return line;
  };
  const INSTRUMENTS = [riskInstrument(0), riskInstrument(1)];
  const through = (items: readonly Item[], restartAt = Infinity): string[] => {
    const told: string[] = [];
    const collect = (from_: number) => ({
      next: (item: Item) => {
        if (!items.includes(item) && item.kind !== Kind.accountState && told.length >= from_) told.push(JSON.stringify(item));
      },
    });
    from(items.slice(0, restartAt)).pipe(withOrders(INSTRUMENTS), riskGate(INSTRUMENTS, DEFAULT_LIMITS)).subscribe(collect(0));
    if (restartAt === Infinity) return told;
    // The journal is replayed into a new gate with nobody listening; then the line goes on.
    let replayed = 0;
    const before = told.length;
    const again: string[] = [];
    from(items)
      .pipe(withOrders(INSTRUMENTS), riskGate(INSTRUMENTS, DEFAULT_LIMITS))
      .subscribe({
        next: (item) => {
          if (items.includes(item) || item.kind === Kind.accountState) replayed += 1;
          else if (replayed > restartAt) again.push(JSON.stringify(item));
        },
      });
    return [...told.slice(0, before), ...again];
  };

  it("at any item of the journal continues as if it had not been", () => {
    const { input, told } = story();
    const rules = [
      "day.maxConsecutiveLosses",
      "data.gap",
      "data.stream",
      "data.book S1USDT",
      "data.maxInferenceFailuresPerMinute",
      "system.maxDrawdownFraction",
      "command.halt",
    ];
    for (const rule of rules) expect(told.join("\n")).toContain(`+${rule}`);
    const whole = through(input);
    for (let cut = 0; cut <= input.length; cut += 1) expect(through(input, cut)).toEqual(whole);
  });
  it("needs the journal: without it the gate would know neither causes nor counters", () => {
    const { input } = story();
    const tail = (items: readonly Item[], last: number): string[] => through(items).slice(-last);
    expect(tail(input.slice(60), 5)).not.toEqual(tail(input, 5));
  });
});

describe("the operator", () => {
  it("passes every item on, unchanged and in order, with what it says directly behind its cause", () => {
    const { input } = ((line: RiskLine) => {
      line.enter(1);
      line.gap(1);
      return line;
    })(started());
    const out: Item[] = [];
    from([...input, BARRIER])
      .pipe(riskGate([riskInstrument(0), riskInstrument(1)], limitsOf({ data: DEFAULT_LIMITS.data })))
      .subscribe((item) => out.push(item));
    expect(out.filter((item) => input.includes(item) || item === BARRIER)).toEqual([...input, BARRIER]);
    expect(out.map(({ kind }) => kind).slice(4)).toEqual([
      Kind.intent,
      Kind.approvedPlan,
      Kind.gap,
      Kind.riskState,
      Kind.intent,
      Kind.approvedPlan,
      Kind.barrier,
    ]);
    const causes = out.filter((item) => item.kind === Kind.riskState || item.kind === Kind.approvedPlan);
    expect(causes.map(({ seq }) => seq)).toEqual([input[4]?.seq, input[5]?.seq, input[5]?.seq]);
  });
  it("starts anew with each subscription", () => {
    const { input } = holding();
    const gate = riskGate([riskInstrument(0), riskInstrument(1)], DEFAULT_LIMITS);
    const run = (): number => {
      let count = 0;
      from(input)
        .pipe(gate)
        .subscribe(() => (count += 1));
      return count;
    };
    expect(run()).toBe(run());
  });
});
