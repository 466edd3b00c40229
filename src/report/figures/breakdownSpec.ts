import type { TradeRow } from "../../record/runRecord.ts";

/** A way to split the trades: one card of the report. To add one (by regime, by setup), add a spec to `BREAKDOWNS`. */
export interface BreakdownSpec {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** Upright columns for what has an order of its own, lying bars for names. */
  readonly layout: "columns" | "bars";
  /** Group of a trade; undefined where the run does not know it: of some trades a group of its own, of all no breakdown. */
  readonly keyOf: (trade: TradeRow) => string | undefined;
  /** Every group in its order, empty ones included; null: only those that occur, by P&L. */
  readonly groups: readonly string[] | null;
  /** Fewer groups than this are not worth a card. */
  readonly minGroups: number;
}
