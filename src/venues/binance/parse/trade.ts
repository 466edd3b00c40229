import type { Trade } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { instrumentAt, knownAt, sentAt } from "./message.ts";
import type { Arrival, MessageParser, Row } from "./message.ts";
import { decimalAt, flagAt, idAt, priceAt, timeAt, WireError } from "./wire.ts";

/**
 * `<symbol>@trade`. `X` other than MARKET (insurance fund, auto-deleveraging) is no trade of the market: those messages carry a price
 * of 0 and give null. `eventTimeMs` is the time of the trade.
 */
export const parseTrade: MessageParser = (row, arrival): Trade | null => {
  const instrument = instrumentAt(row, "trade.s", arrival);
  const type = row["X"];
  if (instrument === undefined || (type !== undefined && type !== "MARKET" && decimalAt(row["p"], "trade.p") === 0)) return null;
  return tradeOf(row, arrival, instrument, "trade", "t");
};

/** `<symbol>@aggTrade`: trades of one taker order at one price; `f` and `l` are the first and last of them. */
export const parseAggTrade: MessageParser = (row, arrival): Trade | null => {
  const instrument = instrumentAt(row, "aggTrade.s", arrival);
  if (instrument === undefined) return null;
  const tradeCount = Number(BigInt(idAt(row["l"], "aggTrade.l")) - BigInt(idAt(row["f"], "aggTrade.f"))) + 1;
  if (tradeCount < 1 || tradeCount > MOST_TRADES) throw new WireError(`aggTrade.l and aggTrade.f make ${tradeCount} trades`);
  return { ...tradeOf(row, arrival, instrument, "aggTrade", "a"), tradeCount };
};

/** More in one aggregate are an error of ids, not of the market. */
export const MOST_TRADES = 1_000_000;

const tradeOf = (row: Row, arrival: Arrival, instrument: InstrumentIndex, message: string, id: "t" | "a"): Trade => {
  arrival.written?.(instrument, row["p"], row["q"]);
  return {
    kind: Kind.trade,
    seq: -1,
    instrument,
    eventTimeMs: timeAt(row["T"], `${message}.T`),
    receivedTimeMs: arrival.receivedTimeMs,
    knownAtMs: knownAt(sentAt(row, `${message}.E`), arrival, `${message}.E`),
    tradeId: idAt(row[id], `${message}.${id}`),
    price: priceAt(row["p"], `${message}.p`),
    qty: priceAt(row["q"], `${message}.q`),
    buyerIsMaker: flagAt(row["m"], `${message}.m`),
  };
};
