import fc from "fast-check";
import { expect, it } from "vitest";
import { TickDesk } from "../../../../test/tickDesk.ts";
import type { OrderOf } from "../../../../test/venueDesk.ts";
import type { OrderFilled } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { FillOn, OrderSide } from "../../../domain/order.ts";
import type { QueueName } from "../options.ts";

type Step =
  | {
      readonly do: "move";
      readonly middle: number;
      readonly bids: readonly number[];
      readonly asks: readonly number[];
      readonly torn: boolean;
    }
  | { readonly do: "snapshot" }
  | { readonly do: "trade"; readonly offset: number; readonly qty: number; readonly sold: boolean; readonly back: number }
  | { readonly do: "order"; readonly order: OrderOf & { readonly offset: number } }
  | { readonly do: "cancel"; readonly nth: number };

const MIDDLE = 100;
const quantities = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      middle: fc.integer({ min: MIDDLE - 4, max: MIDDLE + 4 }),
      bids: quantities,
      asks: quantities,
      torn: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "snapshot" as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("trade" as const),
      offset: fc.integer({ min: -4, max: 4 }),
      qty: fc.integer({ min: 1, max: 15 }),
      sold: fc.boolean(),
      back: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("order" as const),
      order: fc.record({
        side: fc.constantFrom<OrderSide>("buy", "sell"),
        qty: fc.integer({ min: 1, max: 30 }),
        type: fc.constantFrom("market" as const, "limit" as const, "limit" as const),
        tif: fc.constantFrom("GTC" as const, "GTC" as const, "IOC" as const, "FOK" as const, "GTX" as const),
        offset: fc.integer({ min: -5, max: 5 }),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), nth: fc.nat() }) },
);

/** What the rules say, kept with plain maps and without the venue's code. */
class Witness {
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();
  whole = false;
  bookMs = -1;
  middle = MIDDLE;
  readonly orders = new Map<string, OrderOf>();
  readonly filled = new Map<string, number>();
  readonly ended = new Set<string>();
  /** By resting order: the fewest lots that can stand before it, and when it came. */
  readonly queues = new Map<string, { ahead: number; readonly sinceMs: number }>();

  fill(id: string, lots: number): void {
    this.filled.set(id, (this.filled.get(id) ?? 0) + lots);
    expect(this.filled.get(id)).toBeLessThanOrEqual(this.orders.get(id)?.qty ?? 0);
    expect(this.ended.has(id), "nothing fills after its end").toBe(false);
  }
}

const isFill = (item: { readonly kind: number }): item is OrderFilled => item.kind === Kind.orderFilled;

/** Runs the steps against a venue, and asks the witness after each event. */
const run = (steps: readonly Step[], fillOn: FillOn, queue: QueueName): number => {
  const desk = new TickDesk({ fillOn, queue, latencyMs: 0 });
  const witness = new Witness();
  let orders = 0;
  for (const each of steps) {
    const from = desk.items.length;
    if (each.do === "order") {
      const { offset, ...order } = each.order;
      const id = `o${(orders += 1)}`;
      const priced = order.type === "limit" ? { price: witness.middle + offset } : {};
      const sent = { ...order, id, ...priced };
      witness.orders.set(id, sent);
      desk.submit(sent);
    } else if (each.do === "cancel") desk.cancel(`o${each.nth % (orders + 1)}`);
    else if (each.do === "trade") trade(desk, witness, each, from, fillOn);
    else book(desk, witness, each, from, fillOn, queue);
  }
  return desk.fills.length;
};

const trade = (
  desk: TickDesk,
  witness: Witness,
  { offset, qty, sold, back }: Step & { do: "trade" },
  from: number,
  fillOn: FillOn,
): void => {
  const price = witness.middle + offset;
  // Some trades reach us behind a book that shows them already.
  const at = Math.max(0, desk.ms + 1 - back);
  const was = new Map([...witness.queues].map(([id, { ahead }]) => [id, ahead]));
  desk.trade(price, qty, { at, sold });
  const fills = desk.items.slice(from).filter(isFill);
  expect(
    fills.reduce((sum, { qtyLots }) => sum + qtyLots, 0),
    "no more than traded",
  ).toBeLessThanOrEqual(qty);
  for (const { clientOrderId, side, priceTicks, qtyLots, maker } of fills) {
    const order = witness.orders.get(clientOrderId) as OrderOf;
    const better = side === "buy" ? priceTicks - price : price - priceTicks;
    if (order.type === "limit") expect(side === "buy" ? priceTicks <= (order.price ?? 0) : priceTicks >= (order.price ?? 0)).toBe(true);
    if (!maker) expect([fillOn, better >= 0]).toEqual(["trades", true]);
    else {
      expect(better, "at or through its price").toBeGreaterThanOrEqual(0);
      if (fillOn === "book") expect(witness.whole).toBe(true);
      if (fillOn === "book" && better === 0) expect(qtyLots).toBeLessThanOrEqual(qty - (was.get(clientOrderId) ?? Infinity));
      if (fillOn === "book" && better === 0) expect(at, "the book does not show it yet").toBeGreaterThan(witness.bookMs);
      if (better === 0) expect(sold).toBe(side === "buy");
    }
    witness.fill(clientOrderId, qtyLots);
  }
  for (const [id, place] of witness.queues) {
    const order = witness.orders.get(id) as OrderOf;
    const through = order.side === "buy" ? price < (order.price ?? 0) : price > (order.price ?? 0);
    if (through) place.ahead = 0;
    else if (price === order.price && sold === (order.side === "buy") && at > witness.bookMs) place.ahead = Math.max(0, place.ahead - qty);
  }
  settle(desk, witness, from);
};

