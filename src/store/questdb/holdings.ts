import type { HistorySpan } from "../../domain/ports.ts";
import { HOUR_MS } from "../../domain/units.ts";
import type { Held, Holdings, Known } from "../reading/holdings.ts";
import type { Duck } from "../duck/duck.ts";
import { quoted } from "../duck/scanSql.ts";
import type { Steps } from "../coverage/grid.ts";
import { wideMs } from "../coverage/grid.ts";
import { NUMBERED } from "../coverage/holesOf.ts";
import type { HeldHour } from "../coverage/silences.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import { checkedRules } from "../rules/instrumentRules.ts";
import { checkedName } from "../table/checkedName.ts";
import { intervalLabel, intervalMsOf, isInterval } from "../table/interval.ts";
import type { Columns } from "../table/columns.ts";
import type { Table } from "../table/tables.ts";
import { KLINE_TABLE } from "../table/tables.ts";
import type { Connection } from "./connection.ts";
import { between, exportRows } from "./rowExport.ts";
import { checkedTable } from "./schema.ts";
import type { QuestTable } from "./tables.ts";
import { SUPERSEDED, supersede } from "./supersede.ts";
import { INSTRUMENTS, questTableOf } from "./tables.ts";
import { Turn } from "../turn.ts";
import { visible } from "./visibility.ts";

/** What the server's tables hold. A table that is not there is empty; one of another schema is a `UserError`. */
export class QuestDbHoldings implements Holdings {
  readonly options = "--store questdb";
  readonly intervalMs: number;
  private readonly connection: Connection;
  private readonly prefix: string;
  private readonly duck: Duck;
  /** The server serves two exports at a time (`http.export.connection.limit`) and answers 429 to more: each store has one on its way. */
  private readonly turn = new Turn();
  /** Tables that were there and right when first asked for. */
  private readonly ready = new Map<string, Promise<boolean>>();

  constructor(connection: Connection, prefix: string, intervalMs: number, duck: Duck) {
    this.connection = connection;
    this.prefix = prefix;
    this.intervalMs = intervalMs;
    this.duck = duck;
  }

  get shown(): string {
    return this.connection.shown;
  }

  async spans(table: Table, symbols?: readonly string[]): Promise<readonly HistorySpan[]> {
    const rows = await this.rows(questTableOf(table), (name) => {
      const conditions = [
        `market != '${SUPERSEDED}'`,
        ...(table === KLINE_TABLE ? [intervalIs(this.intervalMs)] : []),
        ...(symbols === undefined ? [] : [`symbol IN (${symbols.map((symbol) => text(symbol, "symbol")).join(", ")})`]),
      ];
      const where = `WHERE ${conditions.join(" AND ")}`;
      return `SELECT market, symbol, min(ts)::LONG / 1000, max(ts)::LONG / 1000, count() FROM ${name} ${where} ORDER BY market, symbol`;
    });
    return rows.map(([market, symbol, ...bounds]) => this.spanOf(table, String(market), String(symbol), bounds));
  }

  async markets(table: Table, symbol: string): Promise<readonly string[]> {
    const rows = await this.rows(
      questTableOf(table),
      (name) => `SELECT DISTINCT market FROM ${name} WHERE ${this.seriesWhere(table, undefined, symbol)}`,
    );
    return rows
      .map(([market]) => String(market))
      .filter((market) => market !== SUPERSEDED)
      .sort();
  }

  async span(table: Table, market: string, symbol: string): Promise<HistorySpan | undefined> {
    const [row] = await this.rows(
      questTableOf(table),
      (name) => `SELECT min(ts)::LONG / 1000, max(ts)::LONG / 1000, count() FROM ${name} WHERE ${this.seriesWhere(table, market, symbol)}`,
    );
    return row === undefined || row[2] === 0 ? undefined : this.spanOf(table, market, symbol, row);
  }

