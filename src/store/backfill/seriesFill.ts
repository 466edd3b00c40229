import { basename } from "node:path";
import type { FileSeries } from "../../venues/binance/archive/archivePath.ts";
import { folderOf } from "../../venues/binance/archive/archivePath.ts";
import { DAY_MS, UserError } from "../../domain/units.ts";
import { timeText } from "../reading/catalog.ts";
import type { Fetched } from "./fetchFile.ts";
import { fetchAhead, fetchFile } from "./fetchFile.ts";
import { heldRows } from "./heldRows.ts";
import { landedAs } from "./landedFiles.ts";
import type { LandingMode } from "./landing.ts";
import { land } from "./landing.ts";
import type { PeriodFile } from "./plan.ts";
import { daysOf, isDaily, localSpan, monthsOf } from "./plan.ts";
import { askRest } from "./restDays.ts";
import type { Work } from "./work.ts";

/** Times in ms, the end exclusive. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is asked of a series. */
interface Asked extends Range {
  readonly series: FileSeries;
  /** Files that have landed are read again: the store has lost the rules of the symbol. */
  readonly again: boolean;
}

/**
 * Fills one series of `[fromMs, toMs)`: the monthly files of the months that are over; of klines the daily files of the other days, and of
 * those in which a monthly file has holes; REST for the newest days that no file states. Returns whether anything was found.
 */
export const fillSeries = async (work: Work, series: FileSeries, { fromMs, toMs }: Range): Promise<boolean> => {
  const { report, options } = work;
  const { nowMs, newest } = options;
  const asked: Asked = { series, fromMs, toMs, again: await areRulesLost(work, series) };
  /** Periods whose file is in the store now. */
  const files: PeriodFile[] = [];
  const byDay = isDaily(series.kind);
  const first = byDay ? daysOf(series, fromMs, toMs, nowMs) : monthsOf(series, fromMs, toMs).filter((month) => month.toMs <= nowMs);
  const absent = await take(work, asked, files, first, "states");
  const missing = series.kind === "kline" ? await fillDays(work, asked, files, absent) : absent;
  const given = newest === undefined || byDay ? new Set<number>() : await askRest(work, series, newest, files, fromMs, toMs);
  const isGiven = (file: PeriodFile): boolean => [...given].some((dayMs) => dayMs >= file.fromMs && dayMs < file.toMs);
  report.missing.push(...missing.filter((file) => !isGiven(file)).map(({ path }) => path));
  return files.length > 0 || given.size > 0 || report.unlisted.includes(series.symbol);
};

const areRulesLost = async ({ landed, rules }: Work, series: FileSeries): Promise<boolean> => {
  const { symbol, market, kind } = series;
  if (kind !== "kline" && kind !== "aggTrades") return false;
  const folders = (["daily", "monthly"] as const).map((cadence) => `${folderOf(series, cadence)}/`);
  const hasLanded = [...landed.all().keys()].some((path) => folders.some((folder) => path.startsWith(folder)));
  return rules.areLost(symbol, market, hasLanded);
};

/**
 * Fetches files in order, a few ahead, and lands those that are not in the store; `files` gets those that are there, the absent ones are
 * returned.
 */
const take = async (
  work: Work,
  { series, again }: Asked,
  files: PeriodFile[],
  wanted: readonly PeriodFile[],
  mode: LandingMode,
): Promise<PeriodFile[]> => {
  const { archive, force = false, signal } = work.options;
  const fetchOne = (file: PeriodFile): Promise<Fetched> => {
    const hasLanded = async (sum: string): Promise<boolean> => {
      const before = work.landed.get(file.path);
      if (force || again || before?.sha256 !== landedAs(series.kind, sum)) return false;
      return (await heldRows(work.options.store, series, file.fromMs, file.toMs)) >= before.rows;
    };
    const onBytes = (bytes: number): void => {
      work.report.bytes += bytes;
      work.progress(file.label);
    };
    return fetchFile(archive, file.path, hasLanded, { signal, onBytes });
  };
  work.expect(wanted.length);
  const absent: PeriodFile[] = [];
  for await (const [file, fetched] of fetchAhead(wanted, fetchOne, signal)) {
    if (fetched === "landed") work.report.filesSkipped += 1;
    else if (fetched !== undefined) await land(work, series, file, fetched, mode);
    (fetched === undefined ? absent : files).push(file);
    work.done(file.label);
  }
  return absent;
};

/**
 * Days of klines: those in which a monthly file has a hole, all of the running month, and of the `absent` months those that may be there.
 * Returns what is missing: a month without any day is one file, not thirty.
 */
