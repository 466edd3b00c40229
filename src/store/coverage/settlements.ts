import type { Funding } from "../../domain/event.ts";
import { HOUR_MS, MINUTE_MS } from "../../domain/units.ts";
import type { Hole } from "./hole.ts";

/** Default interval of a perpetual. */
const DEFAULT_HOURS = 8;

type Settlement = Pick<Funding, "eventTimeMs" | "intervalHours">;

/**
 * Holes of settled funding in `[fromMs, toMs)` (an infinite bound: from the first or to the last that is there), ascending. Every row
 * states its interval, the hours since the settlement before it; it changes (8 h → 4 h → 2 h → 1 h and back), and a source may date the
 * change by one settlement too early or too late. So two neighbours are a hole apart when they are further apart than the longer of their
 * two intervals, and the count is by that interval: never more than are missing. Before the first and behind the last its own interval
 * counts. `loneHours`: interval where there is no settlement at all.
 */
export const settlementHoles = (rows: readonly Settlement[], fromMs: number, toMs: number, loneHours = DEFAULT_HOURS): Hole[] => {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) {
    const intervalMs = loneHours * HOUR_MS;
    const startMs = Math.ceil(fromMs / intervalMs) * intervalMs;
    return holeOf(startMs, toMs, Math.ceil((toMs - startMs) / intervalMs));
  }
  const beforeMs = first.intervalHours * HOUR_MS;
  const lacking = Math.floor((first.eventTimeMs - fromMs) / beforeMs);
  const holes = holeOf(first.eventTimeMs - lacking * beforeMs, first.eventTimeMs, lacking);
  for (let i = 1; i < rows.length; i++) {
    const [before, next] = [rows[i - 1] as Settlement, rows[i] as Settlement];
    const intervalMs = Math.max(before.intervalHours, next.intervalHours) * HOUR_MS;
    holes.push(...holeOf(before.eventTimeMs + intervalMs, next.eventTimeMs, between(before.eventTimeMs, next.eventTimeMs, intervalMs)));
  }
  const afterMs = last.intervalHours * HOUR_MS;
  holes.push(...holeOf(last.eventTimeMs + afterMs, toMs, between(last.eventTimeMs, toMs, afterMs)));
  return holes;
};

/** Number of settlements strictly between a settlement and another time; times are floored to the minute. */
const between = (beforeMs: number, nextMs: number, intervalMs: number): number =>
  Math.ceil((nextMs - beforeMs - MINUTE_MS) / intervalMs) - 1;

const holeOf = (fromMs: number, toMs: number, missing: number): Hole[] =>
  missing > 0 && missing < Infinity ? [{ fromMs, toMs, missing }] : [];
