import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { StoredKind } from "../../domain/kind.ts";
import type { HistoryQuery, HistorySpan } from "../../domain/ports.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import type { LandedFiles } from "../backfill/landedFiles.ts";
import type { Hole } from "../coverage/hole.ts";
import { Duck } from "../duck/duck.ts";
import { checkedName } from "../table/checkedName.ts";
import { intervalLabel } from "../table/interval.ts";
import type { DroppedPart, Stated, Store } from "../store.ts";
import type { VerifyOptions, VerifyReport } from "../verifyReport.ts";
import { emptyReport, noted } from "../verifyReport.ts";
import type { Held } from "../reading/holdings.ts";
import { StoredHistory } from "../reading/storedHistory.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import { rowsOf, withStated } from "../table/eventRows.ts";
import { numbersAt } from "../table/columns.ts";
import { tableOf } from "../table/marketTables.ts";
import { Connection } from "./connection.ts";
import { QuestDbHoldings } from "./holdings.ts";
import { LandedTable } from "./landedTable.ts";
import { encodeLine, encodeRows } from "./lineProtocol.ts";
import { checkedTable, ensureTable } from "./schema.ts";
import type { QuestDbSettings } from "./settings.ts";
import type { QuestTable } from "./tables.ts";
import { FUNDING, INSTRUMENTS, KLINES, LANDED, QUEST_TABLES, questTableOf } from "./tables.ts";
import { Turn } from "../turn.ts";
import { rowsLost, visible, writeLogged } from "./visibility.ts";

interface QuestDbStoreOptions extends QuestDbSettings {
  /** Interval of the klines that `read` and `spans` speak of; default one minute. Any interval can be written. */
  readonly intervalMs?: number;
  /** Market whose klines are read; default: of those that hold the symbol, the first of um, spot, simulated. */
  readonly market?: string;
  /** How long a failing request is repeated; default 45 s. */
  readonly patienceMs?: number;
}

/**
 * History in a QuestDB server: line protocol over HTTP in, exported Parquet through DuckDB out (docs/questdb.md). Tables are made
 * by the first write. A write is one request, and so all or nothing, for each of the tables it touches; it resolves when its
 * rows can be read and have been counted, and may be repeated, because rows are keyed.
 */
export const questDbStore = (options: QuestDbStoreOptions): Store => new QuestDbStore(options);

class QuestDbStore implements Store {
  readonly options = "--store questdb";
  private readonly connection: Connection;
  private readonly prefix: string;
  /** Of the klines that it reads. */
  private readonly intervalMs: number;
  private readonly duck = new Duck();
  private readonly holdings: QuestDbHoldings;
  private readonly history: StoredHistory;
  private readonly writing = new Turn();
  /** Tables made or checked by this store. */
  private readonly ensured = new Set<QuestTable>();

  constructor({ intervalMs = MINUTE_MS, market, patienceMs, ...settings }: QuestDbStoreOptions) {
    this.connection = new Connection(settings, patienceMs);
    this.prefix = settings.prefix;
    this.intervalMs = intervalMs;
    this.holdings = new QuestDbHoldings(this.connection, this.prefix, intervalMs, this.duck);
    this.history = new StoredHistory(this.holdings, market);
  }

  get shown(): string {
    return this.connection.shown;
  }

  write(symbol: string, market: string, events: readonly Event[], stated: readonly Stated[] = []): Promise<void> {
    return this.writing.take(() => this.writeNow(checkedName(symbol, "symbol"), checkedName(market, "market"), events, stated));
  }

  read(query: HistoryQuery): AsyncIterable<readonly Event[]> {
    return this.history.read(query);
  }

  series(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): AsyncIterable<readonly Event[]> {
    return this.history.series(kind, symbol, market, fromMs, toMs);
  }

  spans(kinds?: readonly StoredKind[], symbols?: readonly string[]): Promise<readonly HistorySpan[]> {
    return this.history.spans(kinds, symbols);
  }

  instruments(symbols: readonly string[], asOfMs?: number, markets?: readonly string[]): Promise<readonly Instrument[]> {
    return this.history.instruments(symbols, asOfMs, markets);
  }

  rulesChanged(symbol: string, fromMs: number, toMs: number, market?: string): Promise<readonly DatedRules[]> {
    return this.history.rulesChanged(symbol, fromMs, toMs, market);
  }

