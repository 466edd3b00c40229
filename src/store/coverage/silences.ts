import { HOUR_MS, MINUTE_MS } from "../../domain/units.ts";
import type { Hole } from "./hole.ts";

/** An hour (UTC) of a series that has rows in it. Ids are NaN where the kind has none that count up by one. */
export interface HeldHour {
  readonly hourMs: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly rows: number;
  readonly firstId: number;
  readonly lastId: number;
}

/** A bound of the range may lie this far outside the data without a hole. */
const END_MS = MINUTE_MS;

/**
 * Holes in `[fromMs, toMs)` of a series without a cadence, by its hours, ascending. Trades are numbered: what their ids skip is missing,
 * inside an hour and between two, and an hour without any is none if the ids go on. Other kinds come every few seconds: an hour without any
 * was not recorded. An infinite bound is that of the series; `hours` empty: all of the range is a hole.
 */
export const silences = (hours: readonly HeldHour[], fromMs: number, toMs: number): Hole[] => {
  const inside = hours.filter(({ firstMs, lastMs }) => firstMs < toMs && lastMs >= fromMs);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined) return toMs - fromMs < Infinity ? [{ fromMs, toMs, missing: null }] : [];
  const holes: Hole[] = [];
  if (first.firstMs >= fromMs + END_MS) holes.push({ fromMs, toMs: first.firstMs, missing: null });
  let before: HeldHour | undefined;
  for (const hour of inside) {
    if (before !== undefined) holes.push(...betweenHours(before, hour));
    const skipped = hour.lastId - hour.firstId + 1 - hour.rows;
    if (skipped > 0) holes.push({ fromMs: hour.hourMs, toMs: hour.hourMs + HOUR_MS, missing: skipped });
    before = hour;
  }
  if (last.lastMs < toMs - END_MS) holes.push({ fromMs: last.lastMs + 1, toMs, missing: null });
  return holes.filter((hole) => Number.isFinite(hole.fromMs) && Number.isFinite(hole.toMs));
};

const betweenHours = (before: HeldHour, next: HeldHour): Hole[] => {
  if (Number.isNaN(next.firstId))
    return next.hourMs > before.hourMs + HOUR_MS ? [{ fromMs: before.hourMs + HOUR_MS, toMs: next.hourMs, missing: null }] : [];
  const skipped = next.firstId - before.lastId - 1;
  return skipped > 0 ? [{ fromMs: before.lastMs + 1, toMs: next.firstMs, missing: skipped }] : [];
};
