import { isDeepStrictEqual } from "node:util";
import type { OffTick } from "../../domain/decimals/fineness.ts";
import type { Event, InstrumentRules } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { Kind } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { formatUtc } from "../../domain/time.ts";
import { TickCheck } from "../../domain/tickCheck.ts";
import { HOUR_MS, MINUTE_MS, UserError } from "../../domain/units.ts";
import { captureEvents } from "../../venues/binance/capture/captureEvents.ts";
import type { CaptureSummary, UnknownType } from "../../venues/binance/capture/captureScan.ts";
import { capturedSymbols, scanCapture } from "../../venues/binance/capture/captureScan.ts";
import { instrumentRulesEvent } from "../rules/defaultInstruments.ts";
import type { Store } from "../store.ts";
import { captureRules } from "../rules/captureRules.ts";
import { rulesAnswered, rulesLearned } from "../rules/guessedRules.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import { rulesAt } from "../rules/instrumentRules.ts";
import { captureNotes, lostAtEnd, nonMarketCount, nonMarketNotes } from "./captureNotes.ts";

/** Events held before they are written although their hour is not over: about 100 MB. */
const HELD_MAX = 200_000;
const BURST_EVENTS = 4096;
/** A capture is of the perpetual. */
const MARKET = "um";

interface ImportCaptureOptions {
  readonly store: Store;
  /** Files of one recording. */
  readonly paths: readonly string[];
  /** What a scan of them has found, where there was one. */
  readonly summary?: CaptureSummary | undefined;
  /** Absent: all that can be used. */
  readonly symbols?: readonly string[] | undefined;
  /** Bars from and to here, end exclusive: klines by their opening, all else by event time with the minute before and behind it. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly signal: AbortSignal;
  /** Messages done, of those there are. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface ImportCaptureReport {
  readonly symbols: readonly string[];
  /** Events written; one that came twice counts twice. */
  events: number;
  /** Symbols whose rules were written, or made finer, as the decimals of their prices and quantities show them. */
  readonly guessedRules: string[];
  /** Symbols with trades or bars between the ticks of their rules. */
  readonly offTick: (OffTick & { readonly symbol: string; readonly tickSize: number })[];
  /** Of the events, trades that are not of the market. */
  readonly nonMarketTrades: number;
  /** Messages of known types that could not be read. */
  readonly faults: number;
  readonly unknownTypes: readonly UnknownType[];
  /** What was left out, and what the capture lacks, in words. */
  readonly notes: readonly string[];
  spans: readonly HistorySpan[];
  /** True when the signal ended the work; what is written stays. */
  aborted: boolean;
}

/**
 * Writes a capture into a store, hour by hour: every event of its symbols, single trades and aggregates both, and their rules: those of
 * symbols that have none there, and those of the capture's `exchangeInfo`, from its beginning on, where they are others. The files are read
 * once before anything is written: what is wrong with them is a `UserError` with file and line.
 * Twice changes nothing.
 */
