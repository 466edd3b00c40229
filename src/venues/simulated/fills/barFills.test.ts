import { describe, expect, test } from "vitest";
import { VenueDesk } from "../../../../test/venueDesk.ts";
import type { OrderOf } from "../../../../test/venueDesk.ts";
import type { OrderSide } from "../../../domain/order.ts";

type Ohlc = readonly [open: number, high: number, low: number, close: number];

describe("market orders", () => {
  test.each<[OrderSide, number, number, number]>([
    ["buy", 0, 1000, 0],
    ["sell", 0, 1000, 0],
    ["buy", 0.001, 1001, 1],
    ["sell", 0.001, 999, 1],
    ["buy", 0.0001, 1001, 1],
    ["sell", 0.0001, 999, 1],
    ["buy", 0.0011, 1002, 2],
    ["sell", 0.0011, 998, 2],
  ])("%s with slippage %d of the open 1000: %d, rounded against us", (side, slippageFraction, price, slippage) => {
    const desk = new VenueDesk({ slippageFraction });
    desk.submit({ side, qty: 3 });
    desk.bar(1000, 1100, 900, 1050);
    expect(desk.fills).toMatchObject([{ priceTicks: price, slippageUsdt: 3 * slippage, maker: false }]);
  });
  test("a sell never slips to nothing", () => {
    const desk = new VenueDesk({ slippageFraction: 0.5 });
    desk.submit({ side: "sell" });
    desk.flat(1);
    expect(desk.fills[0]?.priceTicks).toBe(1);
  });
  test("the taker fee is on the fill's own notional", () => {
    const desk = new VenueDesk({ slippageFraction: 0.001, takerFeeRate: null });
    desk.submit({ qty: 2 });
    desk.flat(1000);
    expect(desk.fills[0]?.feeUsdt).toBeCloseTo(2 * 1001 * 0.0005, 12);
  });
});

describe("limit orders", () => {
  test.each<[string, OrderSide, number, Ohlc, string[]]>([
    ["buy: the low stays above", "buy", 90, [100, 105, 91, 95], []],
    ["buy: the low touches", "buy", 90, [100, 105, 90, 95], []],
    ["buy: one tick through", "buy", 90, [100, 105, 89, 95], ["o buy 1 @ 90 maker"]],
    ["buy: the open is better", "buy", 90, [88, 95, 87, 95], ["o buy 1 @ 88 maker"]],
    ["buy: the open at the limit is not through it", "buy", 90, [90, 95, 90, 95], []],
    ["buy: the open at the limit, then through", "buy", 90, [90, 95, 89, 95], ["o buy 1 @ 90 maker"]],
    ["sell: the high touches", "sell", 110, [100, 110, 95, 105], []],
    ["sell: one tick through", "sell", 110, [100, 111, 95, 105], ["o sell 1 @ 110 maker"]],
    ["sell: the open is better", "sell", 110, [112, 113, 105, 105], ["o sell 1 @ 112 maker"]],
  ])("%s", (_, side, price, [open, high, low, close], said) => {
    const desk = new VenueDesk();
    desk.submit({ side, price });
    desk.flat(100);
    expect(desk.bar(open, high, low, close)).toEqual(said);
  });

  test("arriving at a better open it takes: taker fee, slippage, but never beyond its limit", () => {
    for (const [price, filled] of [
      [105, 102],
      [101, 101],
    ] as const) {
      const desk = new VenueDesk({ slippageFraction: 0.015, takerFeeRate: null });
      desk.submit({ price, qty: 10 });
      desk.flat(100);
      expect(desk.fills).toMatchObject([
        { priceTicks: filled, maker: false, slippageUsdt: (filled - 100) * 10, feeUsdt: filled * 10 * 0.0005 },
      ]);
    }
  });
  test("resting it makes: maker fee, no slippage", () => {
    const desk = new VenueDesk({ slippageFraction: 0.01, makerFeeRate: null });
    desk.submit({ side: "sell", price: 110, qty: 10 });
    desk.bar(100, 120, 100, 120);
    expect(desk.fills).toMatchObject([{ priceTicks: 110, maker: true, slippageUsdt: 0, feeUsdt: 110 * 10 * 0.0002 }]);
  });
});

