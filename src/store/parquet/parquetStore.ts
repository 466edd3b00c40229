import { writeFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { HistoryQuery, HistorySpan, StoredKind } from "../../domain/ports.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import type { LandedFiles } from "../backfill/landedFiles.ts";
import { Manifest } from "../backfill/manifest.ts";
import { Duck } from "../duck/duck.ts";
import type { GapSpan } from "../store.ts";
import { findGaps } from "./gaps.ts";
import { ParquetHoldings, remedyOf } from "./holdings.ts";
import { mergeRules, rulesText } from "../rules/instrumentRules.ts";
import { readRules } from "./ruleFile.ts";
import type { Series } from "./layout.ts";
import { checkedName } from "../table/checkedName.ts";
import { instrumentFile, periodsOf, seriesFolder } from "./layout.ts";
import { periodBounds, periodOf } from "../table/period.ts";
import { recover, Staging } from "./staging.ts";
import { unwritable, WriteLock } from "./writeLock.ts";
import type { Store } from "../store.ts";
import { Turn } from "../turn.ts";
import { StoredHistory } from "../reading/storedHistory.ts";
import type { Columns } from "../table/columns.ts";
import { numbersAt, sameColumns, sliceRows, upserted } from "../table/columns.ts";
import { rowsOf } from "../table/eventRows.ts";
import { tableOf } from "../table/marketTables.ts";
import { KLINE_TABLE } from "../table/tables.ts";

export interface ParquetStoreOptions {
  /** Root folder; made by the first write. */
  readonly root: string;
  /** Interval of the klines that `read` and `spans` speak of; default one minute. Any interval can be written. */
  readonly intervalMs?: number;
  /** Market whose klines are read; default: of those that hold the symbol, the first of um, spot, simulated. */
  readonly market?: string;
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
  readonly #history: StoredHistory;
  readonly #lock: WriteLock;
  /** Writes of this store one after the other. */
  readonly #writing = new Turn();
  #writes = 0;

  constructor({ root, intervalMs = MINUTE_MS, market }: ParquetStoreOptions) {
    this.#root = resolve(root);
    this.#shownRoot = isAbsolute(root) || root.startsWith(".") ? root : `./${root}`;
    this.#intervalMs = intervalMs;
    this.shown = root;
    this.options = `--data ${root}`;
    this.#history = new StoredHistory(new ParquetHoldings(this.#root, this.#shownRoot, intervalMs, this.#duck), market);
    this.#lock = new WriteLock(this.#root, this.#shownRoot);
  }

  write(symbol: string, market: string, events: readonly Event[]): Promise<void> {
    return this.#writing.take(() => this.#write(checkedName(symbol, "symbol"), checkedName(market, "market"), events));
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

  async gaps(symbol: string, market: string, fromMs: number, toMs: number): Promise<readonly GapSpan[]> {
    return findGaps(this.#duck, this.#root, { table: KLINE_TABLE, market, symbol, intervalMs: this.#intervalMs }, fromMs, toMs);
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

  async #write(symbol: string, market: string, events: readonly Event[]): Promise<void> {
    const { rules, rows } = rowsOf(events);
    await this.#acquire();
    let staging: Staging | undefined;
    try {
      staging = await Staging.begin(this.#root, `${process.pid}-${this.#writes++}`);
      for (const { table, intervalMs, columns } of rows)
        await this.#stage(staging, { table, market, symbol, intervalMs: intervalMs ?? this.#intervalMs }, columns);
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

  /** Stages every period that the rows touch and change. */
  async #stage(staging: Staging, series: Series, rows: Columns): Promise<void> {
    const { table } = series;
    const folder = seriesFolder(series);
    const present = new Set(await periodsOf(this.#root, series));
    const times = numbersAt(rows, 0);
    for (let from = 0; from < rows.length;) {
      const period = periodOf(table, times[from] as number);
      const bounds = periodBounds(period);
      let to = from;
      while (to < rows.length && (times[to] as number) < bounds.toMs) to += 1;
      const newer = sliceRows(rows, from, to);
      const target = `${folder}/${period}.parquet`;
      const older = present.has(period)
        ? await this.#duck.load({ table, files: [join(this.#root, target)], ...bounds, remedyOf })
        : undefined;
      const merged = older === undefined ? newer : upserted(older, newer, table.keys);
      if (older === undefined || !sameColumns(older, merged)) await this.#duck.write(table.columns, merged, staging.stage(target));
      from = to;
    }
  }
}

const isFileError = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof UserError) &&
  ("errno" in error || /IO Error|No space left|Permission denied/i.test(error.message));
