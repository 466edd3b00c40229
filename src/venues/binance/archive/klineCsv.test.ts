import { describe, expect, it } from "vitest";
import { KLINE_HEADER, klineLines } from "../../../../test/contract/archiveFiles.ts";
import { klineValues, klinesOf } from "../../../domain/kline.ts";
import { MINUTE_MS, UserError } from "../../../domain/units.ts";
import type { ParsedKlines } from "./klineCsv.ts";
import { parseKlineCsv } from "./klineCsv.ts";

const FROM_MS = Date.UTC(2023, 2, 1);
const FILE = "BTCUSDT-1m-2023-03.zip";
const parse = (lines: readonly string[], file = FILE): ParsedKlines => parseKlineCsv(Buffer.from(lines.join("\n")), file, MINUTE_MS);
/** Three good rows whose row 2 has `cells` replaced by column. */
const withCells = (cells: Readonly<Record<number, string>>): string[] => {
  const lines = klineLines(FROM_MS, 3);
  const row = (lines[1] as string).split(",");
  for (const [column, cell] of Object.entries(cells)) row[Number(column)] = cell;
  return [lines[0] as string, row.join(","), lines[2] as string];
};
const times = (parsed: ParsedKlines): number[] => klinesOf(parsed.block).map((kline) => (kline.openTimeMs - FROM_MS) / MINUTE_MS);

describe("parseKlineCsv reads", () => {
  it("rows without a header, in milliseconds", () => {
    const parsed = parse(klineLines(FROM_MS, 3));
    expect(times(parsed)).toEqual([0, 1, 2]);
    expect(klineValues(klinesOf(parsed.block)[1]!)).toEqual({
      openTimeMs: FROM_MS + MINUTE_MS,
      open: 100.25,
      high: 101.5,
      low: 99.75,
      close: 100.25,
      volume: 12.345,
      quoteVolume: 1234.5678,
      trades: 42,
      takerBuyVolume: 6.1,
      takerBuyQuoteVolume: 610.25,
    });
  });

  it.each([
    ["a header", (lines: string[]) => [KLINE_HEADER, ...lines].join("\n")],
    ["Windows line ends", (lines: string[]) => lines.join("\r\n")],
    ["a byte order mark", (lines: string[]) => `\uFEFF${lines.join("\n")}`],
    ["empty lines at the end", (lines: string[]) => `${lines.join("\n")}\n\n`],
    ["microseconds", (lines: string[]) => lines.map((line) => line.replace(/^(\d+)/, "$1000").replace(/,(\d{13}),/, ",$1999,")).join("\n")],
    ["exponents", (lines: string[]) => lines.map((line) => line.replace("12.345", "1.2345e1")).join("\n")],
  ])("the same from a file with %s", (_, text) => {
    const plain = parse(klineLines(FROM_MS, 3));
    const parsed = parseKlineCsv(Buffer.from(text(klineLines(FROM_MS, 3))), FILE, MINUTE_MS);
    expect(klinesOf(parsed.block).map(klineValues)).toEqual(klinesOf(plain.block).map(klineValues));
  });

  it("a daily file", () => {
    expect(times(parse(klineLines(FROM_MS, 3), "BTCUSDT-1m-2023-03-01.zip"))).toEqual([0, 1, 2]);
  });

  it("duplicates: identical ones are counted, of conflicting ones the later wins and is counted", () => {
    const [a = "", b = "", c = ""] = klineLines(FROM_MS, 3);
    const parsed = parse([a, b, b, c, a, b.replace("101.5", "111.5")]);
    expect(times(parsed)).toEqual([0, 1, 2]);
    expect([parsed.identicalDuplicates, parsed.conflictingDuplicates]).toEqual([2, 1]);
    expect(parsed.block.high[1]).toBe(111.5);
  });

  it("a bar that an outage of the exchange ended early, counted", () => {
    const parsed = parse(withCells({ 6: String(FROM_MS + MINUTE_MS + 43_061) }));
    expect([times(parsed), parsed.shortBars]).toEqual([[0, 1, 2], 1]);
  });

  it("the decimals of all four prices and of volumes, with trailing zeros and without rare longer ones", () => {
    const whole = klineLines(FROM_MS, 30).map((line) => line.replace(/,100\.25,101\.5,99\.75,[\d.]+,12\.345,/, ",100,100,100,100,12.000,"));
    whole[9] = (whole[9] as string).replace(",100,100,100,100,", ",100,100.4,99.75,100,");
    expect(parse(whole).numbers.seen).toEqual({
      price: { significant: 2, shown: 2, padded: false },
      qty: { significant: 0, shown: 3, padded: false },
    });
    const lines = klineLines(FROM_MS, 400);
    lines[7] = (lines[7] as string).replace("12.345", "12.3456789");
    const { price, qty } = parse(lines).numbers.seen;
    expect([price?.shown, qty?.shown]).toEqual([2, 3]);
  });

  it("the decimals of files of spot, which pad every number to eight", () => {
    const pad = (cell: string): string => Number(cell).toFixed(8);
    const lines = klineLines(FROM_MS, 30).map((line) => line.replaceAll(/(?<=,)\d+\.\d+|(?<=,)10[01](?=,)/g, pad));
    expect(lines[4]).toContain(",100.25000000,101.50000000,99.75000000,101.00000000,12.34500000,");
    const { price, qty } = parse(lines).numbers.seen;
    expect([price, qty]).toEqual([
      { significant: 2, shown: 2, padded: false },
      { significant: 3, shown: 3, padded: false },
    ]);
  });
});

