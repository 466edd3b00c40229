import { describe, expect, it } from "vitest";
import { VenueDesk } from "../../../test/venueDesk.ts";
import type { AccountEvent } from "../../domain/event.ts";
import { Kind, KIND_NAMES } from "../../domain/kind.ts";
import type { VenueQuery } from "../../domain/ports.ts";
import { instrumentIndex } from "../../domain/units.ts";

type Asked = VenueQuery extends infer Q ? (Q extends VenueQuery ? Omit<Q, "instrument" | "askedAtMs"> : never) : never;

/** What the venue says behind the next bar to what it is asked. */
const answers = (desk: VenueDesk, ...asked: readonly Asked[]): unknown[] => {
  for (const query of asked) desk.venue.venue.ask({ ...query, instrument: instrumentIndex(0), askedAtMs: desk.nowMs });
  const from = desk.items.length;
  desk.flat(100);
  const bar = desk.items.findIndex(({ kind }, at) => at >= from && kind === Kind.kline);
  return desk.items.slice(bar + 1).map((item) => {
    const { kind, seq, ...rest } = item as AccountEvent & Record<string, unknown>;
    expect(seq).toBe((desk.items[bar] as { seq: number }).seq);
    const told = ["clientOrderId", "qtyLots", "remainingLots", "reason", "positionLots", "clientOrderIds", "sub"] as const;
    return [KIND_NAMES[kind], ...told.filter((name) => rest[name] !== undefined).map((name) => rest[name])].join(" ");
  });
};
const order = (clientOrderId: string): Asked => ({ what: "order", clientOrderId });

describe("the simulated venue, asked about", () => {
  it("an order: it is told as it stands, behind the next event", () => {
    const desk = new VenueDesk();
    desk.submit({ id: "rests", price: 90 }, { id: "filled", qty: 3 }, { id: "canceled", price: 90 }, { id: "refused", qty: 0 });
    desk.flat(100);
    desk.cancel("canceled");
    desk.flat(100);
    expect(answers(desk, ...["rests", "filled", "canceled", "refused", "never"].map(order))).toEqual([
      "orderAccepted rests 1",
      "orderFilled filled 3 1",
      "orderExpired filled 0 filled 2",
      "orderCanceled canceled 1 1",
      "orderRejected refused qtyNotPositive 1",
      "orderRejected never neverArrived 1",
    ]);
    expect(answers(desk)).toEqual([]);
  });
  it("an order that is on its way: once it is there", () => {
    const desk = new VenueDesk({ latencyMs: 90_000 });
    desk.flat(100);
    desk.submit({ id: "o", price: 90 });
    expect(answers(desk, order("o"))).toEqual([]);
    expect(answers(desk)).toEqual([]);
    expect(answers(desk)).toEqual(["orderAccepted o 1"]);
  });
  it("the second life of an id: the newest", () => {
    const desk = new VenueDesk();
    desk.submit({ id: "o" });
    desk.flat(100);
    desk.submit({ id: "o", price: 90 }, { id: "o", price: 80 });
    desk.flat(100);
    expect(answers(desk, order("o"))).toEqual(["orderAccepted o 1"]);
  });
  it("open orders, position and trades", () => {
    const desk = new VenueDesk();
    desk.submit({ id: "e", qty: 5, stop: 0.1, target: 0.1 }, { id: "l", price: 90, qty: 2 });
    desk.flat(100);
    desk.submit({ id: "x", side: "sell", qty: 2, reduceOnly: true });
    desk.flat(100);
    const all: Asked[] = [{ what: "openOrders" }, { what: "position" }, { what: "trades", sinceTradeId: 1 }];
    expect(answers(desk, ...all)).toEqual(["openOrders l,e.s,e.t 1", "positionReport 3 1", "orderFilled x 2 1"]);
    // The stop closes the position, and its target goes with it.
    desk.bar(100, 100, 85, 100);
    expect(answers(desk, { what: "position" }, { what: "openOrders" }, order("e.s"))).toEqual([
      "positionReport 2 1",
      "openOrders  1",
      "orderFilled e.s 3 1",
      "orderExpired e.s 0 filled 2",
    ]);
  });
});
