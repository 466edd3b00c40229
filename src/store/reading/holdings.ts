import type { HistorySpan } from "../../domain/ports.ts";
import type { Steps } from "../coverage/grid.ts";
import type { HeldHour } from "../coverage/silences.ts";
import type { Columns } from "../table/columns.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import type { Table } from "../table/tables.ts";

/** A symbol in a market. */
export interface Held {
  readonly market: string;
  readonly symbol: string;
}

/** What a catalogue knows of the rows in a range: at least so many, and the last at `lastMs` or later (−Infinity: none). */
export interface Known {
  readonly rows: number;
  readonly lastMs: number;
}

/** What a store's medium (files, a server) reports about its content: all that reading needs. Klines are those of one interval. */
export interface Holdings {
  /** Where they are, as the user knows the place. */
  readonly shown: string;
  /** The options that make a command use them, for remedies. */
  readonly options: string;
  readonly intervalMs: number;
  /** Every series of a table, or those of some symbols. */
  spans(table: Table, symbols?: readonly string[]): Promise<readonly HistorySpan[]>;
  /** Markets in which a symbol has rows in a table. */
  markets(table: Table, symbol: string): Promise<readonly string[]>;
  /** Bounds and rows of one series; undefined when it has none. */
  span(table: Table, market: string, symbol: string): Promise<HistorySpan | undefined>;
  /** Lengths of the klines that it has, of a symbol in a market or of all, in ms, each once, ascending. */
  intervals(of?: Held): Promise<readonly number[]>;
  /** Times of a series whose rows lie on a grid; undefined when it has none in `[fromMs, toMs)`. */
  steps(table: Table, market: string, symbol: string, fromMs: number, toMs: number, cadenceMs: number): Promise<Steps | undefined>;
  /** Hours that have rows and meet `[fromMs, toMs)`, ascending. */
  hours(table: Table, market: string, symbol: string, fromMs: number, toMs: number): Promise<readonly HeldHour[]>;
  /** Open time of the last kline in `[fromMs, toMs)` with volume; undefined when there is none. */
  lastTraded(market: string, symbol: string, fromMs: number, toMs: number): Promise<number | undefined>;
  /** Which symbols have instrument rules. */
  heldRules(): Promise<readonly Held[]>;
  /** Dated rules of a symbol, ascending; empty when there are none. */
  rules(market: string, symbol: string): Promise<readonly DatedRules[]>;
  /** What is known of the rows with `fromMs <= key < toMs` before any is read. */
  known(table: Table, market: string, symbol: string, fromMs: number, toMs: number): Promise<Known>;
  /** These rows, ascending, in chunks that are each a buffer of their own; memory is bounded. */
  scan(table: Table, market: string, symbol: string, fromMs: number, toMs: number): AsyncIterable<Columns>;
}
