import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AGG_TRADES_HEADER, aggTradeLines } from "../../../../test/contract/archiveFiles.ts";
import type { Trade } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import { HOUR_MS, UserError } from "../../../domain/units.ts";
import type { ParsedAggTrades } from "./aggTradesCsv.ts";
import { parseAggTradesCsv } from "./aggTradesCsv.ts";

const FROM_MS = Date.UTC(2023, 2, 5);
const FILE = "BTCUSDT-aggTrades-2023-03-05.zip";
const parse = (lines: readonly string[], file = FILE): ParsedAggTrades => parseAggTradesCsv(Buffer.from(lines.join("\n")), file);
const events = (parsed: ParsedAggTrades): Trade[] => [...parsed.hours()].flat();
const ids = (parsed: ParsedAggTrades): string[] => events(parsed).map((trade) => trade.tradeId);
/** Three good rows whose row 2 has `cells` replaced by column. */
const withCells = (cells: Readonly<Record<number, string>>): string[] => {
  const lines = aggTradeLines(FROM_MS, 3);
  const row = (lines[1] as string).split(",");
  for (const [column, cell] of Object.entries(cells)) row[Number(column)] = cell;
  return [lines[0] as string, row.join(","), lines[2] as string];
};

describe("parseAggTradesCsv reads", () => {
  it("a row as a trade known at its own time", () => {
    const [trade] = events(parse([`1715206948,29223.10,0.639,3643221425,3643221428,${FROM_MS + 101},false`]));
    expect(trade).toEqual({
      kind: Kind.trade,
      seq: -1,
      instrument: 0,
      eventTimeMs: FROM_MS + 101,
      receivedTimeMs: FROM_MS + 101,
      knownAtMs: FROM_MS + 101,
      tradeId: "1715206948",
      price: 29223.1,
      qty: 0.639,
      buyerIsMaker: false,
      tradeCount: 4,
    });
  });

  it.each([
    ["a header", (lines: string[]) => [AGG_TRADES_HEADER, ...lines].join("\n")],
    ["Windows line ends", (lines: string[]) => lines.join("\r\n")],
    ["a byte order mark", (lines: string[]) => `\uFEFF${lines.join("\n")}`],
    ["microseconds", (lines: string[]) => lines.map((line) => line.replace(/,(\d{13}),/, ",$1999,")).join("\n")],
    ["flags in capitals", (lines: string[]) => lines.map((line) => line.replace("true", "True").replace("false", "FALSE")).join("\n")],
  ])("the same from a file with %s", (_, text) => {
    const lines = aggTradeLines(FROM_MS, 4);
    expect(events(parseAggTradesCsv(Buffer.from(text(lines)), FILE))).toEqual(events(parse(lines)));
  });

  it("the hours that have trades, each an array of its own", () => {
    const times = [0, HOUR_MS - 1, HOUR_MS, 3 * HOUR_MS + 5];
    const hours = [...parse(times.map((at, i) => `${i},100,1,${i},${i},${FROM_MS + at},true`)).hours()];
    expect(hours.map((hour) => hour.map((trade) => trade.eventTimeMs - FROM_MS))).toEqual([[0, HOUR_MS - 1], [HOUR_MS], [3 * HOUR_MS + 5]]);
  });

  it("decimals of prices and quantities", () =>
    expect(parse(["1,100.10,0.0400,1,1", "2,100.25,1,2,2"].map((line) => `${line},${FROM_MS},true`)).numbers.seen).toEqual({
      price: { significant: 2, shown: 2, padded: false },
      qty: { significant: 2, shown: 4, padded: false },
    }));

  it("ids to the last digit", () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: Number.MAX_SAFE_INTEGER }), { minLength: 1, maxLength: 50 }), (found) => {
        const sorted = [...found].sort((a, b) => a - b);
        expect(ids(parse(sorted.map((id) => `${id},100,1,5,5,${FROM_MS},true`)))).toEqual(sorted.map((id) => BigInt(id).toString()));
      }),
    ));
});

