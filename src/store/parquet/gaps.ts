import type { GapSpan } from "../store.ts";
import type { Duck } from "../duck/duck.ts";
import { selectSql } from "../duck/duck.ts";
import { reasonOf, unreadableFile } from "../duck/readFailure.ts";
import type { SeriesFiles } from "./files/seriesFiles.ts";

/** Runs of missing klines between the first and the last kline inside `[fromMs, toMs)`. */
export const findGaps = async (duck: Duck, series: SeriesFiles, fromMs: number, toMs: number): Promise<readonly GapSpan[]> => {
  const tableFiles = await series.checked(await series.held(fromMs, toMs));
  if (tableFiles.files.length === 0) return [];
  const { intervalMs } = series;
  const rows = await duck
    .query(
      `SELECT t, n FROM (SELECT "openTimeMs" AS t, lead("openTimeMs") OVER (ORDER BY "openTimeMs") AS n
       FROM (${selectSql({ ...tableFiles, fromMs, toMs })})) WHERE n - t > ${intervalMs} ORDER BY t`,
    )
    .catch(async (error: unknown) => {
      throw await unreadableFile(duck, tableFiles, reasonOf(error));
    });
  return rows.map(([last, next]) => {
    const gapFromMs = Number(last) + intervalMs;
    return { fromMs: gapFromMs, toMs: Number(next), bars: Math.round((Number(next) - gapFromMs) / intervalMs) };
  });
};
