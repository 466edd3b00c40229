import { Subject } from "rxjs";
import { describe, expect, it, test } from "vitest";
import { kline, T0 } from "../../../../test/items.ts";
import { TickDesk } from "../../../../test/tickDesk.ts";
import type { Levels } from "../../../../test/tickDesk.ts";
import { BARE, orderOf, UNIT, VenueDesk } from "../../../../test/venueDesk.ts";
import type { OrderOf } from "../../../../test/venueDesk.ts";
import type { Item } from "../../../domain/item.ts";
import { Kind } from "../../../domain/kind.ts";
import type { SimulatedVenueOptions } from "../options.ts";
import { simulatedVenue } from "../simulatedVenue.ts";
import type { VenueModels } from "./models.ts";

const onBars = (models: Partial<VenueModels>, options: Partial<SimulatedVenueOptions> = {}): VenueDesk =>
  new VenueDesk(options, {}, [], simulatedVenue([UNIT], { ...BARE, ...options }, models));
const onTicks = (fillOn: "trades" | "book", models: Partial<VenueModels>, options: Partial<SimulatedVenueOptions> = {}): TickDesk =>
  new TickDesk({ ...options, fillOn }, {}, models);

const BIDS: Levels = [[99, 50]];
const ASKS: Levels = [[101, 50]];

describe("a latency model of one's own", () => {
  const latency = { latencyMs: (id: string, request: string) => (request === "cancel" ? 0 : id === "slow" ? 120_000 : 0) };

  test("on bars", () => {
    const desk = onBars({ latency });
    desk.submit({ id: "fast", price: 90 }, { id: "slow" });
    expect(desk.flat(100)).toEqual(["fast accepted"]);
    desk.cancel("fast");
    expect([desk.flat(101), desk.flat(102)], "no cancel overtakes the order before it").toEqual([
      [],
      ["slow accepted", "slow buy 1 @ 102", "fast canceled 1"],
    ]);
  });
  test("on trades", () => {
    const desk = onTicks("trades", { latency });
    desk.trade(100, 9, { at: 1 });
    desk.submit({ id: "fast" }, { id: "slow" });
    expect(desk.trade(100, 9, { at: 2 })).toEqual(["fast accepted", "fast buy 1 @ 100"]);
    expect(desk.trade(100, 9, { at: 120_000 })).toEqual([]);
    expect(desk.trade(100, 9, { at: 120_001 })).toEqual(["slow accepted", "slow buy 1 @ 100"]);
  });
});

describe("a queue model of one's own", () => {
  test("says what stands ahead of an order that joins", () => {
    const queue = { joinLots: (shownLots: number) => shownLots / 10, cancelLots: (aheadLots: number) => aheadLots };
    const desk = onTicks("book", { queue });
    desk.snapshot(BIDS, ASKS);
    desk.submit({ price: 99 });
    desk.diff([[98, 1]], []);
    expect(desk.trade(99, 5, { sold: true }), "five lots stand ahead").toEqual([]);
    expect(desk.trade(99, 1, { sold: true })).toEqual(["o buy 1 @ 99 maker"]);
  });
  test("says what a cancellation leaves ahead", () => {
    const queue = {
      joinLots: (shownLots: number) => shownLots,
      cancelLots: (ahead: number, _: number, gone: number) => ahead - gone,
    };
    const desk = onTicks("book", { queue });
    desk.snapshot(BIDS, ASKS);
    desk.submit({ price: 99 });
    for (const shown of [60, 80, 60]) desk.diff([[99, shown]], []);
    expect(desk.trade(99, 40, { sold: true }), "all 20 that left stood among the 60 ahead").toEqual([]);
    expect(desk.trade(99, 1, { sold: true })).toEqual(["o buy 1 @ 99 maker"]);
  });
  test("on trades it is asked with what queueAheadUsdt buys", () => {
    const queue = { joinLots: (lots: number) => lots + 2, cancelLots: (aheadLots: number) => aheadLots };
    const desk = onTicks("trades", { queue }, { queueAheadUsdt: 297 });
    desk.trade(100, 1);
    desk.submit({ price: 99 });
    desk.trade(100, 1);
    expect(desk.trade(99, 5, { sold: true }), "three lots and two").toEqual([]);
    expect(desk.trade(99, 1, { sold: true })).toEqual(["o buy 1 @ 99 maker"]);
  });
});

