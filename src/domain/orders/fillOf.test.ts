import { describe, expect, it } from "vitest";
import { orderFilled } from "../../../test/items.ts";
import { OrderDesk } from "../../../test/orderDesk.ts";
import type { OrderFilled } from "../event.ts";
import { fillOf } from "./fillOf.ts";

const UNITS = { usdtPerTickLot: 0.5, markTicks: 1003 };
const joined = (clientOrderId: string, terms: Partial<OrderFilled> & Pick<OrderFilled, "side"> = { side: "buy" }, units = UNITS) => {
  const desk = new OrderDesk();
  desk.enter("A-1-1", { orderType: "limit", limitTicks: 1000 as never, reason: "trend" });
  desk.fill("A-1-1", 4, 1000);
  desk.plan("A-2-1", "reduce", { reason: "less" });
  return fillOf(desk.orders, orderFilled({ at: 3 }, { ticks: 1002, lots: 3, clientOrderId, tradeId: 9, ...terms }), units);
};

describe("a fill is the exchange's trade and our order", () => {
  it("takes plan, reason and role from the order, and the rest from the trade", () => {
    expect(joined("A-1-1", { side: "buy", feeUsdt: 0.1, maker: true })).toMatchObject({
      ...{ planId: "A-1-1", reason: "trend", leg: "main", reduceOnly: false },
      ...{ clientOrderId: "A-1-1", tradeId: 9, side: "buy", priceTicks: 1002, qtyLots: 3, feeUsdt: 0.1, maker: true },
    });
    expect(joined("A-1-1.s", { side: "sell" })).toMatchObject({ planId: "A-1-1", reason: "stop", leg: "stop", reduceOnly: true });
    expect(joined("A-2-1", { side: "sell" })).toMatchObject({ planId: "A-2-1", reason: "less", leg: "main", reduceOnly: true });
  });
  it("takes them from the id where the order is not in our list", () => {
    expect(joined("A-1-1.t2", { side: "sell" })).toMatchObject({ planId: "A-1-1", reason: "target", leg: "target", reduceOnly: true });
    expect(joined("A-0-1")).toMatchObject({ planId: "A-0-1", reason: "unknown", leg: "main", reduceOnly: false });
    const liquidation = { planId: "autoclose-77", reason: "liquidation", leg: "main", reduceOnly: true };
    expect(joined("autoclose-77", { side: "sell", liquidation: true })).toMatchObject(liquidation);
  });
  it("costs slippage against what the venue says, else the order's price, else the last price; a better price costs none", () => {
    const usdt = (...of: Parameters<typeof joined>): number => joined(...of).slippageUsdt;
    expect(usdt("A-1-1", { side: "buy", referenceTicks: 1001 })).toBe(1.5);
    expect(usdt("A-1-1", { side: "buy" })).toBe(3);
    expect(usdt("A-1-1", { side: "sell" })).toBe(0);
    expect(usdt("A-2-1", { side: "sell" })).toBe(1.5);
    expect(usdt("A-2-1", { side: "sell" }, { ...UNITS, markTicks: NaN })).toBe(0);
  });
});
