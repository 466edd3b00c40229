import type { StoredKind } from "../../domain/kind.ts";
import { UserError } from "../../domain/units.ts";
import { Unreachable } from "../../venues/binance/http.ts";
import type { FileSeries } from "../../venues/binance/archive/archivePath.ts";
import type { DroppedPart } from "../store.ts";
import type { BackfillOptions } from "./options.ts";
import { localSpan, marketOf } from "./plan.ts";
import { KEPT_AS } from "./parseFile.ts";
import type { BackfillReport } from "./report.ts";
import type { Range } from "./seriesFill.ts";
import { fillSeries, nothingFound } from "./seriesFill.ts";
import { tellHoldings } from "./tellHoldings.ts";
import { Work } from "./work.ts";

/**
 * Fills a store from the public archive and, for the newest days, from REST: fetch, verify, parse, write, file by file, each file whole or
 * not at all (a day of trades, once all of it is found right, an hour at a time: what ends it in between leaves whole hours, and the file
 * to be imported again). Files that landed before are skipped while their checksum is the same. A symbol ends at its first damaged file,
 * with the error among `failures` of the report; the others go on, but where a host cannot be reached. A store that cannot be written is
 * thrown; an aborted signal ends it cleanly with `aborted` in the report.
 */
export const backfill = async (options: BackfillOptions): Promise<BackfillReport> => {
  const { store, archive, symbols, fromMs } = options;
  if (fromMs === undefined && !archive.local) throw new UserError(`say from when: add --from, e.g. --from 2023-01-01`, 2);
  await store.lock();
  const work = new Work(options, await store.landed());
  const { report } = work;
  report.unused = archive.unused;
  try {
    for (const symbol of symbols) {
      await fillSymbol(work, symbol);
      if (report.failures.at(-1)?.error instanceof Unreachable) break;
    }
    await work.rules.finish(report.failures.map(({ symbol }) => symbol));
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    report.aborted = true;
  }
  await tellHoldings(work);
  return report;
};

const fillSymbol = async (work: Work, symbol: string): Promise<void> => {
  try {
    for (const kind of work.options.kinds) await fillKind(work, symbol, kind);
  } catch (error) {
    if (!isOwn(work, error)) throw error;
    work.report.failures.push({ symbol, error });
  }
};

/** Whether an error is a symbol's, or its sources': not the store's, and not a stop. */
const isOwn = ({ storeFailed, options: { signal } }: Work, error: unknown): error is UserError =>
  error instanceof UserError && !storeFailed && signal?.aborted !== true;

const fillKind = async (work: Work, symbol: string, kind: FileSeries["kind"]): Promise<void> => {
  const { options } = work;
  const { archive, nowMs, kinds } = options;
  const series: FileSeries = { symbol, kind, market: marketOf(kind, options.market), interval: options.interval };
  const span = archive.local ? await localSpan(archive, series) : undefined;
  const fromMs = options.fromMs ?? span?.fromMs ?? NaN;
  const toMs = Math.min(options.toMs ?? span?.toMs ?? nowMs, nowMs);
  const found = fromMs < toMs && (await fillSeries(work, series, await withDamaged(work, series, { fromMs, toMs })));
  if (!found && (kind === "kline" || kinds.length === 1)) throw await nothingFound(work, series);
};

/** Takes damaged and missing parts of a series out of the store, and widens the range to them: they are brought anew as a whole. */
const withDamaged = async ({ options: { store, nowMs }, report }: Work, series: FileSeries, range: Range): Promise<Range> => {
  const { symbol, market, kind } = series;
  const drop = (kept: StoredKind): Promise<readonly DroppedPart[]> => store.dropDamaged(kept, symbol, market, range.fromMs, range.toMs);
  const dropped = (await Promise.all(KEPT_AS[kind].map(drop))).flat();
  const rules = kind === "kline" || kind === "aggTrades" ? await drop("instrumentRules") : [];
  report.dropped.push(...[...dropped, ...rules].map(({ file }) => file));
  return {
    fromMs: Math.min(range.fromMs, ...dropped.map((part) => part.fromMs)),
    toMs: Math.min(nowMs, Math.max(range.toMs, ...dropped.map((part) => part.toMs))),
  };
};
