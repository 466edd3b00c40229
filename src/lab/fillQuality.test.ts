import { describe, expect, it } from "vitest";
import { bar, BTC, fill } from "../../test/items.ts";
import { orderOf } from "../../test/venueDesk.ts";
import type { OrderOf } from "../../test/venueDesk.ts";
import type { Fill } from "../domain/event.ts";
import { Kind } from "../domain/kind.ts";
import { FillQuality } from "./fillQuality.ts";

/** BTC has ticks of 0.1 and lots of 0.001: at a close of 100 the decision is at tick 1000, and a lot is 0.1 USDT. */
const watched = (...orders: readonly OrderOf[]): FillQuality => {
  const quality = new FillQuality([BTC]);
  quality.bar(bar({ at: 0, close: 100 }));
  for (const order of orders)
    quality.order({ kind: Kind.orderSent, seq: 1, instrument: BTC.index, knownAtMs: 1000, order: orderOf(order, 1000) });
  return quality;
};
const filled = (
  clientOrderId: string,
  side: "buy" | "sell",
  priceTicks: number,
  qtyLots: number,
  eventTimeMs: number,
  maker = false,
): Fill => ({
  ...fill({ at: 0 }, { side, ticks: priceTicks, lots: qtyLots }),
  clientOrderId,
  eventTimeMs,
  maker,
});

describe("FillQuality", () => {
  it("weighs slippage against the decision's close by notional, adverse positive on both sides", () => {
    const quality = watched({ id: "a", qty: 10 }, { id: "b", side: "sell", qty: 30 });
    quality.fill(filled("a", "buy", 1001, 10, 1250)); // 10 bp against, of 1 USDT
    quality.fill(filled("b", "sell", 1002, 30, 1500, true)); // 20 bp in favour, of 3 USDT
    const row = quality.row();
    expect(row.slippageBps).toBeCloseTo((10 * 1 - 20 * 3) / 4, 9);
    expect(row.takerSlippageBps).toBeCloseTo(10, 9);
    expect(row.makerShare).toBeCloseTo(0.75, 12);
  });

  it("counts missed orders, shares, and the wait for the first fill", () => {
    const quality = watched({ id: "a", qty: 10 }, { id: "b", qty: 10 }, { id: "c", qty: 20 });
    quality.fill(filled("a", "buy", 1000, 4, 1300));
    quality.fill(filled("a", "buy", 1000, 2, 9000));
    quality.fill(filled("b", "buy", 1000, 10, 1500));
    quality.fill(filled("a.s", "sell", 900, 6, 9900));
    expect(quality.row()).toEqual({
      orders: 3,
      missed: 1,
      filledShare: 0.4,
      makerShare: 0,
      fills: 3,
      slippageBps: 0,
      takerSlippageBps: 0,
      meanFillMs: 400,
      medianFillMs: 400,
    });
  });

  it("leaves protection out, and says NaN of nothing", () => {
    const row = watched({ id: "s", type: "stopMarket", trigger: 90, closePosition: true }).row();
    expect(row).toMatchObject({ orders: 0, missed: 0, fills: 0, filledShare: NaN, slippageBps: NaN, medianFillMs: NaN });
  });
});
