import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../domain/units.ts";
import { sampleRecord } from "../testing/sampleRecord.ts";
import { withSampleLayers } from "../testing/sampleLayers.ts";
import { breakdowns } from "./breakdowns.ts";
import { returnHistogram, tradeReturn } from "./histogram.ts";
import { moneyFlow } from "./moneyFlow.ts";
import { monthlyReturns } from "./monthlyReturns.ts";
import { riskTable } from "./riskTable.ts";

const record = sampleRecord({ trades: 3000, symbols: ["BTCUSDT", "ETHUSDT"] });
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe("breakdowns", () => {
  it("splits every trade once: each breakdown sums to the whole", () => {
    const all = breakdowns(record.trades);
    expect(all.map(({ spec }) => spec.id)).toEqual(["hour", "weekday", "exitReason", "holding", "side", "symbol"]);
    for (const { rows } of all) {
      expect(total(rows.map((row) => row.trades))).toBe(record.trades.length);
      expect(total(rows.map((row) => row.wins))).toBe(record.trades.filter((trade) => trade.pnlUsdt > 0).length);
      expect(total(rows.map((row) => row.pnlUsdt))).toBeCloseTo(total(record.trades.map((trade) => trade.pnlUsdt)), 7);
      expect(total(rows.map((row) => row.feesUsdt))).toBeCloseTo(record.summary.feesUsdt, 7);
    }
  });

  it("has every hour and weekday in order, in UTC", () => {
    const trade = { ...record.trades[0]!, entryTimeMs: Date.UTC(2023, 5, 4, 23, 59), exitTimeMs: Date.UTC(2023, 5, 5, 0, 10), pnlUsdt: 5 };
    const [hour, weekday] = breakdowns([trade]);
    expect(hour?.rows.map((row) => row.group)).toHaveLength(24);
    expect(hour?.rows.filter((row) => row.trades > 0).map((row) => row.group)).toEqual(["23"]);
    expect(weekday?.rows.map((row) => row.group)).toEqual(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
    expect(weekday?.rows.filter((row) => row.trades > 0).map((row) => row.group)).toEqual(["Sun"]);
  });

  it("appears by regime once the trades know theirs, and is empty without trades", () => {
    const withRegime = record.trades.map((trade, index) => ({ ...trade, regime: index % 2 === 0 ? "ranging" : "strong up" }));
    expect(breakdowns(withRegime).at(-1)?.spec.id).toBe("regime");
    const layered = withSampleLayers(record, 3).trades;
    expect(
      breakdowns(layered)
        .map(({ spec }) => spec.id)
        .slice(-3),
    ).toEqual(["regime", "pattern", "confidence"]);
    const oneUnknown = withRegime.map((trade, index) => (index === 0 ? { ...record.trades[0]! } : trade));
    expect(
      breakdowns(oneUnknown)
        .at(-1)
        ?.rows.find((row) => row.group === "unknown")?.trades,
    ).toBe(1);
    expect(breakdowns([])).toEqual([]);
  });
});

describe("returnHistogram", () => {
  it("counts every finite value once, in bins with an edge at 0", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5e8, max: 5e8 }), { minLength: 1, maxLength: 400 }), (billionths) => {
        const values = billionths.map((value) => value / 1e9);
        const { bins } = returnHistogram(values);
        expect(total(bins.map((bin) => bin.count))).toBe(values.length);
        expect(bins.length).toBeLessThanOrEqual(60);
        const losses = bins.filter((bin) => bin.to <= 1e-12);
        expect(total(losses.map((bin) => bin.count))).toBe(values.filter((value) => value < 0).length);
      }),
    );
  });

  it("states mean and median, and tails in open end bins", () => {
    const values = [...Array.from({ length: 999 }, (_, index) => (index - 499) / 1e5), 4];
    const { bins, mean, median } = returnHistogram(values);
    expect(mean).toBeCloseTo(0.004, 10);
    expect(median).toBeCloseTo(0.000005, 10);
    expect(bins.at(-1)?.to).toBe(Infinity);
    expect(returnHistogram([]).bins).toEqual([]);
    expect(returnHistogram([NaN, Infinity]).bins).toEqual([]);
  });

  it("takes a trade's return on the notional of its entry", () => {
    expect(tradeReturn({ ...record.trades[0]!, entryPrice: 20_000, qty: 0.1, pnlUsdt: -10 })).toBeCloseTo(-0.005, 12);
  });
});

describe("moneyFlow", () => {
  it("goes from gross to net: gross = net + fees + funding + slippage", () => {
    const summary = { ...record.summary, equityStartUsdt: 1000, equityEndUsdt: 1050, feesUsdt: 30, fundingUsdt: -4, slippageUsdt: 10 };
    const steps = moneyFlow(summary);
    expect(steps.map((step) => [step.name, step.amountUsdt])).toEqual([
      ["Gross", 86],
      ["Fees", -30],
      ["Funding", 4],
      ["Slippage", -10],
      ["Net", 50],
    ]);
    expect(steps.map((step) => step.toUsdt)).toEqual([86, 56, 60, 50, 50]);
  });
});

describe("monthlyReturns", () => {
  const row = (timeMs: number, equityUsdt: number) => ({ timeMs, equityUsdt, drawdown: 0, buyAndHoldUsdt: 0 });

  it("gives the last day of a month, whose row stands at 00:00 of the next, to that month", () => {
    const rows = [row(Date.UTC(2022, 11, 31), 100), row(Date.UTC(2023, 0, 1), 110), row(Date.UTC(2023, 1, 1), 121)];
    const [first, second] = monthlyReturns(rows);
    expect(first?.year).toBe(2022);
    expect(first?.months[11]).toBeCloseTo(0.1, 12);
    expect(first?.months.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => null));
    expect(second?.months[0]).toBeCloseTo(0.1, 12);
    expect(second?.total).toBeCloseTo(0.1, 12);
  });

  it("compounds to the whole run, and is empty for a run that has only its start", () => {
    const years = monthlyReturns(record.equity);
    const compounded = years.reduce((product, year) => product * (1 + year.total), 1) - 1;
    expect(compounded).toBeCloseTo(record.summary.totalReturn, 10);
    expect(monthlyReturns([row(0, 1)])).toEqual([]);
    expect(monthlyReturns([])).toEqual([]);
  });
});

describe("riskTable", () => {
  it("sums spans and refusals by rule, the worst state first", () => {
    const span = { rule: "shock.maxVolatilityRatio", level: "REDUCING" as const, fromMs: 0, toMs: HOUR_MS, value: 3.5, limit: 3 };
    const rows = riskTable({
      ...record,
      riskSpans: [
        { ...span, fromMs: DAY_MS, toMs: DAY_MS + HOUR_MS, value: 9 },
        span,
        { ...span, rule: "system.maxDrawdownFraction", level: "HALTED" },
      ],
      refusals: [
        { rule: "day.maxEntries", count: 4, nearest: 16, limit: 15 },
        { rule: "shock.maxVolatilityRatio", count: 2, nearest: 3.1, limit: 3 },
      ],
    });
    expect(rows.map((row) => row.rule)).toEqual(["system.maxDrawdownFraction", "shock.maxVolatilityRatio", "day.maxEntries"]);
    expect(rows[1]).toMatchObject({ times: 2, totalMs: 2 * HOUR_MS, firstMs: 0, value: 3.5, refusals: 2 });
    expect(rows[2]).toMatchObject({ level: null, times: 0, refusals: 4, value: 16, limit: 15 });
  });
});