describe("parseKlineCsv refuses, naming file and line", () => {
  const [first = "", second = "", third = ""] = klineLines(FROM_MS, 3);
  it.each([
    ["text in a cell", withCells({ 4: "abc" }), 'line 2 has close "abc", which is not a finite number'],
    ["an empty cell", withCells({ 5: "" }), 'line 2 has volume "", which is not a finite number'],
    ["NaN", withCells({ 1: "NaN" }), 'line 2 has open "NaN", which is not a finite number'],
    ["Infinity", withCells({ 2: "Infinity" }), 'line 2 has high "Infinity", which is not a finite number'],
    ["a number beyond float64", withCells({ 2: "1e999" }), 'line 2 has high "1e999", which is not a finite number'],
    ["a negative price", withCells({ 3: "-99.75" }), 'line 2 has low "-99.75", which is negative'],
    ["a negative volume", withCells({ 5: "-1" }), 'line 2 has volume "-1", which is negative'],
    ["a price of 0", withCells({ 3: "0" }), "line 2 has low 0, but prices are above 0"],
    ["a non-numeric close time", withCells({ 6: "x" }), 'line 2 has close_time "x"'],
    ["high below low", withCells({ 2: "90" }), "line 2 has high 90 below low 99.75"],
    ["a close outside the bar", withCells({ 4: "200" }), "line 2 has close 200 outside low 99.75 … high 101.5"],
    ["taker volume above volume", withCells({ 9: "13" }), "line 2 has taker_buy_volume 13 above volume 12.345"],
    ["taker quote volume above quote volume", withCells({ 10: "1234.6" }), "line 2 has taker_buy_quote_volume 1234.6 above quote_volume"],
    ["trades without volume", withCells({ 5: "0", 9: "0" }), "line 2 has volume 0 with 42 trades"],
    ["volume without a trade", withCells({ 8: "0" }), "line 2 has volume 12.345 with 0 trades"],
    ["a bar that ends in a later one", withCells({ 6: String(FROM_MS + 5 * MINUTE_MS - 1) }), "line 2 has the close time"],
    ["a bar that ends before it begins", withCells({ 6: String(FROM_MS) }), "line 2 has the close time"],
    ["a missing column", [first, second.slice(0, -2), third], "line 2 has 11 columns instead of 12"],
    ["a column too many", [first, `${second},1`], "line 2 has 13 columns instead of 12"],
    ["a line cut off", [first, second.slice(0, 30)], "line 2 has 4 columns instead of 12"],
    [
      "bars out of order",
      [first, third, second],
      "line 3 is out of order: open time 2023-03-01T00:01:00.000Z comes after 2023-03-01T00:02:00.000Z",
    ],
    [
      "a bar off the interval",
      withCells({ 0: String(FROM_MS + MINUTE_MS + 1) }),
      `line 2 has the open time ${FROM_MS + MINUTE_MS + 1}, which is not a multiple of 60000 ms`,
    ],
    [
      "a bar of another month",
      [first, ...klineLines(Date.UTC(2023, 3, 1), 1)],
      "line 2 has the open time 2023-04-01T00:00:00.000Z, which is not in 2023-03",
    ],
    ["an unknown header", ["time,price", first], 'line 1 starts with "time,price", which is neither a number nor the header open_time,…'],
  ])("%s", (_, lines, message) => {
    expect(() => parse(lines)).toThrow(`${FILE} ${message}`);
    expect(() => parse(lines)).toThrow(UserError);
    expect(() => parse(lines)).toThrow(/^[^\n]*; nothing of this file was imported; download it again, or move it away/);
  });

  it("counts the header and empty lines as lines", () => {
    expect(() => parse([KLINE_HEADER, first, "", second.replace("42", "?")])).toThrow(`${FILE} line 4 has count "?"`);
  });

  it("a file without rows, and a name that is not the archive's", () => {
    expect(() => parse([KLINE_HEADER])).toThrow(`${FILE} has no rows`);
    expect(() => parse([first], "klines.zip")).toThrow("klines.zip is not named like a file of the archive");
    expect(() => parse([first], "BTCUSDT-1m-2023-13.zip")).toThrow("is not named like");
    expect(() => parse([first], "BTCUSDT-1m-2023-02-30.zip")).toThrow("is not named like");
  });
});
