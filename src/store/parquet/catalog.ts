import { join } from "node:path";
import type { KindName } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { UserError } from "../../domain/units.ts";
import type { Duck } from "./duck.ts";
import { readRules } from "./instrumentRules.ts";
import type { Series } from "./layout.ts";
import { intervalLabel, periodsOf, seriesFolder, symbolsIn } from "./layout.ts";
import type { Table } from "./tables.ts";
import { FUNDING_TABLE, KLINE_TABLE } from "./tables.ts";

/** Which market stands for a symbol when several hold it and none is asked for. */
const MARKET_PREFERENCE = ["um", "spot", "simulated"];

const preference = (market: string): number => {
  const at = MARKET_PREFERENCE.indexOf(market);
  return at < 0 ? MARKET_PREFERENCE.length : at;
};

export interface CatalogOptions {
  readonly root: string;
  /** The root as the user wrote it, for messages. */
  readonly shownRoot: string;
  readonly intervalMs: number;
  readonly market: string | undefined;
  readonly duck: Duck;
}

/** What the store holds, read from folders and Parquet footers, and the words for what it does not hold. */
export class Catalog {
  readonly #options: CatalogOptions;

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  async spans(): Promise<readonly HistorySpan[]> {
    const { root } = this.#options;
    const tables = await Promise.all(
      [KLINE_TABLE, FUNDING_TABLE].map(async (table) => {
        const found = await symbolsIn(root, table.folder);
        return Promise.all(found.map(({ market, symbol }) => this.#span(table, market, symbol)));
      }),
    );
    const rules = await Promise.all(
      (await symbolsIn(root, "instruments")).map(async ({ market, symbol }): Promise<HistorySpan | undefined> => {
        const dated = await readRules(root, market, symbol);
        const first = dated[0];
        const last = dated.at(-1);
        if (first === undefined || last === undefined) return undefined;
        return { symbol, kind: "instrumentRules", market, fromMs: first.validFromMs, toMs: last.validFromMs + 1, events: dated.length };
      }),
    );
    return [...tables.flat(), ...rules].filter((span) => span !== undefined).sort((a, b) => preference(a.market) - preference(b.market));
  }

  /** Market whose klines are read for a symbol; undefined when there are none. */
  async klineMarket(symbol: string): Promise<string | undefined> {
    const held = await this.#markets(KLINE_TABLE, symbol);
    const { market } = this.#options;
    if (market !== undefined) return held.includes(market) ? market : undefined;
    return MARKET_PREFERENCE.find((name) => held.includes(name)) ?? held[0];
  }

  /** Market whose funding goes with a symbol's klines: their own, and the perpetual's where spot stands in for it. */
  async fundingMarket(symbol: string): Promise<string | undefined> {
    const held = await this.#markets(FUNDING_TABLE, symbol);
    const klines = await this.klineMarket(symbol);
    if (klines === undefined) return MARKET_PREFERENCE.find((name) => held.includes(name)) ?? held[0];
    return [klines, ...(klines === "spot" ? ["um"] : [])].find((name) => held.includes(name));
  }

  /** Market whose instrument rules go with a symbol's klines. */
  async rulesMarket(symbol: string): Promise<string> {
    const klines = await this.klineMarket(symbol);
    if (klines !== undefined) return klines;
    const held = (await symbolsIn(this.#options.root, "instruments"))
      .filter((found) => found.symbol === symbol)
      .map(({ market }) => market);
    return MARKET_PREFERENCE.find((name) => held.includes(name)) ?? held[0] ?? "um";
  }

  /** The error for a symbol of which the store has no such events. */
  async notHeld(symbol: string, kind: KindName): Promise<UserError> {
    const { market, intervalMs } = this.#options;
    const what = kind === "kline" ? `${symbol}` : `${symbol} ${kind}`;
    const held = (await this.spans()).filter((span) => span.kind === "kline");
    const others = held.filter((span) => span.symbol === symbol && span.market !== market);
    const where = market === undefined ? "" : ` of market ${market}`;
    const interval = intervalLabel(intervalMs);
    if (kind === "kline" && market !== undefined && others.length > 0)
      return new UserError(
        `${what}${where} is not in history (${this.#options.shownRoot}): it holds ${others.map(spanText).join(", ")}; choose --market ${others[0]?.market}`,
      );
    const holds =
      held.length === 0
        ? `it holds no ${interval} klines`
        : `it holds ${held.slice(0, 12).map(spanText).join(", ")}${held.length > 12 ? ", …" : ""}`;
    return new UserError(
      `${what}${where} is not in history (${this.#options.shownRoot}): ${holds}; run riposte backfill --symbol ${symbol}`,
    );
  }

  /** The error for a range in which a symbol has nothing. */
  async outside(symbol: string, market: string, table: Table, fromMs: number, toMs: number): Promise<UserError | undefined> {
    const span = await this.#span(table, market, symbol);
    if (span !== undefined && span.fromMs < toMs && span.toMs > fromMs) return undefined; // a hole inside the data
    if (span === undefined) return this.notHeld(symbol, table.kind);
    return new UserError(
      `${symbol} has no data from ${timeText(fromMs)} to ${timeText(toMs)} in history (${this.#options.shownRoot}): it holds ${spanText(span)}; ` +
        `choose --from and --to inside it or run riposte backfill --symbol ${symbol}`,
    );
  }

  async #markets(table: Table, symbol: string): Promise<readonly string[]> {
    const { root, intervalMs } = this.#options;
    const candidates = (await symbolsIn(root, table.folder)).filter((found) => found.symbol === symbol);
    const held = await Promise.all(candidates.map(({ market }) => periodsOf(root, { table, market, symbol, intervalMs })));
    return candidates.filter((_, i) => (held[i] as string[]).length > 0).map(({ market }) => market);
  }

  async #span(table: Table, market: string, symbol: string): Promise<HistorySpan | undefined> {
    const { root, intervalMs, duck } = this.#options;
    const series: Series = { table, market, symbol, intervalMs };
    const folder = join(root, seriesFolder(series));
    const facts = await duck.facts(
      table,
      (await periodsOf(root, series)).map((period) => join(folder, `${period}.parquet`)),
    );
    if (facts.size === 0) return undefined;
    const all = [...facts.values()];
    const lastMs = Math.max(...all.map((fact) => fact.lastMs));
    return {
      symbol,
      kind: table.kind,
      market,
      fromMs: Math.min(...all.map((fact) => fact.firstMs)),
      toMs: lastMs + (table.kind === "kline" ? intervalMs : 1),
      events: all.reduce((sum, fact) => sum + fact.rows, 0),
    };
  }
}

/** `BTCUSDT 2022-01-01 … 2023-12-31 (spot)`: both days inclusive. */
export const spanText = (span: HistorySpan): string =>
  `${span.symbol} ${dayText(span.fromMs)} … ${dayText(span.toMs - 1)}${span.market === "um" ? "" : ` (${span.market})`}`;

const dayText = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** `2023-01-01` for midnight, `2023-01-01T12:40Z` otherwise; bounds beyond dates as they are. */
export const timeText = (timeMs: number): string => {
  if (!(Math.abs(timeMs) <= 8.64e15)) return String(timeMs);
  const iso = new Date(timeMs).toISOString();
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : `${iso.slice(0, 16)}Z`;
};
