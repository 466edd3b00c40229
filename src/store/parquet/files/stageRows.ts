import type { Duck } from "../../duck/duck.ts";
import type { Stated } from "../../store.ts";
import type { Columns } from "../../table/columns.ts";
import { numbersAt, outsideOf, sameColumns, sliceRows, upserted } from "../../table/columns.ts";
import { periodBounds, periodOf } from "../../table/period.ts";
import { periodFile } from "../layout.ts";
import type { SeriesFiles } from "./seriesFiles.ts";
import type { StagedFiles } from "./stagedFiles.ts";

/**
 * Stages every period of a series that the rows or the ranges that they state touch and change. A file that is gone is written anew, one
 * that is damaged is a `UserError`.
 */
export const stageRows = async (
  duck: Duck,
  staged: StagedFiles,
  series: SeriesFiles,
  rows: Columns,
  ranges: readonly Stated[],
): Promise<void> => {
  const { table, folder } = series;
  const present = new Map((await series.held()).filter(({ there }) => there).map((file) => [file.name, file]));
  const add = (name: string, content: Columns): Promise<void> => {
    const times = numbersAt(content, 0);
    const facts = { rows: content.length, firstMs: times[0] as number, lastMs: times[content.length - 1] as number };
    return staged.add(folder, name, (path) => duck.write(table.columns, content, path), facts);
  };
  const stage = async (period: string, newer: Columns): Promise<void> => {
    const name = periodFile(period);
    const held = present.get(name);
    present.delete(name);
    if (held === undefined) return add(name, newer);
    await series.facts([held]); // refuses rows of another period, which the next line would leave out
    const older = await duck.load({ ...(await series.checked([held])), ...periodBounds(period) });
    const merged = upserted(outsideOf(older, ranges), newer, table.keys);
    if (merged.length === 0) staged.remove(folder, name);
    else if (!sameColumns(older, merged)) await add(name, merged);
  };
  const times = numbersAt(rows, 0);
  for (let from = 0; from < rows.length;) {
    const period = periodOf(table, times[from] as number);
    const { toMs } = periodBounds(period);
    let to = from;
    while (to < rows.length && (times[to] as number) < toMs) to += 1;
    await stage(period, sliceRows(rows, from, to));
    from = to;
  }
  const stale = [...present.values()].filter((file) => ranges.some(({ fromMs, toMs }) => fromMs < file.toMs && toMs > file.fromMs));
  for (const { fromMs } of stale) await stage(periodOf(table, fromMs), sliceRows(rows, 0, 0));
};
