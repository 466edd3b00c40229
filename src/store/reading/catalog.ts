import type { StoredKind } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import type { Holdings } from "./holdings.ts";
import { intervalLabel } from "../table/interval.ts";
import { TABLES, tableOf } from "../table/marketTables.ts";
import type { Table } from "../table/tables.ts";
import { KLINE_TABLE } from "../table/tables.ts";

/** Which market stands for a symbol when several hold it and none is asked for. */
const MARKET_PREFERENCE = ["um", "spot", "simulated"];

const preference = (market: string): number => {
  const at = MARKET_PREFERENCE.indexOf(market);
  return at < 0 ? MARKET_PREFERENCE.length : at;
};

/** Where to look for what goes with bars of a market: there, then at the perpetual where spot stands in for it. */
export const marketsBeside = (market: string): readonly string[] => (market === "spot" ? ["spot", "um"] : [market]);

/**
 * Whether aggregates stand for the trades of a symbol that has single ones, too, by the length of the range that each covers. A recording of
 * both streams begins and ends with either by chance: less than a minute more is none.
 */
export const areAggregatesTaken = (singlesMs: number, aggregatesMs: number): boolean => aggregatesMs - singlesMs >= MINUTE_MS;

/** What a store holds, and the words for what it does not hold. */
export class Catalog {
  readonly #holdings: Holdings;
  readonly #market: string | undefined;

  /** `market`: the only one to read; absent: of those that hold a symbol the first of um, spot, simulated. */
  constructor(holdings: Holdings, market?: string) {
    this.#holdings = holdings;
    this.#market = market;
  }

