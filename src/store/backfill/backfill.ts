import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { klinesOf } from "../../domain/kline.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { DAY_MS, UserError } from "../../domain/units.ts";
import type { ArchiveSource } from "../archive/source.ts";
import { unzipCsv } from "../archive/zip.ts";
import { timeText } from "../reading/catalog.ts";
import type { FetchedFile, FetchedUnit } from "./fetchUnit.ts";
import type { HasLanded } from "./fetchUnit.ts";
import { fetchUnit } from "./fetchUnit.ts";
import { heldRows } from "./heldRows.ts";
import type { LandedFiles } from "./landedFiles.ts";
import type { Mended, ParsedFile } from "./parseFile.ts";
import { KEPT_AS, parseFile } from "./parseFile.ts";
import type { BackfillKind, FileSeries, FileUnit } from "./plan.ts";
import { folderOf, isDaily, localSpan, marketOf, periodEndOf, planUnits } from "./plan.ts";
import type { SeenDecimals } from "../rules/defaultInstruments.ts";
import { defaultInstrument, instrumentRulesEvent } from "../rules/defaultInstruments.ts";

import type { DroppedPart, GapSpan } from "../store.ts";
import type { BinanceRest } from "../../venues/binance/rest.ts";
import { intervalMsOf } from "../table/interval.ts";
import type { Store } from "../store.ts";

/** The newest days, which the archive has not yet (`src/venues/binance/rest.ts` is one). */
export type NewestSource = Pick<BinanceRest, "klines" | "funding">;

export interface BackfillOptions {
  readonly store: Store;
  readonly symbols: readonly string[];
  /** Absent: everything that a local archive has. The network needs it. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly interval: string;
  readonly market: "um" | "spot";
  readonly kinds: readonly BackfillKind[];
  readonly archive: ArchiveSource;
  readonly newest?: NewestSource;
  /** Rules of a symbol from the exchange; undefined answers and no function mean the defaults. */
  readonly rulesOf?: (symbol: string) => Promise<Instrument | undefined>;
  /** Imports files again that have landed before. */
  readonly force?: boolean;
  readonly nowMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BackfillProgress) => void;
}

export interface BackfillProgress {
  /** File or page in work. */
  readonly label: string;
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytes: number;
  readonly rows: number;
  /** Time left by the speed so far; NaN before the first file. */
  readonly etaMs: number;
}

export interface BackfillReport {
  filesLanded: number;
  filesSkipped: number;
  bytes: number;
  rows: number;
  rowsFromRest: number;
  /** Sums over the files that landed (`Mended`). */
  identicalDuplicates: number;
  conflictingDuplicates: number;
  outOfOrder: number;
  blankRows: number;
  /** Files of trades that skip ids: in how many places, and how many ids that is in all. */
  idGaps: { readonly file: string; readonly places: number; readonly ids: number }[];
  /** Files of the store that were damaged or gone, and were brought anew as far as the sources have them. */
  dropped: string[];
  /** Files that the archive should have and has not. */
  missing: string[];
  gaps: (GapSpan & { readonly symbol: string })[];
  spans: readonly HistorySpan[];
  /** True when the signal ended the work; what has landed stays. */
  aborted: boolean;
}

/** Units fetched ahead of the one that is parsed. */
const FETCH_AHEAD = 2;
/** Farthest back that REST fills in for the archive. */
const REST_SPAN_MS = 62 * DAY_MS;

/**
 * Fills a store from the public archive and, for the newest days, from REST: fetch, verify, parse, write, file by file,
 * each file whole or not at all (a day of trades, once all of it is found right, an hour at a time: what ends it in between leaves whole
 * hours, and the file to be imported again). Files that landed before are skipped while their checksum is the same. Ends
 * at the first damaged file with a `UserError`; an aborted signal ends it cleanly with `aborted` in the report.
 */
export const backfill = async (options: BackfillOptions): Promise<BackfillReport> => {
  const run = new Run(options);
  await options.store.lock();
  try {
    await run.all();
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    run.report.aborted = true;
  }
  await run.check();
  return run.report;
};

/** What is fetched of a series. */
interface Plan {
  readonly series: FileSeries;
  readonly units: readonly FileUnit[];
  readonly toMs: number;
  /** Files that have landed are read again. */
  readonly again: boolean;
}

/** Whether instrument rules are made beside the rows of a kind. */
const hasRules = (kind: BackfillKind): boolean => kind === "kline" || kind === "aggTrades";

class Run {
  readonly report: BackfillReport = {
    filesLanded: 0,
    filesSkipped: 0,
    bytes: 0,
    rows: 0,
    rowsFromRest: 0,
    identicalDuplicates: 0,
    conflictingDuplicates: 0,
    outOfOrder: 0,
    blankRows: 0,
    idGaps: [],
    dropped: [],
    missing: [],
    gaps: [],
    spans: [],
    aborted: false,
  };
  readonly #options: BackfillOptions;
  readonly #intervalMs: number;
  #filesDone = 0;
  #filesTotal = 0;
  readonly #startedMs = performance.now();
  /** Decimals seen per symbol in this run. */
  readonly #decimals = new Map<string, SeenDecimals>();

