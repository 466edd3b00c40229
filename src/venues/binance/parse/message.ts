import type { Event, Fault } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { DAY_MS, NO_INSTRUMENT } from "../../../domain/units.ts";
import { textAt, timeAt, WireError } from "./wire.ts";

/** Takes what messages hold besides events, where somebody wants to tell of it. */
export interface MessageNotes {
  /** A trade that is not of the market, and what its `X` says. */
  readonly nonMarketTrade: (instrument: InstrumentIndex, type: string) => void;
  /** A candle that gives no event: still open, or of another interval than the minute. */
  readonly otherKline: (instrument: InstrumentIndex, interval: string) => void;
  /** A message of a type that is not known. */
  readonly unknownType: (type: string) => void;
  /** The answer of `GET /fapi/v1/exchangeInfo`. */
  readonly exchangeInfo: (answer: Row) => void;
}

/** What a parser has to know of a message besides its text. */
export interface Arrival {
  /** Place of a symbol in the run, `row` being what names it; undefined: nobody asked for it, and the message says nothing. */
  readonly instrumentOf: (symbol: string, row?: Row) => InstrumentIndex | undefined;
  /** When it arrived, by our clock. */
  readonly receivedTimeMs: number;
  /** Line time of the message before: the line never goes back. */
  readonly notBeforeMs: number;
  /** Name of the stream, such as `btcusdt@depth20@100ms`, where the message does not carry it; "" if unknown. */
  readonly stream: string;
  /** Symbol of an answer that does not name it (`GET /fapi/v1/depth`); "" if unknown. */
  readonly symbol: string;
  /** Told of prices and quantities of trades, quotes, book levels and bars as they are written; absent: nobody asks. */
  readonly written?: (instrument: InstrumentIndex, price: unknown, qty: unknown) => void;
  readonly notes?: MessageNotes;
  /** Whether a `depthUpdate` that does not carry its stream's name is the best levels in whole; absent: it is a difference. */
  readonly isPartial?: (row: Row) => boolean;
}

export type Row = Readonly<Record<string, unknown>>;

/** A parser of one type of message: its event, or null where it has nothing for the line. Throws `WireError`. */
export type MessageParser = (row: Row, arrival: Arrival) => Event | null;

/**
 * Line time of a message: no earlier than it was sent, arrived, or than the message before. So a clock of ours that runs behind the
 * exchange's does not put knowledge before its time. Throws `WireError` for one sent more than a day after it arrived.
 */
export const knownAt = (sentTimeMs: number, { receivedTimeMs, notBeforeMs }: Arrival, path: string): number => {
  if (sentTimeMs > receivedTimeMs + DAY_MS) throw new WireError(`${path} is more than a day after the message arrived: ${sentTimeMs}`);
  return Math.max(sentTimeMs, receivedTimeMs, notBeforeMs);
};

/** Instrument of the symbol in `row.s`; undefined: not one of the run's. */
export const instrumentAt = (row: Row, path: string, { instrumentOf }: Arrival): InstrumentIndex | undefined =>
  instrumentOf(textAt(row["s"], path), row);

/** `row.E`, when the exchange sent the message. */
export const sentAt = (row: Row, path: string): number => timeAt(row["E"], path);

const MESSAGE_CHARS = 160;

/** Bad data as an event. */
export const faultAt = (message: string, { receivedTimeMs, notBeforeMs }: Arrival): Fault => ({
  kind: Kind.fault,
  seq: -1,
  instrument: NO_INSTRUMENT,
  eventTimeMs: receivedTimeMs,
  receivedTimeMs,
  knownAtMs: Math.max(receivedTimeMs, notBeforeMs),
  source: "binance",
  message: message.slice(0, MESSAGE_CHARS),
});
