import { describe, expect, it } from "vitest";
import { BRACKET, idsOf, OrderDesk } from "../../../test/orderDesk.ts";
import { Kind } from "../kind.ts";
import type { Lots, Ticks } from "../units.ts";
import { instrumentIndex } from "../units.ts";
import { compared, mustAsk } from "./openOrders.ts";
import * as list from "./ownOrders.ts";
import * as protects from "./protection.ts";

const own = { ...list, ...protects };

describe("an approved plan", () => {
  it("of an entry is one order with its limit, worst price, leverage and bracket; a market order has no price", () => {
    const desk = new OrderDesk();
    desk.enter("L", { orderType: "limit", limitTicks: 990 as Ticks, leverage: 3, direction: -1 });
    expect(desk.of("L")).toMatchObject({
      ...{ planId: "L", role: "entry", action: "enter", direction: -1, qtyLots: 10, remainingLots: 10, priceTicks: 990, worstTicks: 1000 },
      ...{ leverage: 3, bracket: BRACKET, status: "sent", confirmed: false, superseded: false, stopsPlaced: 0 },
    });
    desk.plan("M", "scaleIn", { limitTicks: 990 as Ticks });
    expect(desk.of("M")).toMatchObject({ role: "entry", priceTicks: 0 });
    expect(own.pendingEntries(desk.orders)).toBe(2);
  });
  it("of an exit withdraws the entries that rest; a reduction lets them be", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    const reduced = desk.plan("R", "reduce", { qtyLots: 3 as Lots });
    expect([idsOf(reduced.orders), idsOf(reduced.withdrawn)]).toEqual([["R"], []]);
    expect(desk.of("E").status).toBe("sent");
    const left = desk.plan("X", "exit", { qtyLots: 4 as Lots });
    expect([idsOf(left.orders), idsOf(left.withdrawn)]).toEqual([["X"], ["E"]]);
    expect(desk.open).toEqual(["E entry cancelSent 10", "R exit sent 3", "X exit sent 4"]);
    expect(own.exitLots(desk.orders)).toBe(7);
  });
  it("withdraws an entry once, and again when the cancel was refused", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.plan("S", "scaleIn");
    desk.fill("E", 5);
    const withdraw = (id: string): string[] => idsOf(desk.plan(id, "cancelEntries").withdrawn);
    expect(withdraw("C1")).toEqual(["E", "S"]);
    expect([own.mustWithdraw(desk.orders), own.awaitsScaleIn(desk.orders), own.pendingEntries(desk.orders)]).toEqual([false, false, 2]);
    expect(withdraw("C2")).toEqual([]);
    desk.accepted("E");
    desk.fill("E", 1);
    expect(withdraw("C3")).toEqual([]);
    desk.rejected("E", "unknownOrder");
    expect([own.mustWithdraw(desk.orders), own.awaitsScaleIn(desk.orders)]).toEqual([true, false]);
    expect(withdraw("C4")).toEqual(["E"]);
    desk.canceled("E");
    expect(withdraw("C5")).toEqual([]);
  });
  it.each([
    [0, 25, [25]],
    [10, 9, [9]],
    [10, 10, [10]],
    [10, 20, [10, 10]],
    [10, 21, [10, 10, 1]],
    [2, 20, Array<number>(10).fill(2)],
    [2, 100, Array<number>(10).fill(2)],
  ])("closes in slices as large as the venue takes (%i), ten at most: %i lots", (largestLots, lots, slices) => {
    const desk = new OrderDesk(largestLots);
    const { orders } = desk.plan("X", "exit", { qtyLots: lots as Lots });
    expect(orders.map(({ qtyLots }) => qtyLots)).toEqual(slices);
    expect(idsOf(orders)).toEqual(slices.map((_, at) => (at === 0 ? "X" : `X.${at + 1}`)));
    expect(new Set(orders.map(({ planId }) => planId))).toEqual(new Set(["X"]));
  });
  it("is no more than a hundred reductions on their way; entries and stops are none of them", () => {
    const desk = new OrderDesk(1);
    desk.enter("E");
    desk.fill("E", 10);
    desk.enter("E2");
    for (let plan = 1; plan < 10; plan += 1) desk.plan(`X${plan}`, "reduce");
    desk.plan("Y", "reduce", { qtyLots: 9 as Lots });
    expect(own.mayExit(desk.orders)).toBe(true);
    desk.plan("Z", "reduce", { qtyLots: 1 as Lots });
    expect(own.mayExit(desk.orders)).toBe(false);
    desk.rejected("Z");
    expect(own.mayExit(desk.orders)).toBe(true);
  });
  it("is known while one of its orders is open", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 10);
    desk.enter("F");
    expect(["E", "F", "G"].map((id) => own.hasPlan(desk.orders, id))).toEqual([true, true, false]);
    desk.canceled("E.s");
    expect(own.hasPlan(desk.orders, "E")).toBe(false);
  });
});