  constructor(options: BackfillOptions) {
    this.#options = options;
    this.#intervalMs = intervalMsOf(options.interval);
  }

  async all(): Promise<void> {
    const { store, symbols, kinds, market, interval, archive, nowMs } = this.#options;
    const landed = await store.landed();
    const plans: Plan[] = [];
    for (const symbol of symbols)
      for (const kind of kinds) {
        const series: FileSeries = { symbol, kind, market: marketOf(kind, market), interval };
        const span = archive.local ? await localSpan(archive, series) : { fromMs: NaN, toMs: nowMs };
        const fromMs = this.#options.fromMs ?? span?.fromMs ?? NaN;
        const toMs = Math.min(this.#options.toMs ?? span?.toMs ?? nowMs, nowMs);
        if (Number.isNaN(fromMs) && !archive.local) throw new UserError(`say from when: add --from, e.g. --from 2023-01-01`, 2);
        // What is taken out of the store is brought anew as a whole, whatever part of it was asked for.
        const { dropped, again } = fromMs < toMs ? await this.#dropDamaged(series, fromMs, toMs) : { dropped: [], again: false };
        const firstMs = Math.min(fromMs, ...dropped.map((part) => part.fromMs));
        const endMs = Math.min(nowMs, Math.max(toMs, ...dropped.map((part) => part.toMs)));
        const units = fromMs < toMs ? planUnits(series, firstMs, endMs, nowMs, archive.local) : [];
        plans.push({ series, units, toMs: endMs, again });
      }
    this.#filesTotal = plans.reduce((sum, plan) => sum + plan.units.length, 0);
    for (const plan of plans) await this.#series(plan, landed);
  }

  /** Holes, and what the store holds now. */
  async check(): Promise<void> {
    const { store, symbols, market, kinds, fromMs = 0, toMs = Infinity } = this.#options;
    for (const symbol of kinds.includes("kline") ? symbols : [])
      this.report.gaps.push(
        ...(await store.gaps(symbol, market, fromMs, Math.min(toMs, Number.MAX_SAFE_INTEGER))).map((gap) => ({ symbol, ...gap })),
      );
    this.report.spans = (await store.spans()).filter((span) => symbols.includes(span.symbol));
  }

  async #series({ series, units, toMs, again }: Plan, landed: LandedFiles): Promise<void> {
    const before = this.report.filesLanded + this.report.filesSkipped + this.report.rowsFromRest;
    let coveredToMs = this.#options.fromMs ?? units[0]?.fromMs ?? toMs;
    const missing: string[] = [];
    for await (const fetched of this.#fetchAll(units, landed, again)) {
      this.report.filesSkipped += fetched.skipped.length;
      for (const file of fetched.files) await this.#land(series, file, landed);
      if (fetched.coveredToMs > fetched.unit.fromMs) coveredToMs = Math.max(coveredToMs, fetched.coveredToMs);
      missing.push(...fetched.missing);
      this.#filesDone += 1;
      this.#progress(fetched.unit.label);
    }
    const filledFromMs = await this.#newest(series, coveredToMs, toMs);
    // Days that REST has filled are no gap; older ones are.
    this.report.missing.push(...missing.filter((path) => !(periodEndOf(path) > filledFromMs)));
    if (hasRules(series.kind)) await this.#rules(series);
    const found = this.report.filesLanded + this.report.filesSkipped + this.report.rowsFromRest > before;
    if (!found && (series.kind === "kline" || this.#options.kinds.length === 1)) throw await this.#nothing(series);
  }

  /** Units in order, a few fetched ahead of the consumer. */
  async *#fetchAll(units: readonly FileUnit[], landed: LandedFiles, again: boolean): AsyncGenerator<FetchedUnit> {
    const { archive, store, force = false, signal } = this.#options;
    const ahead: Promise<FetchedUnit>[] = [];
    let next = 0;
    const hasLanded: HasLanded = async (path, sum, { series }, fromMs, toMs) => {
      const before = landed.get(path);
      return !force && !again && before?.sha256 === sum && (await heldRows(store, series, fromMs, toMs)) >= before.rows;
    };
    const onBytes = (bytes: number): void => {
      this.report.bytes += bytes;
      this.#progress(units[Math.min(next, units.length) - 1]?.label ?? "");
    };
    while (next < units.length || ahead.length > 0) {
      while (next < units.length && ahead.length <= FETCH_AHEAD) {
        const fetched = fetchUnit(archive, units[next++] as FileUnit, hasLanded, { signal, onBytes });
        fetched.catch(() => undefined); // thrown where it is awaited; those behind a failed month do not matter
        ahead.push(fetched);
      }
      const fetched = await (ahead.shift() as Promise<FetchedUnit>);
      signal?.throwIfAborted();
      yield fetched;
    }
  }

  /** Takes damaged and missing parts of a series out of the store, and damaged rules, which all of its files are read again for. */
  async #dropDamaged({ kind, symbol, market }: FileSeries, fromMs: number, toMs: number) {
    const { store } = this.#options;
    const dropped: DroppedPart[] = [];
    for (const kept of KEPT_AS[kind]) dropped.push(...(await store.dropDamaged(kept, symbol, market, fromMs, toMs)));
    const rules = hasRules(kind) ? await store.dropDamaged("instrumentRules", symbol, market, fromMs, toMs) : [];
    this.report.dropped.push(...[...dropped, ...rules].map(({ file }) => file));
    return { dropped, again: rules.length > 0 };
  }

