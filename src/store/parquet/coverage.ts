import type { Steps } from "../coverage/grid.ts";
import { wideMs } from "../coverage/grid.ts";
import { NUMBERED } from "../coverage/holesOf.ts";
import type { HeldHour } from "../coverage/silences.ts";
import type { Duck, FileFacts, Scan } from "../duck/duck.ts";
import { selectSql, timesSql } from "../duck/duck.ts";
import { periodBounds, periodOf } from "../table/period.ts";
import { KLINE_TABLE } from "../table/tables.ts";
import type { Series } from "./layout.ts";
import { filesOf } from "./layout.ts";

/**
 * Times of a series on a grid inside `[fromMs, toMs)`. Of a whole file of klines the footer tells it all: as many rows as fit between the first and
 * the last. Rows are read of other files only, one column.
 */
export const stepsOf = async (
  duck: Duck,
  root: string,
  series: Series,
  fromMs: number,
  toMs: number,
  cadenceMs: number,
): Promise<Steps | undefined> => {
  const files = await filesOf(root, series, fromMs, toMs);
  const facts = await duck.facts(series.table, files);
  const parts = files.flatMap((file) => {
    const found = facts.get(file);
    return found === undefined || found.rows === 0 ? [] : [{ file, ...found }];
  });
  const isWhole = ({ rows, firstMs, lastMs }: FileFacts): boolean =>
    series.table === KLINE_TABLE && firstMs >= fromMs && lastMs < toMs && (lastMs - firstMs) / cadenceMs + 1 === rows;
  const read = parts.filter((part) => !isWhole(part)).map(({ file }) => file);
  const inside = await stepsInFiles(duck, { ...series, files: read, fromMs, toMs }, cadenceMs);
  const runs = parts.flatMap((part) => (isWhole(part) ? [{ ...part, wide: [] }] : (inside.get(part.file) ?? [])));
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const wide = runs.flatMap((run, i) => {
    const before = runs[i - 1];
    const between = before !== undefined && run.firstMs - before.lastMs >= wideMs(cadenceMs) ? [[before.lastMs, run.firstMs] as const] : [];
    return [...between, ...run.wide];
  });
  return { firstMs: first.firstMs, lastMs: last.lastMs, rows: runs.reduce((sum, { rows }) => sum + rows, 0), wide };
};

/** Files whose rows are looked at in one query: some million rows are sorted at a time. */
const FILES_A_QUERY = 24;

/** The same of each file by itself, from its rows. */
const stepsInFiles = async (duck: Duck, { table, files, fromMs, toMs }: Scan, cadenceMs: number): Promise<ReadonlyMap<string, Steps>> => {
  const found = new Map<string, { firstMs: number; lastMs: number; rows: number; wide: (readonly [number, number])[] }>();
  for (let at = 0; at < files.length; at += FILES_A_QUERY) {
    const rows = await duck.query(
      `SELECT f, t, n, c::DOUBLE FROM (
         SELECT f, t, lag(t) OVER w AS p, lead(t) OVER w AS n, count(*) OVER (PARTITION BY f) AS c
         FROM (${timesSql({ table, files: files.slice(at, at + FILES_A_QUERY), fromMs, toMs })}) WINDOW w AS (PARTITION BY f ORDER BY t)
       ) WHERE p IS NULL OR n IS NULL OR n - t >= ${wideMs(cadenceMs)} ORDER BY f, t`,
    );
    for (const [file, t, next, count] of rows) {
      const [timeMs, name] = [Number(t), String(file)];
      const steps = found.get(name) ?? { firstMs: timeMs, lastMs: timeMs, rows: Number(count), wide: [] };
      steps.lastMs = timeMs;
      if (next !== null && Number(next) - timeMs >= wideMs(cadenceMs)) steps.wide.push([timeMs, Number(next)]);
      found.set(name, steps);
    }
  }
  return found;
};

/** Hours with rows that meet `[fromMs, toMs)`, from the footers alone. */
export const hoursOf = async (duck: Duck, root: string, series: Series, fromMs: number, toMs: number): Promise<readonly HeldHour[]> => {
  const { table } = series;
  const files = await filesOf(root, series, fromMs, toMs);
  const times = await duck.facts(table, files);
  const id = NUMBERED.get(table.kind);
  const ids = id === undefined ? undefined : await duck.bounds(id, files);
  return files.flatMap((file): HeldHour[] => {
    const held = times.get(file);
    if (held === undefined || held.rows === 0) return [];
    const { min = NaN, max = NaN } = ids?.get(file) ?? {};
    return [{ hourMs: periodBounds(periodOf(table, held.firstMs)).fromMs, ...held, firstId: min, lastId: max }];
  });
};

/** Open time of the last kline in the range in which anything was traded; undefined when there is none. Reads files from the end on. */
export const lastTradedOf = async (duck: Duck, root: string, series: Series, fromMs: number, toMs: number): Promise<number | undefined> => {
  for (const file of [...(await filesOf(root, series, fromMs, toMs))].reverse()) {
    const [row] = await duck.query(
      `SELECT max("openTimeMs")::DOUBLE FROM (${selectSql({ table: series.table, files: [file], fromMs, toMs })}) WHERE volume > 0`,
    );
    if (row !== undefined && row[0] !== null) return Number(row[0]);
  }
  return undefined;
};
