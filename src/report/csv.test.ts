import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvCell, csvLines, EQUITY_COLUMNS, FILL_COLUMNS, TRADE_COLUMNS } from "./csv.ts";
import { sampleRecord } from "./testing/sampleRecord.ts";

const header = (lines: Iterable<string>): string => [...lines][0] ?? "";

describe("csv", () => {
  it("has the columns that the issue and docs/report.md name", () => {
    expect(header(csvLines(TRADE_COLUMNS, []))).toBe(
      "symbol,side,entryTimeMs,entryPrice,exitTimeMs,exitPrice,qty,pnlUsdt,feesUsdt,fundingUsdt,exitReason,regime,pattern,confidence\n",
    );
    expect(header(csvLines(EQUITY_COLUMNS, []))).toBe("timeMs,equityUsdt,drawdown\n");
    expect(header(csvLines(FILL_COLUMNS, []))).toBe("timeMs,symbol,clientOrderId,side,price,qty,feeUsdt,slippageUsdt,liquidity,reason\n");
  });

  it("prints numbers so that they read back as the same float64", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(csvCell(value))).toBe(value === 0 ? 0 : value);
      }),
    );
    expect([NaN, Infinity, -Infinity].map(csvCell)).toEqual(["", "", ""]);
  });

  it("quotes text so that any reader gets it back", () => {
    expect(csvCell('stop, "hard"\nsecond line')).toBe('"stop, ""hard""\nsecond line"');
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const cell = csvCell(text);
        const unquoted = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(unquoted).toBe(text);
        expect(cell.startsWith('"') || !/[,\n\r"]/.test(cell)).toBe(true);
      }),
    );
  });

  it("says what the layers said of a trade, and nothing where nobody knows", () => {
    const [trade] = sampleRecord({ trades: 1, days: 2 }).trades;
    const layered = { ...trade!, regime: "weak up", pattern: "breakout, double", confidence: 0.625 };
    const [, known, unknown] = [...csvLines(TRADE_COLUMNS, [layered, trade!])];
    expect(known).toMatch(/,weak up,"breakout, double",0\.625\n$/);
    expect(unknown).toMatch(/[^,],,,\n$/);
  });

  it("writes a row a trade, and their P&L sums to end minus start equity", () => {
    const { trades, summary } = sampleRecord({ trades: 300 });
    const rows = [...csvLines(TRADE_COLUMNS, trades)].slice(1).map((line) => line.trimEnd().split(","));
    expect(rows).toHaveLength(300);
    const total = rows.reduce((sum, row) => sum + Number(row[7]), 0);
    expect(total).toBeCloseTo(summary.equityEndUsdt - summary.equityStartUsdt, 8);
  });
});
