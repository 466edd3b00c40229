import { describe, expect, it } from "vitest";
import { MINUTE_MS, UserError } from "../../../domain/units.ts";
import { listedSymbols, parseExchangeInfo } from "./exchangeInfo.ts";
import { fundingEvents, parseFundingInterval, parseFundingRates } from "./fundingRate.ts";
import { parseRestKlines } from "./klines.ts";
import { parseLeverageBrackets } from "./leverageBrackets.ts";

const FROM_MS = Date.UTC(2024, 0, 1);
const NOW_MS = FROM_MS + 10 * MINUTE_MS;

describe("parseRestKlines", () => {
  const row = (minute: number, change: Readonly<Record<number, unknown>> = {}): unknown[] =>
    Object.assign(
      [
        FROM_MS + minute * MINUTE_MS,
        "1.5",
        "2",
        "1",
        "1.25",
        "10",
        FROM_MS + (minute + 1) * MINUTE_MS - 1,
        "15",
        3,
        "4",
        "6",
        "0",
        "extra",
      ],
      change,
    );

  it("takes closed rows and drops the open one", () => {
    const block = parseRestKlines([row(8), row(9), row(10)], MINUTE_MS, NOW_MS);
    expect([...block.openTimeMs.subarray(0, block.length)]).toEqual([FROM_MS + 8 * MINUTE_MS, FROM_MS + 9 * MINUTE_MS]);
    expect([block.open[0], block.high[0], block.low[0], block.close[0], block.volume[0]]).toEqual([1.5, 2, 1, 1.25, 10]);
    expect([block.quoteVolume[0], block.trades[0], block.takerBuyVolume[0], block.takerBuyQuoteVolume[0]]).toEqual([15, 3, 4, 6]);
  });

  it("leaves the newest row out until another follows it, or an hour has passed, whatever the clocks say", () => {
    const times = (exchangeMs: number): number[] => {
      const block = parseRestKlines([row(7), row(8)], MINUTE_MS, exchangeMs);
      return [...block.openTimeMs.subarray(0, block.length)].map((timeMs) => (timeMs - FROM_MS) / MINUTE_MS);
    };
    expect([times(NOW_MS), times(NOW_MS + 58 * MINUTE_MS), times(NOW_MS + 59 * MINUTE_MS)]).toEqual([[7], [7], [7, 8]]);
  });

  it("takes a bar that an outage ended early, and one in which nothing traded", () => {
    const flat = { 1: "1", 2: "1", 3: "1", 4: "1", 5: "0", 7: "0", 8: 0, 9: "0", 10: "0" };
    const block = parseRestKlines([row(1, { ...flat, 6: FROM_MS + MINUTE_MS + 43_061 }), row(2, flat), row(3)], MINUTE_MS, NOW_MS);
    expect(block.length).toBe(2);
  });

  it.each([
    ["no array", { code: 1 }, "klines is not an array but"],
    ["text in a cell", [row(0, { 2: "high" }), row(1)], 'klines[0][2] is not a number but "high"'],
    ["a missing cell", [row(0).slice(0, 10), row(1)], "klines[0][10] is not a number but missing"],
    ["NaN", [row(0, { 4: "NaN" }), row(1)], 'klines[0][4] is not a number but "NaN"'],
    ["a negative volume", [row(0, { 5: "-1" }), row(1)], 'klines[0][5] is negative: "-1"'],
    ["high below low", [row(0, { 2: "0.5" }), row(1)], "klines[0] has high 0.5 below low 1"],
    ["rows out of order", [row(1), row(0)], "klines[1] is out of order"],
    ["more bought by takers than was traded", [row(0, { 9: "11" }), row(1)], "klines[0] has taker_buy_volume 11 above volume 10"],
    ["trades without volume", [row(0, { 5: "0", 9: "0" }), row(1)], "klines[0] has volume 0 with 3 trades"],
    ["volume without a trade", [row(0, { 8: 0 }), row(1)], "klines[0] has volume 10 with 0 trades"],
    ["a bar of five minutes", [row(0, { 6: FROM_MS + 299_999 }), row(1)], "klines[0] has the close time"],
    ["a row off the interval", [row(0, { 0: FROM_MS + 5 }), row(1)], "which is not a multiple of 60000 ms"],
  ])("refuses %s", (_, json, message) => expect(() => parseRestKlines(json, MINUTE_MS, NOW_MS)).toThrow(message));
});

