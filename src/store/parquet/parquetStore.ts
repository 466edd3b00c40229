import { writeFile } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { StoredKind } from "../../domain/kind.ts";
import type { HistoryQuery, HistorySpan } from "../../domain/ports.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import type { LandedFiles } from "../backfill/landedFiles.ts";
import { Manifest } from "../backfill/manifest.ts";
import { Duck } from "../duck/duck.ts";
import { stageRows } from "./files/stageRows.ts";
import { StagedFiles } from "./files/stagedFiles.ts";
import { StoredFiles } from "./files/storedFiles.ts";
import { verifyFiles } from "./files/verifyFiles.ts";
import { ParquetHoldings } from "./holdings.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import { mergeRules, rulesText } from "../rules/instrumentRules.ts";
import { checkedName } from "../table/checkedName.ts";
import { rulesFile, rulesFolder } from "./layout.ts";
import { recover, Staging } from "./staging.ts";
import { unwritable, WriteLock } from "./writeLock.ts";
import type { DroppedPart, Stated, Store } from "../store.ts";
import type { Hole } from "../coverage/hole.ts";
import type { Held } from "../reading/holdings.ts";
import type { VerifyOptions, VerifyReport } from "../verifyReport.ts";
import { Turn } from "../turn.ts";
import { StoredHistory } from "../reading/storedHistory.ts";
import { rowsOf, withStated } from "../table/eventRows.ts";
import { tableOf } from "../table/marketTables.ts";

interface ParquetStoreOptions {
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
  readonly #files: StoredFiles;
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
    this.#files = new StoredFiles(this.#root, this.#shownRoot, this.options);
    this.#holdings = new ParquetHoldings(this.#root, this.#shownRoot, intervalMs, this.#files, this.#duck);
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

  spans(kinds?: readonly StoredKind[], symbols?: readonly string[]): Promise<readonly HistorySpan[]> {
    return this.#history.spans(kinds, symbols);
  }

  instruments(symbols: readonly string[], asOfMs?: number, markets?: readonly string[]): Promise<readonly Instrument[]> {
    return this.#history.instruments(symbols, asOfMs, markets);
  }

  rulesChanged(symbol: string, fromMs: number, toMs: number, market?: string): Promise<readonly DatedRules[]> {
    return this.#history.rulesChanged(symbol, fromMs, toMs, market);
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

  async count(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<number> {
    const table = tableOf(kind);
    if (table === undefined) return (await this.#holdings.rules(market, symbol)).length;
    return this.#holdings.series(table, market, symbol).count(fromMs, toMs);
  }

  unhashed(kinds: readonly StoredKind[], symbols: readonly string[], fromMs: number, toMs: number): Promise<number> {
    return this.#holdings.unhashed(kinds, symbols, fromMs, toMs);
  }

  async verify(options: VerifyOptions): Promise<VerifyReport> {
    const look = (staged?: StagedFiles): Promise<VerifyReport> => verifyFiles(this.#root, this.#files, this.#duck, options, staged);
    return options.adopt ? this.#writing.take(() => this.#committed(look)) : look();
  }

  dropDamaged(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<readonly DroppedPart[]> {
    return this.#writing.take(async () => {
      const table = tableOf(kind);
      const series = table === undefined ? undefined : this.#holdings.series(table, market, symbol);
      const folder = series?.folder ?? rulesFolder(market);
      const whole = { fromMs: -Infinity, toMs: Infinity };
      const bad = series === undefined ? await this.#holdings.damagedRules(market, symbol) : await series.damaged(fromMs, toMs);
      if (bad.length > 0)
        await this.#committed((staged) =>
          staged.setAside(
            folder,
            bad.map(({ name }) => name),
          ),
        );
      return bad.map((part) => ({ ...whole, ...part, file: this.#files.shown(folder, part.name) }));
    });
  }

  rules(symbol: string, market: string): Promise<readonly DatedRules[]> {
    return this.#holdings.rulesToChange(checkedName(market, "market"), checkedName(symbol, "symbol"));
  }

  async close(): Promise<void> {
    await this.#writing.take(() => this.#lock.release());
    await this.#duck.close();
  }

  async #acquire(): Promise<void> {
    if (this.#lock.held) return;
    await this.#lock.acquire();
    try {
      await recover(this.#root);
    } catch (error) {
      await this.#lock.release();
      throw error;
    }
  }

  async #write(symbol: string, market: string, events: readonly Event[], stated: readonly Stated[]): Promise<void> {
    const { rules, rows } = rowsOf(events);
    await this.#committed(async (staged) => {
      for (const { table, intervalMs, columns, ranges } of withStated(rows, stated, this.#intervalMs))
        await stageRows(this.#duck, staged, this.#holdings.series(table, market, symbol, intervalMs ?? undefined), columns, ranges);
      if (rules.length === 0) return;
      const old = await this.#holdings.rulesToChange(market, symbol);
      const text = rulesText(mergeRules(old, rules));
      if (text !== rulesText(old)) await staged.add(rulesFolder(market), rulesFile(symbol), (path) => writeFile(path, text));
    });
  }

  /** All that `work` stages, or nothing. */
  async #committed<T>(work: (staged: StagedFiles) => Promise<T>): Promise<T> {
    await this.#acquire();
    let staging: Staging | undefined;
    try {
      staging = await Staging.begin(this.#root, `${process.pid}-${this.#writes++}`);
      const staged = new StagedFiles(staging, this.#files);
      const done = await work(staged);
      await staged.stageLists();
      if (staging.empty) await staging.abandon();
      else await staging.commit();
      return done;
    } catch (error) {
      await staging?.abandon().catch(() => undefined); // what failed is told below; the next writer cleans up
      throw isFileError(error) ? unwritable(this.#shownRoot, error) : error;
    }
  }
}

const isFileError = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof UserError) &&
  ("errno" in error || /IO Error|No space left|Permission denied/i.test(error.message));
