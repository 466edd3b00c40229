import { expect, test } from "vitest";
import { handBar, familyRows } from "../../../test/features/familyRows.ts";
import { MINUTE_MS } from "../../../src/domain/units.ts";
import { clock } from "./clock.ts";
import { sessions } from "./sessions.ts";

/** The columns of a minute bar that closes at a time of 2024. */
const flagsAt = (close: string): string => {
  const bar = handBar(0, { openTimeMs: Date.parse(`2024-${close}Z`) - MINUTE_MS });
  return [...familyRows(sessions, [bar]).values()].map((column) => String(column[0])).join("");
};

// 2024-03-01 was a Friday, 2024-03-02 a Saturday (cal 3 2024). Columns: weekend, Asia, Europe, US.
test.each([
  ["03-02T00:00", "0000"],
  ["03-02T00:01", "1100"],
  ["03-03T23:59", "1000"],
  ["03-04T00:00", "1000"],
  ["03-04T00:01", "0100"],
  ["03-01T06:00", "0100"],
  ["03-01T06:01", "0000"],
  ["03-01T08:00", "0000"],
  ["03-01T08:01", "0010"],
  ["03-01T14:30", "0010"],
  ["03-01T14:31", "0011"],
  ["03-01T16:30", "0011"],
  ["03-01T16:31", "0001"],
  ["03-01T21:00", "0001"],
  ["03-01T21:01", "0000"],
])("the sessions of a bar that closes on %s", (close, flags) => {
  expect(flagsAt(close)).toBe(flags);
});

test("the funding distance falls from 1 at a settlement to one minute before the next", () => {
  const bars = Array.from({ length: 960 }, (_, i) => handBar(i, { openTimeMs: Date.parse("2024-03-01T07:59Z") + i * MINUTE_MS }));
  const distance = familyRows(clock, bars).get("funding_distance") as Float64Array;
  expect([distance[0], distance[1], distance[240], distance[479], distance[480]]).toEqual([1, 479 / 480, 0.5, 1 / 480, 1]);
});
