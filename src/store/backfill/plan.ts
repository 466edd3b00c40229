import { DAY_MS, UserError } from "../../domain/units.ts";
import type { ArchiveSource } from "../archive/source.ts";

/** What the archive has, by its own names: klines of an interval, funding rates, aggregated trades, open interest with ratios. */
export type BackfillKind = "kline" | "funding" | "aggTrades" | "metrics";

/** Files of one symbol and kind in the archive. */
export interface FileSeries {
  readonly symbol: string;
  readonly kind: BackfillKind;
  /** As `marketOf` says. */
  readonly market: "um" | "spot";
  readonly interval: string;
}

/** What is fetched in one go: a month of a series, or a day of one that is taken by the day. */
export interface FileUnit {
  readonly series: FileSeries;
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Path of the monthly file; undefined while the month is not over and for days. */
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

/** Folder of each kind, which is also part of its files' names (the interval in the case of klines). */
const FOLDERS: Readonly<Record<BackfillKind, string>> = {
  kline: "klines",
  funding: "fundingRate",
  aggTrades: "aggTrades",
  metrics: "metrics",
};

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

const nameOf = ({ symbol, kind, interval }: FileSeries, period: string): string =>
  `${symbol}-${kind === "kline" ? interval : FOLDERS[kind]}-${period}.zip`;

/** Folder of a series, e.g. `futures/um/monthly/klines/BTCUSDT/1m`. */
export const folderOf = ({ symbol, kind, market, interval }: FileSeries, cadence: "monthly" | "daily"): string =>
  `${market === "um" ? "futures/um" : "spot"}/${cadence}/${FOLDERS[kind]}/${symbol}${kind === "kline" ? `/${interval}` : ""}`;

/**
 * What to fetch for `[fromMs, toMs)`: the monthly file of each month that is over, daily files (klines only) for the
 * running month and for months whose monthly file may not be there yet. A local copy may use daily files anywhere.
 * Of kinds that are taken by the day (`isDaily`) every day that is over is a unit.
 */
export const planUnits = (series: FileSeries, fromMs: number, toMs: number, nowMs: number, local: boolean): FileUnit[] => {
  if (isDaily(series.kind))
    return days(series, fromMs, toMs, nowMs).map((day) => ({
      ...{ series, label: isoDay(day.fromMs), fromMs: day.fromMs, toMs: day.toMs },
      ...{ monthly: undefined, daily: [day] },
    }));
  const units: FileUnit[] = [];
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

/** Series and period (end exclusive) of an archive path; undefined where it is of another layout. */
export const partOfPath = (path: string): { readonly series: FileSeries; readonly fromMs: number; readonly toMs: number } | undefined => {
  const [, market, folder, symbol, interval = ""] =
    /^(futures\/um|spot)\/(?:daily|monthly)\/(\w+)\/([^/]+)\/(?:(\w+)\/)?[^/]+-\d{4}-\d{2}(?:-\d{2})?\.zip$/.exec(path) ?? [];
  const kind = (Object.keys(FOLDERS) as BackfillKind[]).find((each) => FOLDERS[each] === folder);
  if (kind === undefined || symbol === undefined) return undefined;
  const toMs = periodEndOf(path);
  const fromMs = /-\d{4}-\d{2}-\d{2}\.zip$/.test(path) ? toMs - DAY_MS : monthStart(toMs - 1);
  return { series: { symbol, kind, market: market === "spot" ? "spot" : "um", interval }, fromMs, toMs };
};

/** End of the period in an archive path, a day or a month. */
export const periodEndOf = (path: string): number => {
  const [, year, month, day] = /-(\d{4})-(\d{2})(?:-(\d{2}))?\.zip$/.exec(path) ?? [];
  return day === undefined ? Date.UTC(Number(year), Number(month)) : Date.UTC(Number(year), Number(month) - 1, Number(day) + 1);
};

/** Span of the files that a local copy has of a series; undefined when it has none. */
export const localSpan = async (
  archive: ArchiveSource,
  series: FileSeries,
): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined> => {
  const names = [...(await archive.list(folderOf(series, "daily")))];
  if (!isDaily(series.kind)) names.push(...(await archive.list(folderOf(series, "monthly"))));
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
