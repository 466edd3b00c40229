import { join } from "node:path";
import type { HistorySpan } from "../../domain/ports.ts";
import type { Held, Holdings } from "../reading/holdings.ts";
import type { Columns } from "../table/columns.ts";
import type { Duck } from "../duck/duck.ts";
import { filesOf } from "./gaps.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import { readRules } from "./ruleFile.ts";
import { periodsOf, seriesFolder, symbolsIn } from "./layout.ts";
import type { Table } from "../table/tables.ts";

/** What lies in a folder, read from its folders and Parquet footers. */
export class ParquetHoldings implements Holdings {
  readonly shown: string;
  readonly intervalMs: number;
  readonly #root: string;
  readonly #duck: Duck;

  /** `shown`: the root as the user wrote it. */
  constructor(root: string, shown: string, intervalMs: number, duck: Duck) {
    this.shown = shown;
    this.intervalMs = intervalMs;
    this.#root = root;
    this.#duck = duck;
  }

  async spans(table: Table): Promise<readonly HistorySpan[]> {
    const found = await symbolsIn(this.#root, table.folder);
    const spans = await Promise.all(found.map(({ market, symbol }) => this.span(table, market, symbol)));
    return spans.filter((span) => span !== undefined);
  }

  async markets(table: Table, symbol: string): Promise<readonly string[]> {
    const candidates = (await symbolsIn(this.#root, table.folder)).filter((found) => found.symbol === symbol);
    const periods = await Promise.all(candidates.map((found) => periodsOf(this.#root, { table, ...found, intervalMs: this.intervalMs })));
    return candidates.filter((_, i) => (periods[i] as string[]).length > 0).map(({ market }) => market);
  }

  async span(table: Table, market: string, symbol: string): Promise<HistorySpan | undefined> {
    const { intervalMs } = this;
    const series = { table, market, symbol, intervalMs };
    const folder = join(this.#root, seriesFolder(series));
    const files = (await periodsOf(this.#root, series)).map((period) => join(folder, `${period}.parquet`));
    const facts = await this.#duck.facts({ table, files, remedyOf });
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

  heldRules(): Promise<readonly Held[]> {
    return symbolsIn(this.#root, "instruments");
  }

  rules(market: string, symbol: string): Promise<readonly DatedRules[]> {
    return readRules(this.#root, market, symbol);
  }

  async *scan(table: Table, market: string, symbol: string, fromMs: number, toMs: number): AsyncGenerator<Columns, void, undefined> {
    const files = await filesOf(this.#root, { table, market, symbol, intervalMs: this.intervalMs }, fromMs, toMs);
    yield* this.#duck.stream({ table, files, fromMs, toMs, remedyOf });
  }
}

export const remedyOf = (): string => "delete it and run riposte backfill --force, or the import again";
