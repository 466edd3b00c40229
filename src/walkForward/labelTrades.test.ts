import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY_MS } from "../domain/units.ts";
import type { LabelTrade } from "./labelTrades.ts";
import { labelRows, readLabelTrades } from "./labelTrades.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "riposte-label-trades-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const HEADER = "model,calibrated,cost,symbol,entryMs,exitMs,side,gross\n";
const read = (text: string): LabelTrade[] => {
  writeFileSync(join(dir, "trades.csv"), text);
  return readLabelTrades(join(dir, "trades.csv"));
};

describe("trades.csv", () => {
  it("is read whole", () => {
    expect(read(`${HEADER}ridge,1,0.0004,BTCUSDT,1000,2000,-1,0.0051\n`)).toEqual([
      { model: "ridge", calibrated: true, cost: 0.0004, symbol: "BTCUSDT", entryMs: 1000, exitMs: 2000, gross: 0.0051 },
    ]);
    expect(read(HEADER)).toEqual([]);
  });

  it("is refused where it is another file", () => {
    expect(() => read("a,b\n1,2\n")).toThrow(/trades\.csv does not begin with model,calibrated/);
  });
});

describe("label rows", () => {
  const of = { model: "ridge", calibrated: false, cost: 0.001, symbol: "BTCUSDT" };
  const judged = { fromMs: 0, toMs: 40 * DAY_MS, blockDays: 1 };
  /** A trade a day, out of order, 0.002 and 0 in turn before costs: a mean of 0 behind them. */
  const trades = Array.from({ length: 40 }, (_, day): LabelTrade => ({
    ...of,
    entryMs: day * DAY_MS,
    exitMs: day * DAY_MS + 60_000,
    gross: day % 2 === 0 ? 0.002 : 0,
  })).reverse();

  it("take the cost off, and sum by day", () => {
    const [row] = labelRows(trades, [of], judged);
    expect(row?.trades).toBe(40);
    expect(row?.meanNet).toBeCloseTo(0, 15);
    expect(row?.sharpe).toBeCloseTo(0, 12);
    expect(row?.interval[0]).toBeLessThan(0);
    expect(row?.interval[1]).toBeGreaterThan(0);
    expect(row?.verdict.is).toBe("luck");
    const sure = labelRows(
      trades.map((trade) => ({ ...trade, gross: trade.gross + 0.001 })),
      [of],
      judged,
    )[0];
    // Mean .001 and n − 1 deviation .001·√(40/39) a day: Sharpe √365·√(39/40).
    expect(sure?.sharpe).toBeCloseTo(Math.sqrt((365 * 39) / 40), 9);
    expect(sure?.verdict.is).toBe("notLuck");
  });

  it("have a row for those that never traded, and one that ends behind the span counts on its last day", () => {
    const late = { ...trades[0], exitMs: 40 * DAY_MS + 1 } as LabelTrade;
    const rows = labelRows([late], [{ ...of, calibrated: true }, of], judged);
    expect(rows.map((row) => row.trades)).toEqual([0, 1]);
    expect(rows[0]?.meanNet).toBeNaN();
    expect(rows[0]?.verdict.sentence).toContain("0 trades");
  });
});