  async heldRules(): Promise<readonly Held[]> {
    const rows = await this.rows(INSTRUMENTS, (name) => `SELECT DISTINCT market, symbol FROM ${name} ORDER BY market, symbol`);
    return rows.map(([market, symbol]) => ({ market: String(market), symbol: String(symbol) }));
  }

  async rules(market: string, symbol: string): Promise<readonly DatedRules[]> {
    const rows = await this.rows(
      INSTRUMENTS,
      (name) =>
        `SELECT ts::LONG / 1000, rules FROM ${name} WHERE symbol = ${text(symbol, "symbol")} AND market = ${text(market, "market")} ORDER BY ts`,
    );
    const json = `[${rows.map(([validFromMs, rules]) => `{"validFromMs":${String(validFromMs)},"rules":${String(rules)}}`).join(",")}]`;
    return checkedRules(
      json,
      `the rules of ${symbol} in ${this.shown}`,
      `drop table ${this.prefix}${INSTRUMENTS.name} and run the backfills of its symbols again, which find them anew`,
    );
  }

  async known(table: Table, market: string, symbol: string, fromMs: number, toMs: number, intervalMs = this.intervalMs): Promise<Known> {
    const where = this.seriesWhere(table, market, symbol, intervalMs);
    const [[rows, lastMs] = [0, null]] = await this.rows(
      questTableOf(table),
      (name) => `SELECT count(), max(ts)::LONG / 1000 FROM ${name} WHERE ${where} AND ${between(fromMs, toMs)}`,
    );
    return { rows: Number(rows), lastMs: lastMs === null || lastMs === undefined ? -Infinity : Number(lastMs) };
  }

  async *scan(table: Table, market: string, symbol: string, fromMs: number, toMs: number): AsyncGenerator<Columns, void, undefined> {
    const quest = questTableOf(table);
    if (!(await this.isReady(quest))) return;
    const [name, where] = [`${this.prefix}${quest.name}`, this.seriesWhere(table, market, symbol)];
    yield* exportRows(this.connection, this.duck, this.turn, { table: quest, name, where, fromMs, toMs });
  }

  async intervals(of?: Held): Promise<readonly number[]> {
    const where =
      of === undefined ? `market != '${SUPERSEDED}'` : `symbol = ${text(of.symbol, "symbol")} AND market = ${text(of.market, "market")}`;
    const rows = await this.rows(questTableOf(KLINE_TABLE), (name) => `SELECT DISTINCT interval FROM ${name} WHERE ${where}`);
    return rows.flatMap(([label]) => (isInterval(String(label)) ? [intervalMsOf(String(label))] : [])).sort((a, b) => a - b);
  }

  async steps(table: Table, market: string, symbol: string, fromMs: number, toMs: number, cadenceMs: number): Promise<Steps | undefined> {
    const where = `${this.seriesWhere(table, market, symbol)} AND ${between(fromMs, toMs)}`;
    const quest = questTableOf(table);
    const [row] = await this.rows(
      quest,
      (name) => `SELECT min(ts)::LONG / 1000, max(ts)::LONG / 1000, count() FROM ${name} WHERE ${where}`,
    );
    const [firstMs, lastMs, rows] = [Number(row?.[0]), Number(row?.[1]), Number(row?.[2] ?? 0)];
    if (rows === 0) return undefined;
    // As many rows as fit: a kline has one place, so none is missing.
    if (table === KLINE_TABLE && (lastMs - firstMs) / cadenceMs + 1 === rows) return { firstMs, lastMs, rows, wide: [] };
    const wide = await this.rows(
      quest,
      (name) =>
        `SELECT b, t FROM (SELECT ts::LONG / 1000 t, lag(ts::LONG / 1000) OVER () b FROM ${name} WHERE ${where}) ` +
        `WHERE t - b >= ${wideMs(cadenceMs)}`,
    );
    return { firstMs, lastMs, rows, wide: wide.map(([before, next]) => [Number(before), Number(next)]) };
  }

