import { describe, expect, test } from "vitest";
import { UNIT, VenueDesk } from "../../../test/venueDesk.ts";
import type { OrderOf } from "../../../test/venueDesk.ts";
import type { FundingPayment } from "../../domain/event.ts";
import { Kind } from "../../domain/kind.ts";
import { instrumentIndex } from "../../domain/units.ts";
import type { SimulatedVenueOptions } from "./options.ts";

/** 10,000 USDT, margin asked for, no fees: leverage 10 at 1000 is liquidated at 910 (long, 900 / 0.99) or 1089 (short, 1100 / 1.01). */
const desk = (options: Partial<SimulatedVenueOptions> = {}): VenueDesk => new VenueDesk({ margin: true, startUsdt: 10_000, ...options });
const lastFill = (venue: VenueDesk) => venue.fills.at(-1);
const codes = (said: readonly string[]): string[] => said.filter((line) => !/ (buy|sell) /.test(line));

describe("margin for entries", () => {
  test.each<[string, Partial<OrderOf>, number, string]>([
    ["all of the wallet at leverage 1", { qty: 10 }, 0, "o accepted"],
    ["one lot more", { qty: 11 }, 0, "o rejected -2019"],
    ["the taker fee must fit too", { qty: 10 }, 0.0001, "o rejected -2019"],
    ["leverage 10", { qty: 100, leverage: 10 }, 0, "o accepted"],
    ["leverage 10, one lot more", { qty: 101, leverage: 10 }, 0, "o rejected -2019"],
    ["a limit needs margin at its own price", { qty: 12, price: 800 }, 0, "o accepted"],
    ["a limit above the wallet", { qty: 13, price: 800 }, 0, "o rejected -2019"],
    ["no leverage at all", { leverage: 0 }, 0, "o rejected -4028"],
    ["leverage that is not a number", { leverage: NaN }, 0, "o rejected -4028"],
  ])("−2019: %s", (_, order, takerFeeRate, said) => {
    const venue = desk({ takerFeeRate });
    venue.flat(1000);
    venue.submit(order);
    expect(codes(venue.flat(1000))).toEqual([said]);
  });
  test("margin off: nothing is asked for", () => {
    const venue = new VenueDesk({ margin: false });
    venue.submit({ qty: 1e6, leverage: 0 });
    expect(venue.flat(1000)[0]).toBe("o accepted");
  });

  test("resting entries reserve their margin; cancelled they give it back; what they filled becomes the position's", () => {
    const venue = desk();
    venue.flat(1000);
    venue.submit({ id: "a", qty: 6, price: 900 }, { id: "b", qty: 6, price: 900 });
    expect(codes(venue.flat(1000))).toEqual(["a accepted", "b rejected -2019"]);
    venue.cancel("a").submit({ id: "b", qty: 6, price: 900 });
    expect(codes(venue.flat(1000))).toEqual(["a canceled 6", "b accepted"]);
    venue.bar(1000, 1000, 890, 900);
    venue.submit({ id: "c", qty: 6 }, { id: "d", qty: 5 });
    expect(codes(venue.flat(900))).toEqual(["c rejected -2019", "d accepted"]);
  });
  test("a market entry that waits for volume keeps its margin reserved", () => {
    const venue = desk({ maxVolumeShare: 0.1 });
    venue.flat(1000);
    venue.submit({ id: "a", qty: 8 });
    venue.flat(1000, { volume: 20 });
    venue.submit({ id: "b", qty: 3 });
    expect(codes(venue.flat(1000, { volume: 0 }))).toEqual(["b rejected -2019"]);
  });
  test("reduce-only orders and conditional orders reserve nothing", () => {
    const venue = desk().enter(1000, { qty: 9 });
    venue.submit(
      { id: "r", side: "sell", qty: 9, price: 1200, reduceOnly: true },
      { id: "s", side: "buy", qty: 50, type: "stopMarket", trigger: 1500 },
      { id: "x", qty: 1 },
    );
    expect(codes(venue.flat(1000))).toEqual(["r accepted", "s accepted", "x accepted"]);
  });
  test("a conditional entry is asked for margin when it triggers", () => {
    const venue = desk();
    venue.flat(1000);
    venue.submit({ id: "s", qty: 10, type: "stopMarket", trigger: 1001 });
    expect(venue.flat(1000)).toEqual(["s accepted"]);
    expect(venue.bar(1000, 1100, 1000, 1100)).toEqual(["s rejected -2019"]);
    expect(venue.flat(1100)).toEqual([]);
  });
  test("profit of an open position is not available for new orders (isolated)", () => {
    const venue = desk().enter(1000, { qty: 9 });
    venue.flat(2000);
    venue.submit({ qty: 1 });
    expect(codes(venue.flat(2000))).toEqual(["o rejected -2019"]);
  });
  test("an order against the position needs margin only for what it opens", () => {
    for (const [qty, said] of [
      [10, "o accepted"],
      [20, "o accepted"],
      [21, "o rejected -2019"],
    ] as const) {
      const venue = desk().enter(1000, { qty: 10 });
      venue.submit({ side: "sell", qty });
      expect(codes(venue.flat(1000)), String(qty)).toEqual([said]);
    }
  });
  test("closing at a loss leaves less for the other side", () => {
    const venue = desk().enter(1000, { qty: 10 });
    venue.flat(900);
    venue.submit({ side: "sell", qty: 20 });
    expect(codes(venue.flat(900)), "9,000 are left, 9,000 needed").toEqual(["o accepted"]);
  });
  test("one wallet for all instruments", () => {
    const venue = new VenueDesk({ margin: true, startUsdt: 10_000 }, {}, [{ ...UNIT, index: instrumentIndex(1), symbol: "TWOUSDT" }]);
    venue.enter(1000, { qty: 6 });
    venue.submit({ id: "a", instrument: 1, qty: 5 }, { id: "b", instrument: 1, qty: 4 });
    expect(codes(venue.flat(1000, { instrument: 1 }))).toEqual(["a rejected -2019", "b accepted"]);
  });

  test.each<[string, Partial<OrderOf>, string]>([
    ["the cap of leverage 50", { qty: 100, leverage: 50 }, "o accepted"],
    ["one lot more", { qty: 101, leverage: 50 }, "o rejected -2027"],
    ["leverage 20 allows more", { qty: 101, leverage: 20 }, "o accepted"],
    ["more leverage than any bracket has", { qty: 1, leverage: 51 }, "o rejected -2027"],
  ])("−2027: %s", (_, order, said) => {
    const venue = desk({ startUsdt: 1e6 });
    venue.flat(1000);
    venue.submit(order);
    expect(codes(venue.flat(1000))).toEqual([said]);
  });
  test.each([
    ["−2027: the cap", { startUsdt: 1e6 }, 50],
    ["−2019: the wallet", { startUsdt: 100_000 }, 1],
  ])("%s itself is not more than it, whatever doubles make of a tick of 0.00001", (_, options, leverage) => {
    // 10¹⁰ × 0.00001 is 100000.00000000001 in doubles.
    const venue = new VenueDesk({ margin: true, ...options }, { tickSize: 0.00001 });
    venue.flat(0.0005);
    venue.submit({ id: "a", qty: 200_000_001, leverage }, { id: "b", qty: 200_000_000, leverage });
    expect(codes(venue.flat(0.0005))).toEqual([`a rejected ${leverage > 1 ? -2027 : -2019}`, "b accepted"]);
  });
  test("a bankruptcy price that is a whole tick is that tick, whatever doubles make of it", () => {
    const venue = new VenueDesk({ margin: true }, { tickSize: 0.00001 }).enter(0.00118, { qty: 28_735, leverage: 2 });
    venue.flat(0.00058);
    expect(lastFill(venue)).toMatchObject({ reason: "liquidation", priceTicks: 59, feeUsdt: 0 });
  });
  test("−2027 counts the position and resting entries of its side, not the other side", () => {
    const venue = desk({ startUsdt: 1e6 }).enter(1000, { qty: 50, leverage: 50 });
    venue.submit(
      { id: "a", qty: 30, price: 1000, leverage: 50 },
      { id: "b", qty: 21, leverage: 50 },
      { id: "c", qty: 20, leverage: 50 },
      { id: "d", side: "sell", qty: 150, price: 1001, leverage: 50 },
      { id: "e", side: "sell", qty: 1, price: 1001, leverage: 50 },
    );
    expect(codes(venue.flat(1000))).toEqual(["a accepted", "b rejected -2027", "c accepted", "d accepted", "e accepted"]);
  });
});

