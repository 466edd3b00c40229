import { join } from "node:path";
import type { GapSpan } from "../store.ts";
import type { Duck } from "../duck/duck.ts";
import { selectSql } from "../duck/duck.ts";
import type { Series } from "./layout.ts";
import { periodBounds } from "../table/period.ts";
import { periodsOf, seriesFolder } from "./layout.ts";

/** Files of a series whose period meets `[fromMs, toMs)`, ascending, as absolute paths. */
export const filesOf = async (root: string, series: Series, fromMs: number, toMs: number): Promise<readonly string[]> => {
  const folder = join(root, seriesFolder(series));
  const inRange = (await periodsOf(root, series)).filter((period) => {
    const bounds = periodBounds(period);
    return bounds.fromMs < toMs && bounds.toMs > fromMs;
  });
  return inRange.map((period) => join(folder, `${period}.parquet`));
};

/** Runs of missing klines between the first and the last kline inside `[fromMs, toMs)`. */
export const findGaps = async (duck: Duck, root: string, series: Series, fromMs: number, toMs: number): Promise<readonly GapSpan[]> => {
  const files = await filesOf(root, series, fromMs, toMs);
  if (files.length === 0) return [];
  const { intervalMs } = series;
  const rows = await duck.query(
    `SELECT t, n FROM (SELECT "openTimeMs" AS t, lead("openTimeMs") OVER (ORDER BY "openTimeMs") AS n
     FROM (${selectSql({ table: series.table, files, fromMs, toMs })})) WHERE n - t > ${intervalMs} ORDER BY t`,
  );
  return rows.map(([last, next]) => {
    const gapFromMs = Number(last) + intervalMs;
    return { fromMs: gapFromMs, toMs: Number(next), bars: Math.round((Number(next) - gapFromMs) / intervalMs) };
  });
};