describe("conditional orders", () => {
  const short = { side: "sell", qty: 1 } as const;
  test.each<[string, OrderOf, OrderOf, Ohlc, string[]]>([
    ["sell stop a tick short", {}, { type: "stopMarket", side: "sell", trigger: 90 }, [100, 105, 91, 95], []],
    ["sell stop touched", {}, { type: "stopMarket", side: "sell", trigger: 90 }, [100, 105, 90, 95], ["o sell 1 @ 90"]],
    ["sell stop gapped", {}, { type: "stopMarket", side: "sell", trigger: 90 }, [85, 95, 80, 95], ["o sell 1 @ 85"]],
    ["sell target a tick short", {}, { type: "takeProfitMarket", side: "sell", trigger: 110 }, [100, 109, 95, 100], []],
    ["sell target touched", {}, { type: "takeProfitMarket", side: "sell", trigger: 110 }, [100, 110, 95, 100], ["o sell 1 @ 110"]],
    ["sell target gapped", {}, { type: "takeProfitMarket", side: "sell", trigger: 110 }, [115, 120, 110, 120], ["o sell 1 @ 115"]],
    ["buy stop touched", short, { type: "stopMarket", trigger: 110 }, [100, 110, 95, 100], ["o buy 1 @ 110"]],
    ["buy stop gapped", short, { type: "stopMarket", trigger: 110 }, [115, 120, 110, 120], ["o buy 1 @ 115"]],
    ["buy target touched", short, { type: "takeProfitMarket", trigger: 90 }, [100, 105, 90, 95], ["o buy 1 @ 90"]],
    ["buy target gapped", short, { type: "takeProfitMarket", trigger: 90 }, [85, 95, 80, 95], ["o buy 1 @ 85"]],
  ])("%s", (_, entry, order, [open, high, low, close], said) => {
    const desk = new VenueDesk().enter(100, entry);
    desk.submit({ ...order, reduceOnly: true });
    desk.flat(100);
    expect(desk.bar(open, high, low, close)).toEqual(said);
  });

  test("slippage is against us from the trigger, and from the open after a gap", () => {
    for (const [open, price] of [
      [1000, 898],
      [850, 848],
    ] as const) {
      const desk = new VenueDesk({ slippageFraction: 0.002 }).enter(1000);
      desk.submit({ type: "stopMarket", side: "sell", trigger: 900, closePosition: true });
      desk.flat(1000);
      desk.bar(open, 1000, 800, 900);
      expect(desk.fills.at(-1)).toMatchObject({ priceTicks: price, slippageUsdt: 2 });
    }
  });

  test("close-position closes whatever is held when it triggers", () => {
    const desk = new VenueDesk().enter(100, { qty: 5 });
    desk.submit({ type: "stopMarket", side: "sell", trigger: 90, closePosition: true }, { id: "more", qty: 4 });
    desk.flat(100);
    expect(desk.bar(100, 100, 80, 80)).toEqual(["o sell 9 @ 90"]);
    expect(desk.positionLots).toBe(0);
  });

  test("a conditional entry needs no position", () => {
    const desk = new VenueDesk();
    desk.flat(100);
    desk.submit({ type: "stopMarket", trigger: 110 });
    desk.flat(100);
    expect(desk.bar(100, 112, 99, 111)).toEqual(["o buy 1 @ 110"]);
  });
});

describe("trailing stops follow completed bars", () => {
  test("long: the high of a bar moves the stop for the next bar, never back", () => {
    const desk = new VenueDesk().enter(1000);
    desk.submit({ type: "trailingStopMarket", side: "sell", callback: 0.1, reduceOnly: true });
    expect(desk.bar(1000, 1200, 901, 1000), "900 until this bar is complete").toEqual(["o accepted"]);
    expect(desk.bar(1100, 1100, 1081, 1100), "now 1080").toEqual([]);
    expect(desk.bar(1100, 1150, 1080, 1150), "a lower high does not loosen it").toEqual(["o sell 1 @ 1080"]);
  });
  test("short: the low", () => {
    const desk = new VenueDesk().enter(1000, { side: "sell" });
    desk.submit({ type: "trailingStopMarket", side: "buy", callback: 0.1, reduceOnly: true });
    expect(desk.bar(1000, 1099, 800, 850)).toEqual(["o accepted"]);
    expect(desk.bar(850, 880, 850, 850), "880 = 800 · 1.1").toEqual(["o buy 1 @ 880"]);
  });
  test("gapped: at the open", () => {
    const desk = new VenueDesk().enter(1000);
    desk.submit({ type: "trailingStopMarket", side: "sell", callback: 0.1, reduceOnly: true });
    desk.flat(1000);
    expect(desk.flat(850)).toEqual(["o sell 1 @ 850"]);
  });
});