  async hours(table: Table, market: string, symbol: string, fromMs: number, toMs: number): Promise<readonly HeldHour[]> {
    const id = NUMBERED.has(table.kind) ? "trade_id" : undefined;
    const ids = id === undefined ? "null, null" : `min(${id}), max(${id})`;
    const [from, to] = [Math.floor(fromMs / HOUR_MS) * HOUR_MS, Math.ceil(toMs / HOUR_MS) * HOUR_MS];
    const rows = await this.rows(
      questTableOf(table),
      (name) =>
        `SELECT timestamp_floor('h', ts)::LONG / 1000 h, min(ts)::LONG / 1000, max(ts)::LONG / 1000, count(), ${ids} FROM ${name} ` +
        `WHERE ${this.seriesWhere(table, market, symbol)} AND ${between(from, to)} ORDER BY h`,
    );
    return rows.map(([hour, first, last, count, firstId, lastId]) => ({
      ...{ hourMs: Number(hour), firstMs: Number(first), lastMs: Number(last), rows: Number(count) },
      ...{ firstId: Number(firstId ?? NaN), lastId: Number(lastId ?? NaN) },
    }));
  }

  async lastTraded(market: string, symbol: string, fromMs: number, toMs: number): Promise<number | undefined> {
    const where = `${this.seriesWhere(KLINE_TABLE, market, symbol)} AND ${between(fromMs, toMs)} AND volume > 0`;
    const [row] = await this.rows(questTableOf(KLINE_TABLE), (name) => `SELECT max(ts)::LONG / 1000, count() FROM ${name} WHERE ${where}`);
    return row === undefined || row[1] === 0 ? undefined : Number(row[0]);
  }

  /** Takes away what a series holds in a range besides `newer`, rows of the table that can be read already. */
  async supersede(
    table: Table,
    market: string,
    symbol: string,
    range: { readonly fromMs: number; readonly toMs: number },
    newer: Columns,
  ): Promise<void> {
    const quest = questTableOf(table);
    if (!(await this.isReady(quest))) return;
    const where = `${this.seriesWhere(table, market, symbol)} AND ${between(range.fromMs, range.toMs)}`;
    await supersede({ connection: this.connection, table, quest, name: `${this.prefix}${quest.name}`, where, newer, ...range });
  }

  /** Rows of a query over a table; none when the table is not there. */
  async rows(table: QuestTable, sql: (name: string) => string): ReturnType<Connection["query"]> {
    return (await this.isReady(table)) ? this.connection.query(sql(`${this.prefix}${table.name}`)) : [];
  }

  /**
   * Whether a table exists, checked once. Afterwards everything in its log at that moment can be read: after a crash of the server, rows
   * that it had accepted are not visible at once.
   */
  isReady(table: QuestTable): Promise<boolean> {
    const known = this.ready.get(table.name);
    if (known !== undefined) return known;
    const checked = checkedTable(this.connection, this.prefix, table).then(async (there) => {
      if (there) await visible(this.connection, `${this.prefix}${table.name}`);
      else this.ready.delete(table.name);
      return there;
    });
    this.ready.set(table.name, checked);
    checked.catch(() => this.ready.delete(table.name)); // the caller gets the error
    return checked;
  }

  private seriesWhere(table: Table, market: string | undefined, symbol: string, intervalMs = this.intervalMs): string {
    const parts = [`symbol = ${text(symbol, "symbol")}`];
    if (market !== undefined) parts.push(`market = ${text(market, "market")}`);
    if (table === KLINE_TABLE) parts.push(intervalIs(intervalMs));
    return parts.join(" AND ");
  }

  private spanOf(table: Table, market: string, symbol: string, [first, last, events]: readonly unknown[]): HistorySpan {
    const toMs = Number(last) + (table === KLINE_TABLE ? this.intervalMs : 1);
    return { symbol, kind: table.kind, market, fromMs: Number(first), toMs, events: Number(events) };
  }
}

const intervalIs = (intervalMs: number): string => `interval = '${intervalLabel(intervalMs)}'`;

const text = (value: string, what: string): string => quoted(checkedName(value, what));
