import { DAY_MS, UserError, utcDayStart } from "../../domain/units.ts";
import type { BackfillKind, FileSeries } from "../../venues/binance/archive/archivePath.ts";
import { FOLDERS, folderOf, pathOf } from "../../venues/binance/archive/archivePath.ts";
import { archiveName } from "../../venues/binance/archive/fileName.ts";
import type { ArchiveSource } from "../archive/source.ts";

/** A file of the archive and the span that its name promises. */
export interface PeriodFile {
  readonly path: string;
  /** `2023-03` or `2023-03-05`. */
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * True for kinds whose daily files are taken even where there are monthly ones: metrics have none, and a month of trades is some 500 MB
 * that would have to be held at once.
 */
export const isDaily = (kind: BackfillKind): boolean => kind === "aggTrades" || kind === "metrics";

/**
 * Market that a kind comes from and is stored under: funding and metrics are always the perpetual's, since spot has none. Trades of spot
 * are refused: their files have other columns.
 */
export const marketOf = (kind: BackfillKind, market: "um" | "spot"): "um" | "spot" => {
  if (kind === "aggTrades" && market === "spot")
    throw new UserError("aggTrades are taken from the perpetual only: use --market um, or leave them out of --kinds", 2);
  return kind === "funding" || kind === "metrics" ? "um" : market;
};

/** Monthly files of the months that meet `[fromMs, toMs)`, over or not. */
export const monthsOf = (series: FileSeries, fromMs: number, toMs: number): PeriodFile[] => {
  const months: PeriodFile[] = [];
  for (let month = monthStart(fromMs); month < toMs; month = nextMonth(month))
    months.push(periodFile(series, isoDay(month).slice(0, 7), month, nextMonth(month)));
  return months;
};

/** Daily files of the days that meet `[fromMs, toMs)` and are over at `nowMs`. */
export const daysOf = (series: FileSeries, fromMs: number, toMs: number, nowMs: number): PeriodFile[] => {
  const files: PeriodFile[] = [];
  for (let day = utcDayStart(fromMs); day < toMs && day + DAY_MS <= nowMs; day += DAY_MS) files.push(dayFile(series, day));
  return files;
};

export const dayFile = (series: FileSeries, dayMs: number): PeriodFile => periodFile(series, isoDay(dayMs), dayMs, dayMs + DAY_MS);

const periodFile = (series: FileSeries, label: string, fromMs: number, toMs: number): PeriodFile => ({
  path: pathOf(series, label),
  ...{ label, fromMs, toMs },
});

/** Series and period (end exclusive) of an archive path; undefined where it is of another layout. */
export const partOfPath = (path: string): { readonly series: FileSeries; readonly fromMs: number; readonly toMs: number } | undefined => {
  const [, market, folder, symbol, interval = "", year, month, day] =
    /^(futures\/um|spot)\/(?:daily|monthly)\/(\w+)\/([^/]+)\/(?:(\w+)\/)?[^/]+-(\d{4})-(\d{2})(?:-(\d{2}))?\.zip$/.exec(path) ?? [];
  const kind = (Object.keys(FOLDERS) as BackfillKind[]).find((each) => FOLDERS[each] === folder);
  if (kind === undefined || symbol === undefined) return undefined;
  const fromMs = Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1));
  const toMs = day === undefined ? nextMonth(fromMs) : fromMs + DAY_MS;
  return { series: { symbol, kind, market: market === "spot" ? "spot" : "um", interval }, fromMs, toMs };
};

/** Span of the files that a local copy has of a series; undefined when it has none. */
export const localSpan = async (
  archive: ArchiveSource,
  series: FileSeries,
): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined> => {
  const names = [...(await archive.list(folderOf(series, "daily")))];
  if (!isDaily(series.kind)) names.push(...(await archive.list(folderOf(series, "monthly"))));
  const periods = names.flatMap((name) => archiveName(name) ?? []);
  if (periods.length === 0) return undefined;
  return { fromMs: Math.min(...periods.map((period) => period.fromMs)), toMs: Math.max(...periods.map((period) => period.toMs)) };
};

const monthStart = (timeMs: number): number => Date.UTC(new Date(timeMs).getUTCFullYear(), new Date(timeMs).getUTCMonth());
const nextMonth = (timeMs: number): number => Date.UTC(new Date(timeMs).getUTCFullYear(), new Date(timeMs).getUTCMonth() + 1);
const isoDay = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
