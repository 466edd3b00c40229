import { describe, expect, it } from "vitest";
import { TickDesk } from "../../../../test/tickDesk.ts";
import type { Levels } from "../../../../test/tickDesk.ts";
import type { OrderOf } from "../../../../test/venueDesk.ts";
import type { SimulatedVenueOptions } from "../options.ts";

const BIDS: Levels = [
  [99, 5],
  [98, 10],
  [97, 20],
];
const ASKS: Levels = [
  [101, 5],
  [102, 10],
  [103, 20],
];

/** A book that is whole, with a last price of 100 if `traded`. */
const desk = (options: Partial<SimulatedVenueOptions> = {}, traded = true): TickDesk => {
  const made = new TickDesk({ fillOn: "book", ...options });
  made.snapshot(BIDS, ASKS);
  if (traded) made.trade(100, 1);
  return made;
};
/** A diff of a level far away: a book state, and nothing else. */
const stir = (at: TickDesk): string[] => at.diff([[50, at.ms]], []);

describe("orders that take walk the displayed levels", () => {
  it.each<[string, OrderOf, readonly string[]]>([
    ["market within the best level", { qty: 3 }, ["o accepted", "o buy 3 @ 101"]],
    ["market over three", { qty: 17 }, ["o accepted", "o buy 5 @ 101", "o buy 10 @ 102", "o buy 2 @ 103"]],
    ["market sell", { side: "sell", qty: 6 }, ["o accepted", "o sell 5 @ 99", "o sell 1 @ 98"]],
    ["market IOC: what is not displayed ends", { qty: 40, tif: "IOC" }, ["o accepted", "o buy 5 @ 101", "o buy 10 @ 102", "o buy 20 @ 103", "o expired 5 IOC"]], // prettier-ignore
    ["market FOK: all that is displayed", { qty: 35, tif: "FOK" }, ["o accepted", "o buy 5 @ 101", "o buy 10 @ 102", "o buy 20 @ 103"]],
    ["market FOK: one lot more", { qty: 36, tif: "FOK" }, ["o rejected -5021"]],
    ["limit that crosses, up to its price", { qty: 15, price: 102 }, ["o accepted", "o buy 5 @ 101", "o buy 10 @ 102"]],
    ["limit that crosses, the rest rests", { qty: 16, price: 102 }, ["o accepted", "o buy 5 @ 101", "o buy 10 @ 102"]],
    ["limit IOC: the rest ends", { qty: 16, price: 102, tif: "IOC" }, ["o accepted", "o buy 5 @ 101", "o buy 10 @ 102", "o expired 1 IOC"]],
    ["limit IOC below the ask", { price: 100, tif: "IOC" }, ["o accepted", "o expired 1 IOC"]],
    ["limit FOK within its price", { qty: 15, price: 102, tif: "FOK" }, ["o accepted", "o buy 5 @ 101", "o buy 10 @ 102"]],
    ["limit FOK one lot more", { qty: 16, price: 102, tif: "FOK" }, ["o rejected -5021"]],
    ["post-only at the ask", { price: 101, tif: "GTX" }, ["o rejected -5022"]],
    ["post-only below it", { price: 100, tif: "GTX" }, ["o accepted"]],
    ["limit below the ask", { price: 100 }, ["o accepted"]],
  ])("%s", (_, order, said) => {
    const at = desk();
    at.submit(order);
    expect(stir(at)).toEqual(said);
  });

  it("the rest of a market order waits for the next book state; what it took is gone until a message names the level", () => {
    const at = desk().submit({ qty: 36 });
    stir(at);
    expect(stir(at)).toEqual([]);
    expect(at.diff([], [[102, 4]])).toEqual(["o buy 1 @ 102"]);
    at.submit({ id: "p", qty: 4 });
    expect(stir(at)).toEqual(["p accepted", "p buy 3 @ 102"]);
  });

  it("two orders share a level", () => {
    const at = desk().submit({ id: "a", qty: 3 }, { id: "b", qty: 3 });
    expect(stir(at)).toEqual(["a accepted", "a buy 3 @ 101", "b accepted", "b buy 2 @ 101", "b buy 1 @ 102"]);
  });

  it("slippage is what the walk costs against the best price; taker fee", () => {
    const at = desk({ takerFeeRate: 0.5 }).submit({ qty: 6 });
    stir(at);
    expect(at.fills.map(({ slippageUsdt, feeUsdt, maker }) => [slippageUsdt, feeUsdt, maker])).toEqual([
      [0, 252.5, false],
      [1, 51, false],
    ]);
  });
});

