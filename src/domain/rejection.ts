/**
 * Why a venue refuses an order or a cancel, in the words of the domain. Each venue translates its own codes to these
 * (`src/venues/binance/rejectionCodes.ts`); `other` is a refusal that only its message tells.
 */
export type RejectionReason =
  // The order itself.
  | "priceBetweenTicks"
  | "qtyBetweenLots"
  | "qtyNotPositive"
  | "clientOrderIdInvalid"
  | "duplicateId"
  | "closePositionWithQty"
  | "closePositionNotReduceOnly"
  | "tooSmall"
  | "tooLarge"
  | "notionalTooSmall"
  | "priceTooLow"
  | "priceTooHigh"
  | "priceAboveCap"
  | "priceBelowFloor"
  // What is open or held already.
  | "tooManyOrders"
  | "tooManyConditionalOrders"
  | "reduceOnlyRejected"
  | "closePositionTaken"
  // The market.
  | "wouldTriggerAtOnce"
  | "couldNotFillAtOnce"
  | "postOnlyWouldTake"
  // Margin.
  | "leverageInvalid"
  | "leverageExceeded"
  | "insufficientMargin"
  /** The answer to a cancel that met no open order. It does not tell whether the order is still working. */
  | "unknownOrder"
  /** The answer to a query: the order has never reached the venue. */
  | "neverArrived"
  | "other";

/** Whether an `orderRejected` with this reason proves that the venue does not have the order. One whose id is taken may well be there. */
export const isSureRefusal = (reason: RejectionReason): boolean => reason !== "unknownOrder" && reason !== "duplicateId";

/** Whether an order was refused on a condition that it set itself (fill-or-kill, post-only), so that nothing is wrong with it. */
export const isOwnCondition = (reason: RejectionReason): boolean => reason === "couldNotFillAtOnce" || reason === "postOnlyWouldTake";
