import type { Steps } from "../coverage/grid.ts";
import { wideMs } from "../coverage/grid.ts";
import { NUMBERED } from "../coverage/holesOf.ts";
import type { HeldHour } from "../coverage/silences.ts";
import type { Duck, FileFacts, Scan } from "../duck/duck.ts";
import { selectSql } from "../duck/duck.ts";
import { periodBounds, periodOf } from "../table/period.ts";
import { KLINE_TABLE } from "../table/tables.ts";
import type { Series } from "./layout.ts";
import { filesOf } from "./layout.ts";

/**
 * Times of a series on a grid inside `[fromMs, toMs)`. Of a whole file of klines the footer tells it all: as many rows as fit between the
 * first and the last. Rows are read of other files only, one column.
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
  const runs: Steps[] = [];
  for (const part of parts) {
    const run = isWhole(part) ? { ...part, wide: [] } : await stepsInFile(duck, { ...series, files: [part.file], fromMs, toMs }, cadenceMs);
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
