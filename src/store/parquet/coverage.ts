import type { Steps } from "../coverage/grid.ts";
import { wideMs } from "../coverage/grid.ts";
import { NUMBERED } from "../coverage/holesOf.ts";
import type { HeldHour } from "../coverage/silences.ts";
import type { Duck } from "../duck/duck.ts";
import type { Scan } from "../duck/scanSql.ts";
import { selectSql } from "../duck/scanSql.ts";
import { reasonOf, unreadableFile } from "../duck/readFailure.ts";
import type { FileFacts } from "../hashing/fileList.ts";
import { periodBounds, periodOf } from "../table/period.ts";
import { KLINE_TABLE } from "../table/tables.ts";
import type { PeriodFile, SeriesFiles } from "./files/seriesFiles.ts";

/** Files of a series that meet `[fromMs, toMs)`. A missing file is a `UserError`: its rows are lost, they are no hole. */
const present = async (series: SeriesFiles, fromMs: number, toMs: number): Promise<readonly PeriodFile[]> => {
  const held = await series.held(fromMs, toMs);
  await series.check(held.filter(({ there }) => !there));
  return held;
};

/**
 * Times of a series on a grid inside `[fromMs, toMs)`. A kline file is whole if it has as many rows as fit between its first and last one;
 * its footer is then enough. Of other files one column is read.
 */
export const stepsOf = async (
  duck: Duck,
  series: SeriesFiles,
  fromMs: number,
  toMs: number,
  cadenceMs: number,
): Promise<Steps | undefined> => {
  const files = await present(series, fromMs, toMs);
  const facts = await series.facts(files);
  const isWhole = ({ rows, firstMs, lastMs }: FileFacts): boolean =>
    series.table === KLINE_TABLE && firstMs >= fromMs && lastMs < toMs && (lastMs - firstMs) / cadenceMs + 1 === rows;
  const runs: Steps[] = [];
  for (const file of files) {
    const found = facts.get(file.name);
    if (found === undefined || found.rows === 0) continue;
    const run = isWhole(found)
      ? { ...found, wide: [] }
      : await stepsInFile(duck, { ...(await series.checked([file])), fromMs, toMs }, cadenceMs);
    if (run !== undefined) runs.push(run);
  }
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const wide = runs.flatMap((run, i) => {
    const before = runs[i - 1];
    const between = before !== undefined && run.firstMs - before.lastMs >= wideMs(cadenceMs) ? [[before.lastMs, run.firstMs] as const] : [];
    return [...between, ...run.wide];
  });
  return { firstMs: first.firstMs, lastMs: last.lastMs, rows: runs.reduce((sum, { rows }) => sum + rows, 0), wide };
};

/** The same of one file by itself, from its rows. */
const stepsInFile = async (duck: Duck, scan: Scan, cadenceMs: number): Promise<Steps | undefined> => {
  const wide: (readonly [number, number])[] = [];
  let [firstMs, lastMs, rows] = [NaN, NaN, 0];
  for await (const times of duck.times(scan))
    for (const timeMs of times) {
      if (rows === 0) firstMs = timeMs;
      else if (timeMs - lastMs >= wideMs(cadenceMs)) wide.push([lastMs, timeMs]);
      lastMs = timeMs;
      rows += 1;
    }
  return rows === 0 ? undefined : { firstMs, lastMs, rows, wide };
};

/** Hours with rows that meet `[fromMs, toMs)`: rows and times by the lists of files, ids by the footers. */
export const hoursOf = async (duck: Duck, series: SeriesFiles, fromMs: number, toMs: number): Promise<readonly HeldHour[]> => {
  const { table } = series;
  const files = await present(series, fromMs, toMs);
  const times = await series.facts(files);
  const id = NUMBERED.get(table.kind);
  const checked = id === undefined ? undefined : await series.checked(files);
  const ids = id === undefined || checked === undefined ? undefined : await duck.bounds(id, checked);
  return files.flatMap(({ name }, i): HeldHour[] => {
    const held = times.get(name);
    if (held === undefined || held.rows === 0) return [];
    const { min = NaN, max = NaN } = ids?.get(checked?.files[i] ?? "") ?? {};
    return [{ hourMs: periodBounds(periodOf(table, held.firstMs)).fromMs, ...held, firstId: min, lastId: max }];
  });
};

/** Open time of the last kline in the range in which anything was traded; undefined when there is none. Reads files from the end on. */
export const lastTradedOf = async (duck: Duck, series: SeriesFiles, fromMs: number, toMs: number): Promise<number | undefined> => {
  for (const file of (await present(series, fromMs, toMs)).toReversed()) {
    const checked = await series.checked([file]);
    const sql = `SELECT max("openTimeMs")::DOUBLE FROM (${selectSql({ ...checked, fromMs, toMs })}) WHERE volume > 0`;
    const [row] = await duck.query(sql).catch(async (error: unknown) => {
      throw await unreadableFile(duck, checked, reasonOf(error));
    });
    if (row !== undefined && row[0] !== null) return Number(row[0]);
  }
  return undefined;
};
