import { describe, expect, it } from "vitest";
import { sampleRecord } from "./testing/sampleRecord.ts";
import { summaryText } from "./text.ts";

/** The line of a label, without the label. */
const line = (text: string, label: string): string =>
  text
    .split("\n")
    .find((one) => one.startsWith(`${label} `))
    ?.slice(label.length)
    .trim() ?? "";

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
    expect(line(text, "Rejected")).toMatch(/^14 orders by the venue: -5022 12 \(The Post Only order could not be .*: limit 16480\.5\)$/);
    expect(text).toMatch(/\n {12}-4164 2 \(Order's notional must be no smaller than 100 USDT: asked 49\.43\)\n/);
    expect(line(text, "Decisions")).toContain(record.summary.decisionsSha256);
    expect(line(text, "Report")).toBe("out/report.html");
  });

  it("names the most frequent exits and sums up the others", () => {
    expect(line(text, "Exits").split(", ")).toHaveLength(6);
    expect(line(text, "Exits")).toMatch(/more \d+$/);
  });

  it("names the most frequent codes of the venue and sums up the others", () => {
    const rejections = [9, 8, 7, 6, 5, 4, 3].map((count) => ({ code: -count, count, reason: "r", firstMs: 0 }));
    const many = summaryText({ ...record, rejections, summary: { ...record.summary, ordersRejected: 42 } });
    expect(line(many, "Rejected")).toBe("42 orders by the venue: -9 9 (r)");
    expect(many).toMatch(/\n {12}-8 8 \(r\)\n(?: {12}-\d \d \(r\)\n){3} {12}more 7\n/);
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