  /** Parses one file and, when all of it is right, writes it. */
  async #land(series: FileSeries, { path, name, sha256, bytes }: FetchedFile, landed: LandedFiles): Promise<void> {
    const { store, archive, signal } = this.#options;
    const parsed = parseFile(series.kind, await unzipCsv(bytes, name), name, this.#intervalMs);
    for (const events of parsed.parts) {
      signal?.throwIfAborted();
      await store.write(series.symbol, series.market, events);
    }
    await landed.add(path, { sha256, rows: parsed.rows });
    this.#count(series.symbol, name, parsed);
    this.report.filesLanded += 1;
    if (archive.local) this.report.bytes += bytes.length;
    this.#progress(name);
  }

  #count(symbol: string, file: string, { rows, mended, idGaps, decimals }: ParsedFile): void {
    this.report.rows += rows;
    for (const [name, count] of Object.entries(mended)) this.report[name as keyof Mended] += count;
    if (idGaps !== undefined && idGaps.places > 0) this.report.idGaps.push({ file, ...idGaps });
    if (decimals === undefined) return;
    const seen = this.#decimals.get(symbol) ?? { priceDecimals: 0, qtyDecimals: 0 };
    this.#decimals.set(symbol, {
      priceDecimals: Math.max(seen.priceDecimals, decimals.priceDecimals),
      qtyDecimals: Math.max(seen.qtyDecimals, decimals.qtyDecimals),
    });
  }

  /** Asks REST for what the archive does not have yet; returns from when it was asked, Infinity when it was not. */
  async #newest({ symbol, kind, market, interval }: FileSeries, fromMs: number, toMs: number): Promise<number> {
    const { newest, store, signal, nowMs } = this.#options;
    const startMs = Math.max(fromMs, nowMs - REST_SPAN_MS);
    if (newest === undefined || startMs >= toMs || isDaily(kind)) return Infinity;
    const land = async (events: readonly Event[]): Promise<void> => {
      if (events.length === 0) return;
      await store.write(symbol, market, events);
      this.report.rowsFromRest += events.length;
      this.report.rows += events.length;
      this.#progress(`${symbol} ${kind} from REST`);
    };
    if (kind === "funding") await land(await newest.funding(symbol, startMs, toMs, signal));
    else for await (const block of newest.klines(symbol, interval, this.#intervalMs, startMs, toMs, signal)) await land(klinesOf(block));
    signal?.throwIfAborted();
    return startMs;
  }

  /** Rules for a symbol that has none: the exchange's for the perpetual, else those that the data shows. */
  async #rules({ symbol, market }: FileSeries): Promise<void> {
    const { store, rulesOf } = this.#options;
    const seen = this.#decimals.get(symbol);
    if (await store.hasRules(symbol, market)) return;
    const listed = market === "um" ? await rulesOf?.(symbol) : undefined;
    if (listed === undefined && seen === undefined) return;
    const rules = listed ?? defaultInstrument(symbol, market, seen as SeenDecimals);
    await store.write(symbol, market, [instrumentRulesEvent(rules)]);
  }

  /** The error when neither archive nor REST had a single row, with what a local archive does have. */
  async #nothing(series: FileSeries): Promise<UserError> {
    const { archive } = this.#options;
    const { symbol, kind, interval } = series;
    const other: FileSeries = { ...series, market: series.market === "um" ? "spot" : "um" };
    const [span, otherSpan] = archive.local ? [await localSpan(archive, series), await localSpan(archive, other)] : [];
    let hint = "check --symbol, --interval, --market, --from and --to";
    if (span !== undefined) hint = `it has ${timeText(span.fromMs)} … ${timeText(span.toMs - DAY_MS)}: choose --from and --to inside it`;
    else if (otherSpan !== undefined && kind === "kline") hint = `it has ${other.market} klines: use --market ${other.market}`;
    const what = kind === "kline" ? `${symbol} ${interval} klines` : `${symbol} ${kind}`;
    return new UserError(
      `found no ${what} in ${archive.label} (looked in ${folderOf(series, isDaily(kind) ? "daily" : "monthly")}): ${hint}`,
    );
  }

  #progress(label: string): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    const share = this.#filesDone / this.#filesTotal;
    const etaMs = share > 0 ? ((performance.now() - this.#startedMs) * (1 - share)) / share : NaN;
    onProgress({
      label,
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      bytes: this.report.bytes,
      rows: this.report.rows,
      etaMs,
    });
  }
}