describe("fundingEvents", () => {
  const row = (hours: number): unknown => ({
    symbol: "X",
    fundingTime: FROM_MS + hours * 3_600_000 + 4,
    fundingRate: "0.0001",
    markPrice: "",
  });
  const intervals = (...hours: number[]): unknown =>
    fundingEvents(parseFundingRates(hours.map(row)), 4).map((event) => [(event.eventTimeMs - FROM_MS) / 3_600_000, event.intervalHours]);
  it("floors times and tells the interval from the distance to the settlement before", () => {
    expect(intervals(0, 8, 12, 36)).toEqual([
      [0, 8],
      [8, 8],
      [12, 4],
      [36, 4],
    ]);
    expect(fundingEvents(parseFundingRates([row(0)]), 8)[0]?.markPrice).toBeNaN();
  });
  it.each([
    ["the first one by the next", [0, 4, 8], [4, 4, 4]],
    ["a lone one by what the exchange says", [0], [4]],
    ["a change to a shorter one", [0, 8, 10, 12, 13, 14], [8, 8, 2, 2, 1, 1]],
    ["a change to a longer one", [0, 4, 8, 16, 24], [4, 4, 4, 8, 8]],
    ["one behind a missing settlement by the next", [0, 4, 8, 16, 20, 24], [4, 4, 4, 4, 4, 4]],
    ["one behind a long hole by the next", [0, 8, 64, 68], [8, 8, 4, 4]],
  ])("tells %s", (_, hours, expected) => {
    expect((intervals(...hours) as number[][]).map(([, interval]) => interval)).toEqual(expected);
  });
  it("refuses what is none", () => {
    expect(() => parseFundingRates([{ fundingTime: 1 }])).toThrow("fundingRate[0].fundingRate is not a number but missing");
    expect(() => parseFundingRates([3])).toThrow("fundingRate[0] is not an object but 3");
  });
  it("asks fundingInfo, which lists what differs from eight hours", () => {
    const info = [{ symbol: "BLZUSDT", fundingIntervalHours: 4 }];
    expect([parseFundingInterval(info, "BLZUSDT"), parseFundingInterval(info, "BTCUSDT")]).toEqual([4, 8]);
  });
});

