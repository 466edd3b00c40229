import type { StoredKind } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { UserError } from "../../domain/units.ts";
import type { Held, Holdings, Known } from "../reading/holdings.ts";
import type { Columns } from "../table/columns.ts";
import type { Duck } from "../duck/duck.ts";
import type { Steps } from "../coverage/grid.ts";
import type { HeldHour } from "../coverage/silences.ts";
import { hoursOf, lastTradedOf, stepsOf } from "./coverage.ts";
import { SeriesFiles } from "./files/seriesFiles.ts";
import type { StoredFile, StoredFiles } from "./files/storedFiles.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import { readRules } from "./ruleFile.ts";
import { intervalsOf, marketsIn, rulesFile, rulesFolder, symbolIn, symbolsIn } from "./layout.ts";
import { TABLES } from "../table/marketTables.ts";
import type { Table } from "../table/tables.ts";
import { KLINE_TABLE } from "../table/tables.ts";

/** Contents of a folder, from its lists of files, and from the Parquet footers of files that no list names. */
export class ParquetHoldings implements Holdings {
  readonly shown: string;
  readonly options: string;
  readonly intervalMs: number;
  readonly #root: string;
  readonly #files: StoredFiles;
  readonly #duck: Duck;

  /** `shown`: the root as the user wrote it. */
  constructor(root: string, shown: string, intervalMs: number, files: StoredFiles, duck: Duck) {
    this.shown = shown;
    this.options = `--data ${shown}`;
    this.intervalMs = intervalMs;
    this.#root = root;
    this.#files = files;
    this.#duck = duck;
  }

  /** Files of a series; of klines, of this interval unless another is given. */
  series(table: Table, market: string, symbol: string, intervalMs = this.intervalMs): SeriesFiles {
    return new SeriesFiles(this.#files, this.#duck, { table, market, symbol, intervalMs });
  }

  async spans(table: Table, symbols?: readonly string[]): Promise<readonly HistorySpan[]> {
    const found = (await symbolsIn(this.#root, table.folder)).filter(({ symbol }) => symbols === undefined || symbols.includes(symbol));
    const spans = await Promise.all(found.map(({ market, symbol }) => this.span(table, market, symbol)));
    return spans.filter((span) => span !== undefined);
  }

  async markets(table: Table, symbol: string): Promise<readonly string[]> {
    const candidates = (await symbolsIn(this.#root, table.folder)).filter((found) => found.symbol === symbol);
    const held = await Promise.all(candidates.map(({ market }) => this.series(table, market, symbol).held()));
    return candidates.filter((_, i) => (held[i] as readonly unknown[]).length > 0).map(({ market }) => market);
  }

  async span(table: Table, market: string, symbol: string): Promise<HistorySpan | undefined> {
    const series = this.series(table, market, symbol);
    const facts = [...(await series.facts(await series.held())).values()];
    if (facts.length === 0) return undefined;
    const lastMs = Math.max(...facts.map((fact) => fact.lastMs));
    return {
      symbol,
      kind: table.kind,
      market,
      fromMs: Math.min(...facts.map((fact) => fact.firstMs)),
      toMs: lastMs + (table.kind === "kline" ? this.intervalMs : 1),
      events: facts.reduce((sum, fact) => sum + fact.rows, 0),
    };
  }

  async intervals(of?: Held): Promise<readonly number[]> {
    const held = of === undefined ? await symbolsIn(this.#root, KLINE_TABLE.folder) : [of];
    const found: number[] = [];
    for (const { market, symbol } of held) found.push(...(await intervalsOf(this.#root, market, symbol)));
    return [...new Set(found)].sort((a, b) => a - b);
  }

  steps(table: Table, market: string, symbol: string, fromMs: number, toMs: number, cadenceMs: number): Promise<Steps | undefined> {
    return stepsOf(this.#duck, this.series(table, market, symbol), fromMs, toMs, cadenceMs);
  }

  hours(table: Table, market: string, symbol: string, fromMs: number, toMs: number): Promise<readonly HeldHour[]> {
    return hoursOf(this.#duck, this.series(table, market, symbol), fromMs, toMs);
  }

  lastTraded(market: string, symbol: string, fromMs: number, toMs: number): Promise<number | undefined> {
    return lastTradedOf(this.#duck, this.series(KLINE_TABLE, market, symbol), fromMs, toMs);
  }

  async heldRules(): Promise<readonly Held[]> {
    const markets = await marketsIn(this.#root, "instruments");
    const held = await Promise.all(markets.map((market) => this.#files.held(rulesFolder(market), (name) => symbolIn(name) !== undefined)));
    return markets.flatMap((market, i) => (held[i] ?? []).map(({ name }) => ({ market, symbol: symbolIn(name) as string })));
  }

  rules(market: string, symbol: string): Promise<readonly DatedRules[]> {
    return readRules(this.#files, market, symbol);
  }

  /** The same for a writer, to whom rules that are gone are none: they will be there again. */
  async rulesToChange(market: string, symbol: string): Promise<readonly DatedRules[]> {
    const held = await this.#files.held(rulesFolder(market), (name) => name === rulesFile(symbol));
    return held.some(({ there }) => there) ? this.rules(market, symbol) : [];
  }

  /** Files of these kinds and symbols, and their rules, that meet a range and have no hash. */
  async unhashed(kinds: readonly StoredKind[], symbols: readonly string[], fromMs: number, toMs: number): Promise<number> {
    const files: (readonly StoredFile[])[] = [];
    for (const table of TABLES.filter(({ kind }) => kinds.includes(kind)))
      for (const { market, symbol } of await symbolsIn(this.#root, table.folder))
        if (symbols.includes(symbol)) files.push(await this.series(table, market, symbol).held(fromMs, toMs));
    for (const market of kinds.includes("instrumentRules") ? await marketsIn(this.#root, "instruments") : [])
      files.push(await this.#files.held(rulesFolder(market), (name) => symbols.includes(symbolIn(name) ?? "")));
    return files.flat().filter(({ listed }) => listed.sha256 === null).length;
  }

  /** The rules file of a symbol, if it is gone, damaged or cannot be read. */
  async damagedRules(market: string, symbol: string): Promise<readonly StoredFile[]> {
    const held = await this.#files.held(rulesFolder(market), (name) => name === rulesFile(symbol));
    try {
      await this.rules(market, symbol);
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return held;
    }
  }

  known(table: Table, market: string, symbol: string, fromMs: number, toMs: number): Promise<Known> {
    return this.series(table, market, symbol).known(fromMs, toMs);
  }

  scan(table: Table, market: string, symbol: string, fromMs: number, toMs: number): AsyncGenerator<Columns, void, undefined> {
    return this.series(table, market, symbol).scan(fromMs, toMs);
  }
}
