import { UNKNOWN_ORDER } from "./order.ts";

/**
 * Answers that leave open whether the order is at the venue: Binance's −1006 and −1007 ("execution status unknown"), and −2011, the
 * answer to a cancel that met no order. Source: Binance USD-M error codes.
 */
const UNDECIDED: ReadonlySet<number> = new Set([-1006, -1007, UNKNOWN_ORDER]);

/** FOK that could not fill at once, post-only that would have taken: the order itself asked to be refused then. */
const CONDITIONAL: ReadonlySet<number> = new Set([-5021, -5022]);

/** Whether an `orderRejected` with this code proves that the venue does not have the order. */
export const isSureRefusal = (code: number): boolean => !UNDECIDED.has(code);

/** Whether an order was refused on a condition that it set itself, so that nothing is wrong with it. */
export const isOwnCondition = (code: number): boolean => CONDITIONAL.has(code);
