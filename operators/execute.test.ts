import type { OperatorFunction } from "rxjs";
import { pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Intent } from "../src/domain/derived.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { OrderRequest } from "../src/domain/order.ts";
import type { Venue, VenueQuery } from "../src/domain/ports.ts";
import { ownOrders } from "../src/domain/orders/ownOrders.ts";
import type { Lots, Ticks } from "../src/domain/units.ts";
import { approve } from "../src/risk/approval.ts";
import { accountOf, BTC, ETH, fill, intentOf, orderAccepted, orderRejected, orderUnknown, show, T0 } from "../test/items.ts";
import type { Row } from "../test/operatorCases.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { passingGate, withOrders } from "../test/ownOrdersLine.ts";
import { execute } from "./execute.ts";

/** Records what it is asked, in order. */
class TestVenue implements Pick<Venue, "submit" | "cancel" | "ask"> {
  readonly orders: OrderRequest[] = [];
  readonly calls: string[] = [];
  submit(order: OrderRequest): void {
    if (order.reason === "burn") throw new Error("venue is on fire");
    this.orders.push(order);
    this.calls.push(`submit ${order.clientOrderId}`);
  }
  cancel(instrument: number, id: string, decidedAtMs: number): void {
    this.calls.push(`cancel ${instrument} ${id} m${(decidedAtMs - T0) / 60_000}`);
  }
  ask(query: VenueQuery): void {
    const of = query.what === "order" ? query.clientOrderId : query.what === "trades" ? `since ${query.sinceTradeId}` : "";
    this.calls.push(`ask ${query.instrument} ${query.what} ${of} m${(query.askedAtMs - T0) / 60_000}`);
  }
}

const plan = (...of: Parameters<typeof intentOf>): Intent => intentOf(...of);
const enter = (at: number): Intent => plan({ at }, "enter", { bracket: { stopFraction: 0.01, targetFraction: 0.02 } });
const line = (venue: Pick<Venue, "submit" | "cancel" | "ask">): OperatorFunction<Item, Item> =>
  pipe(withOrders([BTC, ETH]), passingGate(), execute(venue));
const calls = (items: readonly Item[]): string[] => {
  const venue = new TestVenue();
  through(line(venue), [accountOf({ at: 0 }), ...items]);
  return venue.calls;
};

