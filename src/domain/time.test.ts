import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDay, formatUtc, parseTime, parseTimeRange, timeframeMs } from "./time.ts";
import { UserError } from "./units.ts";

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

describe("parseTime", () => {
  it.each([
    ["2023-01-01", 1_672_531_200_000],
    ["2023-01-01T00:00Z", 1_672_531_200_000],
    ["2024-02-29T23:59:59Z", Date.UTC(2024, 1, 29, 23, 59, 59)],
    ["2023-01-01T00:00:00.5Z", 1_672_531_200_500],
    ["1672531200123", 1_672_531_200_123],
    [" 2023-01-01 ", 1_672_531_200_000],
    ["1970-01-01", 0],
    ["0", 0],
  ])("%s", (text, timeMs) => {
    expect(parseTime(text)).toBe(timeMs);
  });

  it.each([
    ["yesterday", /is not a time; give a date/],
    ["", /is not a time/],
    ["2023-1-1", /is not a time/],
    ["-5", /is not a time/],
    ["2023-01-01T00:00:00+02:00", /offsets are not taken, write it in UTC/],
    ["2023-01-01T00:00:00", /has no time zone; end it with Z/],
    ["2023-02-29", /does not exist in the calendar/],
    ["2023-13-01", /does not exist in the calendar/],
    ["2023-00-10", /does not exist in the calendar/],
    ["2023-01-00", /does not exist in the calendar/],
    ["2023-01-01T24:00Z", /does not exist in the calendar/],
    ["2023-01-01T00:60Z", /does not exist in the calendar/],
    ["1969-12-31", /does not exist in the calendar/],
    ["1672531200", /too short for milliseconds since 1970; seconds times 1000\?/],
    ["1672531200123456", /too large for milliseconds/],
  ])("refuses %s", (text, message) => {
    const parse = (): number => parseTime(text, "from");
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^from /);
  });

  it("reads back what formatUtc writes, which is what Date writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LAST_MS }), (timeMs) => {
        const text = formatUtc(timeMs);
        expect(parseTime(text)).toBe(timeMs);
        expect(text).toBe(new Date(timeMs).toISOString().replace(".000Z", "Z"));
        expect(formatDay(timeMs)).toBe(text.slice(0, 10));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("parseTimeRange", () => {
  it("leaves open ends open", () => {
    expect(parseTimeRange(null, null)).toEqual({ fromMs: null, toMs: null });
    expect(parseTimeRange("2023-01-01", null)).toEqual({ fromMs: 1_672_531_200_000, toMs: null });
  });
  it("names which end is wrong", () => {
    expect(() => parseTimeRange("x", null)).toThrow(/^from "x"/);
    expect(() => parseTimeRange(null, "x")).toThrow(/^to "x"/);
  });
  it("refuses an empty and a reversed range", () => {
    expect(() => parseTimeRange("2023-01-01", "2023-01-01T00:00Z")).toThrow(/2023-01-01T00:00:00Z to 2023-01-01T00:00:00Z is empty/);
    expect(() => parseTimeRange("2023-02-01", "2023-01-01")).toThrow(/from is after to: from 2023-02-01T00:00:00Z to 2023-01-01T00:00:00Z/);
    expect(parseTimeRange("2023-01-01", "1672531200001").toMs).toBe(1_672_531_200_001);
  });
});

describe("timeframeMs", () => {
  it.each([
    ["1m", 60_000],
    ["5m", 300_000],
    ["90m", 5_400_000],
    ["4h", 14_400_000],
    ["1d", 86_400_000],
  ])("%s", (text, lengthMs) => {
    expect(timeframeMs(text)).toBe(lengthMs);
  });
  it.each(["7m", "0m", "5", "m", "5s", "2d", "1.5h", "-1h", "25h", "05m", "5M"])("refuses %s", (text) => {
    expect(() => timeframeMs(text)).toThrow(/does not divide|divides a day/);
  });
});
