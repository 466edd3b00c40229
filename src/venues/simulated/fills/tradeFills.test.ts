import { describe, expect, it } from "vitest";
import { TickDesk } from "../../../../test/tickDesk.ts";
import type { OrderOf } from "../../../../test/venueDesk.ts";
import type { SimulatedVenueOptions } from "../options.ts";

const desk = (options: Partial<SimulatedVenueOptions> = {}): TickDesk => {
  const made = new TickDesk({ fillOn: "trades", ...options });
  made.trade(100, 1);
  return made;
};

describe("an order that arrives with a print", () => {
  it.each<[string, OrderOf, readonly string[]]>([
    ["market", { qty: 3 }, ["o accepted", "o buy 3 @ 101"]],
    ["market sell", { side: "sell", qty: 3 }, ["o accepted", "o sell 3 @ 99"]],
    ["market: no more than traded", { qty: 30 }, ["o accepted", "o buy 8 @ 101"]],
    ["market IOC: the rest ends", { qty: 30, tif: "IOC" }, ["o accepted", "o buy 8 @ 101", "o expired 22 IOC"]],
    ["market FOK", { qty: 9, tif: "FOK" }, ["o rejected -5021"]],
    ["limit better by a tick takes, never beyond its limit", { qty: 3, price: 101 }, ["o accepted", "o buy 3 @ 101"]],
    ["limit at the print rests", { qty: 3, price: 100 }, ["o accepted"]],
    ["limit IOC at the print", { qty: 3, price: 100, tif: "IOC" }, ["o accepted", "o expired 3 IOC"]],
    ["limit FOK", { qty: 9, price: 105, tif: "FOK" }, ["o rejected -5021"]],
    ["post-only through the print", { price: 101, tif: "GTX" }, ["o rejected -5022"]],
    ["post-only at the print", { price: 100, tif: "GTX" }, ["o accepted"]],
  ])("%s", (_, order, said) => {
    const at = desk({ slippageFraction: 0.001 }).submit(order);
    expect(at.trade(100, 8)).toEqual(said);
  });

  it("is there with the first print that was made after decision + latency", () => {
    const at = desk({ latencyMs: 100 }).submit({});
    expect(at.trade(101, 1, { at: 100, late: 300 })).toEqual([]);
    expect(at.trade(102, 1, { at: 101 })).toEqual(["o accepted", "o buy 1 @ 102"]);
  });

  it("older rests come first", () => {
    const at = desk().submit({ id: "a", qty: 5 });
    at.trade(100, 2);
    at.submit({ id: "b", qty: 1 });
    expect(at.trade(100, 4)).toEqual(["a buy 3 @ 100", "b accepted", "b buy 1 @ 100"]);
  });
});

describe("a resting order", () => {
  const resting = (options: Partial<SimulatedVenueOptions> = {}): TickDesk => {
    const at = desk(options).submit({ qty: 4, price: 90 });
    at.trade(100, 1);
    return at;
  };

  it("is filled by prints through its price, as far as they go", () => {
    const at = resting();
    expect(at.trade(89, 3, { sold: false })).toEqual(["o buy 3 @ 90 maker"]);
    expect(at.trade(89, 3)).toEqual(["o buy 1 @ 90 maker"]);
  });

  it("at its price by sellers only, at once without a queue", () => {
    const at = resting();
    expect(at.trade(90, 3, { sold: false })).toEqual([]);
    expect(at.trade(90, 3)).toEqual(["o buy 3 @ 90 maker"]);
  });

  it("behind the queue that the options put there, in USDT", () => {
    const at = resting({ queueAheadUsdt: 180 });
    expect(at.trade(90, 2)).toEqual([]);
    expect(at.trade(90, 2)).toEqual(["o buy 2 @ 90 maker"]);
  });

  it("not by prints of the moment at which it came", () => {
    const at = resting();
    expect(at.trade(80, 9, { at: at.ms })).toEqual([]);
  });
});

it("a stop takes the print behind the one that set it off, with slippage", () => {
  const at = desk({ slippageFraction: 0.01 }).submit({ id: "e" });
  at.trade(100, 1);
  at.submit({ id: "e.s", type: "stopMarket", side: "sell", trigger: 95, closePosition: true });
  expect(at.trade(95, 9)).toEqual(["e.s accepted"]);
  expect(at.trade(93, 9)).toEqual(["e.s sell 1 @ 92"]);
});

it("a stop that the market has fallen through is refused when it arrives", () => {
  const at = desk().submit({ id: "e", price: 90 });
  at.trade(100, 1);
  expect(at.trade(80, 9)).toEqual(["e buy 1 @ 90 maker"]);
  at.submit({ id: "e.s", type: "stopMarket", side: "sell", trigger: 86, closePosition: true });
  expect(at.trade(81, 9)).toEqual(["e.s rejected -2021"]);
});
