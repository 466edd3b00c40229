import type { Event } from "../domain/event.ts";
import type { StoredKind } from "../domain/kind.ts";
import type { HistorySpan } from "../domain/ports.ts";
import { UserError } from "../domain/units.ts";
import { partOfPath } from "./backfill/plan.ts";
import { periodBounds, periodOf } from "./table/period.ts";
import type { Store } from "./store.ts";
import { sameColumns } from "./table/columns.ts";
import type { TableRows } from "./table/eventRows.ts";
import { rowsOf } from "./table/eventRows.ts";
import { tableOf } from "./table/marketTables.ts";
import type { Table } from "./table/tables.ts";

export interface MigrateOptions {
  readonly from: Store;
  readonly to: Store;
  /** Absent: all. */
  readonly symbols?: readonly string[] | undefined;
  readonly market?: string | undefined;
  /** By open and event time, end exclusive; infinite: no bound. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the klines that the stores speak of: `1m`. */
  readonly interval: string;
  readonly signal?: AbortSignal;
  /** Events compared or copied so far, of those there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface MigratedSeries {
  readonly symbol: string;
  readonly kind: StoredKind;
  readonly market: string;
  /** Events written. */
  events: number;
  partsCopied: number;
  /** Parts that the target held already, bit by bit. */
  partsSame: number;
}

export interface MigrateReport {
  readonly series: MigratedSeries[];
  /** Entries of the list of archive files that were copied with all of the history. */
  landed: number;
  /** Entries that the source has in that list; null: it was not looked at, since a part was asked for. */
  listed: number | null;
  /** True when the signal ended the work; what is copied stays. */
  aborted: boolean;
}

/**
 * Copies history from one store to another, series by series and part by part (an hour, month or year, as the kind is cut): a part is read from both, and written where
 * they differ, so a second run writes nothing and an interrupted one goes on where it was. What else the target holds stays.
 * When nothing is left out, the list of landed archive files is copied too. Throws a `UserError` when there is nothing to copy.
 */
export const migrate = async (options: MigrateOptions): Promise<MigrateReport> => {
  const { from, to, symbols, market, fromMs, toMs, signal } = options;
  const spans = (await from.spans()).filter(
    (span) => (symbols === undefined || symbols.includes(span.symbol)) && (market === undefined || span.market === market),
  );
  const inRange = spans.filter((span) => span.kind === "instrumentRules" || (span.fromMs < toMs && span.toMs > fromMs));
  const lacking = symbols?.find((symbol) => !inRange.some((span) => span.symbol === symbol));
  if (lacking !== undefined || !inRange.some(({ kind }) => kind !== "instrumentRules"))
    throw new UserError(
      `there is nothing to copy${lacking === undefined ? "" : ` of ${lacking}`} in ${from.shown}: check --symbol, --market, --from, --to, --interval and the store`,
    );
  await to.lock();
  const report: MigrateReport = { series: [], landed: 0, listed: null, aborted: false };
  const work = { done: 0, total: inRange.reduce((sum, span) => sum + span.events, 0) };
  for (const span of inRange) {
    await copySeries(span, options, report, work);
    if (signal?.aborted === true) {
      report.aborted = true;
      return report;
    }
  }
  options.onProgress?.(work.total, work.total);
  const whole = symbols === undefined && market === undefined && fromMs === -Infinity && toMs === Infinity;
  if (whole) Object.assign(report, await copyLanded(from, to, options.interval));
  return report;
};

const copySeries = async (
  span: HistorySpan,
  options: MigrateOptions,
  report: MigrateReport,
  work: { done: number; total: number },
): Promise<void> => {
  const { from, to, signal, onProgress } = options;
  const { symbol, market, kind } = span;
  const mine: MigratedSeries = { symbol, kind, market, events: 0, partsCopied: 0, partsSame: 0 };
  report.series.push(mine);
  // Rules are few and apply to everything after them: all of them are copied.
  const wholly = kind === "instrumentRules";
  const startMs = wholly ? span.fromMs : Math.max(span.fromMs, options.fromMs);
  const endMs = wholly ? span.toMs : Math.min(span.toMs, options.toMs);
  let found = 0;
  for (const [partMs, nextMs] of partsOf(tableOf(kind), startMs, endMs)) {
    if (signal?.aborted === true) return;
    const events = await collected(from.series(kind, symbol, market, partMs, nextMs));
    if (events.length === 0) continue;
    if (sameEvents(events, await collected(to.series(kind, symbol, market, partMs, nextMs)))) mine.partsSame += 1;
    else {
      await to.write(symbol, market, events);
      mine.events += events.length;
      mine.partsCopied += 1;
    }
    work.done += events.length;
    found += events.length;
    onProgress?.(work.done, work.total);
  }
  const held = await to.count(kind, symbol, market, startMs, endMs);
  if (held < found)
    throw new UserError(
      `${to.shown} holds ${held} of the ${found} ${kind} events of ${symbol} (${market}) that ${from.shown} holds: run the command again, and riposte verify where it stays so`,
    );
};

/** Entries of files whose rows were copied. */
const copyLanded = async (from: Store, to: Store, interval: string): Promise<Pick<MigrateReport, "landed" | "listed">> => {
  const target = await to.landed();
  const source = (await from.landed()).all();
  const changes = [...source].filter(([path, landed]) => {
    const series = partOfPath(path)?.series;
    const left = series?.kind === "kline" && series.interval !== interval;
    return !left && target.get(path)?.sha256 !== landed.sha256;
  });
  if (changes.length > 0) await target.change(changes);
  return { landed: changes.length, listed: source.size };
};

/** Periods of a table (UTC) that `[fromMs, toMs)` meets, cut to it; all of it where there is no table. */
function* partsOf(table: Table | undefined, fromMs: number, toMs: number): Generator<readonly [number, number], void, undefined> {
  for (let startMs = fromMs; startMs < toMs;) {
    const nextMs = table === undefined ? toMs : Math.min(toMs, periodBounds(periodOf(table, startMs)).toMs);
    yield [startMs, nextMs];
    startMs = nextMs;
  }
}

const collected = async (bursts: AsyncIterable<readonly Event[]>): Promise<Event[]> => {
  const events: Event[] = [];
  for await (const burst of bursts) for (const event of burst) events.push(event);
  return events;
};

/** Same events, values bit by bit; NaN equals NaN. */
const sameEvents = (a: readonly Event[], b: readonly Event[]): boolean => {
  if (a.length !== b.length) return false;
  const [mine, others] = [rowsOf(a), rowsOf(b)];
  return (
    JSON.stringify(mine.rules) === JSON.stringify(others.rules) &&
    mine.rows.length === others.rows.length &&
    mine.rows.every(({ columns }, i) => sameColumns(columns, (others.rows[i] as TableRows).columns))
  );
};
