import type { RejectionReason } from "../../domain/rejection.ts";

interface Rejection {
  readonly code: number;
  readonly text: string;
}

/**
 * Binance's error code and text of each reason. The codes are part of decision hashes: never changed.
 * Source: Binance USD-M futures, error codes. `other` has no code of its own there.
 */
const REJECTIONS: Readonly<Record<RejectionReason, Rejection>> = {
  priceBetweenTicks: { code: -4014, text: "Price not increased by tick size" },
  qtyBetweenLots: { code: -4023, text: "Quantity not increased by step size" },
  qtyNotPositive: { code: -4003, text: "Quantity less than or equal to zero" },
  clientOrderIdInvalid: { code: -4015, text: "Client order id is not valid" },
  duplicateId: { code: -4116, text: "ClientOrderId is duplicated" },
  closePositionWithQty: { code: -4137, text: "Quantity must be zero with closePosition equals true" },
  closePositionNotReduceOnly: { code: -4138, text: "Reduce only must be true with closePosition equals true" },
  tooSmall: { code: -4004, text: "Quantity less than min quantity" },
  tooLarge: { code: -4005, text: "Quantity greater than max quantity" },
  notionalTooSmall: { code: -4164, text: "Order's notional must be no smaller" },
  priceTooLow: { code: -4013, text: "Price less than min price" },
  priceTooHigh: { code: -4002, text: "Price greater than max price" },
  priceAboveCap: { code: -4016, text: "Limit price can't be higher than the cap" },
  priceBelowFloor: { code: -4024, text: "Limit price can't be lower than the floor" },
  tooManyOrders: { code: -2025, text: "Reach max open order limit" },
  tooManyConditionalOrders: { code: -4045, text: "Reach max stop order limit" },
  reduceOnlyRejected: { code: -2022, text: "ReduceOnly Order is rejected" },
  closePositionTaken: { code: -4130, text: "An open stop or take profit order with closePosition in the direction exists" },
  wouldTriggerAtOnce: { code: -2021, text: "Order would immediately trigger" },
  couldNotFillAtOnce: { code: -5021, text: "The FOK order could not be filled immediately" },
  postOnlyWouldTake: { code: -5022, text: "The Post Only order could not be executed as maker" },
  leverageInvalid: { code: -4028, text: "Leverage is not valid" },
  leverageExceeded: { code: -2027, text: "Exceeded the maximum allowable position at current leverage" },
  insufficientMargin: { code: -2019, text: "Margin is insufficient" },
  unknownOrder: { code: -2011, text: "Unknown order sent" },
  neverArrived: { code: -2013, text: "Order does not exist" },
  other: { code: 0, text: "Refused" },
};

/** Codes after which the order may be at the exchange or not: "execution status unknown" and a timeout of its own. */
const UNKNOWN_OUTCOME: ReadonlySet<number> = new Set([-1006, -1007]);

const REASONS = new Map((Object.keys(REJECTIONS) as RejectionReason[]).map((reason) => [REJECTIONS[reason].code, reason]));

export const codeOf = (reason: RejectionReason): number => REJECTIONS[reason].code;

/** What Binance's error code says of an order: why it was refused, or that its outcome is unknown. */
export const outcomeOf = (code: number): RejectionReason | "unknown" =>
  UNKNOWN_OUTCOME.has(code) ? "unknown" : (REASONS.get(code) ?? "other");

/** A rejection in words: Binance's text, and behind it what the venue's message adds. */
export const rejectionText = (reason: RejectionReason, message: string): string => {
  const { text } = REJECTIONS[reason];
  return message === "" ? text : `${text}: ${message}`;
};