describe("volume: our fills take a share of the bar, the rest follows at later opens", () => {
  test("a market order over three bars", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ qty: 25 });
    expect(desk.flat(100, { volume: 100 })).toEqual(["o accepted", "o buy 10 @ 100"]);
    expect(desk.flat(101, { volume: 0 }), "nothing traded, nothing filled").toEqual([]);
    expect(desk.flat(102, { volume: 109 }), "whole lots only").toEqual(["o buy 10 @ 102"]);
    expect(desk.flat(103, { volume: 100 })).toEqual(["o buy 5 @ 103"]);
    expect(desk.flat(104)).toEqual([]);
  });
  test("a stop: what is left leaves at the next opens, also when the price came back", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 }).enter(100, { qty: 25, stop: 0.1 });
    expect(desk.bar(100, 100, 85, 95, { volume: 100 })).toEqual(["e.s sell 10 @ 90"]);
    expect(desk.bar(95, 120, 95, 120, { volume: 100 })).toEqual(["e.s sell 10 @ 95"]);
    expect(desk.flat(120, { volume: 100 })).toEqual(["e.s sell 5 @ 120"]);
    expect(desk.positionLots).toBe(0);
  });
  test("the share is that of decimals, to the lot", () => {
    const many = { maxQtyLots: 1e9, maxMarketQtyLots: 1e9 };
    const tenth = new VenueDesk({ maxVolumeShare: 0.1 }, { ...many, lotSize: 0.00001 }).submit({ id: "a", qty: 1e9 });
    expect(tenth.flat(100, { volume: 2550 })).toEqual(["a accepted", "a buy 25500000 @ 100"]);
    const whole = new VenueDesk({ maxVolumeShare: 1 }, { ...many, lotSize: 0.1 }).submit({ id: "a", qty: 1e9 });
    expect(whole.flat(100, { volume: 3_806_451.8 })).toEqual(["a accepted", "a buy 38064518 @ 100"]);
  });
  test("a limit order rests on with what is left", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ price: 90, qty: 25 });
    expect(desk.bar(100, 100, 80, 95, { volume: 100 })).toEqual(["o accepted", "o buy 10 @ 90 maker"]);
    expect(desk.bar(95, 100, 90, 95, { volume: 100 })).toEqual([]);
    expect(desk.bar(85, 100, 80, 95, { volume: 300 })).toEqual(["o buy 15 @ 85 maker"]);
  });
  test("orders share one bar's volume in the order they came", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ id: "a", qty: 8 }, { id: "b", side: "sell", qty: 8 });
    expect(desk.flat(100, { volume: 100 })).toEqual(["a accepted", "a buy 8 @ 100", "b accepted", "b sell 2 @ 100"]);
    expect(desk.flat(100, { volume: 100 })).toEqual(["b sell 6 @ 100"]);
  });
});

describe("reduce-only", () => {
  test("takes only what is there, and expires with the rest", () => {
    const desk = new VenueDesk().enter(100, { qty: 5 });
    desk.submit({ side: "sell", qty: 8, price: 110, reduceOnly: true });
    desk.flat(100);
    expect(desk.bar(100, 120, 100, 120)).toEqual(["o sell 5 @ 110 maker", "o expired 3 position closed"]);
  });
  test("expires when something else closed the position", () => {
    const desk = new VenueDesk().enter(100, { qty: 5 });
    desk.submit({ id: "tp", side: "sell", qty: 5, price: 110, reduceOnly: true });
    desk.flat(100);
    desk.submit({ id: "x", side: "sell", qty: 5 });
    expect(desk.flat(105)).toEqual(["x accepted", "x sell 5 @ 105", "tp expired 5 position closed"]);
  });
  test("expires when the position turned", () => {
    const desk = new VenueDesk().enter(100, { qty: 5, stop: 0.1 });
    desk.submit({ id: "flip", side: "sell", qty: 8 });
    expect(desk.flat(105)).toEqual(["flip accepted", "flip sell 8 @ 105", "e.s expired 0 position closed"]);
    expect(desk.positionLots).toBe(-3);
  });
  test("stays when the position only shrank", () => {
    const desk = new VenueDesk().enter(100, { qty: 5, stop: 0.1 });
    desk.submit({ id: "x", side: "sell", qty: 3, reduceOnly: true });
    desk.flat(105);
    expect(desk.bar(100, 100, 90, 95)).toEqual(["e.s sell 2 @ 90"]);
  });
});
