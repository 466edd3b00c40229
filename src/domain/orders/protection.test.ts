import { describe, expect, it } from "vitest";
import { idsOf, OrderDesk } from "../../../test/orderDesk.ts";
import type { Lots, Ticks } from "../units.ts";
import * as list from "./ownOrders.ts";
import * as protects from "./protection.ts";

const own = { ...list, ...protects };

describe("the stop of an entry", () => {
  it("comes with its first part, from that part's price, and once while it stands", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 4, 1000);
    desk.fill("E", 3, 1100);
    expect(desk.of("E.s")).toMatchObject({ role: "stop", direction: 1, priceTicks: 990, qtyLots: 0, planId: "E", action: "enter" });
    expect(desk.open).toEqual(["E entry partlyFilled 3", "E.s stop sent 0"]);
    expect(desk.of("E.s").bracket).toEqual({ stopFraction: 0, targetFraction: 0 });
  });
  it("comes anew, by another id, when no stop of the position is there any more", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 4);
    desk.fill("E.s", -4, 990, true);
    desk.fill("E", 3);
    expect(desk.open).toEqual(["E entry partlyFilled 3", "E.s2 stop sent 0"]);
    desk.canceled("E.s2");
    desk.fill("E", 1);
    expect(desk.open).toEqual(["E entry partlyFilled 2", "E.s3 stop sent 0"]);
  });
  it("comes although the stop of another entry stands", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.enter("F");
    desk.fill("E", 10);
    desk.fill("F", 4);
    expect(desk.open).toEqual(["F entry partlyFilled 6", "E.s stop sent 0", "F.s stop sent 0"]);
    // It does not come anew while the other one protects the position.
    desk.canceled("F.s");
    desk.fill("F", 4);
    expect(desk.open).toEqual(["F entry partlyFilled 2", "E.s stop sent 0"]);
  });
  it("comes anew while only a moved stop is on its way: the venue does not have that one", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 4);
    desk.move("M", 995);
    desk.canceled("E.s");
    desk.fill("E", 3);
    expect(desk.open).toEqual(["E entry partlyFilled 3", "M stop sent 0", "E.s2 stop sent 0"]);
  });
  it.each([
    ["was accepted", (desk: OrderDesk) => desk.accepted("M")],
    ["has filled in part", (desk: OrderDesk) => desk.fill("M", -1, 995, true)],
  ])("does not come anew while a moved stop is there that %s", (_, confirm) => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 4);
    desk.move("M", 995);
    confirm(desk);
    desk.canceled("E.s");
    desk.fill("E", 3);
    expect(desk.open.map((line) => line.split(" ")[0])).toEqual(["E", "M"]);
  });
  it("comes anew while a stop of the other side, or one that is superseded, is all that there is", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 4);
    desk.move("M", 1010, -1).confirmed = true;
    own.supersede(desk.of("E.s"));
    desk.fill("E", 3);
    expect(idsOf(desk.orders.open)).toEqual(["E", "E.s", "M", "E.s2"]);
  });
  it("does not come with a part that only closes, to the last lot too", () => {
    const desk = new OrderDesk();
    desk.enter("L", { qtyLots: 5 as Lots });
    desk.fill("L", 5);
    desk.enter("S", { direction: -1 });
    desk.fill("S", -3);
    expect(idsOf(desk.orders.open)).toEqual(["L.s", "S"]);
    desk.fill("S", -2);
    expect(idsOf(desk.orders.open)).toEqual(["S"]);
    desk.fill("S", -1);
    expect(desk.of("S.s")).toMatchObject({ direction: -1, priceTicks: 1010 });
  });
  it("is none without a bracket, and protects nothing", () => {
    const desk = new OrderDesk();
    desk.plan("S", "scaleIn");
    desk.fill("S", 4);
    expect(desk.open).toEqual(["S entry partlyFilled 6"]);
    expect(own.isProtected(desk.orders)).toBe(false);
  });
  it("that fills in part stands for the rest", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 10);
    desk.fill("E.s", -4, 990, true);
    expect(desk.open).toEqual(["E.s stop partlyFilled 0"]);
    expect(own.isProtected(desk.orders)).toBe(true);
  });
});

