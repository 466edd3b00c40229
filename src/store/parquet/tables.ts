import type { KindName } from "../../domain/kind.ts";
import { KLINE_COLUMNS } from "../../domain/kline.ts";

/**
 * A table of the store: which events it keeps, in which columns, cut into files by which period. The first column is
 * the key, a time in ms; it is BIGINT on disk and float64 in memory (exact to year 287396), so that no bigint is made.
 */
export interface Table {
  readonly kind: KindName;
  /** Folder under the store's root. */
  readonly folder: string;
  readonly columns: readonly string[];
  readonly period: "month" | "year";
}

export const KLINE_TABLE: Table = { kind: "kline", folder: "klines", columns: KLINE_COLUMNS, period: "month" };

export const FUNDING_COLUMNS = ["eventTimeMs", "rate", "intervalHours", "markPrice"] as const;
export const FUNDING_TABLE: Table = { kind: "funding", folder: "funding", columns: FUNDING_COLUMNS, period: "year" };

/** Kinds the store keeps; the rest is refused by name. */
export const STORED_KINDS: readonly KindName[] = ["instrumentRules", "funding", "kline"];
export type StoredKind = "instrumentRules" | "funding" | "kline";

/** The key column of a table. */
export const keyColumn = (table: Table): string => table.columns[0] as string;
