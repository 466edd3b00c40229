import { describe, expect, it } from "vitest";
import { HASHED_AS, INPUT_OF, Kind, KIND_COUNT, KIND_NAMES, lineRank, STORED_AS, STORED_KINDS, STORED_OF_INPUT } from "./kind.ts";
import type { KindName } from "./kind.ts";
import { kindTable } from "./kindTable.ts";

describe("the table of kinds", () => {
  it("numbers kinds without a hole: tables of handlers are indexed by them", () => {
    expect(Object.values(Kind).sort((a, b) => a - b)).toEqual(Array.from({ length: KIND_COUNT }, (_, kind) => kind));
    expect(KIND_NAMES.map((name) => Kind[name])).toEqual(Array.from({ length: KIND_COUNT }, (_, kind) => kind));
  });

  it("never changes a number: hashes of data and decisions hold them", () => {
    const known =
      "instrumentRules funding markPrice openInterest longShortRatio bookSnapshot bookDiff bestBidAsk trade liquidation kline timer command " +
      "streamStatus inferenceFailure fault orderAccepted orderRejected orderCanceled orderExpired fill fundingPayment balance positionReport " +
      "gap bar featureRow regime pattern signal accountState tradeClosed intent approvedPlan refusal orderSent riskState barrier scales " +
      "bookTop resyncNeeded noEntry nonMarketTrade";
    expect(KIND_NAMES.slice(0, 43).join(" ")).toBe(known);
  });

  it("ranks events in the order of the line", () => {
    const groups: readonly (readonly KindName[])[] = [
      ["instrumentRules"],
      ["funding"],
      ["markPrice"],
      ["openInterest", "longShortRatio"],
      ["bookSnapshot", "bookDiff", "bestBidAsk"],
      ["trade", "nonMarketTrade", "liquidation"],
      ["kline"],
      ["timer"],
      ["command"],
    ];
    const ranks = groups.map((names) => names.map((name) => lineRank(Kind[name])));
    for (const [i, later] of ranks.slice(1).entries()) expect(Math.min(...later)).toBeGreaterThan(Math.max(...(ranks[i] as number[])));
    expect(lineRank(Kind.nonMarketTrade)).toBe(lineRank(Kind.trade));
    const events = KIND_NAMES.map((name) => Kind[name]).filter((kind) => HASHED_AS[kind] !== undefined && kind !== Kind.nonMarketTrade);
    expect(new Set(events.map(lineRank)).size).toBe(events.length);
  });

  it("says of every kind that is stored how it is hashed, and of every input what it is stored as", () => {
    for (const [kind, stored] of STORED_AS.entries()) if (stored.length > 0) expect(HASHED_AS[kind]).toBeDefined();
    for (const [kind, input] of INPUT_OF.entries()) if (input !== undefined) expect(STORED_AS[kind]).not.toEqual([]);
    expect(STORED_KINDS).toEqual([
      ...["instrumentRules", "funding", "markPrice", "openInterest", "longShortRatio", "bookSnapshot", "bookDiff", "bestBidAsk"],
      ...["trade", "aggTrade", "liquidation", "kline"],
    ]);
    expect(Object.fromEntries(STORED_OF_INPUT)).toMatchObject({ trade: ["trade", "aggTrade"], book: ["bookSnapshot", "bookDiff"] });
  });
});

describe("a kind more", () => {
  const before = {
    funding: { number: 0, hashed: "text", stored: ["funding"], input: "funding" },
    trade: { number: 2, hashed: "ticks", stored: ["trade", "aggTrade"], input: "trade" },
    blockTrade: { number: 3, rankOfAbove: true, hashed: "ticks", stored: ["trade"] },
    kline: { number: 1, hashed: "columns", stored: ["kline"], input: "kline" },
    bar: { number: 4 },
  } as const;
  const { funding, ...behind } = before;

  it("is one row, wherever it stands on the line; nothing else in the table changes", () => {
    const was = kindTable(before);
    const now = kindTable({ funding, basis: { number: 5, hashed: "ticks", stored: ["basis"], input: "basis" }, ...behind } as const);
    expect(now.numbers).toEqual({ ...was.numbers, basis: 5 });
    expect(now.numbers.basis satisfies 5).toBe(5);
    expect(now.names).toEqual([...was.names, "basis"]);
    expect([...was.ranks]).toEqual([0, 2, 1, 1, 3]);
    expect([...now.ranks]).toEqual([0, 3, 2, 2, 4, 1]);
    expect(now.hashed).toEqual([...was.hashed, "ticks"]);
    expect(now.allStored).toEqual(["funding", "basis", "trade", "aggTrade", "kline"]);
    expect(now.stored[5]).toEqual(["basis"]);
    expect(now.input[5]).toBe("basis");
    expect([...now.storedOfInput.keys()]).toEqual(["funding", "basis", "trade", "kline"]);
    expect(now.storedOfInput.get("trade")).toEqual(["trade", "aggTrade"]);
  });

  it("may take no number that is taken, and leave none out", () => {
    expect(() => kindTable({ ...before, basis: { number: 4 } })).toThrow(/not 0 … 5, once each: look at 5/);
    expect(() => kindTable({ ...before, basis: { number: 6 } })).toThrow(/look at 5/);
  });
});
