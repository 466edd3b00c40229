import { writeFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { HistoryQuery, HistorySpan, StoredKind } from "../../domain/ports.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import type { LandedFiles } from "../backfill/landedFiles.ts";
import { Manifest } from "../backfill/manifest.ts";
import { Duck } from "../duck/duck.ts";
import type { Hole } from "../coverage/hole.ts";
import { ParquetHoldings } from "./holdings.ts";
import { mergeRules, rulesText } from "../rules/instrumentRules.ts";
import { readRules } from "./ruleFile.ts";
import type { Series } from "./layout.ts";
import { checkedName } from "../table/checkedName.ts";
import { instrumentFile, periodsOf, seriesFolder } from "./layout.ts";
import { periodBounds, periodOf } from "../table/period.ts";
import { recover, Staging } from "./staging.ts";
import { unwritable, WriteLock } from "./writeLock.ts";
import type { Stated, Store } from "../store.ts";
import { Turn } from "../turn.ts";
import type { Held } from "../reading/holdings.ts";
import { StoredHistory } from "../reading/storedHistory.ts";
import type { Columns } from "../table/columns.ts";
import { numbersAt, outsideOf, sameColumns, sliceRows, upserted } from "../table/columns.ts";
import { rowsOf, withStated } from "../table/eventRows.ts";
import { tableOf } from "../table/marketTables.ts";

export interface ParquetStoreOptions {
  /** Root folder; made by the first write. */
  readonly root: string;
  /** Interval of the klines that `read` and `spans` speak of; default one minute. Any interval can be written. */
  readonly intervalMs?: number;
  /** Market whose klines are read; default: of those that hold the symbol, the first of um, spot, simulated. */
  readonly market?: string;
  /** What messages call it; default: its folder. */
  readonly shown?: string;
}

/**
 * History as Parquet files with DuckDB as the engine in memory (layout: `layout.ts`, speeds: docs/data.md).
 * Reads need no lock and hold a few chunks per symbol and kind. Writes take the store's lock until `close`.
 */
export const parquetStore = (options: ParquetStoreOptions): Store => new ParquetStore(options);

class ParquetStore implements Store {
  readonly shown: string;
  readonly options: string;
  readonly #root: string;
  readonly #shownRoot: string;
  readonly #intervalMs: number;
  readonly #duck = new Duck();
  readonly #holdings: ParquetHoldings;
  readonly #history: StoredHistory;
  readonly #lock: WriteLock;
  /** Writes of this store one after the other. */
  readonly #writing = new Turn();
  #writes = 0;

  constructor({ root, intervalMs = MINUTE_MS, market, shown = root }: ParquetStoreOptions) {
    this.#root = resolve(root);
    this.#shownRoot = isAbsolute(root) || root.startsWith(".") ? root : `./${root}`;
    this.#intervalMs = intervalMs;
    this.shown = shown;
    this.options = `--data ${root}`;
    this.#holdings = new ParquetHoldings(this.#root, this.#shownRoot, intervalMs, this.#duck);
    this.#history = new StoredHistory(this.#holdings, market);
    this.#lock = new WriteLock(this.#root, this.#shownRoot);
  }

  write(symbol: string, market: string, events: readonly Event[], stated: readonly Stated[] = []): Promise<void> {
    return this.#writing.take(() => this.#write(checkedName(symbol, "symbol"), checkedName(market, "market"), events, stated));
  }

  lock(): Promise<void> {
    return this.#writing.take(() => this.#acquire());
  }

  read(query: HistoryQuery): AsyncIterable<readonly Event[]> {
    return this.#history.read(query);
  }

  series(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): AsyncIterable<readonly Event[]> {
    return this.#history.series(kind, symbol, market, fromMs, toMs);
  }

  spans(kinds?: readonly StoredKind[]): Promise<readonly HistorySpan[]> {
    return this.#history.spans(kinds);
  }

  instruments(symbols: readonly string[], asOfMs?: number, markets?: readonly string[]): Promise<readonly Instrument[]> {
    return this.#history.instruments(symbols, asOfMs, markets);
  }

  rulesChangedMs(symbol: string, fromMs: number, toMs: number, market?: string): Promise<readonly number[]> {
    return this.#history.rulesChangedMs(symbol, fromMs, toMs, market);
  }

  landed(): Promise<LandedFiles> {
    return Manifest.open(this.#root);
  }

  holes(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<readonly Hole[]> {
    return this.#history.holes(kind, symbol, market, fromMs, toMs);
  }

  lastTradedMs(symbol: string, market: string, fromMs: number, toMs: number): Promise<number | undefined> {
    return this.#holdings.lastTraded(market, symbol, fromMs, toMs);
  }

  klineIntervals(of?: Held): Promise<readonly number[]> {
    return this.#holdings.intervals(of);
  }

  async holdsPeriod(kind: StoredKind, symbol: string, market: string, timeMs: number): Promise<boolean> {
    const table = tableOf(kind);
    if (table === undefined) return this.hasRules(symbol, market);
    const periods = await periodsOf(this.#root, { table, market, symbol, intervalMs: this.#intervalMs });
    return periods.includes(periodOf(table, timeMs));
  }

  async hasRules(symbol: string, market: string): Promise<boolean> {
    return (await readRules(this.#root, checkedName(market, "market"), checkedName(symbol, "symbol"))).length > 0;
  }

  async close(): Promise<void> {
    await this.#writing.take(() => this.#lock.release());
    await this.#duck.close();
  }

  async #acquire(): Promise<void> {
    if (this.#lock.held) return;
    await this.#lock.acquire();
    await recover(this.#root);
  }

  async #write(symbol: string, market: string, events: readonly Event[], stated: readonly Stated[]): Promise<void> {
    const { rules, rows } = rowsOf(events);
    await this.#acquire();
    let staging: Staging | undefined;
    try {
      staging = await Staging.begin(this.#root, `${process.pid}-${this.#writes++}`);
      for (const { table, intervalMs, columns, ranges } of withStated(rows, stated, this.#intervalMs))
        await this.#stage(staging, { table, market, symbol, intervalMs: intervalMs ?? this.#intervalMs }, columns, ranges);
      if (rules.length > 0) {
        const old = await readRules(this.#root, market, symbol);
        const text = rulesText(mergeRules(old, rules));
        if (text !== rulesText(old)) await writeFile(staging.stage(instrumentFile(market, symbol)), text);
      }
      if (staging.empty) await staging.abandon();
      else await staging.commit();
    } catch (error) {
      await staging?.abandon().catch(() => undefined); // what failed is told below; the next writer cleans up
      throw isFileError(error) ? unwritable(this.#shownRoot, error) : error;
    }
  }

  /** Stages every period that the rows or the ranges that they state touch and change. */
  async #stage(staging: Staging, series: Series, rows: Columns, ranges: readonly Stated[]): Promise<void> {
    const { table } = series;
    const folder = seriesFolder(series);
    const present = new Set(await periodsOf(this.#root, series));
    const stage = async (period: string, newer: Columns): Promise<void> => {
      const target = `${folder}/${period}.parquet`;
      if (!present.delete(period)) return this.#duck.write(table.columns, newer, staging.stage(target));
      const older = await this.#duck.load({ table, files: [join(this.#root, target)], ...periodBounds(period) });
      const merged = upserted(outsideOf(older, ranges), newer, table.keys);
      if (merged.length === 0) staging.remove(target);
      else if (!sameColumns(older, merged)) await this.#duck.write(table.columns, merged, staging.stage(target));
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
    const isStated = (period: string): boolean => {
      const bounds = periodBounds(period);
      return ranges.some(({ fromMs, toMs }) => fromMs < bounds.toMs && toMs > bounds.fromMs);
    };
    for (const period of [...present].filter(isStated)) await stage(period, sliceRows(rows, 0, 0));
  }
}

const isFileError = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof UserError) &&
  ("errno" in error || /IO Error|No space left|Permission denied/i.test(error.message));
