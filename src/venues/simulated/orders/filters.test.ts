import { describe, expect, test } from "vitest";
import { orderOf, UNIT } from "../../../../test/venueDesk.ts";
import type { OrderOf } from "../../../../test/venueDesk.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import { codeOf } from "../../binance/rejectionCodes.ts";
import type { Refusal } from "./filters.ts";
import { refuseByFilter } from "./filters.ts";

/** Last price 100, band ±5 %, 10 to 1000 lots (market: to 500), prices 20 to 2000, notional ≥ 1000. */
const rules: Instrument = {
  ...UNIT,
  minQtyLots: 10,
  maxQtyLots: 1000,
  maxMarketQtyLots: 500,
  minPriceTicks: 20,
  maxPriceTicks: 2000,
  minNotionalUsdt: 1000,
  percentPriceUp: 1.05,
  percentPriceDown: 0.95,
};
const refused = (refusal: Refusal | null): number | null => (refusal === null ? null : codeOf(refusal.reason));
const codeFor = (order: OrderOf, filters: "all" | "tickAndLot" = "all", last = 100): number | null =>
  refused(refuseByFilter(rules, orderOf({ qty: 10, ...order }, 0), last, filters));

describe("filters, one step below, at and above", () => {
  test.each<[string, OrderOf, number | null]>([
    ["price a whole tick", { price: 100 }, null],
    ["price between ticks", { price: 100.5 }, -4014],
    ["price not a number", { price: NaN }, -4014],
    ["trigger between ticks", { type: "stopMarket", trigger: 90.5 }, -4014],
    ["quantity between lots", { qty: 10.5 }, -4023],
    ["quantity 0", { qty: 0 }, -4003],
    ["quantity negative", { qty: -10 }, -4003],
    ["quantity below the minimum", { price: 105, qty: 9 }, -4004],
    ["quantity at the minimum", { price: 105, qty: 10 }, null],
    ["limit at the maximum", { price: 100, qty: 1000 }, null],
    ["limit above the maximum", { price: 100, qty: 1001 }, -4005],
    ["market at its own maximum", { qty: 500 }, null],
    ["market above it", { qty: 501 }, -4005],
    ["trigger at the lowest price", { type: "stopMarket", side: "sell", trigger: 20 }, null],
    ["trigger below it", { type: "stopMarket", side: "sell", trigger: 19 }, -4013],
    ["trigger at the highest price", { type: "stopMarket", trigger: 2000 }, null],
    ["trigger above it", { type: "stopMarket", trigger: 2001 }, -4002],
    ["buy at the cap", { price: 105 }, null],
    ["buy above the cap", { price: 106 }, -4016],
    ["sell above the cap is free", { side: "sell", price: 106 }, null],
    ["sell at the floor", { side: "sell", price: 95, qty: 11 }, null],
    ["sell below the floor", { side: "sell", price: 94, qty: 11 }, -4024],
    ["buy below the floor is free", { price: 94, qty: 11 }, null],
    ["triggers know no band", { type: "stopMarket", trigger: 200 }, null],
    ["notional at the minimum", { price: 100, qty: 10 }, null],
    ["notional below it", { price: 99, qty: 10 }, -4164],
    ["reduce-only is free of it", { price: 99, qty: 10, reduceOnly: true }, null],
    ["a market order at the last price", { qty: 10 }, null],
    ["a trailing stop has no price", { type: "trailingStopMarket", side: "sell", callback: 0.01 }, null],
    ["close-position without quantity", { type: "stopMarket", trigger: 90, closePosition: true, qty: 0 }, null],
    ["close-position with quantity", { type: "stopMarket", trigger: 90, closePosition: true, qty: 10 }, -4137],
    ["close-position that is not reduce-only", { type: "stopMarket", trigger: 90, closePosition: true, reduceOnly: false, qty: 0 }, -4138],
    ["an id of 36 characters", { id: "a".repeat(36) }, null],
    ["an id of 37", { id: "a".repeat(37) }, -4015],
    ["an id with a space", { id: "a b" }, -4015],
    ["no id", { id: "" }, -4015],
    ["ids of brackets and plans", { id: "BTCUSDT-1672617600-1.s" }, null],
  ])("%s", (_, order, code) => {
    expect(codeFor(order)).toBe(code);
  });

  test("the notional of a market order is that at the last price", () => {
    expect(codeFor({ qty: 10 }, "all", 99)).toBe(-4164);
  });

  test("`tickAndLot` leaves only whole ticks, whole lots and a quantity", () => {
    expect(codeFor({ price: 1, qty: 1, id: "" }, "tickAndLot")).toBeNull();
    expect(codeFor({ price: 1.5 }, "tickAndLot")).toBe(-4014);
    expect(codeFor({ qty: 1.5 }, "tickAndLot")).toBe(-4023);
    expect(codeFor({ qty: 0 }, "tickAndLot")).toBe(-4003);
  });
});
