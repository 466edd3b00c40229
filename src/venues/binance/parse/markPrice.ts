import type { MarkPrice } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import { instrumentAt, knownAt, sentAt } from "./message.ts";
import type { MessageParser } from "./message.ts";
import { decimalAt, priceAt, timeAt } from "./wire.ts";

/** `<symbol>@markPrice[@1s]` and the rows of `!markPrice@arr`. `r` is "" for contracts without funding: NaN then. */
export const parseMarkPrice: MessageParser = (row, arrival): MarkPrice | null => {
  const instrument = instrumentAt(row, "markPrice.s", arrival);
  if (instrument === undefined) return null;
  const sentMs = sentAt(row, "markPrice.E");
  return {
    kind: Kind.markPrice,
    seq: -1,
    instrument,
    eventTimeMs: sentMs,
    receivedTimeMs: arrival.receivedTimeMs,
    knownAtMs: knownAt(sentMs, arrival, "markPrice.E"),
    markPrice: priceAt(row["p"], "markPrice.p"),
    indexPrice: priceAt(row["i"], "markPrice.i"),
    nextFundingRate: row["r"] === "" ? NaN : decimalAt(row["r"], "markPrice.r"),
    nextFundingTimeMs: timeAt(row["T"], "markPrice.T"),
  };
};
