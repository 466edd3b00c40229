import type { Event } from "../../domain/event.ts";
import type { Kline } from "../../domain/kline.ts";
import { DAY_MS, HOUR_MS } from "../../domain/units.ts";
import type { FileSeries } from "../../venues/binance/archive/archivePath.ts";
import type { ParsedMetrics } from "../../venues/binance/archive/metricsCsv.ts";
import { parseMetricsCsv } from "../../venues/binance/archive/metricsCsv.ts";
import { unzipCsv } from "../archive/zip.ts";
import type { Stated } from "../store.ts";
import type { FetchedFile } from "./fetchFile.ts";
import { fetchFile } from "./fetchFile.ts";
import { landedAs } from "./landedFiles.ts";
import type { LabelReading } from "./metricsLabels.ts";
import { labelReading } from "./metricsLabels.ts";
import type { Mended, ParsedFile } from "./parseFile.ts";
import { parseFile } from "./parseFile.ts";
import type { PeriodFile } from "./plan.ts";
import { dayFile, monthsOf } from "./plan.ts";
import { daysOfRest, daysReplaced, statedBy } from "./stated.ts";
import type { Work } from "./work.ts";

/**
 * `states`: nothing is in the file's period but what the file has (and days that REST gave and the file has nothing of). `fills`: it stands
 * beside a monthly file and gives what that one lacks.
 */
export type LandingMode = "states" | "fills";

/** Parses a file and, when all of it is right, writes it. Trades are written an hour at a time. */
export const land = async (work: Work, series: FileSeries, period: PeriodFile, fetched: FetchedFile, mode: LandingMode): Promise<void> => {
  const { report, options } = work;
  const { kind, symbol, market } = series;
  const { path, name } = fetched;
  const parsed = await parsedOf(work, series, period, fetched);
  const { numbers } = parsed;
  if (numbers !== undefined) await work.rules.learn(symbol, market, numbers.seen);
  const landed = { sha256: landedAs(kind, fetched.sha256), rows: parsed.rows };
  const changes: [string, typeof landed | undefined][] = [[path, landed]];
  if (kind === "aggTrades") await landByHour(work, series, period, parsed.parts);
  else {
    const [events = []] = parsed.parts;
    if (mode === "fills") await fillDay(work, series, period, events as readonly Kline[]);
    else {
      const { kept, forgotten } = daysOfRest(work, series, period, events);
      await work.write(symbol, market, events, statedBy(kind, period, kept));
      changes.push(...[...forgotten, ...daysReplaced(work, series, period)].map((each): [string, undefined] => [each, undefined]));
    }
  }
  if (numbers !== undefined) await work.rules.count(symbol, market, numbers.price.fineness);
  await work.record(changes);
  count(work, name, parsed);
  if (!fetched.verified) report.unverified.push(name);
  report.filesLanded += 1;
  if (options.archive.local) report.bytes += fetched.bytes.length;
};

const csvOf = async ({ name, bytes }: FetchedFile): Promise<Uint8Array> =>
  name.toLowerCase().endsWith(".csv") ? bytes : unzipCsv(bytes, name);

const parsedOf = async (work: Work, series: FileSeries, { fromMs }: PeriodFile, fetched: FetchedFile): Promise<ParsedFile> => {
  const neighbour = async (days: 1 | -1): Promise<ParsedMetrics | undefined> => {
    const found = await again(work, dayFile(series, fromMs + days * DAY_MS));
    return found === undefined ? undefined : parseMetricsCsv(await csvOf(found), found.name);
  };
  const { intervalMs, options } = work;
  const labelsOf = (metrics: ParsedMetrics): Promise<LabelReading> =>
    labelReading(metrics, { store: options.store, intervalMs, neighbour });
  return parseFile({ kind: series.kind, csv: await csvOf(fetched), file: fetched.name, intervalMs, labelsOf });
};

/** A file beside the one in work, whether it has landed or not. */
const again = async ({ options: { archive, signal } }: Work, { path }: PeriodFile): Promise<FetchedFile | undefined> => {
  const found = await fetchFile(archive, path, () => Promise.resolve(false), { signal });
  return found === "landed" ? undefined : found;
};

/**
 * Writes what a day beside a monthly file has at times at which the store has nothing. Where an older version of the day did so before, its
 * klines go: the day is what the monthly file has of it, read again, and what the newer version adds.
 */
const fillDay = async (work: Work, series: FileSeries, day: PeriodFile, klines: readonly Kline[]): Promise<void> => {
  const { symbol, market } = series;
  const isOlderThere = work.landed.get(day.path) !== undefined;
  const month = isOlderThere ? monthsOf(series, day.fromMs, day.toMs)[0] : undefined;
  const monthly = month === undefined ? undefined : await again(work, month);
  if (month === undefined || monthly === undefined) {
    const holes = await work.options.store.holes("kline", symbol, market, day.fromMs, day.toMs);
    const isMissing = ({ openTimeMs }: Kline): boolean => holes.some((hole) => openTimeMs >= hole.fromMs && openTimeMs < hole.toMs);
    return work.write(symbol, market, klines.filter(isMissing));
  }
  const [events = []] = (await parsedOf(work, series, month, monthly)).parts;
  const ofDay = (events as readonly Kline[]).filter(({ openTimeMs }) => openTimeMs >= day.fromMs && openTimeMs < day.toMs);
  const there = new Set(ofDay.map(({ openTimeMs }) => openTimeMs));
  const added = klines.filter(({ openTimeMs }) => !there.has(openTimeMs));
  return work.write(symbol, market, [...ofDay, ...added], [{ kind: "kline", fromMs: day.fromMs, toMs: day.toMs }]);
};

/** Hour by hour, those without a trade too: an hour of an older file may have had some. */
const landByHour = async (work: Work, series: FileSeries, period: PeriodFile, parts: Iterable<readonly Event[]>): Promise<void> => {
  const { symbol, market } = series;
  let nextMs = period.fromMs;
  const emptyUntil = async (endMs: number): Promise<void> => {
    for (; nextMs < endMs; nextMs += HOUR_MS)
      if ((await work.options.store.count("aggTrade", symbol, market, nextMs, nextMs + HOUR_MS)) > 0)
        await work.write(symbol, market, [], [hourOf(nextMs)]);
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

const count = ({ report }: Work, file: string, parsed: ParsedFile): void => {
  const { rows, mended, idGaps, tradeIdGaps, labels } = parsed;
  report.rows += rows;
  for (const [name, sum] of Object.entries(mended)) report[name as keyof Mended] += sum;
  if (idGaps !== undefined && idGaps.places > 0) report.idGaps.push({ file, ...idGaps });
  if (tradeIdGaps !== undefined && tradeIdGaps.places > 0) report.tradeIdGaps.push({ file, ...tradeIdGaps });
  if (labels !== undefined) {
    const same = report.labels.find((each) => each.labels === labels.labels && each.by === labels.by);
    if (same === undefined) report.labels.push({ ...labels, files: 1 });
    else same.files += 1;
  }
};
