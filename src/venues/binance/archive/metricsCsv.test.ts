import { describe, expect, it } from "vitest";
import { METRICS_HEADER, metricsLines } from "../../../../test/contract/archiveFiles.ts";
import { Kind } from "../../../domain/kind.ts";
import { MINUTE_MS, UserError } from "../../../domain/units.ts";
import type { LabelEnd, ParsedMetrics } from "./metricsCsv.ts";
import { metricsEvents, parseMetricsCsv } from "./metricsCsv.ts";

const DAY = "2023-03-05";
const FROM_MS = Date.UTC(2023, 2, 5);
const parse = (lines: readonly string[], day = DAY): ParsedMetrics =>
  parseMetricsCsv(Buffer.from([METRICS_HEADER, ...lines].join("\n")), `BTCUSDT-metrics-${day}.zip`);
const row = (label: string, cells = "100.5,2000000.25,1.1,1.2,1.3,1.4"): string => `${label},BTCUSDT,${cells}`;
const events = (parsed: ParsedMetrics, labels: LabelEnd = "end") => metricsEvents(parsed, labels);
/** Minutes after `fromMs` of each event, by kind. */
const minutes = (parsed: ParsedMetrics, kind: Kind, fromMs = FROM_MS, labels = parsed.labels ?? "end"): number[] =>
  events(parsed, labels)
    .filter((event) => event.kind === kind)
    .map((event) => (event.eventTimeMs - fromMs) / MINUTE_MS);

describe("parseMetricsCsv", () => {
  it("makes open interest and ratios of a row, known five minutes after the period that it closes", () => {
    const parsed = parse([row(`${DAY} 00:05:00`, "86049.2120000000000000,4917712465.8000000000000000,1.372,1.104,1.247,0.783")]);
    const timeMs = FROM_MS + 5 * MINUTE_MS;
    const header = {
      seq: -1,
      instrument: 0,
      eventTimeMs: timeMs,
      receivedTimeMs: timeMs + 5 * MINUTE_MS,
      knownAtMs: timeMs + 5 * MINUTE_MS,
    };
    expect(events(parsed)).toEqual([
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

  it("is told by its own rows which end of the five minutes its labels name, whatever its date", () => {
    for (const day of ["2021-12-01", "2024-02-01", "2026-06-24", "2027-01-01"]) {
      const dayMs = Date.parse(day);
      expect(parse(metricsLines("BTCUSDT", dayMs, 0), day).labels).toBe("start");
      expect(parse(metricsLines("BTCUSDT", dayMs, 5), day).labels).toBe("end");
    }
    const whole = metricsLines("BTCUSDT", FROM_MS, 0);
    expect(parse(whole.slice(1)).labels).toBeUndefined();
    expect(parse(whole.slice(100, 112)).labels).toBeUndefined();
    expect(parse([...whole, row("2023-03-06 00:00:00")]).labels).toBeUndefined();
    expect(parse(whole.slice(0, 20)).labels).toBe("start");
    expect(parse([row("2023-03-06 00:00:00", ",,,,,")]).labels).toBe("end");
  });

  it.each([
    ["start", "start"],
    ["start", "end"],
    ["end", "start"],
    ["end", "end"],
  ] as const)("gives the same 576 ends of periods of two days, the first named by the %s, the second by the %s", (a, b) => {
    const dayOf = (day: string, labels: LabelEnd): ParsedMetrics =>
      parse(metricsLines("BTCUSDT", Date.parse(day), labels === "start" ? 0 : 5), day);
    for (const kind of [Kind.openInterest, Kind.longShortRatio])
      expect([...minutes(dayOf("2023-03-05", a), kind), ...minutes(dayOf("2023-03-06", b), kind)]).toEqual(
        Array.from({ length: 576 }, (_, i) => 5 * (i + 1)),
      );
  });

  it("puts rows in order, and counts those that repeat a time", () => {
    const [a, b, c] = [`${DAY} 00:05:00`, `${DAY} 00:10:00`, `${DAY} 00:15:00`].map((label) => row(label)) as [string, string, string];
    const parsed = parse([b, c, a, b, c.replace("100.5", "101.5")]);
    expect(minutes(parsed, Kind.openInterest)).toEqual([5, 10, 15]);
    expect([parsed.identicalDuplicates, parsed.conflictingDuplicates]).toEqual([1, 1]);
    expect(events(parsed).at(-2)).toMatchObject({ openInterestQty: 101.5 });
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
    expect(events(parsed)[1]).toMatchObject({ topAccountRatio: NaN, topPositionRatio: 1.2, takerVolumeRatio: 0 });
    expect(events(parsed).find((event) => event.eventTimeMs === FROM_MS + 20 * MINUTE_MS)).toMatchObject({ openInterestUsdt: NaN });
    expect(parsed.blankRows).toBe(5);
  });

  it("reads rows without a header", () => {
    const bytes = Buffer.from(metricsLines("ETHUSDT", FROM_MS, 5).join("\r\n"));
    expect(events(parseMetricsCsv(bytes, `ETHUSDT-metrics-${DAY}.zip`))).toHaveLength(576);
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

  it("refuses a file without rows", () => expect(() => parse([])).toThrow(`BTCUSDT-metrics-${DAY}.zip has no rows`));
});