  async spans(kinds?: readonly StoredKind[], symbols?: readonly string[]): Promise<readonly HistorySpan[]> {
    const asked = (kind: StoredKind): boolean => kinds === undefined || kinds.includes(kind);
    const spans = await Promise.all(TABLES.filter(({ kind }) => asked(kind)).map((table) => this.#holdings.spans(table, symbols)));
    const all = [...spans.flat(), ...(asked("instrumentRules") ? await this.#rulesSpans(symbols) : [])];
    return all.sort((a, b) => preference(a.market) - preference(b.market));
  }

  async #rulesSpans(symbols: readonly string[] | undefined): Promise<readonly HistorySpan[]> {
    const holdings = this.#holdings;
    const held = (await holdings.heldRules()).filter(({ symbol }) => symbols === undefined || symbols.includes(symbol));
    const spans = await Promise.all(
      held.map(async ({ market, symbol }): Promise<HistorySpan | undefined> => {
        const dated = await holdings.rules(market, symbol);
        const first = dated[0];
        const last = dated.at(-1);
        if (first === undefined || last === undefined) return undefined;
        return { symbol, kind: "instrumentRules", market, fromMs: first.validFromMs, toMs: last.validFromMs + 1, events: dated.length };
      }),
    );
    return spans.filter((span) => span !== undefined);
  }

  /** Market whose klines are read for a symbol where nobody names one; undefined when there are none. */
  async #klineMarket(symbol: string): Promise<string | undefined> {
    const held = await this.#holdings.markets(KLINE_TABLE, symbol);
    const market = this.#market;
    if (market !== undefined) return held.includes(market) ? market : undefined;
    return MARKET_PREFERENCE.find((name) => held.includes(name)) ?? held[0];
  }

  /**
   * Market whose rows of a table go with a symbol's bars, which are of market `bars`, or of its klines' where that is not said: their own,
   * else the perpetual's where spot stands in for it. Without either, of the markets that hold rows the preferred one.
   */
  async market(table: Table, symbol: string, bars?: string): Promise<string | undefined> {
    if (table === KLINE_TABLE && bars === undefined) return this.#klineMarket(symbol);
    const held = await this.#holdings.markets(table, symbol);
    if (held.length === 0) return undefined;
    const market = bars ?? (await this.#klineMarket(symbol)) ?? this.#market;
    if (market === undefined) return MARKET_PREFERENCE.find((name) => held.includes(name)) ?? held[0];
    return table === KLINE_TABLE ? held.find((name) => name === market) : marketsBeside(market).find((name) => held.includes(name));
  }

  /** Single trades or aggregates: aggregates where they cover at least a minute more of the range. */
  async tradeTable(symbol: string, fromMs: number, toMs: number, bars?: string): Promise<Table | undefined> {
    const [singles, aggregates] = [tableOf("trade") as Table, tableOf("aggTrade") as Table];
    const [singleMarket, aggregateMarket] = [await this.market(singles, symbol, bars), await this.market(aggregates, symbol, bars)];
    // What a series covers is read from all of its files: only where there is a choice.
    if (aggregateMarket === undefined) return singleMarket === undefined ? undefined : singles;
    if (singleMarket === undefined) return aggregates;
    const covered = async (table: Table, market: string): Promise<number> => {
      const span = await this.#holdings.span(table, market, symbol);
      return span === undefined ? -Infinity : Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs);
    };
    return areAggregatesTaken(await covered(singles, singleMarket), await covered(aggregates, aggregateMarket)) ? aggregates : singles;
  }

  /** Market whose instrument rules go with a symbol's bars, which are of market `bars`, or of its klines' where that is not said. */
  async rulesMarket(symbol: string, bars?: string): Promise<string> {
    const market = bars ?? (await this.#klineMarket(symbol));
    if (market !== undefined) return market;
    const held = (await this.#holdings.heldRules()).filter((found) => found.symbol === symbol).map(({ market }) => market);
    return MARKET_PREFERENCE.find((name) => held.includes(name)) ?? held[0] ?? "um";
  }

  /** The error for a symbol without such events in the store. */
  async notHeld(symbol: string, kind: StoredKind): Promise<UserError> {
    const market = this.#market;
    const { shown, intervalMs } = this.#holdings;
    const what = kind === "kline" ? `${symbol}` : `${symbol} ${kind}`;
    const held = await this.spans(["kline"]);
    const others = held.filter((span) => span.symbol === symbol && span.market !== market);
    const where = market === undefined ? "" : ` of market ${market}`;
    const interval = intervalLabel(intervalMs);
    if (kind === "kline" && market !== undefined && others.length > 0)
      return new UserError(
        `${what}${where} is not in history (${shown}): it holds ${others.map(spanText).join(", ")}; choose --market ${others[0]?.market}`,
      );
    const holds =
      held.length === 0
        ? `it holds no ${interval} klines`
        : `it holds ${held.slice(0, 12).map(spanText).join(", ")}${held.length > 12 ? ", …" : ""}`;
    return new UserError(`${what}${where} is not in history (${shown}): ${holds}; run riposte backfill --symbol ${symbol}`);
  }

  /** The error for a symbol whose data came without rules, or lost them: how to have them again. */
  async noRules(symbol: string, market?: string): Promise<UserError> {
    const { shown, options } = this.#holdings;
    const spans = await this.spans(["kline", "trade", "aggTrade"]);
    const held = spans.filter((span) => span.symbol === symbol && (market === undefined || span.market === market));
    const [first] = held;
    if (first === undefined) return this.notHeld(symbol, "instrumentRules");
    const fromMs = Math.min(...held.map((span) => span.fromMs));
    const what = `${symbol} has no instrument rules in history (${shown}), only data: ${held.map(spanText).join(", ")}`;
    if (first.market === "simulated") return new UserError(`${what}; write it again with riposte simulate --symbol ${symbol} ${options}`);
    const again = `--symbol ${symbol} ${options} --from ${dayText(fromMs)}${first.market === "um" ? "" : ` --market ${first.market}`}`;
    return new UserError(
      `${what}; find them again with riposte backfill ${again} (with --archive DIR where they came from a local copy), or import their capture again`,
    );
  }

  /** The error for a range in which a symbol has nothing. */
  async outside(symbol: string, market: string, table: Table, fromMs: number, toMs: number): Promise<UserError | undefined> {
    const span = await this.#holdings.span(table, market, symbol);
    if (span !== undefined && span.fromMs < toMs && span.toMs > fromMs) return undefined; // a hole inside the data
    if (span === undefined) return this.notHeld(symbol, table.kind);
    return new UserError(
      `${symbol} has no data from ${timeText(fromMs)} to ${timeText(toMs)} in history (${this.#holdings.shown}): it holds ${spanText(span)}; ` +
        `choose --from and --to inside it or run riposte backfill --symbol ${symbol}`,
    );
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
