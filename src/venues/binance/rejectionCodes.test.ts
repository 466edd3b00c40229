import { describe, expect, it } from "vitest";
import { codeOf, outcomeOf, rejectionText } from "./rejectionCodes.ts";

/** Source: Binance USD-M futures, "Error Codes". */
const BINANCE = {
  "-2011": "unknownOrder",
  "-2013": "neverArrived",
  "-2019": "insufficientMargin",
  "-2021": "wouldTriggerAtOnce",
  "-2022": "reduceOnlyRejected",
  "-2025": "tooManyOrders",
  "-2027": "leverageExceeded",
  "-4002": "priceTooHigh",
  "-4003": "qtyNotPositive",
  "-4004": "tooSmall",
  "-4005": "tooLarge",
  "-4013": "priceTooLow",
  "-4014": "priceBetweenTicks",
  "-4015": "clientOrderIdInvalid",
  "-4016": "priceAboveCap",
  "-4023": "qtyBetweenLots",
  "-4024": "priceBelowFloor",
  "-4028": "leverageInvalid",
  "-4045": "tooManyConditionalOrders",
  "-4116": "duplicateId",
  "-4130": "closePositionTaken",
  "-4137": "closePositionWithQty",
  "-4138": "closePositionNotReduceOnly",
  "-4164": "notionalTooSmall",
  "-5021": "couldNotFillAtOnce",
  "-5022": "postOnlyWouldTake",
} as const;

describe("Binance's answers", () => {
  it.each(Object.entries(BINANCE))("%s is %s, both ways", (code, reason) => {
    expect(outcomeOf(Number(code))).toBe(reason);
    expect(codeOf(reason)).toBe(Number(code));
  });
  it("leave an order open where the exchange does not know; a code that we do not know is a refusal", () => {
    expect([-1006, -1007, -1121].map(outcomeOf)).toEqual(["unknown", "unknown", "other"]);
  });
  it("are shown in Binance's words, with what the message adds", () => {
    expect(rejectionText("insufficientMargin", "")).toBe("Margin is insufficient");
    expect(rejectionText("tooSmall", "3 lots asked, at least 5")).toBe("Quantity less than min quantity: 3 lots asked, at least 5");
  });
});
