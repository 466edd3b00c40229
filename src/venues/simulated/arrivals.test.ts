import { describe, expect, test } from "vitest";
import { VenueDesk } from "../../../test/venueDesk.ts";
import { Kind } from "../../domain/kind.ts";
import { MINUTE_MS } from "../../domain/units.ts";

describe("time: decided at a close, filled at a later open", () => {
  test.each([
    ["no latency: the next open", 0, 1],
    ["latency below a bar: still the next open", MINUTE_MS - 1, 1],
    ["latency of one bar: one bar later", MINUTE_MS, 2],
    ["latency between bars: the first open behind it", MINUTE_MS + 1, 3],
    ["latency of two bars", 2 * MINUTE_MS, 3],
  ])("%s", (_, latencyMs, minute) => {
    const desk = new VenueDesk({ latencyMs });
    desk.flat(99);
    desk.submit({});
    for (const price of [101, 102, 103, 104]) desk.flat(price);
    expect(desk.fills.map(({ priceTicks }) => priceTicks)).toEqual([100 + minute]);
  });

  test("submit and cancel only enqueue", () => {
    const desk = new VenueDesk();
    desk.submit({}).cancel("x");
    expect(desk.items).toEqual([]);
  });

  test("a hole in the data only delays: the next existing open fills", () => {
    const desk = new VenueDesk();
    desk.flat(100);
    desk.submit({});
    expect(desk.flat(120, { at: 81 })).toEqual(["o accepted", "o buy 1 @ 120"]);
  });

  test("orders of one close are handled in the order they were sent: the second sees what the first did", () => {
    const desk = new VenueDesk().enter(100, { qty: 5 });
    desk.submit({ id: "x", side: "sell", qty: 5, reduceOnly: true }, { id: "s", side: "sell", qty: 5 });
    expect(desk.flat(90)).toEqual(["x accepted", "x sell 5 @ 90", "s accepted", "s sell 5 @ 90"]);
    desk.submit({ id: "y", side: "buy", qty: 9, reduceOnly: true }, { id: "z", side: "buy", qty: 5, reduceOnly: true });
    expect(desk.flat(80)).toEqual(["y accepted", "y buy 5 @ 80", "y expired 4 position closed", "z rejected -2022"]);
  });

  test("account items carry the kline's seq, a running sub-number, and the open time", () => {
    const desk = new VenueDesk().enter(100, { stop: 0.1 });
    expect(desk.account.map(({ seq, sub, eventTimeMs, knownAtMs }) => [seq, sub, knownAtMs - eventTimeMs])).toEqual([
      [1, 1, MINUTE_MS],
      [1, 2, MINUTE_MS],
      [1, 3, MINUTE_MS],
    ]);
    expect(desk.items[0]?.kind, "the kline itself passes first").toBe(Kind.kline);
  });

  test("a subscription starts with an empty account", () => {
    const desk = new VenueDesk();
    desk.submit({ price: 50 });
    desk.flat(100);
    const again = new VenueDesk({}, {}, [], desk.venue);
    expect(again.bar(100, 100, 10, 10)).toEqual([]);
  });
});

describe("time in force", () => {
  test("IOC: takes what the open gives, the rest expires", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ id: "l", price: 101, qty: 8, tif: "IOC" }, { id: "m", qty: 8, tif: "IOC" });
    expect(desk.flat(100, { volume: 100 })).toEqual(["l accepted", "l buy 8 @ 100", "m accepted", "m buy 2 @ 100", "m expired 6 IOC"]);
    desk.submit({ id: "far", price: 99, tif: "IOC" });
    expect(desk.bar(100, 100, 90, 90), "never rests").toEqual(["far accepted", "far expired 1 IOC"]);
  });

  test.each([
    ["all of it", 10, ["o accepted", "o buy 10 @ 100"]],
    ["one lot too many", 11, ["o rejected -5021"]],
  ])("FOK: all or nothing: %s", (_, qty, said) => {
    for (const price of [101, undefined]) {
      const desk = new VenueDesk({ maxVolumeShare: 0.1 });
      desk.submit({ qty, tif: "FOK", ...(price === undefined ? {} : { price }) });
      expect(desk.flat(100, { volume: 100 })).toEqual(said);
    }
  });
  test("FOK away from the market", () => {
    const desk = new VenueDesk();
    desk.submit({ price: 100, tif: "FOK" });
    expect(desk.flat(100)).toEqual(["o rejected -5021"]);
  });

  test.each([
    ["buy a tick above the open", "buy", 101, "o rejected -5022"],
    ["buy at the open", "buy", 100, "o accepted"],
    ["sell a tick below the open", "sell", 99, "o rejected -5022"],
    ["sell at the open", "sell", 100, "o accepted"],
  ] as const)("GTX: %s", (_, side, price, said) => {
    const desk = new VenueDesk();
    desk.submit({ side, price, tif: "GTX" });
    expect(desk.flat(100)).toEqual([said]);
  });

  test("good-till-date: gone at the first open at or after it, also when that open would fill it", () => {
    const desk = new VenueDesk();
    desk.submit({ id: "a", price: 90, until: 2 }, { id: "b", price: 90, until: 3 });
    desk.flat(100);
    desk.flat(100);
    expect(desk.flat(80)).toEqual(["a expired 1 good-till-date", "b buy 1 @ 80 maker"]);
  });
  test("good-till-date that passed on the way", () => {
    const desk = new VenueDesk();
    desk.flat(100);
    desk.submit({ until: 1 });
    expect(desk.flat(100)).toEqual(["o accepted", "o expired 1 good-till-date"]);
  });
});

