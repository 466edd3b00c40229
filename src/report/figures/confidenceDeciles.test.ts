import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TradeRow } from "../../record/runRecord.ts";
import { sampleRecord } from "../testing/sampleRecord.ts";
import { breakdowns } from "./breakdowns.ts";
import { confidenceDeciles } from "./confidenceDeciles.ts";

const [template] = sampleRecord({ trades: 1, days: 2 }).trades as [TradeRow];
const trade = (confidence: number | undefined, pnlUsdt = 1): TradeRow => ({
  ...template,
  pnlUsdt,
  ...(confidence === undefined ? {} : { confidence }),
});
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const byConfidence = (trades: readonly TradeRow[]) => breakdowns(trades).find(({ spec }) => spec.id === "confidence");

describe("confidenceDeciles", () => {
  it("splits 100 entries into ten tenths, lowest first", () => {
    const trades = Array.from({ length: 100 }, (_, index) => trade(((index * 37) % 100) / 100, ((index * 37) % 100) - 25));
    const deciles = confidenceDeciles(trades);
    expect(deciles.map((decile) => decile.trades)).toEqual(Array.from({ length: 10 }, () => 10));
    expect(deciles.map((decile) => decile.wins)).toEqual([0, 0, 4, 10, 10, 10, 10, 10, 10, 10]);
    expect(deciles[0]).toMatchObject({ name: "1 · 0.000–0.090" });
    expect(deciles[3]?.meanConfidence).toBeCloseTo(0.345, 12);
  });

  it("states Wilson's interval: 4 of 10 is 0.168 to 0.687 (scipy.stats.binomtest(4, 10).proportion_ci(method='wilson'))", () => {
    const trades = Array.from({ length: 10 }, (_, index) => trade(0.5, index < 4 ? 1 : -1));
    const [decile] = confidenceDeciles(trades);
    expect(decile?.winShareLow).toBeCloseTo(0.16818032970623614, 12);
    expect(decile?.winShareHigh).toBeCloseTo(0.6873262302663417, 12);
  });

  it("keeps equal confidences together and counts every known trade once (property)", () => {
    const confidences = fc.array(fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }), { maxLength: 80 });
    fc.assert(
      fc.property(confidences, (tenths) => {
        const trades = tenths.map((value) => trade(value === undefined ? undefined : value / 12));
        const known = tenths.filter((value) => value !== undefined);
        const deciles = confidenceDeciles(trades);
        expect(total(deciles.map((decile) => decile.trades))).toBe(known.length);
        expect(deciles.length).toBeLessThanOrEqual(Math.min(10, new Set(known).size));
        const means = deciles.map((decile) => decile.meanConfidence);
        expect(means).toEqual([...means].sort((a, b) => a - b));
        const rows = byConfidence(trades)?.rows;
        if (rows !== undefined) expect(total(rows.map((row) => row.trades))).toBe(trades.length);
      }),
    );
  });

  it("gives trades without a confidence a group of their own, and no card where none has one", () => {
    const mixed = [...Array.from({ length: 20 }, (_, index) => trade(index / 20)), trade(undefined, -7)];
    expect(byConfidence(mixed)?.rows.at(-1)).toMatchObject({ group: "unknown", trades: 1, pnlUsdt: -7 });
    expect(byConfidence([trade(undefined)])).toBeUndefined();
    expect(confidenceDeciles([])).toEqual([]);
  });
});
