import type { NonMarketTrade, Trade } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { instrumentAt, knownAt, sentAt } from "./message.ts";
import type { Arrival, MessageParser, Row } from "./message.ts";
import { flagAt, idAt, priceAt, textAt, timeAt, WireError } from "./wire.ts";

/**
 * `<symbol>@trade`. `X` says how it was made: without it, or as MARKET, in the market; any other (INSURANCE_FUND, ADL, NA, …) is no trade of
 * the market, whatever price and quantity it carries. `eventTimeMs` is the time of the trade.
 */
export const parseTrade: MessageParser = (row, arrival): Trade | NonMarketTrade | null => {
  const instrument = instrumentAt(row, "trade.s", arrival);
  if (instrument === undefined) return null;
  const type = row["X"] === undefined ? MARKET : textAt(row["X"], "trade.X");
  if (type === MARKET) return tradeOf(row, arrival, instrument, "trade", "t");
  arrival.notes?.nonMarketTrade(instrument, type);
  return {
    kind: Kind.nonMarketTrade,
    seq: -1,
    instrument,
    eventTimeMs: timeAt(row["T"], "trade.T"),
    receivedTimeMs: arrival.receivedTimeMs,
    knownAtMs: knownAt(sentAt(row, "trade.E"), arrival, "trade.E"),
    tradeId: idAt(row["t"], "trade.t"),
  };
};

const MARKET = "MARKET";

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