describe("cancels", () => {
  test("a resting order is withdrawn with what is left of it", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ price: 90, qty: 10 });
    desk.bar(100, 100, 89, 95, { volume: 40 });
    desk.cancel("o");
    expect(desk.bar(80, 80, 70, 70), "before that open fills it").toEqual(["o canceled 6"]);
    expect(desk.flat(60)).toEqual([]);
  });
  test("unknown, filled, and cancelled before: −2011", () => {
    const desk = new VenueDesk();
    desk.submit({ id: "f" }, { id: "c", price: 50 });
    desk.flat(100);
    desk.cancel("c").cancel("c").cancel("f").cancel("never");
    expect(desk.flat(100)).toEqual(["c canceled 1", "c rejected -2011", "f rejected -2011", "never rejected -2011"]);
  });
  test("a cancel sent behind a market order comes too late", () => {
    const desk = new VenueDesk();
    desk.submit({}).cancel("o");
    expect(desk.flat(100)).toEqual(["o accepted", "o buy 1 @ 100", "o rejected -2011"]);
  });
  test("a cancel sent behind a limit order that rests", () => {
    const desk = new VenueDesk();
    desk.submit({ price: 90 }).cancel("o");
    expect(desk.bar(100, 100, 80, 80)).toEqual(["o accepted", "o canceled 1"]);
  });
  test("a cancel is as slow as an order", () => {
    const desk = new VenueDesk({ latencyMs: MINUTE_MS });
    desk.submit({ price: 90 });
    desk.flat(100);
    desk.cancel("o");
    desk.flat(100);
    expect(desk.flat(100)).toEqual(["o canceled 1"]);
  });
});

describe("refusals at the door", () => {
  test("−4116: an id that is open; once it is done it may be used again", () => {
    const desk = new VenueDesk();
    desk.submit({ price: 90 }, { price: 80 });
    expect(desk.flat(100)).toEqual(["o accepted", "o rejected -4116"]);
    desk.cancel("o").submit({ price: 70 });
    expect(desk.flat(100)).toEqual(["o canceled 1", "o accepted"]);
  });
  test("−4116 over both kinds of orders: a cancel names only an id", () => {
    const desk = new VenueDesk().enter(100);
    desk.submit({ price: 90 }, { type: "stopMarket", trigger: 95, side: "sell", closePosition: true });
    expect(desk.flat(100)).toEqual(["o accepted", "o rejected -4116"]);
  });

  test.each([
    ["sell stop below the last price", "stopMarket", "sell", 99, null],
    ["sell stop at the last price", "stopMarket", "sell", 100, -2021],
    ["buy stop above", "stopMarket", "buy", 101, null],
    ["buy stop at", "stopMarket", "buy", 100, -2021],
    ["sell target above", "takeProfitMarket", "sell", 101, null],
    ["sell target at", "takeProfitMarket", "sell", 100, -2021],
    ["buy target below", "takeProfitMarket", "buy", 99, null],
    ["buy target at", "takeProfitMarket", "buy", 100, -2021],
  ] as const)("−2021 would trigger at once: %s", (_, type, side, trigger, code) => {
    const desk = new VenueDesk();
    desk.flat(100);
    desk.submit({ type, side, trigger });
    expect(desk.flat(100)).toEqual([code === null ? "o accepted" : `o rejected ${code}`]);
  });
  test("the last price before the open counts for −2021; a trigger that the open passes is met there", () => {
    const desk = new VenueDesk();
    desk.flat(100);
    desk.submit({ type: "stopMarket", side: "sell", trigger: 99 });
    expect(desk.flat(97)).toEqual(["o accepted", "o sell 1 @ 97"]);
  });

  test.each([
    ["flat", 0, "sell", -2022],
    ["long, on the same side", 5, "buy", -2022],
    ["long, against it", 5, "sell", null],
    ["short, on the same side", -5, "sell", -2022],
    ["short, against it", -5, "buy", null],
  ] as const)("−2022 reduce-only: %s", (_, position, side, code) => {
    for (const order of [{ reduceOnly: true }, { type: "stopMarket", trigger: side === "sell" ? 50 : 150, closePosition: true }] as const) {
      const desk = new VenueDesk();
      if (position !== 0) desk.enter(100, { side: position > 0 ? "buy" : "sell", qty: 5 });
      else desk.flat(100);
      desk.submit({ side, ...order });
      expect(desk.flat(100)[0]).toBe(code === null ? "o accepted" : `o rejected ${code}`);
    }
  });

  test("−2025 and −4045: 200 orders of a kind, the kinds apart", () => {
    const desk = new VenueDesk({ filters: "all" });
    for (let i = 0; i < 201; i += 1) desk.submit({ id: `l${i}`, price: 50 }, { id: `s${i}`, type: "stopMarket", trigger: 150 });
    const said = desk.flat(100);
    expect(said.filter((line) => line.endsWith("accepted"))).toHaveLength(400);
    expect(said.slice(-2)).toEqual(["l200 rejected -2025", "s200 rejected -4045"]);
  });
});
