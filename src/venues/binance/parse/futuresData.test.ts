import { expect, it } from "vitest";
import { MINUTE_MS } from "../../../domain/units.ts";
import { parseLongShortRatios, parseOpenInterest, parseOpenInterestHistory } from "./futuresData.ts";

/** The examples of the exchange's REST documentation. */
const BEFORE_MS = 1_583_127_900_000;
const AFTER_MS = Date.UTC(2026, 5, 25, 0, 5);

it("open interest of now", () =>
  expect(parseOpenInterest({ openInterest: "10659.509", symbol: "BTCUSDT", time: 1_589_437_530_011 }, 1_589_437_530_100)).toMatchObject({
    openInterestQty: 10659.509,
    openInterestUsdt: NaN,
    eventTimeMs: 1_589_437_530_011,
    knownAtMs: 1_589_437_530_100,
  }));

it("open interest of the past is known five minutes after its period, whichever end the label names", () => {
  const row = (timestamp: number | string): unknown => ({
    symbol: "BTCUSDT",
    sumOpenInterest: "20403.63700000",
    sumOpenInterestValue: "150570784.07809979",
    timestamp,
  });
  const [before, after] = parseOpenInterestHistory([row(String(BEFORE_MS)), row(AFTER_MS)], 5 * MINUTE_MS, 0);
  expect(before).toMatchObject({
    openInterestQty: 20403.637,
    openInterestUsdt: 150570784.07809979,
    eventTimeMs: BEFORE_MS,
    knownAtMs: BEFORE_MS + 5 * MINUTE_MS,
  });
  expect(after).toMatchObject({ eventTimeMs: AFTER_MS + 5 * MINUTE_MS, knownAtMs: AFTER_MS + 10 * MINUTE_MS });
});

it("four ratio endpoints become one event a time; what none says is NaN", () => {
  const row = (field: string, value: string, at: number): unknown => ({ symbol: "BTCUSDT", [field]: value, timestamp: BEFORE_MS + at });
  const events = parseLongShortRatios(
    {
      topLongShortAccountRatio: [row("longShortRatio", "1.8105", 0)],
      globalLongShortAccountRatio: [row("longShortRatio", "0.1960", 1), row("longShortRatio", "0.2", 0)],
      takerlongshortRatio: [row("buySellRatio", "1.5586", 0)],
    },
    5 * MINUTE_MS,
    0,
  );
  expect(events).toMatchObject([
    {
      topAccountRatio: 1.8105,
      topPositionRatio: NaN,
      globalAccountRatio: 0.2,
      takerVolumeRatio: 1.5586,
      knownAtMs: BEFORE_MS + 5 * MINUTE_MS,
    },
    { topAccountRatio: NaN, globalAccountRatio: 0.196 },
  ]);
});

it("refuses what is no row", () => {
  expect(() => parseOpenInterest({ openInterest: "x", time: 1 }, 0)).toThrow('openInterest.openInterest is not a number but "x"');
  expect(() => parseOpenInterestHistory({ code: -1 }, MINUTE_MS, 0)).toThrow("openInterestHist is not an array");
});
