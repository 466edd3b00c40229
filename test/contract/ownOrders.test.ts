import fc from "fast-check";
import { identity, pipe, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Trade } from "../../src/domain/event.ts";
import { directionOf } from "../../src/domain/order.ts";
import { instrumentIndex } from "../../src/domain/units.ts";
import { simulatedVenue } from "../../src/venues/simulated/simulatedVenue.ts";
import { BARE, UNIT } from "../venueDesk.ts";
import type { VenueUnderTest, Wish } from "./ownOrders.ts";
import { OwnOrdersLine } from "./ownOrders.ts";
import type { Delivery } from "./unrulyVenue.ts";
import { UnrulyVenue } from "./unrulyVenue.ts";

const unruly = (...deliveryOf: ConstructorParameters<typeof UnrulyVenue>): VenueUnderTest => {
  const venue = new UnrulyVenue(...deliveryOf);
  return {
    ...{ instrument: UNIT, venue, answers: identity },
    turn: (ticks, nowMs) => venue.turn(ticks, nowMs),
    calm: () => {
      venue.calm();
    },
    get isQuiet() {
      return venue.isQuiet;
    },
    get open() {
      return venue.open;
    },
    get positionLots() {
      return venue.positionLots;
    },
    get trades() {
      return venue.trades.length;
    },
  };
};

/** The simulated venue on trades; what is true there is what it says of an order, seen before our list does. */
const simulated = (): VenueUnderTest => {
  const { venue, fills } = simulatedVenue([UNIT], { ...BARE, fillOn: "trades" });
  let seq = 0;
  const open = new Set<string>();
  let positionLots = 0;
  let trades = 0;
  const seen = (item: Item): void => {
    if (item.kind === Kind.orderAccepted) open.add(item.clientOrderId);
    if (item.kind === Kind.orderCanceled || item.kind === Kind.orderExpired) open.delete(item.clientOrderId);
    if (item.kind !== Kind.orderFilled || item.tradeId <= trades) return;
    trades = item.tradeId;
    positionLots += directionOf(item.side) * item.qtyLots;
    // The market trades any quantity: a fill is whole.
    open.delete(item.clientOrderId);
  };
  return {
    ...{ instrument: UNIT, venue, calm: () => undefined, isQuiet: true },
    answers: pipe(fills, tap(seen)),
    turn: (ticks, nowMs) => {
      seq += 1;
      const times = { seq, instrument: instrumentIndex(0), eventTimeMs: nowMs, receivedTimeMs: nowMs, knownAtMs: nowMs };
      return [
        { kind: Kind.trade, ...times, tradeId: String(seq), price: ticks, qty: 1e9, buyerIsMaker: true, tradeCount: 1 } satisfies Trade,
      ];
    },
    get open() {
      return [...open];
    },
    get positionLots() {
      return positionLots;
    },
    get trades() {
      return trades;
    },
  };
};

const expectTruth = (line: OwnOrdersLine, venue: VenueUnderTest): void => {
  expect(line.orders.open.map(({ orderId }) => orderId).sort(), "orders").toEqual([...venue.open].sort());
  expect(line.positionLots, "position").toBe(venue.positionLots);
  expect(line.fills, "trades").toBe(venue.trades);
};

const enter: Wish = { what: "enter", side: 1 };
const enterLow: Wish = { what: "enter", side: 1, limit: 10 };