describe("liquidation", () => {
  const LONG = { qty: 10, leverage: 10 } as const;
  const SHORT = { ...LONG, side: "sell" } as const;
  test.each<[string, Partial<OrderOf>, readonly [number, number, number, number], number | null]>([
    ["long, a tick above", LONG, [1000, 1000, 911, 950], null],
    ["long, at the price", LONG, [1000, 1000, 910, 950], 910],
    ["short, a tick below", SHORT, [1000, 1088, 1000, 1050], null],
    ["short, at the price", SHORT, [1000, 1089, 1000, 1050], 1089],
    ["long, gapped: at the open", LONG, [905, 950, 905, 950], 905],
    ["long, gapped beyond bankruptcy: the loss ends at the margin", LONG, [850, 950, 840, 950], 900],
    ["short, gapped: at the open", SHORT, [1095, 1095, 1050, 1050], 1095],
    ["short, gapped beyond bankruptcy", SHORT, [1200, 1300, 1100, 1100], 1100],
    ["leverage 1: never", { qty: 5 }, [1000, 1000, 1, 1], null],
  ])("%s", (_, entry, ohlc, price) => {
    const venue = desk().enter(1000, entry);
    venue.bar(...ohlc);
    if (price === null) expect(venue.fills).toHaveLength(1);
    else expect(lastFill(venue)).toMatchObject({ priceTicks: price, qtyLots: 10, reason: "liquidation", maker: false, reduceOnly: true });
  });

  test("the fee is a share of the notional, and never more than what is left of the margin", () => {
    for (const [open, price, fee] of [
      [1000, 910, 91],
      [905, 905, 50],
      [850, 900, 0],
    ] as const) {
      const venue = desk().enter(1000, LONG);
      venue.bar(open, 1000, 840, 900);
      expect(lastFill(venue)?.priceTicks).toBe(price);
      expect(lastFill(venue)?.feeUsdt).toBeCloseTo(fee, 9);
    }
  });
  test("what the wallet has beside the margin is untouched", () => {
    const venue = desk().enter(1000, LONG);
    venue.flat(500);
    venue.submit({ id: "o", qty: 18 }, { id: "p", qty: 19 });
    expect(codes(venue.flat(500)), "9,000 are left").toEqual(["o accepted", "p rejected -2019"]);
  });
  test("it withdraws every order of the instrument", () => {
    const venue = desk().enter(1000, { ...LONG, target: 0.2 });
    venue.submit({ id: "more", qty: 1, price: 500 });
    venue.flat(1000);
    const said = venue.bar(1000, 1000, 900, 950);
    expect(said[0]).toMatch(/^autoclose-\d+ sell 10 @ 910$/);
    expect(said.slice(1)).toEqual(["e.t expired 0 liquidation", "more expired 1 liquidation"]);
  });
  test("a stop nearer than the liquidation price saves the margin; one at it or farther does not", () => {
    for (const [stop, reason] of [
      [0.089, "stop"],
      [0.09, "liquidation"],
      [0.095, "liquidation"],
    ] as const) {
      const venue = desk().enter(1000, { ...LONG, stop });
      venue.bar(1000, 1000, 890, 900);
      expect(lastFill(venue)?.reason, String(stop)).toBe(reason);
    }
  });
  test("an open past both is the liquidation's, also before an exit on its way", () => {
    const venue = desk().enter(1000, { ...LONG, stop: 0.05 });
    venue.submit({ id: "x", side: "sell", qty: 10, reduceOnly: true });
    expect(venue.flat(905).slice(1)).toEqual(["e.s expired 0 liquidation", "x rejected -2022"]);
    expect(venue.fills.at(-1)?.reason).toBe("liquidation");
  });
  test("volume does not matter to it", () => {
    const venue = desk({ maxVolumeShare: 0.1 }).enter(1000, LONG);
    venue.bar(1000, 1000, 900, 900, { volume: 1 });
    expect(venue.positionLots).toBe(0);
  });
  test("scaling in with less leverage moves the price away, taking off half does not move it", () => {
    const half = desk().enter(1000, LONG);
    half.submit({ id: "x", side: "sell", qty: 5, reduceOnly: true });
    half.flat(1000);
    expect(half.bar(1000, 1000, 911, 950)).toEqual([]);
    half.bar(950, 950, 910, 950);
    expect(lastFill(half)?.priceTicks).toBe(910);
    // 1,000 + 5,000 of margin for 15 lots: (15,000 − 6,000) / (15 · 0.99) = 606.06…
    const more = desk().enter(1000, LONG);
    more.submit({ id: "m", qty: 5, leverage: 1 });
    more.flat(1000);
    more.bar(1000, 1000, 608, 700);
    expect(more.fills).toHaveLength(2);
    more.bar(700, 700, 600, 700);
    expect(lastFill(more)).toMatchObject({ priceTicks: 607, qtyLots: 15 });
  });
  test("the bracket of the notional at the liquidation price counts", () => {
    // 200,000 USDT at leverage 5: (200,000 − 40,000 − 1,000) / (200 · 0.98) = 811.2…, notional 162,245: second bracket.
    const venue = desk({ startUsdt: 100_000 }).enter(1000, { qty: 200, leverage: 5 });
    venue.bar(1000, 1000, 813, 900);
    expect(venue.fills).toHaveLength(1);
    venue.bar(900, 900, 812, 900);
    expect(lastFill(venue)?.reason).toBe("liquidation");
  });
});