describe("parseAggTradesCsv mends and counts", () => {
  it("two stretches of the day interleaved, as the archive has them", () => {
    const lines = aggTradeLines(FROM_MS, 100);
    const mixed = lines.slice(0, 50).flatMap((line, i) => [line, lines[50 + i] as string]);
    const parsed = parse(mixed);
    expect(events(parsed)).toEqual(events(parse(lines)));
    expect([parsed.outOfOrder, parsed.identicalDuplicates, parsed.idGaps]).toEqual([49, 0, { places: 0, ids: 0 }]);
  });

  it("rows in any order", () =>
    fc.assert(
      fc.property(fc.shuffledSubarray(aggTradeLines(FROM_MS, 40, HOUR_MS / 7), { minLength: 1 }), (shuffled) => {
        const { outOfOrder: _, hours, numbers, ...counts } = parse(shuffled);
        const { outOfOrder, hours: expected, numbers: sortedNumbers, ...sortedCounts } = parse([...shuffled].sort());
        expect([...hours()]).toEqual([...expected()]);
        expect(counts).toEqual(sortedCounts);
        expect(numbers.seen).toEqual(sortedNumbers.seen);
        expect(outOfOrder).toBe(0);
      }),
    ));

  it("rows that come twice; of two that differ the later wins, whatever their times", () => {
    const row = (id: number, price: number, at: number): string => `${id},${price},1,5,5,${FROM_MS + at},true`;
    const parsed = parse([row(1, 100, 0), row(1, 100, 0), row(2, 101, 50), row(3, 102, 60), row(2, 111, 70)]);
    expect([parsed.identicalDuplicates, parsed.conflictingDuplicates, parsed.length]).toEqual([1, 1, 3]);
    expect(events(parsed).map((trade) => [trade.tradeId, trade.price])).toEqual([
      ["1", 100],
      ["3", 102],
      ["2", 111],
    ]);
  });

  it("a time below that of an earlier id: the order is by time, then id", () => {
    const times = [0, 9, 5, 9];
    const parsed = parse(times.map((at, i) => `${i + 1},100,1,${i},${i},${FROM_MS + at},true`));
    expect([ids(parsed), parsed.outOfOrder]).toEqual([["1", "3", "2", "4"], 1]);
  });

  it("ids that are skipped", () => {
    const parsed = parse([5, 6, 9, 10, 20].map((id, i) => `${id},100,1,${id},${id},${FROM_MS + i},true`));
    expect(parsed.idGaps).toEqual({ places: 2, ids: 2 + 9 });
  });
});

describe("parseAggTradesCsv refuses, naming file and line", () => {
  const [first = "", second = "", third = ""] = aggTradeLines(FROM_MS, 3);
  it.each([
    ["a price of 0", withCells({ 1: "0" }), 'line 2 has price "0", which is not above 0'],
    ["a negative price", withCells({ 1: "-1" }), 'line 2 has price "-1", which is not above 0'],
    ["a quantity of 0", withCells({ 2: "0.000" }), 'line 2 has quantity "0.000", which is not above 0'],
    ["text", withCells({ 2: "abc" }), 'line 2 has quantity "abc", which is not a finite number'],
    ["an empty cell", withCells({ 0: "" }), 'line 2 has agg_trade_id "", which is not a whole number'],
    ["a broken id", withCells({ 0: "1.5" }), 'line 2 has agg_trade_id "1.5", which is not a whole number'],
    ["an id that a double does not hold", withCells({ 0: "9007199254740993" }), "which is beyond 2^53"],
    ["a last id below the first", withCells({ 3: "8", 4: "7" }), "line 2 has first_trade_id 8 and last_trade_id 7, which is no range"],
    ["an aggregate of a million trades", withCells({ 3: "8", 4: "1000008" }), "which is no range"],
    ["a flag that is none", withCells({ 6: "1" }), 'line 2 has is_buyer_maker "1", which is not true or false'],
    ["a word of the same length", withCells({ 6: "tree" }), "which is not true or false"],
    ["the day before", withCells({ 5: String(FROM_MS - 1) }), `line 2 has the time ${FROM_MS - 1}, which is not in 2023-03-05`],
    ["the day after", withCells({ 5: String(FROM_MS + 24 * HOUR_MS) }), "which is not in 2023-03-05"],
    ["seconds", withCells({ 5: String(FROM_MS / 1000) }), "which is not in 2023-03-05"],
    ["spot's columns", [first, `${second},True`, third], "line 2 has 8 columns instead of 7"],
    ["a line cut off", [first, second.slice(0, 30)], "columns instead of 7"],
    ["an unknown header", ["id,price", first], 'line 1 starts with "id,price", which is neither a number nor the header agg_trade_id,…'],
  ])("%s", (_, lines, message) => {
    expect(() => parse(lines)).toThrow(message);
    expect(() => parse(lines)).toThrow(UserError);
    expect(() => parse(lines)).toThrow(/^BTCUSDT-aggTrades-2023-03-05\.zip line \d [^\n]*; nothing of this file was imported; /);
  });

  it("a file without rows", () => expect(() => parse([AGG_TRADES_HEADER])).toThrow(`${FILE} has no rows`));
});
