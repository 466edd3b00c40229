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

  it("breaks a topic's lines between its parts and behind commas, at 110 characters, colours not counted", () => {
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

  it("has no escape codes unless asked, and takes none from the run", () => {
    const escape = /\u001b/;
    const hostile = { ...record, identity: { ...record.identity, name: "\u001b[2Jgone", warnings: ["a\nb"] } };
    expect(summaryText(hostile)).not.toMatch(escape);
    expect(summaryText(hostile)).toContain("!  a b");
    expect(summaryText(record, { colour: true })).toMatch(escape);
  });

  it("reads well without trades and on real data", () => {
    const empty = summaryText(sampleRecord({ trades: 0, days: 1, halts: false, gaps: false, simulated: false }));
    expect(line(empty, "Trades")).toBe("none: nothing was bought or sold");
    expect(line(empty, "Halts")).toBe("none: strict mode would have ended the same");
    expect(line(empty, "Data")).toBe("1,440 bars, 0 missing in 0 gaps");
    expect(empty).not.toContain("SIMULATED");
    expect(empty).toContain("Binance spot klines standing in for the perpetual");
    expect(empty).not.toMatch(/NaN|undefined|null/);
  });
});