describe("time", () => {
  it("an order meets the first book that happened after decision + latency", () => {
    const at = desk({ latencyMs: 100 }); // it is ms 2
    at.submit({ qty: 1 });
    expect(at.diff([], [[101, 6]], { at: 101 })).toEqual([]);
    expect(at.diff([], [[101, 7]], { at: 101, late: 500 }), "known later, but of before").toEqual([]);
    expect(at.diff([], [[101, 0]], { at: 102 })).toEqual(["o accepted", "o buy 1 @ 102"]);
  });

  it("a cancel travels like an order, and is there with the first trade after it", () => {
    const at = desk({ latencyMs: 100 }).submit({ price: 99 });
    at.diff([], [[101, 6]], { at: 102 });
    at.cancel("o");
    expect(at.trade(99, 5, { at: 201 })).toEqual([]);
    expect(at.trade(99, 100, { at: 202 })).toEqual(["o canceled 1"]);
  });

  it("a good-till-date order is gone with the first event at its time", () => {
    const at = desk().submit({ price: 99, until: 1 });
    stir(at);
    expect(at.trade(98, 9, { at: 60_000 })).toEqual(["o expired 1 good-till-date"]);
  });
});

describe("a resting order stands behind what its level showed", () => {
  const resting = (order: OrderOf = {}, options: Partial<SimulatedVenueOptions> = {}): TickDesk => {
    const at = desk(options).submit({ price: 99, qty: 4, ...order });
    expect(stir(at)).toEqual(["o accepted"]);
    return at;
  };

  it("trades at its price move it up, and what goes beyond the queue fills it", () => {
    const at = resting();
    expect(at.trade(99, 3)).toEqual([]);
    expect(at.trade(99, 3)).toEqual(["o buy 1 @ 99 maker"]);
    expect(at.trade(99, 9)).toEqual(["o buy 3 @ 99 maker"]);
    expect(at.fills.map(({ slippageUsdt }) => slippageUsdt)).toEqual([0, 0]);
  });

  it("trades that buyers made do not", () => {
    const at = resting();
    expect(at.trade(99, 99, { sold: false })).toEqual([]);
    expect(at.trade(99, 5)).toEqual([]);
    expect(at.trade(99, 1)).toEqual(["o buy 1 @ 99 maker"]);
  });

  it("a trade through its price fills it, whatever stood before it, but no more than traded", () => {
    expect(resting().trade(98, 3)).toEqual(["o buy 3 @ 99 maker"]);
  });

  it("a level that shows less than stands ahead moves it up; one that grows does not", () => {
    const at = resting();
    at.diff([[99, 50]], []);
    at.diff([[99, 2]], []);
    expect(at.trade(99, 3)).toEqual(["o buy 1 @ 99 maker"]);
  });

  it("a trade that the book shows already is not counted twice", () => {
    const at = resting();
    at.diff([[99, 2]], [], { at: 50 });
    expect(at.trade(99, 3, { at: 50 })).toEqual([]);
    expect(at.trade(99, 3, { at: 51 })).toEqual(["o buy 1 @ 99 maker"]);
  });

  it("trades of before it arrived do not count", () => {
    const at = resting();
    const { ms } = at;
    expect(at.trade(90, 99, { at: ms })).toEqual([]);
  });

  it("pessimistic: who cancels stood behind; proportional: its share stood before", () => {
    // 5 stand ahead, 15 join behind, 8 of 20 cancel: a quarter of them, 2, stood ahead.
    const left = (queue: "pessimistic" | "proportional"): string[][] => {
      const at = resting({}, { queue });
      at.diff([[99, 20]], []);
      at.diff([[99, 12]], []);
      return [at.trade(99, 3), at.trade(99, 1), at.trade(99, 2)];
    };
    expect(left("pessimistic")).toEqual([[], [], ["o buy 1 @ 99 maker"]]);
    expect(left("proportional")).toEqual([[], ["o buy 1 @ 99 maker"], ["o buy 2 @ 99 maker"]]);
  });

  it("proportional: what was traded is not taken for cancellations", () => {
    const at = resting({}, { queue: "proportional" });
    at.diff([[99, 20]], []);
    at.trade(99, 2);
    at.diff([[99, 18]], []);
    expect(at.trade(99, 4)).toEqual(["o buy 1 @ 99 maker"]);
  });

  it("the other side at its price fills it with what it shows", () => {
    const at = resting();
    expect(at.diff([[99, 0]], [[99, 3]])).toEqual(["o buy 3 @ 99 maker"]);
    expect(stir(at)).toEqual([]);
    expect(at.diff([], [[99, 9]])).toEqual(["o buy 1 @ 99 maker"]);
  });

  it("alone at a better price it is first; two at one price are first come, first served", () => {
    const at = desk().submit({ id: "a", price: 99, qty: 2 }, { id: "b", price: 100, qty: 2 }, { id: "c", price: 99, qty: 2 });
    stir(at);
    expect(at.trade(100, 1)).toEqual(["b buy 1 @ 100 maker"]);
    // One for b; five stood before a, which leaves two; nothing is left for c.
    expect(at.trade(99, 8)).toEqual(["b buy 1 @ 100 maker", "a buy 2 @ 99 maker"]);
    expect(at.trade(99, 1)).toEqual(["c buy 1 @ 99 maker"]);
  });

  it("sells alike", () => {
    const at = resting({ side: "sell", price: 101, qty: 2 });
    expect(at.trade(101, 99)).toEqual([]);
    expect(at.trade(101, 6, { sold: false })).toEqual(["o sell 1 @ 101 maker"]);
    expect(at.trade(102, 1, { sold: false })).toEqual(["o sell 1 @ 101 maker"]);
  });
});

