import type { BestBidAsk } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import { instrumentAt, knownAt, sentAt } from "./message.ts";
import type { MessageParser } from "./message.ts";
import { idAt, priceAt, qtyAt, timeAt, WireError } from "./wire.ts";

/** `<symbol>@bookTicker`: every change of the best bid and ask. */
export const parseBookTicker: MessageParser = (row, arrival): BestBidAsk | null => {
  const instrument = instrumentAt(row, "bookTicker.s", arrival);
  if (instrument === undefined) return null;
  const bidPrice = priceAt(row["b"], "bookTicker.b");
  const askPrice = priceAt(row["a"], "bookTicker.a");
  if (bidPrice >= askPrice) throw new WireError(`bookTicker has its bid at or above its ask: ${bidPrice} and ${askPrice}`);
  arrival.written?.(instrument, row["b"], row["B"]);
  arrival.written?.(instrument, row["a"], row["A"]);
  return {
    kind: Kind.bestBidAsk,
    seq: -1,
    instrument,
    eventTimeMs: timeAt(row["T"], "bookTicker.T"),
    receivedTimeMs: arrival.receivedTimeMs,
    knownAtMs: knownAt(sentAt(row, "bookTicker.E"), arrival, "bookTicker.E"),
    updateId: idAt(row["u"], "bookTicker.u"),
    bidPrice,
    bidQty: qtyAt(row["B"], "bookTicker.B"),
    askPrice,
    askQty: qtyAt(row["A"], "bookTicker.A"),
  };
};
