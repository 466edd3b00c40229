import { DAY_MS } from "../../domain/units.ts";
import type { ArchiveSource } from "../archive/source.ts";

export type BackfillKind = "kline" | "funding";

/** Files of one symbol and kind in the archive. */
export interface FileSeries {
  readonly symbol: string;
  readonly kind: BackfillKind;
  /** Klines come from here; funding is always the perpetual's. */
  readonly market: "um" | "spot";
  readonly interval: string;
}

/** One month of a series: its monthly file, and daily files for what that one cannot give. */
export interface MonthUnit {
  readonly series: FileSeries;
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Path of the monthly file; undefined while the month is not over. */
  readonly monthly: string | undefined;
  /** Days to ask for instead, ascending; empty where there are no daily files. */
  readonly daily: readonly DayFile[];
}
export interface DayFile {
  readonly path: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Monthly files appear on the first Monday after the month; until then, and a week for safety, daily ones are asked. */
const MONTHLY_DELAY_MS = 14 * DAY_MS;

const nameOf = ({ symbol, kind, interval }: FileSeries, period: string): string =>
  `${symbol}-${kind === "kline" ? interval : "fundingRate"}-${period}.zip`;

/** Folder of a series, e.g. `futures/um/monthly/klines/BTCUSDT/1m`. */
export const folderOf = ({ symbol, kind, market, interval }: FileSeries, cadence: "monthly" | "daily"): string => {
  const root = kind === "funding" || market === "um" ? "futures/um" : "spot";
  return kind === "kline" ? `${root}/${cadence}/klines/${symbol}/${interval}` : `${root}/${cadence}/fundingRate/${symbol}`;
};

/**
 * What to fetch for `[fromMs, toMs)`: the monthly file of each month that is over, daily files (klines only) for the
 * running month and for months whose monthly file may not be there yet. A local copy may use daily files anywhere.
 */
export const planMonths = (series: FileSeries, fromMs: number, toMs: number, nowMs: number, local: boolean): MonthUnit[] => {
  const units: MonthUnit[] = [];
  for (let month = monthStart(fromMs); month < toMs; month = nextMonth(month)) {
    const end = nextMonth(month);
    const label = isoDay(month).slice(0, 7);
    const over = end <= nowMs;
    const mayLack = local || end + MONTHLY_DELAY_MS > nowMs;
    units.push({
      series,
      label,
      fromMs: month,
      toMs: end,
      monthly: over ? `${folderOf(series, "monthly")}/${nameOf(series, label)}` : undefined,
      daily: series.kind === "kline" && mayLack ? days(series, Math.max(month, fromMs), Math.min(end, toMs), nowMs) : [],
    });
  }
  return units;
};

/** Files of the days that meet `[fromMs, toMs)` and are over at `nowMs`. */
const days = (series: FileSeries, fromMs: number, toMs: number, nowMs: number): DayFile[] => {
  const files: DayFile[] = [];
  for (let day = fromMs - (fromMs % DAY_MS); day < toMs && day + DAY_MS <= nowMs; day += DAY_MS)
    files.push({ path: `${folderOf(series, "daily")}/${nameOf(series, isoDay(day))}`, fromMs: day, toMs: day + DAY_MS });
  return files;
};

/** Span of the files that a local copy has of a series; undefined when it has none. */
export const localSpan = async (
  archive: ArchiveSource,
  series: FileSeries,
): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined> => {
  const names = [...(await archive.list(folderOf(series, "monthly"))), ...(await archive.list(folderOf(series, "daily")))];
  const periods = names.flatMap((name) => {
    const [, year, month, day] = /-(\d{4})-(\d{2})(?:-(\d{2}))?\.zip$/.exec(name) ?? [];
    if (year === undefined || month === undefined) return [];
    const fromMs = Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1));
    return [{ fromMs, toMs: day === undefined ? nextMonth(fromMs) : fromMs + DAY_MS }];
  });
  if (periods.length === 0) return undefined;
  return { fromMs: Math.min(...periods.map((period) => period.fromMs)), toMs: Math.max(...periods.map((period) => period.toMs)) };
};

const monthStart = (timeMs: number): number => Date.UTC(new Date(timeMs).getUTCFullYear(), new Date(timeMs).getUTCMonth());
const nextMonth = (timeMs: number): number => Date.UTC(new Date(timeMs).getUTCFullYear(), new Date(timeMs).getUTCMonth() + 1);
const isoDay = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