describe("an answer", () => {
  it("names the order that it is about, also when that is done; null for what is none of ours", () => {
    const desk = new OrderDesk();
    const latest = (): string | undefined => desk.orders.latest?.orderId;
    desk.enter("E");
    desk.accepted("E");
    expect(latest()).toBe("E");
    desk.accepted("external");
    expect(desk.orders.latest).toBeNull();
    desk.fill("E", 10);
    expect([latest(), desk.orders.latest?.status]).toEqual(["E", "done"]);
    desk.fill("external", -1, 1000, true);
    expect(desk.orders.latest).toBeNull();
  });
  it("confirms an order, as a fill does; a part and the rest of it count", () => {
    const desk = new OrderDesk();
    desk.enter("A");
    desk.enter("B");
    expect(desk.of("A").confirmed).toBe(false);
    desk.accepted("A");
    desk.fill("B", 4);
    expect([desk.of("A"), desk.of("B")].map(({ confirmed }) => confirmed)).toEqual([true, true]);
    expect(desk.open).toEqual(["A entry working 10", "B entry partlyFilled 6", "B.s stop sent 0"]);
    desk.fill("B", 6);
    expect(desk.open).toEqual(["A entry working 10", "B.s stop sent 0"]);
  });
  it.each([
    ["it was lost", (desk: OrderDesk) => desk.unknown("E")],
    ["a refused cancel", (desk: OrderDesk) => desk.rejected("E", "unknownOrder")],
  ])("that leaves the outcome open (%s) ends nothing", (_, answer) => {
    const desk = new OrderDesk();
    desk.enter("E");
    answer(desk);
    expect(desk.open).toEqual(["E entry unknown 10"]);
    desk.rejected("E", "insufficientMargin");
    expect(desk.open).toEqual([]);
  });
  it("that it ended with less left than we know of waits for the fills that are still to come, and is not canceled again", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.accepted("E");
    desk.fill("E", 2);
    desk.canceled("E", 5);
    expect(desk.open).toEqual(["E entry ending 3", "E.s stop sent 0"]);
    expect([own.pendingEntries(desk.orders), own.mustWithdraw(desk.orders), own.awaitsCancel(desk.orders)]).toEqual([1, false, true]);
    expect(own.askToCancel(desk.of("E"))).toBe(false);
    // The venue repeats itself.
    desk.canceled("E", 5);
    expect(desk.open[0]).toBe("E entry ending 3");
    desk.fill("E", 3);
    expect(desk.open).toEqual(["E.s stop sent 0"]);
  });
  it("that lists the open orders makes unknown what it lacks, unless that was sent after the question", () => {
    const desk = new OrderDesk();
    for (const id of ["A", "B", "C"]) desk.enter(id);
    desk.accepted("A", "B");
    const sentAt = (id: string): number => desk.of(id).decidedAtMs;
    const list = {
      kind: Kind.openOrders,
      seq: 0,
      instrument: instrumentIndex(0),
      eventTimeMs: 0,
      receivedTimeMs: 0,
      knownAtMs: 0,
      sub: 1,
    } as const;
    compared(desk.orders, { ...list, askedAtMs: sentAt("C"), clientOrderIds: ["B", "X"] });
    expect(desk.open).toEqual(["A entry unknown 10", "B entry working 10", "C entry sent 10"]);
    expect(desk.orders.open.map(mustAsk)).toEqual([true, false, false]);
  });
  it("about one order takes that one out, and no other", () => {
    const desk = new OrderDesk();
    for (const id of ["A", "B", "C"]) desk.enter(id);
    desk.canceled("B");
    expect(desk.open).toEqual(["A entry sent 10", "C entry sent 10"]);
  });
});

describe("the lowest leverage of what filled into a position", () => {
  const leverages = (...fills: readonly (readonly [id: string, lots: number, reduceOnly?: boolean])[]): number[] => {
    const desk = new OrderDesk();
    desk.enter("L5", { leverage: 5 });
    desk.enter("L3", { leverage: 3 });
    desk.enter("L9", { leverage: 9 });
    return fills.map(([id, lots, reduceOnly = false]) => {
      desk.fill(id, lots, 1000, reduceOnly);
      return desk.orders.leverage;
    });
  };
  it("is that of the first part, then the lower of the two", () => {
    expect(leverages(["L5", 1], ["L3", 1], ["L9", 1])).toEqual([5, 3, 3]);
  });
  it("begins anew with a new position and with one that turned", () => {
    expect(leverages(["L3", 1], ["x", -1, true], ["L9", 1])).toEqual([3, 3, 9]);
    expect(leverages(["L3", 1], ["L9", -4])).toEqual([3, 9]);
  });
  it("is not that of an entry that only closes, nor of a reduction that closes more than there is", () => {
    expect(leverages(["L5", 2], ["L3", -1])).toEqual([5, 5]);
    expect(leverages(["L5", 2], ["x", -3, true])).toEqual([5, 5]);
  });
  it("is 1 where nobody said", () => {
    expect(leverages(["external", 1])).toEqual([1]);
  });
});