export const importCapture = async (options: ImportCaptureOptions): Promise<ImportCaptureReport> => {
  const { store, paths, signal, onProgress, fromMs = -Infinity, toMs = Infinity } = options;
  const summary = options.summary ?? (await scanCapture(paths, signal));
  const wanted = options.symbols === undefined ? undefined : [...new Set(options.symbols)];
  const symbols = capturedSymbols(summary, wanted, paths);
  const rules = symbols.map((facts, index) => captureRules(facts, index, summary));
  await store.lock();
  const report: ImportCaptureReport = {
    symbols: symbols.map(({ symbol }) => symbol),
    events: 0,
    guessedRules: [],
    offTick: [],
    nonMarketTrades: symbols.reduce((sum, facts) => sum + nonMarketCount(facts.nonMarketTrades), 0),
    faults: summary.faults,
    unknownTypes: summary.unknownTypes,
    notes: [
      ...captureNotes(summary),
      ...nonMarketNotes(symbols),
      ...lostAtEnd(symbols, summary),
      ...(wanted === undefined ? [...summary.refused.values()].map((reason) => `left out: ${reason}`) : []),
    ],
    spans: [],
    aborted: false,
  };
  let held: Event[][] = symbols.map(() => []);
  let [count, hour] = [0, NaN];
  let checks: readonly (TickCheck | null)[] = [];
  const writeRules = async (): Promise<void> => {
    for (const [index, { symbol, seen }] of symbols.entries()) {
      const held = await store.rules(symbol, MARKET);
      const told = summary.exchangeInfo === null ? null : (rules[index] as Instrument);
      const events = told === null ? rulesLearned(held, symbol, MARKET, seen) : rulesTold(held, told, summary.fromMs);
      if (events.length > 0) await store.write(symbol, MARKET, events);
      if (told === null && events.length > 0) report.guessedRules.push(symbol);
    }
    checks = await Promise.all(symbols.map(({ symbol }) => tickCheckOf(store, symbol, summary.fromMs)));
  };
  const write = async (): Promise<void> => {
    if (report.events === 0) await writeRules();
    for (const [index, events] of held.entries()) {
      if (events.length === 0) continue;
      for (const event of events) checks[index]?.add(event);
      await store.write(report.symbols[index] as string, MARKET, events);
    }
    report.events += count;
    held = symbols.map(() => []);
    count = 0;
  };
  const { bookSymbol: onlySymbol } = summary;
  let done = 0;
  for await (const burst of captureEvents({ paths, symbols, onlySymbol, burstEvents: BURST_EVENTS })) {
    if (signal.aborted) break;
    const burstHour = Math.floor((burst.at(-1) as Event).knownAtMs / HOUR_MS);
    if (count >= HELD_MAX || (count > 0 && burstHour !== hour)) await write();
    hour = burstHour;
    for (const event of burst) {
      if (event.kind === Kind.fault || !isInside(event, fromMs, toMs)) continue;
      held[event.instrument]?.push(event);
      count += 1;
    }
    done += burst.length;
    onProgress(Math.min(done, summary.messages), summary.messages);
  }
  report.aborted = signal.aborted;
  if (!report.aborted) {
    if (report.events + count === 0) throw nothingIn(options, summary);
    await write();
  }
  for (const [index, check] of checks.entries())
    if (check?.offTick) report.offTick.push({ symbol: report.symbols[index] as string, tickSize: check.tickSize, ...check.offTick });
  report.spans = (await store.spans()).filter(({ symbol, market }) => market === MARKET && report.symbols.includes(symbol));
  return report;
};

/** Rules to add when the capture's `exchangeInfo` states them: they replace a guess, and get a date where other rules apply already. */
const rulesTold = (held: readonly DatedRules[], told: Instrument, atMs: number): readonly InstrumentRules[] => {
  const answered = rulesAnswered(held, told);
  if (answered.length > 0) return answered;
  const { index: _, ...rules } = told;
  return isDeepStrictEqual(rules, rulesAt(held, atMs)) ? [] : [instrumentRulesEvent(told, atMs)];
};

/** A check of the tick that holds at a time; null where the store has no rules. */
const tickCheckOf = async (store: Store, symbol: string, atMs: number): Promise<TickCheck | null> => {
  const rules = rulesAt(await store.rules(symbol, MARKET), atMs);
  return rules === undefined ? null : new TickCheck(rules.tickSize);
};

/**
 * Whether an event goes with the bars of a range: a bar of trades is whole where a trade of the minute before was heard, and is closed by
 * what comes behind it.
 */
const isInside = (event: Event, fromMs: number, toMs: number): boolean =>
  event.kind === Kind.kline
    ? event.openTimeMs >= fromMs && event.openTimeMs < toMs
    : event.eventTimeMs >= fromMs - MINUTE_MS && event.eventTimeMs < toMs + MINUTE_MS;

const nothingIn = ({ paths, fromMs, toMs }: ImportCaptureOptions, held: CaptureSummary): UserError => {
  const asked = `${fromMs === undefined ? "" : ` from ${formatUtc(fromMs)}`}${toMs === undefined ? "" : ` to ${formatUtc(toMs)}`}`;
  return new UserError(
    `there is nothing${asked} in ${paths.join(", ")}: it holds ${formatUtc(held.fromMs)} to ${formatUtc(held.toMs)}; move --from or --to`,
  );
};
