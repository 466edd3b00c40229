import { describe, expect, it } from "vitest";
import { METRICS_HEADER, metricsLines } from "../../../test/contract/archiveFiles.ts";
import { Kind } from "../../domain/kind.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import type { ParsedMetrics } from "./metricsCsv.ts";
import { parseMetricsCsv } from "./metricsCsv.ts";

const DAY = "2023-03-05";
const FROM_MS = Date.UTC(2023, 2, 5);
const parse = (lines: readonly string[], day = DAY): ParsedMetrics =>
  parseMetricsCsv(Buffer.from([METRICS_HEADER, ...lines].join("\n")), `BTCUSDT-metrics-${day}.zip`);
const row = (label: string, cells = "100.5,2000000.25,1.1,1.2,1.3,1.4"): string => `${label},BTCUSDT,${cells}`;
/** Minutes after `fromMs` of each event, by kind. */
const minutes = ({ events }: ParsedMetrics, kind: Kind, fromMs = FROM_MS): number[] =>
  events.filter((event) => event.kind === kind).map((event) => (event.eventTimeMs - fromMs) / MINUTE_MS);

describe("parseMetricsCsv", () => {
  it("makes open interest and ratios of a row, known five minutes after the period that it closes", () => {
    const { events } = parse([row(`${DAY} 00:05:00`, "86049.2120000000000000,4917712465.8000000000000000,1.372,1.104,1.247,0.783")]);
    const timeMs = FROM_MS + 5 * MINUTE_MS;
    const header = {
      seq: -1,
      instrument: 0,
      eventTimeMs: timeMs,
      receivedTimeMs: timeMs + 5 * MINUTE_MS,
      knownAtMs: timeMs + 5 * MINUTE_MS,
    };
    expect(events).toEqual([
      { kind: Kind.openInterest, ...header, openInterestQty: 86049.212, openInterestUsdt: 4917712465.8 },
      {
        kind: Kind.longShortRatio,
        ...header,
        topAccountRatio: 1.372,
        topPositionRatio: 1.104,
        globalAccountRatio: 1.247,
        takerVolumeRatio: 0.783,
      },
    ]);
  });

  it("reads a whole day of either labelling as the same 288 ends of periods, seamlessly over the change", () => {
    const before = parse(metricsLines("BTCUSDT", Date.UTC(2026, 5, 24), 5), "2026-06-24");
    const after = parse(metricsLines("BTCUSDT", Date.UTC(2026, 5, 25), 0), "2026-06-25");
    const expected = Array.from({ length: 576 }, (_, i) => 5 * (i + 1));
    for (const kind of [Kind.openInterest, Kind.longShortRatio])
      expect([...minutes(before, kind, Date.UTC(2026, 5, 24)), ...minutes(after, kind, Date.UTC(2026, 5, 24))]).toEqual(expected);
  });

  it("puts rows in order, and counts those that repeat a time", () => {
    const [a, b, c] = [`${DAY} 00:05:00`, `${DAY} 00:10:00`, `${DAY} 00:15:00`].map((label) => row(label)) as [string, string, string];
    const parsed = parse([b, c, a, b, c.replace("100.5", "101.5")]);
    expect(minutes(parsed, Kind.openInterest)).toEqual([5, 10, 15]);
    expect([parsed.identicalDuplicates, parsed.conflictingDuplicates]).toEqual([1, 1]);
    expect(parsed.events.at(-2)).toMatchObject({ openInterestQty: 101.5 });
  });

  it("takes an empty ratio as NaN, and makes no event of open interest that is empty or 0, or of no ratio at all", () => {
    const parsed = parse([
      row(`${DAY} 00:05:00`, "100,2000,,1.2,1.3,0"),
      row(`${DAY} 00:10:00`, ",2000,1.1,1.2,1.3,1.4"),
      row(`${DAY} 00:15:00`, "0,0.0000,1.1,1.2,1.3,1.4"),
      row(`${DAY} 00:20:00`, "100,,,,,"),
      row(`${DAY} 00:25:00`, ",,,,,"),
      row(`${DAY} 00:30:00`),
    ]);
    expect(minutes(parsed, Kind.openInterest)).toEqual([5, 20, 30]);
    expect(minutes(parsed, Kind.longShortRatio)).toEqual([5, 10, 15, 30]);
    expect(parsed.events[1]).toMatchObject({ topAccountRatio: NaN, topPositionRatio: 1.2, takerVolumeRatio: 0 });
    expect(parsed.events.find((event) => event.eventTimeMs === FROM_MS + 20 * MINUTE_MS)).toMatchObject({ openInterestUsdt: NaN });
    expect(parsed.blankRows).toBe(5);
  });

  it("reads rows without a header", () => {
    const bytes = Buffer.from(metricsLines("ETHUSDT", FROM_MS, 5).join("\r\n"));
    expect(parseMetricsCsv(bytes, `ETHUSDT-metrics-${DAY}.zip`).events).toHaveLength(576);
  });

  it.each([
    ["text in a cell", row(`${DAY} 00:05:00`, "x,1,1,1,1,1"), 'line 2 has sum_open_interest "x", which is not a finite number'],
    ["a negative ratio", row(`${DAY} 00:05:00`, "1,1,1,1,1,-1"), 'has sum_taker_long_short_vol_ratio "-1", which is negative'],
    ["another symbol", `${DAY} 00:05:00,ETHUSDT,1,1,1,1,1,1`, "line 2 is of ETHUSDT, not of BTCUSDT"],
    ["the next day", row("2023-03-06 00:05:00"), "line 2 has create_time 2023-03-06 00:05:00, which is not in 2023-03-05"],
    ["the day before", row("2023-03-04 23:55:00"), "which is not in 2023-03-05"],
    ["a time in ms", row(String(FROM_MS)), `has create_time "${FROM_MS}", which is not a time like 2023-03-05 00:05:00`],
    ["an hour that is none", row(`${DAY} 24:00:00`), "which is not a time like"],
    ["a day that is none", row("2023-02-30 00:05:00"), "which is not a time like"],
    ["too few columns", `${DAY} 00:05:00,BTCUSDT,1`, "line 2 has 3 columns instead of 8"],
  ])("refuses %s by file and line", (_, line, message) => {
    expect(() => parse([line])).toThrow(message);
    expect(() => parse([line])).toThrow(UserError);
    expect(() => parse([line])).toThrow(/^BTCUSDT-metrics-2023-03-05\.zip line 2 /);
  });

  it("refuses the last label of the old kind in the first file of the new one, which would be a period too late", () =>
    expect(() => parse([row("2026-06-26 00:00:00")], "2026-06-25")).toThrow("which is not in 2026-06-25"));

  it("refuses a file without rows", () => expect(() => parse([])).toThrow(`BTCUSDT-metrics-${DAY}.zip has no rows`));
});