describe("parseExchangeInfo", () => {
  const filters = [
    { filterType: "PRICE_FILTER", minPrice: "556.80", maxPrice: "4529764", tickSize: "0.10" },
    { filterType: "LOT_SIZE", minQty: "0.001", maxQty: "1000", stepSize: "0.001" },
    { filterType: "MARKET_LOT_SIZE", minQty: "0.001", maxQty: "120", stepSize: "0.001" },
    { filterType: "MIN_NOTIONAL", notional: "100" },
    { filterType: "PERCENT_PRICE", multiplierUp: "1.0500", multiplierDown: "0.9500", multiplierDecimal: 4 },
    { filterType: "SOMETHING_NEW" },
  ];
  const info = (changed: readonly unknown[] = filters): unknown => ({
    symbols: [{ symbol: "ETHUSDT" }, { symbol: "BTCUSDT", liquidationFee: "0.012500", filters: changed }],
  });
  const brackets = [{ notionalFloorUsdt: 0, notionalCapUsdt: 1, maintenanceMarginRate: 0.1, maintenanceAmountUsdt: 0, maxLeverage: 5 }];
  const beside = { brackets, makerFeeRate: 0.0002, takerFeeRate: 0.0005, fundingIntervalHours: 8 };

  it("takes sizes and limits from the filters", () => {
    expect(parseExchangeInfo(info(), "BTCUSDT", beside)).toEqual({
      index: -1,
      symbol: "BTCUSDT",
      source: "exchange",
      tickSize: 0.1,
      lotSize: 0.001,
      minQtyLots: 1,
      maxQtyLots: 1_000_000,
      maxMarketQtyLots: 120_000,
      minPriceTicks: 5568,
      maxPriceTicks: 45_297_640,
      minNotionalUsdt: 100,
      percentPriceUp: 1.05,
      percentPriceDown: 0.95,
      makerFeeRate: 0.0002,
      takerFeeRate: 0.0005,
      liquidationFeeRate: 0.0125,
      fundingIntervalHours: 8,
      brackets,
    });
    expect(listedSymbols(info())).toEqual(["ETHUSDT", "BTCUSDT"]);
    expect(parseExchangeInfo(info(), "XUSDT", beside)).toBeUndefined();
  });

  it.each([
    ["a dated contract", { contractType: "CURRENT_QUARTER" }, /BTCUSDT is a dated contract/],
    ["one that is settled in another coin", { contractType: "PERPETUAL", marginAsset: "BTC" }, /BTCUSDT is settled in BTC/],
  ])("refuses %s", (_, more, message) => {
    const answer = { symbols: [{ symbol: "BTCUSDT", liquidationFee: "0.0125", filters, ...more }] };
    expect(() => parseExchangeInfo(answer, "BTCUSDT", beside)).toThrow(message);
    expect(() => parseExchangeInfo(answer, "BTCUSDT", beside)).toThrow(UserError);
  });

  it("refuses a symbol without its filters", () => {
    expect(() => parseExchangeInfo(info(filters.slice(1)), "BTCUSDT", beside)).toThrow("BTCUSDT has no filter PRICE_FILTER");
    const zero = filters.map((filter) => ("tickSize" in filter ? { ...filter, tickSize: "0" } : filter));
    expect(() => parseExchangeInfo(info(zero), "BTCUSDT", beside)).toThrow("BTCUSDT.PRICE_FILTER.tickSize is not above 0");
  });
});

describe("parseLeverageBrackets", () => {
  const own = (floor: number, cap: number): unknown => ({
    bracket: 1,
    initialLeverage: 75,
    notionalFloor: floor,
    notionalCap: cap,
    maintMarginRatio: 0.0065,
    cum: 0,
  });
  const expected = (floor: number, cap: number): unknown => ({
    notionalFloorUsdt: floor,
    notionalCapUsdt: cap,
    maintenanceMarginRate: 0.0065,
    maintenanceAmountUsdt: 0,
    maxLeverage: 75,
  });

  it("takes Binance's answers, with and without symbol, in any order", () => {
    const answer = { symbol: "BTCUSDT", notionalCoef: 1.5, brackets: [own(10, 20), own(0, 10)] };
    for (const json of [[answer], answer]) expect(parseLeverageBrackets(json).get("BTCUSDT")).toEqual([expected(0, 10), expected(10, 20)]);
  });

  it("takes the table that ccxt prints, perpetuals only", () => {
    const info = { bracket: "1", initialLeverage: "75", notionalCap: "10", notionalFloor: "0", maintMarginRatio: "0.0065", cum: "0.0" };
    const found = parseLeverageBrackets({ "BTC/USDT:USDT": [{ tier: 1, info }], "BTC/USDT:USDT-240628": [{ info }] });
    expect([...found]).toEqual([["BTCUSDT", [expected(0, 10)]]]);
  });

  it("refuses holes between brackets and empty lists", () => {
    expect(() => parseLeverageBrackets([{ symbol: "X", brackets: [own(0, 10), own(11, 20)] }])).toThrow(
      "X.brackets[1] does not begin where the one before ends",
    );
    expect(() => parseLeverageBrackets([{ symbol: "X", brackets: [] }])).toThrow("X has no brackets");
    expect(() => parseLeverageBrackets([{ symbol: "X", brackets: [{}] }])).toThrow(
      "X.brackets[0].notionalFloor is not a number but missing",
    );
  });
});
