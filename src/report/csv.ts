import { formatUtc } from "../domain/time.ts";
import type { EquityRow, FillRow, TradeRow } from "../record/runRecord.ts";
import type { ShadowDay } from "../record/shadowRecord.ts";

/** A column of a CSV file: its header and what it holds of a row. */
export type CsvColumn<Row> = readonly [name: string, value: (row: Row) => string | number | boolean];

/** One row a round trip; prices in USDT, `qty` in base units, times in ms UTC, `pnlUsdt` net of fees and funding. */
export const TRADE_COLUMNS: readonly CsvColumn<TradeRow>[] = [
  ["symbol", (row) => row.symbol],
  ["side", (row) => row.side],
  ["entryTimeMs", (row) => row.entryTimeMs],
  ["entryPrice", (row) => row.entryPrice],
  ["exitTimeMs", (row) => row.exitTimeMs],
  ["exitPrice", (row) => row.exitPrice],
  ["qty", (row) => row.qty],
  ["pnlUsdt", (row) => row.pnlUsdt],
  ["feesUsdt", (row) => row.feesUsdt],
  ["fundingUsdt", (row) => row.fundingUsdt],
  ["exitReason", (row) => row.exitReason],
  ["regime", (row) => row.regime ?? ""],
  ["pattern", (row) => row.pattern ?? ""],
  ["confidence", (row) => row.confidence ?? ""],
];

/** One row a fill, in line order. */
export const FILL_COLUMNS: readonly CsvColumn<FillRow>[] = [
  ["timeMs", (row) => row.timeMs],
  ["symbol", (row) => row.symbol],
  ["clientOrderId", (row) => row.clientOrderId],
  ["side", (row) => row.side],
  ["price", (row) => row.price],
  ["qty", (row) => row.qty],
  ["feeUsdt", (row) => row.feeUsdt],
  ["slippageUsdt", (row) => row.slippageUsdt],
  ["liquidity", (row) => (row.maker ? "maker" : "taker")],
  ["reason", (row) => row.reason],
];

/** One row a UTC day; `drawdown` is a fraction ≤ 0. */
export const EQUITY_COLUMNS: readonly CsvColumn<EquityRow>[] = [
  ["timeMs", (row) => row.timeMs],
  ["equityUsdt", (row) => row.equityUsdt],
  ["drawdown", (row) => row.drawdown],
];

/** One row a challenger and UTC day; scores are means over the day's judged bars (docs/models.md#shadows). */
export const SHADOW_COLUMNS: readonly CsvColumn<ShadowDay>[] = [
  ["day", (row) => formatUtc(row.dayMs).slice(0, 10)],
  ["layer", (row) => row.layer],
  ["champion", (row) => row.champion],
  ["challenger", (row) => row.challenger],
  ["bars", (row) => row.bars],
  ["championScore", (row) => row.championScore],
  ["challengerScore", (row) => row.challengerScore],
  ["eChampion", (row) => row.eChampion],
  ["eNothing", (row) => row.eNothing],
  ["eRollBack", (row) => row.eRollBack],
  ["decision", (row) => row.decision],
];

/** Header and rows as lines that end in `\n` (RFC 4180, but for the line end). */
export function* csvLines<Row>(columns: readonly CsvColumn<Row>[], rows: Iterable<Row>): Generator<string> {
  yield `${columns.map(([name]) => csvCell(name)).join(",")}\n`;
  for (const row of rows) yield `${columns.map(([, value]) => csvCell(value(row))).join(",")}\n`;
}

/**
 * One cell. Numbers are printed with the fewest digits that read back as the same float64; NaN and infinities are empty.
 * Text with a comma, quote or line break is quoted, its quotes doubled.
 */
export const csvCell = (value: string | number | boolean): string => {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
