import type { FillOn } from "../../domain/order.ts";

/** Ways to fill and to trigger that the data of one instrument allow (`venue.fillOn`, `venue.triggerBy`). */
export interface Fillable {
  /** The coarsest first. */
  readonly modes: readonly FillOn[];
  /** Whether it has mark prices. */
  readonly marks: boolean;
}

/** Klines and nothing else. */
export const BARS_ONLY: Fillable = { modes: ["bars"], marks: false };

/** Ways to fill an instrument, from its data besides bars. Filling on the book also needs trades. */
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
