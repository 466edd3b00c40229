import { describe, expect, it } from "vitest";
import { bar, BTC, fill, T0 } from "../../../test/items.ts";
import { orderOf } from "../../../test/venueDesk.ts";
import type { OrderOf } from "../../../test/venueDesk.ts";
import type { Fill } from "../../domain/derived.ts";
import { Kind } from "../../domain/kind.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import { FillQuality } from "./fillQuality.ts";

/** Close of the bar that the orders are decided on. */
const DECIDED_MS = T0 + MINUTE_MS;

/** BTC has ticks of 0.1 and lots of 0.001: at a close of 100 the decision is at tick 1000, and a lot is 0.1 USDT. */
const watched = (...orders: readonly OrderOf[]): FillQuality => {
  const quality = new FillQuality([BTC]);
  quality.bar(bar({ at: 0, close: 100 }));
  for (const order of orders)
    quality.order({ kind: Kind.orderSent, seq: 1, instrument: BTC.index, knownAtMs: DECIDED_MS, order: orderOf(order, DECIDED_MS) });
  return quality;
};
/** The next bar: what was decided before it counts. */
const next = (quality: FillQuality): FillQuality => {
  quality.bar(bar({ at: 1, close: 100 }));
  return quality;
};
const filled = (
  clientOrderId: string,
  side: "buy" | "sell",
  priceTicks: number,
  qtyLots: number,
  afterMs: number,
  maker = false,
): Fill => ({
  ...fill({ at: 0 }, { side, ticks: priceTicks, lots: qtyLots }),
  clientOrderId,
  eventTimeMs: DECIDED_MS + afterMs,
  maker,
});

describe("FillQuality", () => {
  it("weighs slippage against the decision's close by notional, adverse positive on both sides", () => {
    const quality = watched({ id: "a", qty: 10 }, { id: "b", side: "sell", qty: 30 });
    quality.fill(filled("a", "buy", 1001, 10, 250)); // 10 bp against, of 1 USDT
    quality.fill(filled("b", "sell", 1002, 30, 500, true)); // 20 bp in favour, of 3 USDT
    const row = next(quality).row();
    expect(row.slippageBps).toBeCloseTo((10 * 1 - 20 * 3) / 4, 9);
    expect(row.takerSlippageBps).toBeCloseTo(10, 9);
    expect(row.makerShare).toBeCloseTo(0.75, 12);
  });

  it("counts missed orders, shares, and the wait for the first fill", () => {
    const quality = watched({ id: "a", qty: 10 }, { id: "b", qty: 10 }, { id: "c", qty: 20 });
    quality.fill(filled("a", "buy", 1000, 4, 300));
    quality.fill(filled("a", "buy", 1000, 2, 8000));
    quality.fill(filled("b", "buy", 1000, 10, 500));
    quality.fill(filled("a.s", "sell", 900, 6, 8900));
    expect(next(quality).row()).toEqual({
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

  it("leaves out what was decided on the last bar: nothing follows that could fill it on bars", () => {
    const quality = watched({ id: "a", qty: 10 });
    quality.fill(filled("a", "buy", 1000, 10, 300));
    expect(quality.row()).toMatchObject({ orders: 0, missed: 0, fills: 0 });
  });

  it("leaves protection out, and says NaN of nothing", () => {
    const row = next(watched({ id: "s", type: "stopMarket", trigger: 90, closePosition: true })).row();
    expect(row).toMatchObject({ orders: 0, missed: 0, fills: 0, filledShare: NaN, slippageBps: NaN, medianFillMs: NaN });
  });
});