  holes(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<readonly Hole[]> {
    return this.history.holes(kind, symbol, market, fromMs, toMs);
  }

  lastTradedMs(symbol: string, market: string, fromMs: number, toMs: number): Promise<number | undefined> {
    return this.holdings.lastTraded(market, symbol, fromMs, toMs);
  }

  klineIntervals(of?: Held): Promise<readonly number[]> {
    return this.holdings.intervals(of);
  }

  async count(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<number> {
    const table = tableOf(kind);
    if (table === undefined) return (await this.holdings.rules(market, symbol)).length;
    return (await this.holdings.known(table, market, symbol, fromMs, toMs)).rows;
  }

  /** Its tables: schema, retention, and whether the server applies their logs. */
  async verify({ signal, onProgress }: VerifyOptions): Promise<VerifyReport> {
    const report = emptyReport();
    for (const [done, table] of QUEST_TABLES.entries()) {
      signal.throwIfAborted();
      if ((await noted(report, () => this.holdings.isReady(table))) === true) report.checked += 1;
      onProgress(done + 1, QUEST_TABLES.length);
    }
    return report;
  }

  unhashed(): Promise<number> {
    return Promise.resolve(0);
  }

  dropDamaged(): Promise<readonly DroppedPart[]> {
    return Promise.resolve([]);
  }

  rules(symbol: string, market: string): Promise<readonly DatedRules[]> {
    return this.holdings.rules(market, symbol);
  }

  async landed(): Promise<LandedFiles> {
    const rows = await this.holdings.rows(LANDED, (name) => `SELECT path, sha256, rows FROM ${name}`);
    return new LandedTable(this.connection, this.prefix, rows, () => this.ensure(LANDED));
  }

  /**
   * Nobody else is locked out: the server takes writers side by side, and each row has one key. What every store has is made now,
   * the other tables by their first row.
   */
  async lock(): Promise<void> {
    for (const table of [KLINES, FUNDING, INSTRUMENTS, LANDED]) await this.ensure(table);
    for (const table of QUEST_TABLES)
      if (!this.ensured.has(table) && (await checkedTable(this.connection, this.prefix, table))) this.ensured.add(table);
  }

  async close(): Promise<void> {
    await this.writing.take(() => Promise.resolve());
    this.connection.close();
    await this.duck.close();
  }

  private async ensure(table: QuestTable): Promise<void> {
    if (this.ensured.has(table)) return;
    await ensureTable(this.connection, this.prefix, table);
    this.ensured.add(table);
  }

  private async writeNow(symbol: string, market: string, events: readonly Event[], stated: readonly Stated[]): Promise<void> {
    const { rules, rows } = rowsOf(events);
    const name = (table: QuestTable): string => `${this.prefix}${table.name}`;
    // Everything is laid out before the first byte goes: a value that cannot be kept must leave no part of the write behind.
    const requests = new Map<QuestTable, Buffer[]>();
    if (rules.length > 0) {
      const lines = rules.map(({ eventTimeMs, rules: { index: _, ...kept } }) =>
        encodeLine(name(INSTRUMENTS), { symbol, market }, { rules: JSON.stringify(kept) }, eventTimeMs),
      );
      requests.set(INSTRUMENTS, lines);
    }
    for (const { table, intervalMs, columns } of rows) {
      const quest = questTableOf(table);
      const symbols = { symbol, market, ...(intervalMs === null ? {} : { interval: intervalLabel(intervalMs) }) };
      const before = requests.get(quest) ?? []; // klines of several intervals are one request
      requests.set(quest, [...before, ...encodeRows(name(quest), quest, symbols, columns)]);
    }

    for (const table of requests.keys()) await this.ensure(table);
    for (const [table, lines] of requests) await writeLogged(this.connection, name(table), lines);
    for (const table of requests.keys()) await visible(this.connection, name(table));
    for (const { table, intervalMs, columns } of rows) {
      const times = numbersAt(columns, 0);
      const [fromMs, lastMs] = [times[0] as number, times[columns.length - 1] as number];
      const held = await this.holdings.known(table, market, symbol, fromMs, lastMs + 1, intervalMs ?? undefined);
      if (held.rows < columns.length) throw rowsLost(this.connection, name(questTableOf(table)), columns.length, held.rows);
    }
    const held = rules.length === 0 ? [] : await this.holdings.rules(market, symbol);
    const kept = rules.filter(({ eventTimeMs }) => held.some(({ validFromMs }) => validFromMs === eventTimeMs));
    if (kept.length < rules.length) throw rowsLost(this.connection, name(INSTRUMENTS), rules.length, kept.length);
    for (const { table, intervalMs, columns, ranges } of withStated(rows, stated, this.intervalMs))
      if (intervalMs === null || intervalMs === this.intervalMs)
        for (const range of ranges) await this.holdings.supersede(table, market, symbol, range, columns);
  }
}
