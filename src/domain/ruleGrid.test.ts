import { describe, expect, it } from "vitest";
import { BTC } from "../../test/items.ts";
import { NO_MAXIMUM } from "./instrument.ts";
import { finestGrid, onGrid } from "./ruleGrid.ts";

const { index: _, ...RULES } = { ...BTC, tickSize: 0.1, lotSize: 0.001, minQtyLots: 1, maxQtyLots: 1000, maxMarketQtyLots: NO_MAXIMUM };

describe("rules on the grid of a run", () => {
  it("the grid is the finest tick and the finest lot of the range, each for itself", () => {
    expect(finestGrid([RULES, { tickSize: 0.01, lotSize: 0.01 }, { tickSize: 1, lotSize: 1 }])).toEqual({ tickSize: 0.01, lotSize: 0.001 });
  });

  it("counts quantities and prices in the finer sizes; what has no maximum keeps none", () => {
    const finer = onGrid({ ...RULES, minPriceTicks: 5, maxPriceTicks: 7 }, { tickSize: 0.01, lotSize: 0.00001 });
    expect(finer).toMatchObject({ tickSize: 0.01, lotSize: 0.00001, minPriceTicks: 50, maxPriceTicks: 70 });
    expect(finer).toMatchObject({ minQtyLots: 100, maxQtyLots: 100_000, maxMarketQtyLots: NO_MAXIMUM });
    expect(finer.minNotionalUsdt).toBe(RULES.minNotionalUsdt);
  });

  it("leaves rules of the grid's own sizes as they are", () => {
    expect(onGrid(RULES, RULES)).toBe(RULES);
  });

  it("refuses sizes that no grid of one run can hold", () => {
    expect(() => onGrid({ ...RULES, tickSize: 0.25 }, { tickSize: 0.1, lotSize: 0.001 })).toThrow(
      /^the tick of BTCUSDT changes between 0\.25 and 0\.1 in this range.*begin a run at each change$/,
    );
  });
});