const fillDays = async (work: Work, asked: Asked, files: PeriodFile[], absent: readonly PeriodFile[]): Promise<PeriodFile[]> => {
  const { nowMs, archive } = work.options;
  const { series, fromMs, toMs } = asked;
  const there = archive.local ? new Set(await archive.list(folderOf(series, "daily"))) : undefined;
  const daysIn = (month: PeriodFile): PeriodFile[] => daysOf(series, Math.max(month.fromMs, fromMs), Math.min(month.toMs, toMs), nowMs);
  /** Of a local copy, the days that are there; of the network, as `probe` says. */
  const ask: AskDays = async (into, days, mode, probes) => {
    const wanted = there === undefined ? days : days.filter(({ path }) => there.has(basename(path)));
    await probe(work, asked, into, wanted, mode, there === undefined ? probes : []);
  };
  await fillHoles(work, asked, files.flatMap(daysIn), ask);
  const running = monthsOf(series, fromMs, toMs).filter((month) => month.toMs > nowMs);
  const missing = await take(work, asked, files, running.flatMap(daysIn), "states");
  for (const month of nearestFirst(absent, files)) {
    const days = daysIn(month);
    const isFirst = !files.some((file) => file.toMs <= month.fromMs);
    const isLast = !files.some((file) => file.fromMs >= month.toMs);
    const before = files.length;
    await ask(files, days, "states", [...(isLast ? days.slice(0, 1) : []), ...(isFirst ? days.slice(-1) : [])]);
    const have = new Set(files.slice(before).map(({ path }) => path));
    missing.push(...(have.size === 0 ? [month] : days.filter(({ path }) => !have.has(path))));
  }
  return missing.sort((a, b) => a.fromMs - b.fromMs);
};

type AskDays = (into: PeriodFile[], days: readonly PeriodFile[], mode: LandingMode, probes: readonly PeriodFile[]) => Promise<void>;

/**
 * Asks for daily files inside months whose monthly file exists: for days whose klines the store lacks, and for days that a daily file has
 * filled before, because that file may have been replaced. Days before the first kline and after the last one are asked for apart.
 */
const fillHoles = async (work: Work, { series, fromMs, toMs }: Asked, days: readonly PeriodFile[], ask: AskDays): Promise<void> => {
  if (days.length === 0) return;
  const holes = await work.options.store.holes("kline", series.symbol, series.market, fromMs, toMs);
  const [first, last] = [holes[0], holes.at(-1)];
  const before = first !== undefined && first.fromMs - fromMs < work.intervalMs ? first.toMs : -Infinity;
  const behind = last !== undefined && last.toMs >= toMs ? last.fromMs : Infinity;
  const inside = days.filter((day) => day.toMs > before && day.fromMs < behind);
  const isLacked = (day: PeriodFile): boolean =>
    work.landed.get(day.path) !== undefined || holes.some((hole) => hole.fromMs < day.toMs && hole.toMs > day.fromMs);
  await ask([], inside.filter(isLacked), "fills", []);
  const [older, newer] = [days.filter((day) => day.toMs <= before), days.filter((day) => day.fromMs >= behind)];
  await ask([], older, "fills", older.slice(-1));
  await ask([], newer, "fills", newer.slice(0, 1));
};

/**
 * Absent months in the order of asking: from the files that exist to both ends. Before the first file the symbol was not listed yet, or the
 * files are late; after the last one likewise.
 */
const nearestFirst = (absent: readonly PeriodFile[], files: readonly PeriodFile[]): readonly PeriodFile[] => {
  const firstMs = Math.min(...files.map(({ fromMs }) => fromMs));
  return [...absent.filter(({ fromMs }) => fromMs >= firstMs), ...absent.filter(({ fromMs }) => fromMs < firstMs).reverse()];
};

/**
 * Asks the network for days. Each absent day costs a request, so the `probes` come first, and if none of them exists no other day is asked
 * for. A history has one beginning and one end: outside the files that exist the nearest day is the probe, between them every day is.
 */
const probe = async (
  work: Work,
  asked: Asked,
  files: PeriodFile[],
  days: readonly PeriodFile[],
  mode: LandingMode,
  probes: readonly PeriodFile[],
): Promise<void> => {
  const first = [...new Set(probes)];
  const absent = await take(work, asked, files, first, mode);
  const others = days.filter((day) => !first.includes(day));
  if (first.length === 0 || absent.length < first.length) await take(work, asked, files, others, mode);
};

/** The error when neither archive nor REST had a single row, with what a local archive does have. */
export const nothingFound = async ({ options: { archive } }: Work, series: FileSeries): Promise<UserError> => {
  const { symbol, kind, interval } = series;
  const other: FileSeries = { ...series, market: series.market === "um" ? "spot" : "um" };
  const [span, otherSpan] = archive.local ? [await localSpan(archive, series), await localSpan(archive, other)] : [];
  let hint = "check --symbol, --interval, --market, --from and --to";
  if (span !== undefined) hint = `it has ${timeText(span.fromMs)} … ${timeText(span.toMs - DAY_MS)}: choose --from and --to inside it`;
  else if (otherSpan !== undefined && kind === "kline") hint = `it has ${other.market} klines: use --market ${other.market}`;
  else if (archive.unused.length > 0)
    hint = `what ${archive.unused[0] ?? ""} holds its name and folder do not say: name it as the archive does, or say --market`;
  const what = kind === "kline" ? `${symbol} ${interval} klines` : `${symbol} ${kind}`;
  return new UserError(
    `found no ${what} in ${archive.label} (looked in ${folderOf(series, isDaily(kind) ? "daily" : "monthly")}): ${hint}`,
  );
};
