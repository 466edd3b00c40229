import type { Event } from "../../domain/event.ts";
import { DAY_MS, utcDayStart } from "../../domain/units.ts";
import type { BackfillKind, FileSeries } from "../../venues/binance/archive/archivePath.ts";
import { folderOf } from "../../venues/binance/archive/archivePath.ts";
import type { Stated } from "../store.ts";
import { KEPT_AS } from "./parseFile.ts";
import type { PeriodFile } from "./plan.ts";
import { daysOf } from "./plan.ts";
import type { Work } from "./work.ts";

/**
 * What a file states: its period, but for some days. Rows of metrics are dated by the end of theirs, so the first midnight is the day's
 * before.
 */
export const statedBy = (kind: BackfillKind, { fromMs, toMs }: PeriodFile, keptDays: readonly number[]): Stated[] => {
  const shiftMs = kind === "metrics" ? 1 : 0;
  const starts = [fromMs, ...keptDays.map((dayMs) => dayMs + DAY_MS)];
  const ends = [...keptDays, toMs];
  return KEPT_AS[kind].flatMap((kept) =>
    starts.flatMap((startMs, i) => {
      const endMs = ends[i] as number;
      return startMs < endMs ? [{ kind: kept, fromMs: startMs + shiftMs, toMs: endMs + shiftMs }] : [];
    }),
  );
};

/** Days of the period that REST gave: those that the file has nothing of are kept, the others are the file's from now on. */
export const daysOfRest = (
  { landed }: Work,
  series: FileSeries,
  { fromMs, toMs }: PeriodFile,
  events: readonly Event[],
): { readonly kept: readonly number[]; readonly forgotten: readonly string[] } => {
  const given: number[] = [];
  for (let dayMs = fromMs; dayMs < toMs; dayMs += DAY_MS) if (landed.get(restDay(series, dayMs)) !== undefined) given.push(dayMs);
  if (given.length === 0) return { kept: [], forgotten: [] };
  const has = new Set(events.map((event) => utcDayStart(event.eventTimeMs)));
  return {
    kept: given.filter((dayMs) => !has.has(dayMs)),
    forgotten: given.filter((dayMs) => has.has(dayMs)).map((dayMs) => restDay(series, dayMs)),
  };
};

/** Under what name a day that REST gave stands in the list of landed files. */
export const restDay = (series: FileSeries, dayMs: number): string =>
  `rest/${folderOf(series, "daily")}/${new Date(dayMs).toISOString().slice(0, 10)}`;

/** Daily files whose place a monthly one takes: should it lack one of them, that one is to be read again. */
export const daysReplaced = ({ landed }: Work, series: FileSeries, { path, fromMs, toMs }: PeriodFile): readonly string[] =>
  daysOf(series, fromMs, toMs, toMs)
    .map((day) => day.path)
    .filter((day) => day !== path && landed.get(day) !== undefined);