const book = (
  desk: TickDesk,
  witness: Witness,
  each: Step & { do: "move" | "snapshot" },
  from: number,
  fillOn: FillOn,
  queue: QueueName,
): void => {
  const { bids, asks } = witness;
  if (each.do === "snapshot") {
    const sorted = (levels: Map<number, number>, sign: 1 | -1): [number, number][] => [...levels].sort(([a], [b]) => sign * (a - b));
    desk.snapshot(sorted(bids, -1), sorted(asks, 1));
    for (const map of [taken.bids, taken.asks]) map.clear();
    witness.whole = true;
  } else {
    witness.middle = each.middle;
    const changed = (levels: Map<number, number>, sign: 1 | -1, wanted: readonly number[]): [number, number][] => {
      const changes = new Map<number, number>();
      for (const price of levels.keys()) if (sign * (price - each.middle) <= 0) changes.set(price, 0);
      wanted.forEach((qty, i) => changes.set(each.middle + sign * (i + 1), qty));
      for (const [price, qty] of changes) {
        if (qty === 0) levels.delete(price);
        else levels.set(price, qty);
        (sign > 0 ? taken.asks : taken.bids).delete(price);
      }
      return [...changes];
    };
    const [changedBids, changedAsks] = [changed(bids, -1, each.bids), changed(asks, 1, each.asks)];
    desk.diff(changedBids, changedAsks, { torn: each.torn });
    if (each.torn) witness.whole = false;
  }
  witness.bookMs = desk.ms;
  const fills = desk.items.slice(from).filter(isFill);
  if (fillOn === "trades" || !witness.whole) expect(fills).toEqual([]);
  const best = { buy: Math.min(...asks.keys()), sell: Math.max(...bids.keys()) };
  for (const { clientOrderId, side, priceTicks, qtyLots, maker } of fills) {
    const [levels, used] = side === "buy" ? ([asks, taken.asks] as const) : ([bids, taken.bids] as const);
    if (maker) {
      // The other side stands at its price or beyond: as much as that holds, less what others took of it.
      const reachable = [...levels].filter(([price]) => (side === "buy" ? price <= priceTicks : price >= priceTicks));
      const left = reachable.reduce((sum, [price, qty]) => sum + qty - (used.get(price) ?? 0), 0);
      expect(qtyLots).toBeLessThanOrEqual(left);
      let rest: number = qtyLots;
      for (const [price, qty] of reachable.sort(([a], [b]) => (side === "buy" ? a - b : b - a))) {
        const part = Math.min(rest, qty - (used.get(price) ?? 0));
        used.set(price, (used.get(price) ?? 0) + part);
        rest -= part;
      }
    } else {
      expect(side === "buy" ? priceTicks >= best.buy : priceTicks <= best.sell, "at the touched level or worse").toBe(true);
      used.set(priceTicks, (used.get(priceTicks) ?? 0) + qtyLots);
      expect(used.get(priceTicks), "no more than displayed").toBeLessThanOrEqual(levels.get(priceTicks) ?? 0);
    }
    witness.fill(clientOrderId, qtyLots);
  }
  // Proportional: cancellations may have moved it up, so the fewest that can stand ahead is not known this way.
  for (const [id, place] of witness.queues) {
    const { side, price } = witness.orders.get(id) as OrderOf;
    const shown = (side === "buy" ? bids : asks).get(price ?? 0) ?? 0;
    if (witness.whole) place.ahead = queue === "proportional" ? -Infinity : Math.min(place.ahead, shown);
  }
  settle(desk, witness, from);
};

const taken = { bids: new Map<number, number>(), asks: new Map<number, number>() };

/** Answers of an event: who rests now, and who has ended. */
const settle = (desk: TickDesk, witness: Witness, from: number): void => {
  for (const item of desk.items.slice(from)) {
    if (!("clientOrderId" in item)) continue;
    const id = item.clientOrderId;
    if (item.kind === Kind.orderAccepted) {
      const { side, price = 0 } = witness.orders.get(id) as OrderOf;
      witness.queues.set(id, { ahead: (side === "buy" ? witness.bids : witness.asks).get(price) ?? 0, sinceMs: desk.ms });
    } else if (item.kind !== Kind.orderFilled && !(item.kind === Kind.orderRejected && item.reason === "unknownOrder")) {
      expect(witness.ended.has(id), "one end").toBe(false);
      witness.ended.add(id);
      witness.queues.delete(id);
    }
  }
};

it.each<[FillOn, QueueName]>([
  ["book", "pessimistic"],
  ["book", "proportional"],
  ["trades", "pessimistic"],
])("on %s (%s): no fill exceeds what traded or was displayed, none before its queue is gone, none beyond its order", (fillOn, queue) => {
  let fills = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      taken.bids.clear();
      taken.asks.clear();
      fills += run([{ do: "move", middle: MIDDLE, bids: [5, 5], asks: [5, 5], torn: false }, { do: "snapshot" }, ...steps], fillOn, queue);
    }),
    { numRuns: 400 },
  );
  expect(fills).toBeGreaterThan(500);
});