describe("while the book is broken", () => {
  it("nothing fills and nothing arrives until the next snapshot; triggers and cancels are not asleep", () => {
    const at = desk().submit({ id: "e", qty: 2 }, { id: "l", price: 99 }, { id: "x", price: 98 });
    stir(at);
    at.submit({ id: "s", type: "stopMarket", side: "sell", trigger: 95, closePosition: true });
    stir(at);
    expect(at.diff([], [], { torn: true })).toEqual([]);
    at.cancel("x");
    at.submit({ id: "m", qty: 1 });
    expect(at.trade(90, 99)).toEqual(["x canceled 1"]);
    expect(at.diff([], [[101, 9]])).toEqual([]);
    expect(at.snapshot([[89, 5]], [[91, 5]])).toEqual(["s sell 2 @ 89", "m accepted", "m buy 1 @ 91", "l buy 1 @ 99 maker"]);
  });
});

describe("stops and targets", () => {
  const held = (options: Partial<SimulatedVenueOptions> = {}): TickDesk => {
    const at = desk(options).submit({ id: "e", qty: 4 });
    stir(at);
    at.submit({ id: "e.s", type: "stopMarket", side: "sell", trigger: 96, closePosition: true });
    at.submit({ id: "e.t", type: "takeProfitMarket", side: "sell", trigger: 106, closePosition: true });
    stir(at);
    return at;
  };

  it("a stop takes from the next book on", () => {
    const at = held();
    expect(at.trade(97, 1)).toEqual([]);
    expect(at.trade(96, 1)).toEqual([]);
    expect(at.diff([[99, 3]], [])).toEqual(["e.s sell 3 @ 99", "e.s sell 1 @ 98", "e.t expired 0 position closed"]);
  });

  it("a book of before the trigger is not taken from", () => {
    const at = held();
    at.trade(96, 1, { at: 100 });
    expect(at.diff([[99, 3]], [], { at: 99, late: 5 })).toEqual([]);
    expect(at.diff([[99, 4]], [], { at: 100 })).toHaveLength(2);
  });

  it("by mark price, last prices trigger nothing", () => {
    const at = held({ triggerBy: "mark" });
    at.trade(50, 1);
    expect(stir(at)).toEqual([]);
    at.mark(96);
    expect(stir(at)).toEqual(["e.s sell 4 @ 99", "e.t expired 0 position closed"]);
  });

  it.each([
    ["last", 100, ["s rejected -2021"]],
    ["mark", 100, ["s accepted"]],
    ["mark", 94, ["s rejected -2021"]],
  ] as const)("−2021 asks the %s price: mark %d", (triggerBy, mark, said) => {
    const at = desk({ triggerBy }).submit({ id: "e", qty: 1 });
    stir(at);
    at.trade(94, 1);
    at.mark(mark);
    at.submit({ id: "s", type: "stopMarket", side: "sell", trigger: 95, closePosition: true });
    expect(stir(at)).toEqual(said);
  });

  it("a trailing stop follows each trade and never back", () => {
    const at = desk().submit({ id: "e", qty: 1 });
    stir(at);
    at.submit({ id: "t", type: "trailingStopMarket", side: "sell", qty: 1, callback: 0.1, reduceOnly: true });
    stir(at);
    at.trade(200, 1);
    at.trade(181, 1);
    expect(stir(at)).toEqual([]);
    at.trade(180, 1);
    expect(stir(at)).toEqual(["t sell 1 @ 99"]);
  });

  it("funding is paid at once, by the mark price", () => {
    const at = desk().submit({ id: "e", qty: 4 });
    stir(at);
    at.mark(110);
    expect(at.funding(0.01)).toEqual(["funding 4.4"]);
  });

  it("liquidation ends the position and all orders", () => {
    const at = desk({ margin: true }).submit({ id: "e", qty: 10, leverage: 20 }, { id: "l", price: 90, qty: 10, leverage: 20 });
    stir(at);
    const said = at.trade(94, 1);
    expect(said[0]).toMatch(/^autoclose-\d+ sell 10 @ \d+$/);
    expect(said[1]).toBe("l expired 10 liquidation");
    expect(at.positionLots).toBe(0);
  });
});
