import { describe, expect, it } from "vitest";
import { sampleRecord } from "./testing/sampleRecord.ts";
import { summaryText } from "./text.ts";

/** What stands behind a label, its further lines joined. */
const line = (text: string, label: string): string => {
  const [, first = ""] = text.split(`\n${label} `);
  return first
    .split(/\n(?! {12})/)[0]
    ?.replace(/\n +/g, " ")
    .trim() as string;
};

describe("summaryText", () => {
  const record = sampleRecord({ trades: 500 });
  const text = summaryText(record, { reportPath: "out/report.html" });

  it("says what ran, on which data, with which result, and where the report is", () => {
    expect(text).toContain("BTCUSDT   2023-01-01 → 2024-01-01 UTC");
    expect(text).toContain("!! SIMULATED MARKET, NOT REAL PRICES");
    expect(line(text, "Equity")).toMatch(/^10,000\.00 → [\d,]+\.\d\d USDT {3}[+−]\d+\.\d\d% {3}buy and hold [+−]/);
    expect(line(text, "Trades")).toMatch(/^500: \d+ long, \d+ short/);
    expect(line(text, "Halts")).toMatch(/^2, first 2023-.* UTC {3}strict mode would have ended with/);
    expect(line(text, "Refused")).toBe("495 plans: position.maxMarginFraction 418, day.maxEntries 77");
    expect(line(text, "Rejected")).toBe(
      "14 orders by the venue: -5022 12 (The Post Only order could not be executed as maker: limit 16480.5)   " +
        "-4164 2 (Order's notional must be no smaller than 100 USDT: asked 49.43)",
    );
    expect(line(text, "Decisions")).toContain(record.summary.decisionsSha256);
    expect(line(text, "Report")).toBe("out/report.html");
  });

  it("names the exits by frequency and sums up those beyond the twelfth", () => {
    const exits = (reasons: number): string[] => {
      const trades = record.trades.map((trade, at) => ({ ...trade, exitReason: `reason-${at % reasons}` }));
      return line(summaryText({ ...record, trades }), "Exits").split(", ");
    };
    expect(exits(12)).toHaveLength(12);
    expect(exits(12).at(-1)).toMatch(/^reason-/);
    expect(exits(14)).toHaveLength(13);
    expect(exits(14).at(-1)).toMatch(/^more \d+$/);
  });

  it("breaks a topic's lines between its parts and behind commas and colons, at 110 characters, colours not counted", () => {
    const reasons = Array.from({ length: 9 }, (_, at) => `a-reason-of-some-length-${at}`);
    const trades = record.trades.map((trade, at) => ({ ...trade, exitReason: reasons[at % 9] as string }));
    for (const colour of [false, true]) {
      const lines = summaryText({ ...record, trades }, { colour })
        .replace(/\u001b\[[\d;]*m/g, "")
        .split("\n")
        .slice(5);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(110);
      expect(
        lines.filter((one) => one.startsWith("             a-reason") || one.startsWith("            a-reason")).length,
      ).toBeGreaterThan(2);
    }
  });

  it("names the drawdown at bars and that of days", () => {
    expect(line(text, "Risk")).toMatch(/^max drawdown −\d+\.\d\d% at bars, for 41 d 16 h +−\d+\.\d\d% of days, for 41 days/);
  });

  it("names the 95% ranges, and each year's figures beside their targets: met, not met or undefined", () => {
    expect(line(text, "95% range")).toMatch(/^Sharpe −?\d+\.\d\d … −?\d+\.\d\d {3}a trade −?\d+\.\d\d … −?\d+\.\d\d USDT$/);
    const rows = (["sharpe", "maxDrawdown", "winRate", "totalReturn"] as const).map((figure, i) => ({
      ...{ year: 2023, days: 365, partial: false, figure, target: [1.2, -0.06, 0.58, 0.05][i] as number },
      ...{ measured: [NaN, -0.0512, 0.5, 0.051][i] as number, met: [null, true, false, true][i] as boolean | null },
    }));
    const targets = [...rows, ...rows.map((row) => ({ ...row, year: 2024, days: 31, partial: true }))];
    const figures = "Sharpe – (≥ 1.20) –   drawdown 5.12% (≤ 6.0%) met   win rate 50.0% (≥ 58.0%) not met   return +5.10% (≥ 5.0%) met";
    const found = line(summaryText({ ...record, targets }), "Targets").replace(/\s+/g, " ");
    expect(found).toBe(`2023 ${figures} 2024 (31 days) ${figures}`.replace(/\s+/g, " "));
  });

  it("says whose bars are missing, and from when", () => {
    const gap = (symbol: string, minute: number) => ({ symbol, fromMs: minute * 60_000, toMs: (minute + 3) * 60_000, missingBars: 3 });
    const text = summaryText({ ...record, gaps: [gap("AUSDT", 5), gap("BUSDT", 7), gap("AUSDT", 90)] });
    expect(line(text, "Data")).toMatch(/ missing in 3 gaps: AUSDT 6 from 1970-01-01 00:05 UTC, BUSDT 3 from 1970-01-01 00:07 UTC$/);
  });

  it("names the most frequent codes of the venue and sums up the others", () => {
    const rejections = Array.from({ length: 14 }, (_, i) => ({ code: i - 20, count: 20 - i, reason: "r", firstMs: 0 }));
    const many = line(summaryText({ ...record, rejections, summary: { ...record.summary, ordersRejected: 189 } }), "Rejected");
    expect(many).toMatch(/^189 orders by the venue: -20 20 \(r\)\s+-19 19 \(r\) .* -9 9 \(r\)\s+more 15$/);
  });

  it("has no escape codes unless asked, and takes none from the run", () => {
    const escape = /\u001b/;
    const hostile = { ...record, identity: { ...record.identity, name: "\u001b[2Jgone", warnings: ["a\nb"] } };
    expect(summaryText(hostile)).not.toMatch(escape);
    expect(summaryText(hostile)).toContain("!  a b");
    expect(summaryText(record, { colour: true })).toMatch(escape);
  });

  it("reads well without trades and on real data", () => {
    const empty = summaryText(sampleRecord({ trades: 0, days: 1, halts: false, gaps: false, simulated: false }));
    expect(line(empty, "Trades")).toBe("none: the position module asked for nothing at any decision");
    expect(line(empty, "Rejected")).toBe("0 orders by the venue");
    expect(line(empty, "Halts")).toBe("none: strict mode would have ended the same");
    expect(line(empty, "Data")).toBe("1,440 bars, 0 missing in 0 gaps");
    expect(empty).not.toContain("SIMULATED");
    expect(empty).toContain("Binance spot klines standing in for the perpetual");
    expect(empty).not.toMatch(/NaN|undefined|null/);
  });
});
