import type { Event } from "../../domain/event.ts";
import type { Kline } from "../../domain/kline.ts";
import { DAY_MS, HOUR_MS, utcDayStart } from "../../domain/units.ts";
import type { BackfillKind, FileSeries } from "../archive/archivePath.ts";
import { folderOf } from "../archive/archivePath.ts";
import { parseMetricsCsv } from "../archive/metricsCsv.ts";
import { unzipCsv } from "../archive/zip.ts";
import type { Stated } from "../store.ts";
import type { FetchedFile } from "./fetchFile.ts";
import { fetchFile } from "./fetchFile.ts";
import { landedAs } from "./landedFiles.ts";
import { labelReading } from "./metricsLabels.ts";
import type { Mended, ParsedFile } from "./parseFile.ts";
import { KEPT_AS, parseFile } from "./parseFile.ts";
import type { PeriodFile } from "./plan.ts";
import { dayFile, daysOf } from "./plan.ts";
import type { Work } from "./work.ts";

/**
 * `states`: nothing is in the file's period but what the file has (and days that REST gave and the file has nothing of). `fills`: it stands
 * beside a monthly file and gives what that one lacks.
 */
export type LandingMode = "states" | "fills";

/** Parses a file and, when all of it is right, writes it. Trades are written an hour at a time. */
export const land = async (
  work: Work,
  series: FileSeries,
  period: PeriodFile,
  { path, name, sha256, bytes, verified }: FetchedFile,
  mode: LandingMode,
): Promise<void> => {
  const { report, options } = work;
  const csv = name.toLowerCase().endsWith(".csv") ? bytes : await unzipCsv(bytes, name);
  const { kind, symbol, market } = series;
  const neighbour = async (days: 1 | -1): ReturnType<Parameters<typeof labelReading>[1]["neighbour"]> => {
    const beside = dayFile(series, period.fromMs + days * DAY_MS);
    const found = await fetchFile(options.archive, beside.path, () => Promise.resolve(false), { signal: options.signal });
    return found === undefined || found === "landed" ? undefined : parseMetricsCsv(await csvOf(found), found.name);
  };
  const parsed = await parseFile({
    ...{ kind, csv, file: name, intervalMs: work.intervalMs },
    labelsOf: (metrics) => labelReading(metrics, { store: options.store, intervalMs: work.intervalMs, neighbour }),
  });
  const changes: [string, { sha256: string; rows: number } | undefined][] = [[path, { sha256: landedAs(kind, sha256), rows: parsed.rows }]];
  if (kind === "aggTrades") await landByHour(work, series, period, parsed.parts);
  else {
    const [events = []] = parsed.parts;
    if (mode === "fills") await work.write(symbol, market, await missingOf(work, series, period, events));
    else {
      const { kept, forgotten } = daysOfRest(work, series, period, events);
      await work.write(symbol, market, events, statedBy(kind, period, kept));
      changes.push(...[...forgotten, ...daysReplaced(work, series, period)].map((each): [string, undefined] => [each, undefined]));
    }
  }
  await work.record(changes);
  count(work, symbol, name, parsed);
  if (!verified) report.unverified.push(name);
  report.filesLanded += 1;
  if (options.archive.local) report.bytes += bytes.length;
};

const csvOf = async ({ name, bytes }: FetchedFile): Promise<Uint8Array> =>
  name.toLowerCase().endsWith(".csv") ? bytes : unzipCsv(bytes, name);

/** True when the store has what a landed file gave it. Trades may be kept by the hour, and a day may begin without any. */
export const holdsFile = async (
  { options: { store } }: Work,
  { kind, symbol, market }: FileSeries,
  { fromMs, toMs }: PeriodFile,
): Promise<boolean> => {
  const endMs = kind === "aggTrades" ? toMs : fromMs + HOUR_MS;
  for (const kept of KEPT_AS[kind]) {
    let holds = false;
    for (let timeMs = fromMs; timeMs < endMs && !holds; timeMs += HOUR_MS) holds = await store.holdsPeriod(kept, symbol, market, timeMs);
    if (!holds) return false;
  }
  return true;
};

/** Hour by hour, those without a trade too: an hour of an older file may have had some. */
const landByHour = async (work: Work, series: FileSeries, period: PeriodFile, parts: Iterable<readonly Event[]>): Promise<void> => {
  const { symbol, market } = series;
  let nextMs = period.fromMs;
  const emptyUntil = async (endMs: number): Promise<void> => {
    for (; nextMs < endMs; nextMs += HOUR_MS)
      if (await work.options.store.holdsPeriod("aggTrade", symbol, market, nextMs)) await work.write(symbol, market, [], [hourOf(nextMs)]);
  };
  for (const events of parts) {
    work.options.signal?.throwIfAborted();
    const timeMs = events[0]?.eventTimeMs ?? nextMs;
    await emptyUntil(timeMs - (timeMs % HOUR_MS));
    await work.write(symbol, market, events, [hourOf(nextMs)]);
    nextMs += HOUR_MS;
  }
  await emptyUntil(period.toMs);
};

const hourOf = (hourMs: number): Stated => ({ kind: "aggTrade", fromMs: hourMs, toMs: hourMs + HOUR_MS });

/**
 * What a file states: its period, but for some days. Rows of metrics are dated by the end of theirs, so the first midnight is the day's
 * before.
 */
const statedBy = (kind: BackfillKind, { fromMs, toMs }: PeriodFile, keptDays: readonly number[]): Stated[] => {
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
const daysOfRest = (
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
const daysReplaced = ({ landed }: Work, series: FileSeries, { path, fromMs, toMs }: PeriodFile): readonly string[] =>
  daysOf(series, fromMs, toMs, toMs)
    .map((day) => day.path)
    .filter((day) => day !== path && landed.get(day) !== undefined);

/** Klines of a file at times at which the store has none. */
const missingOf = async (
  { options: { store } }: Work,
  { symbol, market }: FileSeries,
  { fromMs, toMs }: PeriodFile,
  events: readonly Event[],
): Promise<readonly Event[]> => {
  const holes = await store.holes("kline", symbol, market, fromMs, toMs);
  return (events as readonly Kline[]).filter(({ openTimeMs }) => holes.some((hole) => openTimeMs >= hole.fromMs && openTimeMs < hole.toMs));
};

const count = ({ report, decimals: seenBefore }: Work, symbol: string, file: string, parsed: ParsedFile): void => {
  const { rows, mended, idGaps, tradeIdGaps, labels, decimals } = parsed;
  report.rows += rows;
  for (const [name, sum] of Object.entries(mended)) report[name as keyof Mended] += sum;
  if (idGaps !== undefined && idGaps.places > 0) report.idGaps.push({ file, ...idGaps });
  if (tradeIdGaps !== undefined && tradeIdGaps.places > 0) report.tradeIdGaps.push({ file, ...tradeIdGaps });
  if (labels !== undefined) {
    const same = report.labels.find((each) => each.labels === labels.labels && each.by === labels.by);
    if (same === undefined) report.labels.push({ ...labels, files: 1 });
    else same.files += 1;
  }
  if (decimals === undefined) return;
  const seen = seenBefore.get(symbol) ?? { priceDecimals: 0, qtyDecimals: 0 };
  seenBefore.set(symbol, {
    priceDecimals: Math.max(seen.priceDecimals, decimals.priceDecimals),
    qtyDecimals: Math.max(seen.qtyDecimals, decimals.qtyDecimals),
  });
};
