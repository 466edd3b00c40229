import type { Liquidation } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import { knownAt, sentAt } from "./message.ts";
import type { MessageParser } from "./message.ts";
import { priceAt, recordAt, textAt, timeAt, WireError } from "./wire.ts";

/**
 * `<symbol>@forceOrder`: the largest liquidation order of a second. Price is the average it was filled at (`ap`), quantity what was
 * filled (`z`).
 */
export const parseForceOrder: MessageParser = (row, arrival): Liquidation | null => {
  const order = recordAt(row["o"], "forceOrder.o");
  const instrument = arrival.instrumentOf(textAt(order["s"], "forceOrder.o.s"), order);
  if (instrument === undefined) return null;
  const side = textAt(order["S"], "forceOrder.o.S");
  if (side !== "BUY" && side !== "SELL") throw new WireError(`forceOrder.o.S is neither BUY nor SELL but "${side}"`);
  return {
    kind: Kind.liquidation,
    seq: -1,
    instrument,
    eventTimeMs: timeAt(order["T"], "forceOrder.o.T"),
    receivedTimeMs: arrival.receivedTimeMs,
    knownAtMs: knownAt(sentAt(row, "forceOrder.E"), arrival, "forceOrder.E"),
    side: side === "BUY" ? "buy" : "sell",
    price: priceAt(order["ap"], "forceOrder.o.ap"),
    qty: priceAt(order["z"], "forceOrder.o.z"),
  };
};