describe("our orders before a venue that is", () => {
  /** The first message of a kind is treated so, all others come at once. */
  const treating = (kind: Kind, delivery: Delivery, count = 1): VenueUnderTest => {
    let left = count;
    return unruly((message) => (message.kind === kind && left-- > 0 ? delivery : { turns: 0, how: "once" }));
  };

  it("slow: an order is on its way until it is told", () => {
    const venue = treating(Kind.orderAccepted, { turns: 3, how: "once" });
    const line = new OwnOrdersLine(venue).turn(1000).wish(enterLow, 1000).turn(1000);
    expect(line.open).toEqual(["P-1 sent"]);
    expect(line.turn(1000).turn(1000).turn(1000).open).toEqual(["P-1 working"]);
  });
  it("told to have lost an answer: the order is unknown, counts, and is not sent again; a query tells", () => {
    const venue = treating(Kind.orderAccepted, { turns: 0, how: "unknown" });
    const line = new OwnOrdersLine(venue).turn(1000).wish(enterLow, 1000).turn(1000);
    expect(line.open).toEqual(["P-1 unknown"]);
    expect(line.wish(enterLow, 1000).turn(1000).open).toEqual(["P-1 working"]);
  });
  it("told to have lost a refusal: the query says so", () => {
    const venue = treating(Kind.orderRejected, { turns: 0, how: "unknown" });
    const line = new OwnOrdersLine(venue).turn(1000).wish(enter, 1000).turn(1000);
    line.wish({ what: "moveStop", ticks: -10 }, 1000).turn(1000);
    expect(venue.positionLots).not.toBe(0);
    line.settle(1000);
    expectTruth(line, venue);
  });
  it("silent about an acceptance: the list of open orders tells", () => {
    const venue = treating(Kind.orderAccepted, { turns: 0, how: "silent" });
    const line = new OwnOrdersLine(venue).turn(1000).wish(enterLow, 1000).turn(1000).turn(1000);
    expect(line.open).toEqual(["P-1 sent"]);
    expect(line.askAll().turn(1000).turn(1000).open).toEqual(["P-1 working"]);
  });
  it("silent about fills: its position tells, and the fills are asked for", () => {
    const venue = treating(Kind.orderFilled, { turns: 0, how: "silent" }, 2);
    const line = new OwnOrdersLine(venue).turn(1000).wish(enter, 1000).turn(1000).turn(1000);
    expect([line.positionLots, venue.positionLots]).toEqual([0, 10]);
    line.askAll().turn(1000).turn(1000);
    expect(line.positionLots).toBe(10);
    expect(line.faults[0]).toContain("the venue reports 10 lots where the fills say 0");
    line.settle(1000);
    expectTruth(line, venue);
  });
  it("silent about the end of an order: it is not among the open ones, is unknown, and the query tells", () => {
    const venue = treating(Kind.orderCanceled, { turns: 0, how: "silent" });
    const line = new OwnOrdersLine(venue).turn(1000).wish(enterLow, 1000).turn(1000).wish({ what: "cancelEntries" }, 1000).turn(1000);
    expect(line.open).toEqual(["P-1 cancelSent"]);
    expect(line.askAll().turn(1000).open).toEqual(["P-1 unknown"]);
    expect(line.turn(1000).open).toEqual([]);
  });
  it("repeating itself: each trade counts once", () => {
    const venue = unruly(() => ({ turns: 0, how: "twice" }));
    const line = new OwnOrdersLine(venue).turn(1000).wish(enter, 1000).turn(1000).turn(1000).turn(1000);
    expect([line.positionLots, line.fills, line.duplicates]).toEqual([10, 2, 2]);
    line.settle(1000);
    expectTruth(line, venue);
  });
  it("out of order: the fill comes before the acceptance, and is protected at once", () => {
    const venue = treating(Kind.orderAccepted, { turns: 2, how: "once" });
    const line = new OwnOrdersLine(venue).turn(1000).wish(enter, 1000).turn(1000);
    expect([line.positionLots, line.open]).toEqual([10, ["P-1.s sent", "P-1.t sent"]]);
    line.settle(1000);
    expectTruth(line, venue);
  });
  it("out of order: the cancel is answered before the order is accepted", () => {
    const venue = treating(Kind.orderAccepted, { turns: 3, how: "once" });
    const line = new OwnOrdersLine(venue).turn(1000).wish(enterLow, 1000).wish({ what: "cancelEntries" }, 1000).turn(1000);
    expect(line.open).toEqual([]);
    expect(line.turn(1000).turn(1000).turn(1000).open).toEqual([]);
  });
  it("out of order: a fill comes after the cancel was answered; until then it counts, and then it is protected", () => {
    let fills = 0;
    const venue = unruly((message) => {
      if (message.kind !== Kind.orderFilled) return { turns: 0, how: "once" };
      fills += 1;
      return { turns: fills === 2 ? 3 : 0, how: "once" };
    });
    const line = new OwnOrdersLine(venue).turn(1000).wish(enter, 1000).turn(1000);
    // Half of the order is told; the rest is not, when the venue says that nothing is left of it.
    expect([line.positionLots, line.open[0]]).toEqual([5, "P-1 partlyFilled"]);
    line.settle(1000);
    expectTruth(line, venue);
    expect(line.positionLots).toBe(10);
  });
});

const delivery = fc.record<Delivery>({
  turns: fc.integer({ min: 0, max: 3 }),
  how: fc.oneof(
    { weight: 5, arbitrary: fc.constant("once" as const) },
    { weight: 2, arbitrary: fc.constantFrom("twice" as const, "unknown" as const, "silent" as const) },
  ),
});
const wish = fc.oneof<fc.Arbitrary<Wish>[]>(
  fc.record({ what: fc.constant("enter" as const), side: fc.constantFrom(1 as const, -1 as const) }),
  fc.record({
    what: fc.constant("enter" as const),
    side: fc.constantFrom(1 as const, -1 as const),
    limit: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ what: fc.constantFrom("reduce" as const, "exit" as const, "cancelEntries" as const) }),
  fc.record({ what: fc.constant("moveStop" as const), ticks: fc.integer({ min: -5, max: 40 }) }),
);
const turns = fc.array(fc.record({ moves: fc.integer({ min: -30, max: 30 }), wish: fc.option(wish, { nil: null }) }), {
  minLength: 1,
  maxLength: 25,
});

describe("our orders end as the venue's are, never doubled and never unprotected (property)", () => {
  const run = (venue: VenueUnderTest, script: readonly { readonly moves: number; readonly wish: Wish | null }[]): void => {
    const line = new OwnOrdersLine(venue).turn(1000);
    let ticks = 1000;
    for (const { moves, wish: asked } of script) {
      ticks = Math.max(500, ticks + moves);
      if (asked !== null) line.wish(asked, ticks);
      line.turn(ticks);
    }
    line.settle(ticks);
    expectTruth(line, venue);
  };

  it("before a venue that is slow, silent, repeats itself and speaks out of order", () => {
    fc.assert(
      fc.property(turns, fc.array(delivery, { minLength: 1, maxLength: 30 }), (script, deliveries) => {
        let messages = 0;
        run(
          unruly(() => deliveries[messages++ % deliveries.length] as Delivery),
          script,
        );
      }),
      { numRuns: 300 },
    );
  });
  it("before the simulated venue", () => {
    fc.assert(
      fc.property(turns, (script) => {
        run(simulated(), script);
      }),
      { numRuns: 100 },
    );
  });
});