describe("execute", () => {
  const sent = (intent: Intent, ...orders: readonly string[]): Row => [
    intent,
    [show(intent), `approved${intent.instrument} #${intent.seq} ${intent.planId} ${intent.action}`, ...orders],
  ];
  operatorCases({
    operator: () => line(new TestVenue()),
    rows: [
      [accountOf({ at: 0 }), [show(accountOf({ at: 0 }))]],
      sent(enter(1), "order0 #1 P-1 buy market 10 @0 !0 GTC"),
      sent(
        plan({ at: 2, instrument: 1 }, "enter", { direction: -1, orderType: "limit", limitTicks: 990 as Ticks, postOnly: true }),
        "order1 #2 P-2 sell limit 10 @990 !0 GTX",
      ),
      sent(plan({ at: 3 }, "scaleIn"), "order0 #3 P-3 buy market 10 @0 !0 GTC"),
      sent(plan({ at: 4 }, "reduce"), "order0 #4 P-4 sell market 10 @0 !0 GTC reduce"),
      sent(plan({ at: 5 }, "exit", { direction: -1 }), "order0 #5 P-5 buy market 10 @0 !0 GTC reduce"),
      sent(plan({ at: 6 }, "moveStop", { stopTicks: 970 as Ticks }), "order0 #6 P-6 sell stopMarket 0 @0 !970 GTC reduce close"),
      sent(plan({ at: 7 }, "cancelEntries")),
    ],
    throws: {
      operator: () => line(new TestVenue()),
      items: [enter(1), plan({ at: 2 }, "exit", { reason: "burn" })],
      name: "execute",
      message: "venue is on fire",
    },
  });

  it("asks about an order whose answer was lost, and sends it no second time", () => {
    expect(calls([enter(1), orderUnknown({ at: 2 }, "P-1"), orderAccepted({ at: 3 }, "P-1")])).toEqual([
      "submit P-1",
      "ask 0 order P-1 m2",
    ]);
    expect(calls([enter(1), orderRejected({ at: 2 }, "P-1", "unknownOrder")])).toEqual(["submit P-1", "ask 0 order P-1 m2"]);
    expect(calls([enter(1), orderUnknown({ at: 2 }, "X")])).toEqual(["submit P-1"]);
  });
  it("asks for trades where the venue reports another position, from the first that may be missing", () => {
    const report = (positionLots: number): Item => ({
      ...orderAccepted({ at: 2 }, ""),
      ...{ kind: Kind.positionReport, positionLots: positionLots as Lots, entryPrice: NaN },
    });
    expect(calls([enter(1), report(0), report(5)])).toEqual(["submit P-1", "ask 0 trades since -1 m2"]);
  });
  it("takes no plan that risk did not make", () => {
    const forged = { ...approve(enter(1), { own: ownOrders(BTC), orders: [], withdrawn: [] }) };
    expect(() => through(execute(new TestVenue()), [forged])).toThrow("execute at seq 1: plan P-1 did not pass risk");
  });

  it("hands the venue the whole order: bracket, leverage, expiry, reason and time of the decision", () => {
    const venue = new TestVenue();
    const terms = { bracket: { stopFraction: 0.01, targetFraction: 0.02 }, leverage: 3, expiresAtMs: 77, reason: "why" };
    through(line(venue), [plan({ at: 1 }, "enter", terms)]);
    expect(venue.orders).toEqual([
      {
        ...{
          clientOrderId: "P-1",
          planId: "P-1",
          instrument: 0,
          side: "buy",
          type: "market",
          qtyLots: 10,
          priceTicks: 0,
          triggerTicks: 0,
        },
        ...{ callbackFraction: 0, timeInForce: "GTC", reduceOnly: false, closePosition: false, decidedAtMs: T0 + 120_000, ...terms },
      },
    ]);
  });

  const move = (at: number): Intent => plan({ at }, "moveStop", { stopTicks: 990 as Ticks });
  const accepted = (...ids: readonly string[]): Item[] => ids.map((id) => orderAccepted({ at: 9 }, id));
  const cancels = (...items: readonly Item[]): string[] => calls(items).filter((call) => call.startsWith("cancel"));
  /** The first fill of an entry, and the venue's word that its stop is there. */
  const entered = (id: string): Item[] => [
    fill({ at: 1 }, { side: "buy", ticks: 1000, lots: 5, clientOrderId: id }),
    ...accepted(`${id}.s`),
  ];
  const closed = { kind: Kind.tradeClosed, seq: 5, instrument: 0, knownAtMs: T0, direction: 1 } as unknown as Item;

  it("withdraws the old stop only once the venue has the new one", () => {
    expect(calls([enter(1), move(2)])).toEqual(["submit P-1", "submit P-2"]);
    const moved = [
      enter(1),
      ...entered("P-1"),
      move(2),
      orderAccepted({ at: 3 }, "P-2"),
      move(4),
      orderAccepted({ at: 4 }, "other"),
      orderAccepted({ at: 5 }, "P-4"),
    ];
    expect(calls(moved)).toEqual(["submit P-1", "submit P-2", "cancel 0 P-1.s m3", "submit P-4", "cancel 0 P-2 m5"]);
  });

  it("keeps the old stop when the new one is rejected, and forgets one that is gone", () => {
    const stop = entered("P-1");
    const rejected = [enter(1), ...stop, move(2), orderRejected({ at: 3 }, "P-2"), move(4), orderAccepted({ at: 5 }, "P-4")];
    expect(calls(rejected)).toEqual(["submit P-1", "submit P-2", "submit P-4", "cancel 0 P-1.s m5"]);
    const late = [enter(1), move(2), orderRejected({ at: 3 }, "P-2"), orderAccepted({ at: 4 }, "P-2")];
    expect(calls(late)).toEqual(["submit P-1", "submit P-2"]);
    const gone = [enter(1), ...stop, orderRejected({ at: 2 }, "P-1.s"), move(4), orderAccepted({ at: 5 }, "P-4")];
    expect(calls(gone)).toEqual(["submit P-1", "submit P-4"]);
  });

  it("never cancels a stop that is not there yet", () => {
    expect(cancels(enter(1), move(2), ...accepted("P-2"))).toEqual([]);
  });
  it("of two moves on their way the last one stays, alone", () => {
    expect(cancels(enter(1), ...entered("P-1"), move(2), move(3), ...accepted("P-2", "P-3"))).toEqual([
      "cancel 0 P-1.s m9",
      "cancel 0 P-2 m9",
    ]);
  });
  it("withdraws the stops of every entry, whichever was sent last", () => {
    const both = [...entered("P-1"), ...entered("P-2")];
    expect(cancels(enter(1), enter(2), ...both, move(3), ...accepted("P-3"))).toEqual(["cancel 0 P-1.s m9", "cancel 0 P-2.s m9"]);
    const refused = orderRejected({ at: 3 }, "P-2");
    expect(cancels(enter(1), ...entered("P-1"), enter(2), refused, move(4), ...accepted("P-4"))).toEqual(["cancel 0 P-1.s m9"]);
  });
  it("withdraws a move that arrives after its trade, and no stop of the next trade for it", () => {
    expect(cancels(enter(1), ...entered("P-1"), move(2), closed, enter(3), ...entered("P-3"), ...accepted("P-2"))).toEqual([
      "cancel 0 P-2 m9",
    ]);
  });
  it("asks once for each stop", () => {
    const lost = orderRejected({ at: 4 }, "P-1.s", "unknownOrder");
    expect(cancels(enter(1), ...entered("P-1"), move(2), ...accepted("P-2"), lost, move(3), ...accepted("P-3"))).toEqual([
      "cancel 0 P-1.s m9",
      "cancel 0 P-2 m9",
    ]);
  });

  it("cancels the entries that may still rest, of that instrument alone", () => {
    const limit = (at: number, instrument = 0): Intent =>
      plan({ at, instrument }, "enter", { orderType: "limit", limitTicks: 990 as Ticks });
    const all = [
      ...[limit(1), limit(2), limit(3, 1), limit(4), enter(5)],
      fill({ at: 6 }, { side: "buy", ticks: 1000, lots: 10, clientOrderId: "P-5" }),
      { ...orderRejected({ at: 6 }, "P-1"), kind: Kind.orderExpired, remainingLots: 1, reason: "" } as unknown as Item,
      fill({ at: 6 }, { side: "buy", ticks: 990, lots: 5, clientOrderId: "P-2", maker: true }),
      plan({ at: 7 }, "cancelEntries"),
    ];
    expect(calls(all).filter((call) => call.startsWith("cancel"))).toEqual(["cancel 0 P-2 m8", "cancel 0 P-4 m8"]);
  });

  it("an entry may rest until it is filled whole, taken or made", () => {
    const cancelled = (...fills: readonly (readonly [lots: number, maker: boolean])[]): string[] =>
      calls([
        plan({ at: 1 }, "enter", { orderType: "limit", limitTicks: 990 as Ticks }),
        ...fills.map(([lots, maker]) => fill({ at: 2 }, { side: "buy", ticks: 990, lots, maker, clientOrderId: "P-1" })),
        plan({ at: 3 }, "cancelEntries"),
      ]).slice(1);
    expect(cancelled([3, false])).toEqual(["cancel 0 P-1 m4"]);
    expect(cancelled([3, false], [6, true])).toEqual(["cancel 0 P-1 m4"]);
    expect(cancelled([10, true])).toEqual([]);
    expect(cancelled([3, false], [7, true])).toEqual([]);
  });
});