describe("a fee model of one's own", () => {
  const fees = { feeUsdt: (_: unknown, notionalUsdt: number, maker: boolean) => (maker ? -1 : 2 + notionalUsdt / 100), takerFeeRate: 0.5 };

  test("charges every fill", () => {
    const bars = onBars({ fees });
    bars.submit({ price: 90 }, { id: "m", qty: 3 });
    bars.bar(100, 100, 80, 80);
    expect(bars.fills.map(({ feeUsdt }) => feeUsdt)).toEqual([5, -1]);
    for (const fillOn of ["trades", "book"] as const) {
      const desk = onTicks(fillOn, { fees });
      desk.trade(100, 9);
      desk.submit({ qty: 3 });
      desk.snapshot(BIDS, [[100, 50]]);
      desk.trade(100, 9);
      expect(desk.fills.map(({ feeUsdt }) => feeUsdt)).toEqual([5]);
    }
  });
  test("its taker rate is what an entry's margin must cover, and what L4 is told", () => {
    const refusedAt = (startUsdt: number): number => {
      const desk = onBars({ fees }, { margin: true, startUsdt });
      desk.submit({ qty: 1, leverage: 1 });
      return desk.flat(100).filter((said) => said === "o rejected -2019").length;
    };
    expect([refusedAt(149), refusedAt(150)], "100 of notional and half of it").toEqual([1, 0]);
    expect(simulatedVenue([UNIT], BARE, { fees }).venue.terms.takerFeeRate).toBe(0.5);
  });
});

describe("a fill model of one's own", () => {
  const fill = {
    takenTicks: (_: unknown, ticks: number, direction: number, lots: number) => ticks + direction * (lots + 0.5),
    barLots: () => 4.9,
  };

  test("on bars it prices what takes, rounded against us, and caps what a bar fills", () => {
    const desk = onBars({ fill });
    desk.submit({ qty: 3 }, { id: "s", side: "sell", qty: 9 });
    expect(desk.flat(100)).toEqual(["o accepted", "o buy 3 @ 104", "s accepted", "s sell 1 @ 90"]);
    expect(desk.flat(100)).toEqual(["s sell 4 @ 91"]);
  });
  test("on trades it prices what takes; the print caps it", () => {
    const desk = onTicks("trades", { fill });
    desk.trade(100, 1);
    desk.submit({ qty: 3 });
    expect(desk.trade(100, 2)).toEqual(["o accepted", "o buy 2 @ 104"]);
  });
});

describe("a model that gives nonsense ends the run and is named", () => {
  /** What the line ends with when an order meets an item. */
  const endOf = (models: Partial<VenueModels>, item: Item, order: OrderOf, options: Partial<SimulatedVenueOptions> = {}): string => {
    const line = new Subject<Item>();
    let message = "";
    const { venue, fills } = simulatedVenue([UNIT], { ...BARE, ...options }, models);
    fills(line).subscribe({ error: (error: Error) => (message = error.message) });
    venue.submit(orderOf(order, T0));
    line.next(item);
    return message;
  };
  const fees = { feeUsdt: () => NaN, takerFeeRate: null };
  const book = {
    kind: Kind.bookSnapshot,
    seq: 1,
    instrument: UNIT.index,
    eventTimeMs: T0,
    receivedTimeMs: T0,
    knownAtMs: T0,
    lastUpdateId: "1",
    bids: Float64Array.of(99, 5),
    asks: Float64Array.of(101, 5),
  };

  it("where a request is sent", () => {
    const latency = { latencyMs: () => -1 };
    expect(() => endOf({ latency }, kline({ at: 1 }), {})).toThrow("the latency model gave -1; it must give a number, at least 0");
  });
  it("where an order fills or joins", () => {
    expect(endOf({ fees }, kline({ at: 1 }), {})).toContain("the fee model gave NaN");
    expect(endOf({ fill: { takenTicks: () => NaN, barLots: () => 1 } }, kline({ at: 1 }), {})).toContain("the fill model gave NaN");
    expect(endOf({ fill: { takenTicks: () => 100, barLots: () => -5 } }, kline({ at: 1 }), {})).toContain("the fill model gave -5");
    const queue = { joinLots: () => NaN, cancelLots: (aheadLots: number) => aheadLots };
    expect(endOf({ queue }, book, { price: 99 }, { fillOn: "book" })).toContain("the queue model gave NaN");
  });
});
