import { describe, expect, it } from "vitest";
import { candleInterval, mergeCandles } from "./candles.js";
import {
  counted,
  decimal,
  duration,
  exact,
  exactPercent,
  percent,
  ruleValue,
  ruleValues,
  shortIso,
  signed,
  signedPercent,
  times,
  utcDay,
  utcTime,
} from "./format.js";

const MINUTE = 60_000;

describe("format", () => {
  it("groups thousands and has a true minus sign, never for nothing", () => {
    expect([1234567.891, -1234.5, 0, -0.001, 999.999].map((value) => decimal(value))).toEqual([
      "1,234,567.89",
      "−1,234.50",
      "0.00",
      "0.00",
      "1,000.00",
    ]);
    expect([3.14159, -2, 0, 0.001].map((value) => signed(value))).toEqual(["+3.14", "−2.00", "0.00", "0.00"]);
    expect([NaN, Infinity, -Infinity].map((value) => decimal(value))).toEqual(["–", "∞", "−∞"]);
  });

  it("prints fractions as percent", () => {
    expect(percent(0.12345)).toBe("12.35%");
    expect(signedPercent(-0.05, 1)).toBe("−5.0%");
    expect(signedPercent(0.5)).toBe("+50.00%");
    expect(percent(NaN)).toBe("–");
  });

  it("prints prices with the digits they have, counts with their noun, times in UTC", () => {
    expect([16543.1, 0.00001234, 1_000_000, 0.1 + 0.2].map(exact)).toEqual(["16,543.1", "0.00001234", "1,000,000", "0.3"]);
    expect([times(3.14159), times(0, 1), times(NaN)]).toEqual(["3.14×", "0.0×", "–"]);
    expect([duration(0), duration(1), duration(90_000)]).toEqual(["0 min", "1 ms", "2 min"]);
    expect([counted(1, "trade"), counted(2500, "trade"), counted(0, "trade")]).toEqual(["1 trade", "2,500 trades", "0 trades"]);
    expect(utcTime(Date.UTC(2023, 3, 12, 7, 31))).toBe("2023-04-12 07:31");
    expect(utcTime(Date.UTC(2023, 3, 12, 7, 31, 5))).toBe("2023-04-12 07:31:05");
    expect(utcDay(Date.UTC(2023, 3, 12, 23))).toBe("2023-04-12");
    expect(utcTime(NaN)).toBe("–");
    expect(
      ["2023-01-01T00:00:00.000Z", "2023-01-01T00:00:00Z", "2023-01-01T08:30:00Z", "2023-01-01T08:30:15Z", "2023-01-01"].map(shortIso),
    ).toEqual(["2023-01-01", "2023-01-01", "2023-01-01 08:30", "2023-01-01 08:30:15", "2023-01-01"]);
  });

  it("prints spans in their two largest units and limits in the unit of their rule", () => {
    expect([850, 45_000, 12 * MINUTE, 90 * MINUTE, 26 * 60 * MINUTE, 1440 * MINUTE].map(duration)).toEqual([
      "850 ms",
      "45 s",
      "12 min",
      "1 h 30 min",
      "1 d 2 h",
      "1 d",
    ]);
    expect(ruleValue("day.maxLossFraction", -0.02)).toBe("−2.00%");
    expect(ruleValue("position.maxLeverage", 5)).toBe("5×");
    expect(ruleValue("data.healthyMs", MINUTE)).toBe("1 min");
    expect(ruleValue("day.maxEntries", 15)).toBe("15");
    expect(ruleValue("shock.maxVolatilityRatio", 3)).toBe("3.00");
  });

  it("takes the unit from the rule's name, not from the symbol behind it", () => {
    expect(ruleValue("system.maxVolatilityRatio BTCUSDT", 3)).toBe("3.00");
    expect(ruleValue("data.healthyMs ETHUSDT", MINUTE)).toBe("1 min");
    expect(ruleValue("shock.maxVolatilityRatio SOMEMS", 3)).toBe("3.00");
    expect(ruleValue("position.maxNotionalUsdt BTCUSDC", 3)).toBe("3.00 USDT");
  });

  it("prints a value and its limit with the decimals that tell them apart", () => {
    expect(ruleValues("system.maxVolatilityRatio BTCUSDT", 3.0004, 3)).toEqual(["3.0004", "3.0000"]);
    expect(ruleValues("day.maxLossFraction", 0.0200001, 0.02)).toEqual(["2.00001%", "2.00000%"]);
    expect(ruleValues("day.maxLossFraction", 0.02, 0.02)).toEqual(["2.00%", "2.00%"]);
    expect(ruleValues("day.maxLossFraction", 0.03, 0.02)).toEqual(["3.00%", "2.00%"]);
    expect(ruleValues("position.maxNotionalUsdt", 1e-12, 2e-12)).toEqual(["0.00000000 USDT", "0.00000000 USDT"]);
    expect(ruleValues("position.maxNotionalUsdt", NaN, NaN)).toEqual(["– USDT", "– USDT"]);
  });

  it("prints a fraction with the digits it has", () => {
    expect([-0.045, 0.135, 0.1 + 0.2, 0.0005, 0, -1, 1 / 3, NaN].map(exactPercent)).toEqual([
      "−4.5%",
      "13.5%",
      "30%",
      "0.05%",
      "0%",
      "−100%",
      "33.333333%",
      "–",
    ]);
  });
});

describe("candles", () => {
  it("takes the shortest familiar interval that fits", () => {
    expect(candleInterval(60 * MINUTE, MINUTE, 100)).toBe(MINUTE);
    expect(candleInterval(24 * 60 * MINUTE, MINUTE, 300)).toBe(5 * MINUTE);
    expect(candleInterval(365 * 1440 * MINUTE, 15 * MINUTE, 400)).toBe(1440 * MINUTE);
    // An odd base has no familiar multiple: the plain one.
    expect(candleInterval(1000 * 7 * MINUTE, 7 * MINUTE, 300)).toBe(28 * MINUTE);
  });

  it("joins candles aligned to UTC and keeps gaps", () => {
    const minutes = [4, 5, 6, 12];
    const series = {
      intervalMs: MINUTE,
      openTimeMs: minutes.map((minute) => minute * MINUTE),
      open: [1, 2, 3, 4],
      high: [5, 9, 7, 8],
      low: [0.5, 0.4, 0.3, 0.2],
      close: [2, 3, 4, 5],
    };
    expect(mergeCandles(series, 5 * MINUTE)).toEqual({
      intervalMs: 5 * MINUTE,
      openTimeMs: [0, 5 * MINUTE, 10 * MINUTE],
      open: [1, 2, 4],
      high: [5, 9, 8],
      low: [0.5, 0.3, 0.2],
      close: [2, 4, 5],
    });
    expect(mergeCandles(series, 5 * MINUTE, 1, 3).close).toEqual([4]);
  });
});
