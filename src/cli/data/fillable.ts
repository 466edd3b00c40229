import type { FillOn } from "../../domain/order.ts";

/** What the data of one instrument can fill its orders by (`venue.fillOn`, `venue.triggerBy`). */
export interface Fillable {
  /** The coarsest first. */
  readonly modes: readonly FillOn[];
  /** Whether it has mark prices. */
  readonly marks: boolean;
}

/** Klines and nothing else. */
export const BARS_ONLY: Fillable = { modes: ["bars"], marks: false };

/** From what there is of an instrument besides bars; a book that is filled by needs the trades beside it. */
export const fillableBy = ({
  trades,
  book,
  marks,
}: {
  readonly trades: boolean;
  readonly book: boolean;
  readonly marks: boolean;
}): Fillable => ({
  modes: ["bars", ...(trades ? ["trades" as const] : []), ...(trades && book ? ["book" as const] : [])],
  marks,
});
