import type { Event } from "../../../domain/event.ts";
import { parseBookTicker } from "./bookTicker.ts";
import { parseDepthSnapshot, parseDepthUpdate, parsePartialDepth } from "./depth.ts";
import { parseForceOrder } from "./forceOrder.ts";
import { parseOpenInterest } from "./futuresData.ts";
import { parseKline } from "./klineStream.ts";
import { parseMarkPrice } from "./markPrice.ts";
import { faultAt } from "./message.ts";
import type { Arrival, MessageParser, Row } from "./message.ts";
import { parseTicker } from "./ticker.ts";
import { parseAggTrade, parseTrade } from "./trade.ts";
import { LossyIdError, recordAt, textAt, WireError } from "./wire.ts";

const NOTHING: readonly Event[] = [];
const silent: MessageParser = () => null;

/** By the type that a message names in `e`. */
const PARSERS = new Map<string, MessageParser>([
  ["trade", parseTrade],
  ["aggTrade", parseAggTrade],
  ["depthUpdate", parseDepthUpdate],
  ["bookTicker", parseBookTicker],
  ["kline", parseKline],
  ["markPriceUpdate", parseMarkPrice],
  ["forceOrder", parseForceOrder],
  [
    "24hrTicker",
    (row) => {
      parseTicker(row);
      return null;
    },
  ],
  // Known, and nothing for the line.
  ...["24hrMiniTicker", "continuous_kline", "contractInfo", "compositeIndex", "assetIndexUpdate", "tradingSession"].map(
    (type) => [type, silent] as const,
  ),
]);

/**
 * A message of a market stream as events: one, none (an open candle, another symbol, an answer to a subscription), or one for each row
 * of an `@arr` stream. Takes raw (`{"e":…}`) and combined (`{"stream":…,"data":…}`) streams, and the answers of `GET` depth, openInterest and
 * exchangeInfo, by REST or by socket (`{"id":…,"result":…}`); what each is its fields tell, in any order. Extra fields are left alone. What is
 * not understood is a `fault`; nothing is thrown.
 */
export const parseStream = (text: string, arrival: Arrival): readonly Event[] => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [faultAt(`a message is not JSON, ${text.slice(0, 60)}`, arrival)];
  }
  try {
    return parseMessage(json, arrival);
  } catch (error) {
    if (error instanceof LossyIdError) return parseWithLongIds(text, arrival);
    return [faultOf(error, arrival)];
  }
};

/** Texts, or integers of 16 digits and more that stand for themselves. */
const LONG_INTEGERS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** Again, with integers that a double would round kept as texts. */
const parseWithLongIds = (text: string, arrival: Arrival): readonly Event[] => {
  const quoted = text.replace(LONG_INTEGERS, (token) => (token.startsWith('"') || token.startsWith("-") ? token : `"${token}"`));
  try {
    return parseMessage(JSON.parse(quoted), arrival);
  } catch (error) {
    return [faultOf(error, arrival)];
  }
};

const faultOf = (error: unknown, arrival: Arrival): Event => {
  // What stands before the first comma is counted together in the report.
  if (error instanceof WireError) return faultAt(error.message.replace(/: | but /, ", "), arrival);
  throw error;
};

const parseMessage = (json: unknown, arrival: Arrival): readonly Event[] => {
  if (Array.isArray(json)) return json.flatMap((row: unknown) => eventsOf(recordAt(row, "message[]"), arrival.stream, arrival));
  const message = recordAt(json, "message");
  const { stream, data } = message;
  if (stream === undefined || data === undefined) return eventsOf(message, arrival.stream, arrival);
  const name = textAt(stream, "stream");
  if (Array.isArray(data)) return data.flatMap((row: unknown) => eventsOf(recordAt(row, "data[]"), name, arrival));
  return eventsOf(recordAt(data, "data"), name, arrival);
};

const eventsOf = (row: Row, stream: string, arrival: Arrival): readonly Event[] => {
  const event = parserOf(row, stream, arrival)(row, arrival);
  return event === null ? NOTHING : [event];
};

/** Streams of the best levels in whole: `btcusdt@depth20@100ms`. */
const PARTIAL = /@depth(5|10|20)(@|$)/;

const parserOf = (row: Row, stream: string, arrival: Arrival): MessageParser => {
  const type = row["e"];
  if (type === "depthUpdate" && (stream === "" ? arrival.isPartial?.(row) === true : PARTIAL.test(stream))) return parsePartialDepth;
  const parser = typeof type === "string" ? PARSERS.get(type) : undefined;
  if (parser !== undefined) return parser;
  if (type === undefined) return answerOf(row);
  if (typeof type !== "string" || arrival.notes === undefined) throw new WireError(`unknown type of message: ${JSON.stringify(type)}`);
  return unknown;
};

/** Messages without a type are answers to requests, by REST or, with an `id`, by socket. */
const answerOf = (row: Row): MessageParser => {
  const parser = answerParser(row);
  if (parser !== undefined) return parser;
  const { result } = row;
  if (!("id" in row && ("result" in row || "error" in row)))
    throw new WireError(`a message without a type: ${JSON.stringify(row).slice(0, 60)}`);
  if (typeof result !== "object" || result === null) return silent;
  const inside = answerParser(result as Row) ?? silent;
  return (_, arrival) => inside(result as Row, arrival);
};

const answerParser = (row: Row): MessageParser | undefined => {
  if ("lastUpdateId" in row) return parseDepthSnapshot;
  if ("openInterest" in row) return parseOpenInterestNow;
  return Array.isArray(row["symbols"]) ? noteExchangeInfo : undefined;
};

const unknown: MessageParser = (row, { notes }) => {
  notes?.unknownType(textAt(row["e"], "e"));
  return null;
};

const noteExchangeInfo: MessageParser = (row, { notes }) => {
  notes?.exchangeInfo(row);
  return null;
};

/** The answer names its symbol; its line time is that of its arrival. */
const parseOpenInterestNow: MessageParser = (row, { instrumentOf, receivedTimeMs, notBeforeMs }) => {
  const instrument = instrumentOf(textAt(row["symbol"], "openInterest.symbol"), row);
  if (instrument === undefined) return null;
  const event = parseOpenInterest(row, receivedTimeMs, instrument);
  return { ...event, knownAtMs: Math.max(event.knownAtMs, notBeforeMs) };
};