describe("funding", () => {
  const payments = (venue: VenueDesk): FundingPayment[] => venue.items.filter((item) => item.kind === Kind.fundingPayment);

  test.each([
    ["a long pays a positive rate", "buy", 0.001, 10],
    ["a short receives it", "sell", 0.001, -10],
    ["a long receives a negative rate", "buy", -0.001, -10],
    ["a short pays it", "sell", -0.001, 10],
  ] as const)("%s", (_, side, rate, paidUsdt) => {
    const venue = new VenueDesk().enter(1000, { side, qty: 10 });
    venue.funding(1, rate, 1000).flat(1100);
    expect(payments(venue)).toMatchObject([{ paidUsdt, rate }]);
  });
  test("by the mark price, or the open where the source has none", () => {
    const venue = new VenueDesk().enter(1000, { qty: 10 });
    venue.funding(1, 0.001).flat(1100);
    expect(payments(venue)[0]?.paidUsdt).toBeCloseTo(11, 12);
  });
  test("by the position held before that minute's open", () => {
    const venue = new VenueDesk();
    venue.submit({ id: "e", qty: 10 });
    venue.funding(0, 0.001, 1000).flat(1000);
    expect(payments(venue), "opened at the settlement's open: not yet held").toEqual([]);
    venue.submit({ id: "x", side: "sell", qty: 10, reduceOnly: true });
    expect(venue.funding(1, 0.001, 1000).flat(1000)[0], "closed at it: still held").toBe("funding 10");
    venue.funding(2, 0.001, 1000).flat(1000);
    expect(payments(venue)).toHaveLength(1);
  });
  test("at its time: a settlement ahead of the bar waits; those of a hole are paid behind it, each on its own", () => {
    const venue = new VenueDesk().enter(1000, { qty: 10 });
    venue.funding(5, 0.001, 1000).funding(9, 0.002, 1000);
    expect(venue.flat(1000, { at: 4 })).toEqual([]);
    expect(venue.flat(1000, { at: 12 })).toEqual(["funding 10", "funding 20"]);
    expect(payments(venue).map(({ eventTimeMs }) => eventTimeMs)).toEqual([5, 9].map((minute) => venue.nowMs - (13 - minute) * 60_000));
  });
  test("switched off", () => {
    const venue = new VenueDesk({ funding: false }).enter(1000);
    expect(venue.funding(1, 0.001, 1000).flat(1000)).toEqual([]);
  });
  test("it comes out of the isolated margin: the liquidation price moves", () => {
    // 1,000 − 50: (10,000 − 950) / (10 · 0.99) = 914.1…
    const venue = desk().enter(1000, { qty: 10, leverage: 10 });
    venue.funding(1, 0.005, 1000).bar(1000, 1000, 916, 950);
    expect(venue.fills).toHaveLength(1);
    venue.bar(950, 950, 915, 950);
    expect(lastFill(venue)).toMatchObject({ reason: "liquidation", priceTicks: 915 });
  });
  test("funding can liquidate at the next open", () => {
    const venue = desk().enter(1000, { qty: 10, leverage: 10 });
    venue.flat(920);
    expect(venue.funding(2, 0.02, 1000).flat(920)[1]).toMatch(/^autoclose-\d+ sell 10 @ 920$/);
  });
});