describe("the end of a trade", () => {
  it("ends its stops and exits; entries and the new side's stop stay", () => {
    const desk = new OrderDesk();
    desk.enter("L");
    desk.fill("L", 10);
    desk.plan("X", "exit");
    const exit = desk.of("X");
    const stop = desk.of("L.s");
    desk.enter("R");
    desk.enter("S", { direction: -1, qtyLots: 30 as Lots });
    desk.fill("S", -15);
    expect(desk.open).toEqual(["R entry sent 10", "S entry partlyFilled 15", "S.s stop sent 0"]);
    expect([exit.status, stop.status]).toEqual(["done", "done"]);
  });
  it("keeps a moved stop that is still on its way as superseded; one that the venue has ends", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 10);
    desk.move("M", 994);
    desk.move("N", 995);
    desk.accepted("M");
    desk.fill("E.s", -10, 990, true);
    expect(desk.open).toEqual(["N stop sent 0"]);
    expect(desk.of("N").superseded).toBe(true);
    expect([own.isProtected(desk.orders), own.stopTicks(desk.orders)]).toEqual([false, 0]);
  });
});

describe("a newer stop", () => {
  it("takes the place of the stops of its side that the venue has", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 10);
    desk.enter("F");
    desk.fill("F", 10);
    desk.move("other", 1010, -1).confirmed = true;
    desk.move("onItsWay", 994);
    desk.move("gone", 993).confirmed = true;
    own.supersede(desk.of("gone"));
    const newer = desk.move("M", 995);
    desk.accepted("M");
    expect(idsOf(own.placedStops(desk.orders, newer))).toEqual(["E.s", "F.s"]);
  });
  it("withdraws an old one once, which protects nothing from then on", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 10);
    const stop = desk.of("E.s");
    expect(own.supersede(stop)).toBe(true);
    expect(stop).toMatchObject({ superseded: true, status: "cancelSent" });
    expect(own.isProtected(desk.orders)).toBe(false);
    expect(own.supersede(stop)).toBe(false);
    desk.rejected("E.s", "unknownOrder");
    expect(own.supersede(stop)).toBe(true);
  });
});

describe("the tightest stop", () => {
  it.each([
    [1, [990, 995, 992], 995],
    [-1, [1010, 1005, 1008], 1005],
  ] as const)("of side %i counts, of %j", (direction, stops, tightest) => {
    const desk = new OrderDesk();
    for (const [at, ticks] of stops.entries()) desk.move(`M${at}`, ticks, direction);
    expect(own.stopTicks(desk.orders)).toBe(tightest);
  });
  it("is 0 without one, and entries have none", () => {
    const desk = new OrderDesk();
    desk.enter("E", { orderType: "limit", limitTicks: 990 as Ticks });
    desk.accepted("E");
    expect([own.stopTicks(desk.orders), own.workingStopTicks(desk.orders)]).toEqual([0, 0]);
  });
  it("counts those on their way for risk, and only what the venue has said it has as working", () => {
    const desk = new OrderDesk();
    desk.enter("E");
    desk.fill("E", 10);
    desk.move("M", 995);
    expect([own.stopTicks(desk.orders), own.workingStopTicks(desk.orders)]).toEqual([995, 0]);
    desk.accepted("E.s");
    expect([own.stopTicks(desk.orders), own.workingStopTicks(desk.orders)]).toEqual([995, 990]);
    desk.accepted("M");
    expect(own.workingStopTicks(desk.orders)).toBe(995);
  });
});

describe("protection that we send ourselves", () => {
  const long = (): OrderDesk => {
    const desk = new OrderDesk(0, false);
    desk.enter("E");
    desk.fill("E", 5);
    desk.accepted("E.s", "E.t");
    return desk;
  };
  it("is kept when the trade is over until the venue says that it has gone; the order that ended the trade is done", () => {
    const desk = long();
    desk.fill("E.s", -5, 990, true);
    expect(desk.open).toEqual(["E entry partlyFilled 5", "E.t target working 0"]);
    expect(own.isProtected(desk.orders)).toBe(false);
    desk.canceled("E.t");
    expect(desk.open).toEqual(["E entry partlyFilled 5"]);
  });
  it("protects on where the entry fills on before it has gone, and is made anew where it was asked to go", () => {
    const desk = long();
    desk.fill("X", -5, 1000, true);
    expect(own.isProtected(desk.orders)).toBe(false);
    desk.fill("E", 2);
    expect([own.isProtected(desk.orders), idsOf(desk.orders.made)]).toEqual([true, []]);
    desk.fill("X", -2, 1000, true);
    for (const order of desk.orders.open) if (order.role !== "entry") own.askToCancel(order);
    desk.fill("E", 3);
    expect([own.isProtected(desk.orders), idsOf(desk.orders.made)]).toEqual([true, ["E.s3", "E.t3"]]);
  });
});
