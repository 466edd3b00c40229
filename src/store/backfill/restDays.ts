import { NumberCount } from "../../domain/decimals/numberCount.ts";
import type { Event } from "../../domain/event.ts";
import { klinesOf } from "../../domain/kline.ts";
import { DAY_MS, UserError, utcDayStart } from "../../domain/units.ts";
import { AddressRefused, NotListed } from "../../venues/binance/rest.ts";
import type { FileSeries } from "../../venues/binance/archive/archivePath.ts";
import type { NewestSource } from "./options.ts";
import type { PeriodFile } from "./plan.ts";
import { restDay } from "./stated.ts";
import type { Work } from "./work.ts";

/** Farthest back that REST fills in for the archive. */
const REST_SPAN_MS = 62 * DAY_MS;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Asks REST for the newest days that no file covers, or that a monthly file lacks. Returns the days for which it gave anything. A symbol
 * that is not listed any more has ended if the archive has files of it.
 */
export const askRest = async (
  work: Work,
  series: FileSeries,
  newest: NewestSource,
  files: readonly PeriodFile[],
  fromMs: number,
  toMs: number,
): Promise<ReadonlySet<number>> => {
  const given = new Map<number, number>();
  if (work.addressRefused) return new Set();
  const spans = await spansToAsk(work, series, files, Math.max(fromMs, work.options.nowMs - REST_SPAN_MS), toMs);
  const { symbol, market, kind } = series;
  const numbers = new NumberCount(); // one for all pages: a day may be on two
  const landSome = async (events: readonly Event[]): Promise<void> => {
    if (events.length === 0) return;
    await work.write(symbol, market, events);
    work.report.rowsFromRest += events.length;
    work.report.rows += events.length;
    for (const { eventTimeMs } of events) given.set(utcDayStart(eventTimeMs), (given.get(utcDayStart(eventTimeMs)) ?? 0) + 1);
    work.progress(`${symbol} ${kind} from REST`);
  };
  try {
    for (const span of spans) await ask(work, series, newest, span, numbers, landSome);
  } catch (error) {
    if (error instanceof NotListed && (files.length > 0 || (await holdsKlines(work, series)))) {
      if (!work.report.unlisted.includes(symbol)) work.report.unlisted.push(symbol);
    } else if (error instanceof AddressRefused) {
      work.addressRefused = true;
      const day = new Date(spans[0]?.fromMs ?? toMs).toISOString().slice(0, 10);
      throw new UserError(`${error.message}: leave the newest days out with --to ${day}`);
    } else throw error;
  } finally {
    if (given.size > 0 && !work.storeFailed) {
      if (kind === "kline") {
        await work.rules.learn(symbol, market, numbers.seen);
        await work.rules.count(symbol, market, numbers.price.fineness);
      }
      await work.record([...given].map(([dayMs, rows]) => [restDay(series, dayMs), { sha256: "rest", rows }] as const));
    }
  }
  return new Set(given.keys());
};

const holdsKlines = async ({ options: { store }, intervalMs }: Work, { symbol, market }: FileSeries): Promise<boolean> =>
  (await store.klineIntervals({ symbol, market })).includes(intervalMs);

const ask = async (
  { options: { signal }, intervalMs }: Work,
  { symbol, kind, interval }: FileSeries,
  newest: NewestSource,
  { fromMs, toMs }: Span,
  numbers: NumberCount,
  landSome: (events: readonly Event[]) => Promise<void>,
): Promise<void> => {
  if (kind === "funding") await landSome(await newest.funding(symbol, fromMs, toMs, signal));
  else
    for await (const block of newest.klines(symbol, interval, intervalMs, fromMs, toMs, signal, numbers)) await landSome(klinesOf(block));
  signal?.throwIfAborted();
};

/** Runs of days to ask for. Funding is asked for to the end: stored rows do not show that a shorter interval has begun. */
const spansToAsk = async (
  { options: { store } }: Work,
  { symbol, market, kind }: FileSeries,
  files: readonly PeriodFile[],
  fromMs: number,
  toMs: number,
): Promise<readonly Span[]> => {
  if (fromMs >= toMs) return [];
  const holes = await store.holes(kind === "funding" ? "funding" : "kline", symbol, market, fromMs, toMs);
  const spans: { fromMs: number; toMs: number }[] = [];
  for (let dayMs = utcDayStart(fromMs); dayMs < toMs; dayMs += DAY_MS) {
    const day = { fromMs: Math.max(dayMs, fromMs), toMs: Math.min(dayMs + DAY_MS, toMs) };
    const stated = files.some((file) => file.fromMs <= dayMs && file.toMs >= dayMs + DAY_MS);
    const lacked = holes.map((hole) => ({ fromMs: Math.max(hole.fromMs, day.fromMs), toMs: Math.min(hole.toMs, day.toMs) }));
    for (const part of kind === "funding" && !stated ? [day] : lacked) {
      const isWhole = part.fromMs === day.fromMs && part.toMs === day.toMs;
      const last = spans.at(-1);
      if (part.fromMs >= part.toMs || (stated && !isWhole)) continue;
      if (last !== undefined && last.toMs === part.fromMs) last.toMs = part.toMs;
      else spans.push(part);
    }
  }
  return spans;
};
