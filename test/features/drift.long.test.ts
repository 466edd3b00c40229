import { expect, it } from "vitest";
import { simulatedMarket } from "../../streams/simulatedMarket.ts";
import type { Event } from "../../src/domain/event.ts";
import { DAY_MS, MINUTE_MS } from "../../src/domain/units.ts";
import { marketInstruments, testMarket } from "../replay.ts";
import type { Source } from "../replay.ts";
import { archiveEvents, hasArchive } from "./archiveEvents.ts";
import { observedRows } from "./observedRows.ts";
import { worstDifference } from "./rowProperties.ts";

const TO_MS = Date.UTC(2024, 0, 1);
/**
 * Days after which the start is forgotten: ranks and funding look back 30; of the averages the hour's EMA(50) forgets slowest, by
 * exp(−2 / 51) an hour, to 1e-24 in 60 days.
 */
const DAYS = 60;
const LAST_ROWS = 1000;

const market = testMarket({ days: 730, fromMs: TO_MS - 730 * DAY_MS, gapsPerDay: 0, seed: 3 });
async function* simulatedFrom(fromMs: number): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of simulatedMarket(market)) yield burst.filter(({ knownAtMs }) => knownAtMs >= fromMs + MINUTE_MS);
}

const cases: readonly (readonly [string, (fromMs: number) => Source])[] = [
  ["simulated minutes with funding", simulatedFrom],
  ...(hasArchive ? [["real minutes", (fromMs: number) => archiveEvents("2022-01", "2023-12", fromMs)] as const] : []),
];

it.each(cases)("two years of %s leave no drift: the last rows are those of a start 60 days before", async (_, source) => {
  const keep = (barTimeMs: number): boolean => barTimeMs >= TO_MS - LAST_ROWS * MINUTE_MS;
  const instruments = marketInstruments(market);
  const long = await observedRows(source(-Infinity), { keep, instruments });
  const fresh = await observedRows(source(TO_MS - DAYS * DAY_MS), { keep, instruments });
  expect([long.rows.length, fresh.rows.length]).toEqual([LAST_ROWS, LAST_ROWS]);
  expect(long.rows.every((row) => !row.some(Number.isNaN))).toBe(true);
  const worst = worstDifference(long, fresh, 1e-3);
  expect([worst, (worst?.relative ?? 0) < 1e-9]).toEqual([worst, true]);
});
